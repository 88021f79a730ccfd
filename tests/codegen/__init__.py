"""The generator, on a made-up service and on the real one."""
