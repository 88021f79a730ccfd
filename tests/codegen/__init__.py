"""The generator, on a sample service and on the real one."""
