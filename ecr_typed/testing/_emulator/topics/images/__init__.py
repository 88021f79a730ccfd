"""Images: push, pull, list, delete, archive."""
