"""AWS's own command line against the emulator: the session `cli` runs it."""
