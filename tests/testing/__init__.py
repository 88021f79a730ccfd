"""The emulator, seen through plain boto3 over HTTP."""
