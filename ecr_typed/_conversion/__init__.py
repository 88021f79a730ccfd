"""Models from responses and dicts, and back."""
