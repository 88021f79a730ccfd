"""The rooms that know botocore: clients, requests, sockets and errors."""
