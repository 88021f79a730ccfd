"""The only modules that use botocore: clients, requests, sockets and errors."""
