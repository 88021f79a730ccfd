"""The libraries that one might use instead, measured side by side: `nox -s bench-peers`."""
