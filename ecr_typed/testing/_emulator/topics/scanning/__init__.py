"""Scanning: its configuration, the scans of images, and their findings."""
