"""The version of the package. Any module can import it without loading the package's names."""

__version__ = "0.1.0"
