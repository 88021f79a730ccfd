"""Generates the models and operations of `ecr_typed` from botocore's model of the service."""
