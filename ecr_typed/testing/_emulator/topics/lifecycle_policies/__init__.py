"""Lifecycle policies: documents, their evaluation, and the operations."""
