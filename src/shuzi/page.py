"""What reading a picture gives: frozen values that travel as JSON."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright picture; `x`, `y` is its top left corner."""

    x: int
    y: int
    width: int
    height: int

    def to_list(self) -> list[int]:
        return [self.x, self.y, self.width, self.height]


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that was read.

    `confidence` is in [0, 1]; `probabilities` are those of the digits 0 to 9; what is missing to 1
    is the probability that it is not a digit.
    """

    text: str
    confidence: float
    box: Box
    probabilities: tuple[float, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": self.confidence,
            "box": self.box.to_list(),
            "probabilities": list(self.probabilities),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Number":
        return cls(
            text=values["text"],
            confidence=values["confidence"],
            box=Box(*values["box"]),
            probabilities=tuple(values["probabilities"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A picture that was read; `width` and `height` in pixels, after turning it upright."""

    source: str
    width: int
    height: int
    numbers: tuple[Number, ...]

    def text(self) -> str:
        return " ".join(number.text for number in self.numbers)

    def to_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "width": self.width,
            "height": self.height,
            "numbers": [number.to_dict() for number in self.numbers],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Page":
        return cls(
            source=values["source"],
            width=values["width"],
            height=values["height"],
            numbers=tuple(Number.from_dict(number) for number in values["numbers"]),
        )
