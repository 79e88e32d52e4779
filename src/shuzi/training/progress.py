"""What training says while it runs."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from shuzi.training.history import Epoch
from shuzi.training.recipes import Recipe

PAUSE = 0.5
"""Seconds between two running scores of the bar."""


def announce(recipe: Recipe, verbose: int) -> None:
    """Say what takes its time before the training begins."""
    if verbose and (recipe.drawn or recipe.marks):
        print(
            f"Drawing {recipe.drawn} digits and {recipe.marks} marks that are not digits",
            flush=True,
        )


def announce_samples(train: int, validation: int, verbose: int) -> None:
    """Say how many images are trained on and validated with, as the tutorial's Keras did."""
    if verbose:
        held_out = f", validate on {validation} samples" if validation else ""
        print(f"Train on {train} samples{held_out}", flush=True)


class Reporter:
    """Prints the tutorial's lines; on a terminal, with a bar within the epoch.

    Args:
        running: gives loss and accuracy of the epoch as far as it is; the bar shows them.
        verbose: 0 says nothing, 1 prints lines (and a bar on a terminal), 2 lines only.
    """

    def __init__(
        self,
        epochs: int,
        images: int,
        verbose: int = 1,
        running: Callable[[], tuple[float, float]] | None = None,
    ) -> None:
        self.epochs, self.images, self.verbose = epochs, images, verbose
        self.running, self.shown = running, 0.0
        self.console = Console(highlight=False, soft_wrap=True)
        self.bar: Progress | None = None

    def begin(self, number: int) -> None:
        if self.verbose == 0:
            return
        self.console.print(f"Epoch {number}/{self.epochs}")
        if self.verbose == 1 and self.console.is_terminal:
            self.bar = Progress(
                MofNCompleteColumn(),
                BarColumn(),
                TextColumn("{task.fields[score]}"),
                TimeRemainingColumn(),
                console=self.console,
                transient=True,
            )
            self.bar.start()
            self.task = self.bar.add_task("", total=self.images, score="")

    def seen(self, images: int) -> None:
        """Move the bar to this many images of the epoch."""
        if self.bar is not None:
            self.bar.update(self.task, completed=images)
            now = time.monotonic()
            if self.running is not None and now - self.shown > PAUSE:
                self.shown = now
                loss, accuracy = self.running()
                score = f"loss: {loss:.4f} - accuracy: {accuracy:.4f}"
                self.bar.update(self.task, score=score, refresh=True)

    def end(self, history: list[Epoch]) -> None:
        """Print the line of the epoch that just ended."""
        self.stop()
        if self.verbose:
            self.console.print(self._line(history))

    def stop(self) -> None:
        """Take the bar away, also when the epoch did not end."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None

    def _line(self, history: list[Epoch]) -> str:
        epoch = history[-1]
        parts = [f"{self.images}/{self.images}", f"{epoch.seconds:.1f}s"]
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            value = getattr(epoch, name)
            if value is not None:
                parts.append(f"{name}: {value:.4f}")
        left = (self.epochs - epoch.epoch) * _mean_seconds(history)
        if left:
            parts.append(f"{_duration(left)} left")
        return " - ".join(parts)


def _mean_seconds(history: list[Epoch]) -> float:
    recent = history[-10:]
    return sum(epoch.seconds for epoch in recent) / len(recent)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s" if minutes else f"{rest}s"
