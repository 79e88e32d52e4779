"""What each epoch gave, as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Means over an epoch; the validation's are None where nothing is held out."""

    epoch: int
    seconds: float
    loss: float
    accuracy: float
    val_loss: float | None = None
    val_accuracy: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def best_epoch(history: Sequence[Epoch]) -> Epoch | None:
    """The first epoch with the least val_loss; None where nothing is held out."""
    measured = [epoch for epoch in history if epoch.val_loss is not None]
    return min(measured, key=lambda epoch: epoch.val_loss or 0.0, default=None)


def is_over(history: Sequence[Epoch], patience: int) -> bool:
    """Whether val_loss has not fallen below its least for so many epochs; 0 waits for ever."""
    best = best_epoch(history)
    return patience > 0 and best is not None and history[-1].epoch - best.epoch >= patience


def to_csv(history: Sequence[Epoch]) -> str:
    """One line an epoch under a header; an empty field for what was not measured."""
    names = [field.name for field in fields(Epoch)]
    rows = [",".join(_cell(getattr(epoch, name)) for name in names) for epoch in history]
    return "\n".join([",".join(names), *rows]) + "\n"


def _cell(value: float | int | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6f}"
