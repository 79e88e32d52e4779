"""A form while it is printed and filled in: lines, print and one hand's writing on a canvas."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from shuzi.synth.blanks import crossed_out
from shuzi.synth.canvas import Canvas, line
from shuzi.synth.materials import Materials
from shuzi.synth.pen import cut
from shuzi.synth.printing import new_word
from shuzi.synth.typeface import Typeface
from shuzi.synth.writer import THICKEST, Ink, Writer, scaled
from shuzi.synth.writing import TALL, write_ways

Cell = tuple[float, float, float, float]
"""Left, top, width, height in pixels."""
CROSSES = ("0,0! 100,100! / 100,0! 0,100!", "0,10! 60,90! / 56,0! 0,94!")
FILLERS = (*CROSSES, "0,50! 80,48!", "0,100! 70,0!", "0,75! 90,30!", "0,50! 30,44 60,54 90,48")
"""What stands in an unused box: a cross, a dash, a slanted stroke, a wave."""
TICKS = (*CROSSES, "0,56! 30,100! 84,0!", "0,60! 24,96! 110,-20!", "0,40 26,90! 60,30 100,0")
SMALLEST, FINEST = 7, 8
"""Pixels of a printed capital and of a written digit that anybody can read."""
VOCABULARY = 10
"""Printed words that a form has; each is drawn once."""
ALPHABET = "ABCDEFGHKLMNPRTUVWXYZ"
"""Letters that nobody takes for a digit."""
SHORTENED = 0.2
"""Share of words that are abbreviations in capitals."""
CLIMBED = 1.2
"""Of a digit's height, a number's at most, as its digits rise or fall."""
BIG = (0.34, 0.5), (0.5, 0.85), (0.85, 1.15)
"""Of its box's height what a digit has: small, as a rule, and where it hardly has room."""
SHORT = 0.3
"""Share of ones in boxes that are a shorter stroke than their neighbours."""
PALEST = 0.4
"""Of full ink, what a thin pen's stroke has at least: paler ones nobody reads."""


@dataclass(slots=True)
class Form:
    """Paper with print on it and somebody's pen.

    Args:
        size: pixels of a handwritten digit's height, about; the print's sizes follow.
        faces: of words and of numbers.
        words: pieces of print that are no number, capitals `TALL` pixels high.
        figures: what was printed in the numbers' font, the same.
        shade, black, pen: strength of the printed lines, the print, the pen.
        thick: width of a printed line in pixels.
        loose: how far digits stray from their place, in sizes of their box.
        big: a digit's height over its box's.
        reach: right and bottom of all that was printed.
    """

    canvas: Canvas
    writer: Writer
    rng: np.random.Generator
    size: float
    faces: tuple[Typeface, Typeface]
    words: list[Ink]
    figures: dict[str, Ink]
    shade: float
    black: float
    pen: float
    thick: float
    loose: float
    big: float
    reach: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def new(
        cls,
        materials: Materials,
        rng: np.random.Generator,
        shape: tuple[int, int],
        size: float,
    ) -> "Form":
        writer = Writer.new(materials, size, rng)
        writer = replace(writer, hand=replace(writer.hand, swash=0.0))
        faint = min(1.0, writer.hand.pen * size)
        face = Typeface.new(TALL, rng)
        return cls(
            canvas=Canvas.blank(*shape),
            writer=writer,
            rng=rng,
            size=size,
            faces=(face, face if rng.random() < 0.6 else Typeface.new(TALL, rng)),
            figures={},
            words=[cut(face.set(_some_words(rng))[0]) for _ in range(VOCABULARY)],
            shade=rng.uniform(0.2, 1.0),
            black=rng.uniform(0.45, 1.0),
            pen=max(writer.strength, min(1.0, PALEST / faint)),
            thick=max(0.6, size * rng.uniform(0.02, 0.08)),
            loose=rng.uniform(0.02, 0.1),
            big=rng.uniform(*BIG[int(rng.choice(3, p=[0.12, 0.74, 0.14]))]),
        )

    # What the printer leaves: lines, shades, words, numbers.

    def rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        thick: float = 1.0,
        dotted: float = 0.0,
    ) -> None:
        """A printed line, `thick` times as wide as the form's; of dots so far apart."""
        self._reach(*end)
        wide = max(0.5, thick * self.thick)
        if not dotted:
            line(self.canvas.lines, start, end, wide, self.shade)
            return
        (x, y), (u, v) = start, end
        steps = max(1, int(np.hypot(u - x, v - y) / dotted))
        for i in range(steps):
            a, b = i / steps, (i + 0.45) / steps
            dot = (x + a * (u - x), y + a * (v - y)), (x + b * (u - x), y + b * (v - y))
            line(self.canvas.lines, *dot, wide, self.shade)

    def frame(self, cell: Cell, thick: float = 1.0, sides: str = "tblr") -> None:
        """A box's lines: its top, bottom, left and right, or some of them."""
        x, y, w, h = cell
        ends = {
            "t": ((x, y), (x + w, y)),
            "b": ((x, y + h), (x + w, y + h)),
            "l": ((x, y), (x, y + h)),
            "r": ((x + w, y), (x + w, y + h)),
        }
        for side in sides:
            self.rule(*ends[side], thick)

    def tint(self, cell: Cell, strength: float) -> None:
        """A shaded area."""
        x, y, w, h = (round(v) for v in cell)
        area = self.canvas.lines[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)]
        np.maximum(area, np.float32(strength), out=area)
        self._reach(x + w, y + h)

    def clear(self, cell: Cell) -> None:
        """White paper within a shaded area."""
        x, y, w, h = (round(v) for v in cell)
        self.canvas.lines[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = 0

    def word(
        self,
        x: float,
        y: float,
        high: float,
        text: str = "",
        side: str = "l",
        most: float = np.inf,
    ) -> float:
        """Print a word whose capitals are so high, from, about or up to x; its width.

        One that were wider than `most` is printed smaller, or not at all.
        """
        piece = cut(self.faces[0].set(text)[0]) if text else self.some_word()
        scale = min(high, TALL * most / piece.shape[1]) / TALL
        if scale * TALL < min(high, SMALLEST):
            return 0.0
        piece = scaled(piece, scale)
        self.stamp(piece, x - {"l": 0.0, "c": 0.5, "r": 1.0}[side] * piece.shape[1], y, self.black)
        return float(piece.shape[1])

    def some_word(self) -> Ink:
        """One of the form's printed words, capitals `TALL` pixels high."""
        return self.words[int(self.rng.integers(len(self.words)))]

    def stamp(self, piece: Ink, x: float, y: float, strength: float) -> None:
        """Ink that is no number."""
        self.canvas.scribble(piece, x, y, strength)
        self._reach(x + piece.shape[1], y + len(piece))

    def figure(self, x: float, y: float, high: float, text: str, side: str = "l") -> float:
        """Print a number; its width."""
        piece = self.print_of(text, max(high, SMALLEST))
        x -= {"l": 0.0, "c": 0.5, "r": 1.0}[side] * piece.shape[1]
        self.put(text, [(piece, x, y)], self.black)
        return float(piece.shape[1])

    def print_of(self, text: str, high: float) -> Ink:
        """Figures or signs in print, capitals so high."""
        if text not in self.figures:
            self.figures[text] = cut(self.faces[1].set(text)[0])
        return scaled(self.figures[text], high / TALL)

    def type(self, text: str, cells: Sequence[Cell]) -> None:
        """One printed number, a digit to a cell."""
        pieces = []
        for digit, (x, y, w, h) in zip(text, cells, strict=True):
            piece = self.print_of(digit, min(0.7 * h, w))
            pieces.append((piece, x + (w - piece.shape[1]) / 2, y + (h - len(piece)) / 2))
        self.put(text, pieces, self.black)

    def stencil(self, cell: Cell, text: str, pieces: list[tuple[Ink, float, float]]) -> None:
        """A printed number in white on a dark area."""
        height, width = self.canvas.shape
        x, y, w, h = cell
        if x < 0 or y < 0 or x + w > width or y + h > height:
            return
        dark = self.rng.uniform(0.6, 1.0)
        self.tint(cell, dark)
        self.canvas.write(text, *pieces, strength=0.0)
        for piece, left, top in pieces:
            a, b = round(top), round(left)
            area = self.canvas.lines[a : a + len(piece), b : b + piece.shape[1]]
            area *= 1 - piece[: len(area), : area.shape[1]].astype(np.float32) / 255

    def badge(self, x: float, y: float, high: float, text: str) -> None:
        """A printed number up to x, white on a dark square."""
        piece = self.print_of(text, max(high, SMALLEST))
        pad = 0.4 * len(piece)
        left = x - piece.shape[1] - pad
        area = (left - pad, y - pad, piece.shape[1] + 2 * pad, len(piece) + 2 * pad)
        self.stencil(area, text, [(piece, left, y)])

    def ring(self, x: float, y: float, across: float, down: float, thick: float = 1.0) -> None:
        """A printed circle or ellipse about a point, its half axes given."""
        lines, wide = self.canvas.lines, max(1, round(thick * self.thick))
        axes = (round(16 * across), round(16 * down))
        area = lines[max(0, int(y - down - 4)) : int(y + down + 5)]
        area = area[:, max(0, int(x - across - 4)) : int(x + across + 5)]
        if not area.size:
            return
        left, top = max(0, int(x - across - 4)), max(0, int(y - down - 4))
        drawn = np.zeros_like(area)
        centre = (round(16 * (x - left)), round(16 * (y - top)))
        cv2.ellipse(drawn, centre, axes, 0, 0, 360, self.shade, wide, cv2.LINE_AA, 4)
        np.maximum(area, drawn, out=area)
        self._reach(x + across, y + down)

    # What the pen leaves.

    def some_gap(self) -> float:
        """Heights between the digits that somebody writes far apart, as a cell allows; mostly 0."""
        return self.rng.uniform(0.25, 0.7) if self.rng.random() < 0.3 else 0.0

    def write(
        self, text: str, cell: Cell, side: str = "c", high: float = 0.0, gap: float = 0.0
    ) -> None:
        """A whole number into a cell, its digits so many heights apart where there is room."""
        piece = self._number(text, high or min(0.8, self.big) * cell[3], 0.96 * cell[2], gap)
        self.put(text, [(piece, *self._place(piece, cell, side))])

    def spell(
        self, text: str, cells: Sequence[Cell], other: Sequence[tuple[Ink, float, float]] = ()
    ) -> None:
        """One number, a digit to a cell; `other` pieces belong to it, too."""
        pieces = []
        for digit, cell in zip(text, cells, strict=True):
            high = self.big * cell[3] * self.rng.uniform(0.85, 1.05)
            if digit == "1" and self.rng.random() < SHORT:
                high *= self.rng.uniform(0.55, 1.0)
            piece = self._number(digit, high, 1.05 * cell[2])
            pieces.append((piece, *self._place(piece, cell, "c")))
        self.put(text, [*pieces, *other])

    def put(
        self,
        text: str,
        pieces: list[tuple[Ink, float, float]],
        strength: float = 0.0,
    ) -> None:
        """A number where it lies wholly on the canvas; else nothing of it."""
        height, width = self.canvas.shape
        for piece, x, y in pieces:
            self._reach(x + piece.shape[1], y + len(piece))
            if min(x, y) < 0 or x + piece.shape[1] > width or y + len(piece) > height:
                return
        self.canvas.write(text, *pieces, strength=strength or self.pen)

    def mark(self, way: str, cell: Cell, part: float = 0.0) -> None:
        """A mark of the pen in a cell, no number: a tick, a cross, a filler."""
        piece = write_ways([way], self.writer.hand, self.rng)
        wide, high = [max(2.0, (part or self.rng.uniform(0.4, 0.8)) * v) for v in cell[2:]]
        scale = min(wide / piece.shape[1], high / len(piece))
        piece = scaled(piece, min(scale, 3.0))
        self.stamp(piece, *self._place(piece, cell, "c"), self.pen)

    def strike(self, text: str, cell: Cell) -> None:
        """A number that was crossed out, in a cell."""
        hand = self.writer.hand
        ink = np.pad(replace(self.writer, size=TALL).number(text), ((4, 4), (4, 4)))
        ink = crossed_out(ink, hand, self.rng)
        scale = min(self.big * cell[3] / TALL, cell[2] / ink.shape[1])
        piece = scaled(ink, scale)
        self.stamp(piece, *self._place(piece, cell, "c"), self.pen)

    def blot(self, x: float, y: float, radius: float) -> None:
        """A circle that was filled in."""
        side = 2 * max(3, round(1.2 * radius)) + 1
        points = self.rng.normal(1, 0.08, 12)[:, None] * radius
        turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        edge = side / 2 + points * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        ink = np.zeros((side, side), np.uint8)
        cv2.fillPoly(ink, [np.round(edge * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        self.stamp(ink, x - side / 2, y - side / 2, self.pen)

    def letter(self, cell: Cell) -> None:
        """A handwritten letter."""
        high = self.rng.uniform(0.5, 0.8) * cell[3]
        piece = replace(self.writer, size=high).letters(str(self.rng.choice(list(ALPHABET))))
        self.stamp(piece, *self._place(piece, cell, "c"), self.pen)

    def writing_of(self, text: str, high: float) -> Ink:
        """A whole number, its digits so high, as large as it comes out."""
        return self._number(text, high, np.inf)

    def small(self, text: str, high: float) -> Ink:
        """Digits so high, as a hand notes them in a corner."""
        return replace(self.writer, size=high).number(text)

    def scrawl(self, x: float, y: float, high: float, most: float) -> None:
        """A handwritten word or a few, in `most` pixels; digits of that hand were so high."""
        writer = replace(self.writer, size=high)
        for _ in range(int(self.rng.integers(1, 4))):
            short = self.rng.random() < SHORTENED
            piece, below = (
                writer.letters_on_line(_some_letters(self.rng)) if short else writer.word_on_line()
            )
            if piece.shape[1] > most:
                return
            self.stamp(piece, x, y + high + below - len(piece), self.pen)
            x += piece.shape[1] + 0.6 * high
            most -= piece.shape[1] + 0.6 * high

    def emblem(self, cell: Cell, strength: float, plane: str = "lines") -> None:
        """A logo, a coat of arms, a watermark: discs, stars and bars over each other."""
        x, y, w, h = (round(v) for v in cell)
        if min(w, h) < 4:
            return
        rng, ink = self.rng, np.zeros((h, w), np.uint8)
        for _ in range(int(rng.integers(2, 6))):
            centre = rng.uniform(0.25, 0.75, 2) * [w, h]
            radius, value = rng.uniform(0.1, 0.5) * min(w, h), int(rng.choice([0, 140, 255]))
            corners = int(rng.choice([3, 4, 5, 6, 40]))
            turn = rng.uniform(0, 6.28) + np.arange(corners) * 2 * np.pi / corners
            reach = radius * (np.where(np.arange(corners) % 2, rng.uniform(0.4, 1), 1))[:, None]
            points = centre + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            shape = np.round(points * 16).astype(np.int32)
            if rng.random() < 0.5:
                cv2.fillPoly(ink, [shape], value, cv2.LINE_AA, 4)
            else:
                wide = max(1, round(0.06 * min(w, h)))
                cv2.polylines(ink, [shape], True, value or 255, wide, cv2.LINE_AA, 4)
        height, width = self.canvas.shape
        if x < width and y < height and x + w > 0 and y + h > 0:
            from_top = getattr(self.canvas, plane)
            a, b = max(0, -y), max(0, -x)
            target = from_top[max(0, y) : y + h, max(0, x) : x + w]
            shown = ink[a : a + target.shape[0], b : b + target.shape[1]]
            np.maximum(target, shown * np.float32(strength / 255), out=target)
        if plane == "other":
            self._reach(x + w, y + h)

    def _number(self, text: str, high: float, most: float, gap: float = 0.0) -> Ink:
        """Digits so high, smaller where they were wider than `most` or climbed too far."""
        high = max(high, FINEST)
        nib = replace(self.writer.nib, width=min(self.writer.nib.width, THICKEST * high))
        writer = replace(self.writer, size=high, nib=nib)
        gap = min(gap, (most / high - 0.7 * len(text)) / max(1, len(text) - 1))
        if gap > writer.hand.gap:
            writer = replace(writer, hand=replace(writer.hand, gap=gap))
        piece = writer.number(text)
        scale = min(1.0, most / piece.shape[1], CLIMBED * high / len(piece))
        return scaled(piece, scale) if scale < 1 else piece

    def _place(self, piece: Ink, cell: Cell, side: str) -> tuple[float, float]:
        """Where the piece stands in the cell: about its middle, or at a side of it."""
        x, y, w, h = cell
        stray = self.rng.normal(0, self.loose, 2) * min(w, h)
        room = w - piece.shape[1]
        inset = min(0.15 * h, max(0.0, room) / 2)
        left = {"l": inset, "c": room / 2, "r": room - inset}[side] + stray[0]
        if room > 0.1 * h:
            # A neighbour's digits are as near as the border.
            left = float(np.clip(left, 0.05 * h, room - 0.05 * h))
        return x + left, y + (h - len(piece)) / 2 + stray[1]

    def _reach(self, x: float, y: float) -> None:
        self.reach = max(self.reach[0], x), max(self.reach[1], y)


def _some_words(rng: np.random.Generator) -> str:
    words = [new_word(rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.65, 0.25, 0.1])))]
    if rng.random() < SHORTENED:
        words = [_some_letters(rng)]
    return " ".join(words) + str(rng.choice(["", ":", "."], p=[0.7, 0.2, 0.1]))


def _some_letters(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list(ALPHABET), int(rng.integers(2, 6))))
