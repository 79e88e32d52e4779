"""What reading a picture gives: frozen values that travel as JSON."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError

SCHEMA = 1
"""The version of the JSON; it rises when a field changes its meaning or goes away."""

Decision = Literal["accept", "review", "reject"]
Kind = Literal["digit", "number", "page"]
Point = tuple[float, float]
TURNS = (0, 90, 180, 270)
"""Degrees clockwise by which a page may be turned before it is read."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright picture; `x`, `y` is its top left corner."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def moved(self, x: int, y: int) -> "Box":
        """As large, so many pixels to the right and down."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def to_list(self) -> list[int]:
        return [self.x, self.y, self.width, self.height]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """One digit of a number.

    `confidence` is in [0, 1]; `alternatives` are other characters with their probabilities, the
    likeliest first.
    """

    text: str
    confidence: float
    box: Box
    alternatives: tuple[tuple[str, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "confidence": self.confidence,
            "box": self.box.to_list(),
            "alternatives": [list(pair) for pair in self.alternatives],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Digit":
        return cls(
            text=values["text"],
            confidence=values["confidence"],
            box=Box(*values["box"]),
            alternatives=tuple((text, p) for text, p in values["alternatives"]),
        )


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one reader says of a number, and how sure it is of all of it, 0 to 1."""

    reader: str
    text: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        return {"reader": self.reader, "text": self.text, "confidence": self.confidence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that was read.

    Args:
        text: empty where nothing can be read.
        confidence: in [0, 1], that the number as a whole is right.
        decision: accept, review or reject.
        box: the upright rectangle around it.
        quad: where it stands, which may slope: its top left, top right, bottom right and bottom
            left as x and y; the corners of the box if left out.
        line: of the page, from 1.
        row: from 1, where the page's numbers stand in columns; else None.
        column: the same; blank cells count.
        digits: from left to right.
        probabilities: of a single digit, those of the digits 0 to 9; what is missing to 1 is the
            probability that it is not a digit.
        readers: what each reader said, where two were asked.
        strip: what the models read, uint8 (32, w), ink bright; not in the JSON.
    """

    text: str
    confidence: float
    decision: Decision = "review"
    box: Box
    quad: tuple[Point, ...] = ()
    line: int = 1
    row: int | None = None
    column: int | None = None
    digits: tuple[Digit, ...] = ()
    probabilities: tuple[float, ...] | None = None
    readers: tuple[Opinion, ...] = ()
    strip: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.quad:
            x, y, right, bottom = self.box.x, self.box.y, self.box.right, self.box.bottom
            corners = (x, y), (right, y), (right, bottom), (x, bottom)
            object.__setattr__(self, "quad", corners)

    def to_dict(self) -> dict[str, Any]:
        known: dict[str, Any] = {}
        if self.probabilities is not None:
            known["probabilities"] = list(self.probabilities)
        if self.readers:
            known["readers"] = [opinion.to_dict() for opinion in self.readers]
        return {
            "text": self.text,
            "confidence": self.confidence,
            "decision": self.decision,
            "box": self.box.to_list(),
            "quad": [list(point) for point in self.quad],
            "line": self.line,
            "row": self.row,
            "column": self.column,
            "digits": [digit.to_dict() for digit in self.digits],
        } | known

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Number":
        known = values.get("probabilities")
        return cls(
            text=values["text"],
            confidence=values["confidence"],
            decision=values["decision"],
            box=Box(*values["box"]),
            quad=tuple((x, y) for x, y in values.get("quad", ())),
            line=values["line"],
            row=values.get("row"),
            column=values.get("column"),
            digits=tuple(Digit.from_dict(digit) for digit in values["digits"]),
            probabilities=None if known is None else tuple(known),
            readers=tuple(Opinion(**opinion) for opinion in values.get("readers", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that was read; `width` and `height` in pixels, after turning it upright.

    `page` counts the pages of its file from 1; `rotated` is how many degrees clockwise the picture
    was turned before it was read, beyond what its EXIF tag says; `kind` is what it was read as:
    digit, number or page (`as` in the JSON).
    """

    source: str
    page: int = 1
    width: int
    height: int
    rotated: int = 0
    kind: Kind
    numbers: tuple[Number, ...]

    def text(self) -> str:
        """The numbers that are not rejected, as on the page: a space between, a line a line."""
        kept = (number for number in self.numbers if number.decision != "reject")
        return "\n".join(_joined(line) for _, line in groupby(kept, lambda number: number.line))

    def to_dict(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "source": self.source,
            "page": self.page,
            "width": self.width,
            "height": self.height,
            "rotated": self.rotated,
            "as": self.kind,
            "numbers": [number.to_dict() for number in self.numbers],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Page":
        """The page of `to_dict`.

        Raises:
            DataError: it is something else, or has another schema.
        """
        if not isinstance(values, dict):
            raise DataError(
                f"A page cannot be made of type {type(values).__name__}.",
                "Give the dictionary of `to_dict`.",
            )
        if values.get("schema") != SCHEMA:
            raise DataError(
                f"The page has schema {values.get('schema')}; this shuzi reads {SCHEMA}.",
                "Read the picture again, or use the version of shuzi that wrote it.",
            )
        return cls(
            source=values["source"],
            page=values["page"],
            width=values["width"],
            height=values["height"],
            rotated=values.get("rotated", 0),
            kind=values["as"],
            numbers=tuple(Number.from_dict(number) for number in values["numbers"]),
        )


def _joined(numbers: Iterable[Number]) -> str:
    return " ".join(number.text for number in numbers)
