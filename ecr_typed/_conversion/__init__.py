"""Converts responses and dicts to models, and models to dicts."""
