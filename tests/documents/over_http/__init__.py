"""Documents and the service: what it takes, refuses, gives back and previews."""
