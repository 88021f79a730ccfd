"""The state of registries, and what all operations share."""
