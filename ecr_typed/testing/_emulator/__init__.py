"""The emulator itself: what is public of it, `ecr_typed.testing` has."""
