"""Real clients of the registry protocol against the emulator, in the session `registry`."""
