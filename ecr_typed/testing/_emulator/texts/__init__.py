"""What the emulator says: each text stands beside its source, so none can be without one."""
