"""The registry's own protocol, OCI Distribution 1.1, as ECR speaks it.

Container tools push and pull by it. ECR runs an operation of the API for each request, and so does
the emulator: limits, permissions, templates, scans and copies are the API's.
"""
