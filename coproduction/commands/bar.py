"""A bar with count and rate for long work, on standard error where that is a terminal, and nowhere else."""

import sys
import time
from collections.abc import Iterable, Iterator

from coproduction.messages import word

# From how many records on the bar shows, and how often it is drawn anew.
LONG, STEP = 2000, 200


class Bar:
    """A bar that counts what goes by, from the point on where there is much of it, until it is stopped."""

    def __init__(self, lang: str = "en"):
        self.lang = lang
        self.progress = None
        self.stopped = not sys.stderr.isatty()

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def over(self, things: Iterable) -> Iterator:
        """Yield things, and count them."""
        began = time.monotonic()
        for n, thing in enumerate(things, 1):
            if not self.stopped and n >= LONG and n % STEP == 0:
                self._show(n, n / (time.monotonic() - began))
            yield thing

    def _show(self, count: int, rate: float) -> None:
        if self.progress is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            numbers = {"count": "{task.completed:,.0f}", "rate": "{task.fields[rate]:,.0f}"}
            told = TextColumn(word("rate", self.lang, **numbers))
            self.progress = Progress(
                word("validating", self.lang), BarColumn(), told, console=Console(stderr=True), transient=True
            )
            # How many there will be is not known before they have come.
            self.task = self.progress.add_task("", total=None, rate=rate)
            self.progress.start()
        self.progress.update(self.task, completed=count, rate=rate)

    def stop(self) -> None:
        """Take the bar away for good."""
        if self.progress is not None and not self.stopped:
            self.progress.stop()
        self.stopped = True
