"""An Amazon ECR emulator for tests: it extends moto and answers real HTTP on loopback."""

try:
    from ecr_typed.testing.emulator import EcrEmulator
except ModuleNotFoundError as error:
    # A module of ours that is missing is a bug, and no extra would cure it.
    if (error.name or "").partition(".")[0] == "ecr_typed":
        raise
    raise ImportError(
        f"ecr_typed.testing needs {error.name!r}, which comes with the extra: "
        "pip install 'ecr-typed[testing]'"
    ) from error

__all__ = ["EcrEmulator"]
