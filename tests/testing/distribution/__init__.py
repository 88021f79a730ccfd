"""The registry protocol of the emulator, by plain HTTP."""
