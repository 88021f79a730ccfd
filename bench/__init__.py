"""Speed and memory, measured side by side with boto3 in one process."""
