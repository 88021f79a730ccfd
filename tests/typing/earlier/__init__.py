"""Whether the type tests of an earlier state still hold: see `python -m tests.typing.earlier --help`."""
