"""Documents: read, written, checked and compared."""
