"""The topics of the service, each with its operations and its behaviour."""
