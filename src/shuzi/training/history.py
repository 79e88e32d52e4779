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


def to_csv(history: Sequence[Epoch]) -> str:
    """One line an epoch under a header; an empty field for what was not measured."""
    names = [field.name for field in fields(Epoch)]
    rows = [",".join(_cell(getattr(epoch, name)) for name in names) for epoch in history]
    return "\n".join([",".join(names), *rows]) + "\n"


def _cell(value: float | int | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.6f}"
