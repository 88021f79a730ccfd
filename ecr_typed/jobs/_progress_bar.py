"""A progress bar in the terminal."""

from __future__ import annotations

import atexit
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ecr_typed.jobs._progress import Progress

if TYPE_CHECKING:
    from rich.console import Console

    from ecr_typed.jobs._display import Display
else:
    # rich comes with an extra; `typing.get_type_hints` needs something by its name.
    Console = Any


def progress_bar(description: str, *, console: Console | None = None) -> ProgressBar:
    """Return a progress bar to be passed as `on_progress`.

    It shows the items done, failures, bytes, items a second and the time left, and ends with its
    job. Where there is no terminal, such as in CI or a pipe, it writes nothing. In a notebook it is
    shown if ipywidgets is installed. It takes the extra `progress`:
    `pip install 'ecr_typed[progress]'`.

    Args:
        description: What stands before the bar, such as `Deleting images`.
        console: The console of rich to draw on. Default: standard error.

    Returns:
        The bar. It can be called with the `Progress` of any job, one after the other.

    Raises:
        ImportError: The library rich is not installed.
    """
    try:
        # rich is an extra, and this module is imported without it.
        from ecr_typed.jobs._display import standard_error
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "rich":
            raise
        raise ImportError(
            "progress_bar needs rich, which comes with the extra: pip install 'ecr_typed[progress]'"
        ) from error
    return ProgressBar(description, standard_error() if console is None else console)


class ProgressBar:
    """A progress bar, as `progress_bar` returns it.

    It ends with the job that it is passed to. In a `with` statement it ends with the block, for
    jobs of your own that call it.
    """

    def __init__(self, description: str, console: Console) -> None:
        # rich is an extra, and this module is imported without it.
        from ecr_typed.jobs._display import is_shown

        self._description = description
        self._console = console
        self._is_quiet = not is_shown(console)
        self._display: Display | None = None

    def __call__(self, progress: Progress) -> None:
        """Show how far the job has come.

        Args:
            progress: What the job says.
        """
        if self._is_quiet:
            return
        if self._display is None:
            self._display = self._begin()
        self._display.update(progress)
        if progress.done == progress.total:
            self.close()

    def close(self) -> None:
        """Show it for the last time, and give the line back to the terminal."""
        display, self._display = self._display, None
        if display is not None:
            display.stop()
            atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> Display:
        from ecr_typed.jobs._display import Display

        # A job that is left in the middle would leave the cursor hidden.
        atexit.register(self.close)
        return Display(self._description, self._console)
