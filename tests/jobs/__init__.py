"""Tests of `ecr_typed.jobs`."""
