"""Pictures of one number each, or of none, to train and measure the number model with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.decoding import MARK
from shuzi.recognise.strip import normalise_strip
from shuzi.synth import texts
from shuzi.synth.blanks import crossed_out, no_number, no_number_and_marks
from shuzi.synth.entries import UNITS
from shuzi.synth.forms import KINDS, compose_form, cut_out
from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.materials import Materials
from shuzi.synth.scene import (
    add_cells,
    add_ghost,
    add_neighbour,
    add_other_side,
    add_print,
    lay_out,
    photograph,
)
from shuzi.synth.shares import pick
from shuzi.synth.strikes import strike
from shuzi.synth.texts import new_text
from shuzi.synth.typeface import Typeface
from shuzi.synth.unipen import Nib
from shuzi.synth.writer import THICKEST, Writer
from shuzi.synth.writing import TALL, Ink, write

Rng = np.random.Generator
Piece = tuple[Ink, float]
"""Ink, and pixels that it reaches below the ground line."""
HANDS = {"pens": 0.32, "whole": 0.13, "glyphs": 0.18, "drawn": 0.27, "both": 0.05, "print": 0.05}
"""Whose digits: a UNIPEN writer's own, a UNIPEN writer's whole number, MNIST's, drawn ones, some of
each, a printer's. Without pens, MNIST's and drawn ones take their share."""
CONTENTS = {
    "digits": 0.46,
    "long": 0.04,
    "signs": 0.21,
    "closed": 0.05,
    "thousands": 0.02,
    "marked": 0.08,
    "raised": 0.02,
    "struck": 0.06,
    "none": 0.06,
}
"""What is written: digits; 9 to 12 of them; digits with signs; an amount with a dash or the like
after it; thousands apart; a number with other marks; one with small digits behind it; one
that is crossed out, with one digit that is, or after one that is; no number."""
OTHER_SIDE = 0.06
"""Share of numbers beside which the digits of the page's other side show through."""
FORMS = 0.018
"""Share of forms among pictures and forms, each of which gives `FIELDS`: a tenth of the strings."""
FIELDS = 3, 2
"""Rows and columns."""
REAL = 0.5
"""Share of the forms whose digits are all real ones."""
BEFORE = (
    *("$", "€", "#", "~", "+", ">", "=", "*", "x", "<", "&", "✓", "!", "?"),
    *(".", ".", ",", ",", ":", "'", "↑", "↓", "→"),
)
"""A point, too: it is no number that is written out, and .5 must not be a 5."""
AFTER = ("%", "°", "€", "?", "!", ")", ";", "=", "x", "*", "+", "'", '"', "✓", "$", "#", "↑", "↓")
BETWEEN = ("x", "+", "=", "*", "x", "<", ">", "(", "&", "'", "'", "'", "'", ";", "!")
TITLES = ("Rs", "No", "EUR", "Fr", "Nr", "A")
LETTERS = "abcdefhkmnprtuvwxyACDEFHKLMNPRTUVWXY"
"""Those that nobody takes for a digit."""
CLOSINGS = ("-", ".-", ",-", "/-", ".", "=", "-", "-")
"""What stands after an amount so that nobody adds a digit."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A composed picture.

    Args:
        picture: grey, uint8 (height, width), a number with some margin.
        text: its digits and signs, `MARK` for any other marks; empty where nothing is written.
        kinds: what it is composed of, as `hand: pens`, to count by.
    """

    picture: NDArray[np.uint8]
    text: str
    kinds: tuple[str, ...] = ()


def compose_strips(
    n: int, materials: Materials, seed: int, part: int = 0
) -> list[tuple[NDArray[np.uint8], str]]:
    """Strips as the reader makes them, uint8 (32, w), with what they say.

    The same seed and part give the same strips.
    """
    composed = islice(pictures(materials, np.random.default_rng([seed, part])), n)
    return [(normalise_strip(one.picture), one.text) for one in composed]


def pictures(materials: Materials, rng: Rng) -> Iterator[Composed]:
    """Pictures of numbers, alone or from a form's fields, without end."""
    while True:
        if rng.random() < FORMS:
            yield from fields(materials, rng)
        else:
            yield compose(materials, rng)


def fields(materials: Materials, rng: Rng) -> list[Composed]:
    """The fields of a form."""
    kind, dpi = str(rng.choice(KINDS)), int(np.exp(rng.uniform(np.log(80), np.log(220))))
    photo = rng.random() < 0.5
    form, page = compose_form(kind, materials.glyphs, rng, FIELDS, dpi, photo=photo, real=REAL)
    facts = ("hand: form", "content: form", f"form: {kind}", f"camera: form, {dpi // 40 * 40} dpi")
    return [Composed(cut_out(form, one.box, rng), one.text, facts) for one in page.numbers]


def compose(materials: Materials, rng: Rng) -> Composed:
    """A picture of a number, or of none, with some margin."""
    hand, content = _new_hand(materials, rng), pick(CONTENTS, rng)
    ink, text, middles = hand.line(content)
    scene = lay_out(ink, rng)
    scene.kinds += [f"hand: {hand.kind}", f"content: {content if text else 'none'}"]
    if middles and rng.random() < 0.8:
        add_cells(scene, middles, round(TALL * hand.writer.hand.pitch), rng)
    if rng.random() < 0.2:
        neighbour, _ = write(new_text(rng), hand.writer.hand, materials.glyphs, rng)
        add_neighbour(scene, neighbour, rng)
    if rng.random() < 0.12:
        add_ghost(scene, no_number(new_text(rng), new_hand(rng), materials.glyphs, rng), rng)
    elif text and rng.random() < OTHER_SIDE:
        other, _ = write(new_text(rng)[:4], hand.writer.hand, materials.glyphs, rng)
        add_other_side(scene, other, rng)
        scene.kinds.append("beside: other side")
    add_print(scene, rng)
    return Composed(photograph(scene, rng), text, tuple(scene.kinds))


@dataclass(frozen=True, slots=True)
class _Hand:
    """Who writes the line: `kind` is of `HANDS`."""

    kind: str
    writer: Writer

    def line(self, content: str) -> tuple[Ink, str, list[int]]:
        """What is written, what it says, and of digits in boxes the columns of their middles."""
        writer, rng = self.writer, self.writer.rng
        if content == "none":
            ink, text = self._nothing()
            return ink, text, []
        if self.kind == "whole" and content in ("digits", "long", "signs", "closed"):
            text, ink = writer.whole_number(signed=content == "signs")
            return ink, text, []
        if content in ("digits", "long"):
            text = new_text(rng) if content == "digits" else texts.identifier(rng)
            ink, spans = self._digits(text)
            return ink, text, [(a + b) // 2 for a, b in spans] if writer.hand.pitch else []
        ink, text = _CONTENTS[content](self)
        return ink, text, []

    def _nothing(self) -> tuple[Ink, str]:
        writer, rng = self.writer, self.writer.rng
        if self.kind in ("pens", "whole") and rng.random() < 0.5:
            return (writer.word() if rng.random() < 0.6 else writer.letters()), MARK
        text = new_text(rng)
        return no_number_and_marks(text, writer.hand, writer.materials.glyphs, rng)

    def _digits(self, text: str) -> tuple[Ink, list[tuple[int, int]]]:
        writer = self.writer
        if writer.face is not None:
            return writer.number(text), []
        own = writer.digit if writer.person is not None else None
        return write(text, writer.hand, writer.materials.glyphs, writer.rng, own)

    def signs(self) -> tuple[Ink, str]:
        text = texts.signed_text(self.writer.rng)
        return self.writer.number(text), text

    def closed(self) -> tuple[Ink, str]:
        rng = self.writer.rng
        text, closing = texts.amount(rng), str(rng.choice(CLOSINGS))
        pieces = [self.writer.number_on_line(text)]
        pieces += [self.writer.sign_on_line(sign) for sign in closing]
        return self._beside(pieces, rng.uniform(0.06, 0.35)), text + closing.replace("=", MARK)

    def thousands(self) -> tuple[Ink, str]:
        """Digits in threes with a little paper between, as 12 500."""
        rng = self.writer.rng
        groups = f"{int(10 ** rng.uniform(3, 7)):,}".split(",")
        pieces = [(self._digits(group)[0], 0.0) for group in groups]
        return self._beside(pieces, rng.uniform(0.25, 0.6)), "".join(groups)

    def marked(self) -> tuple[Ink, str]:
        """A number with a currency, a unit, brackets or an operator."""
        writer, rng = self.writer, self.writer.rng
        number = texts.amount if rng.random() < 0.4 else new_text
        text, other = number(rng), new_text(rng)[:3]
        this = writer.number_on_line(text)

        def mark(among: tuple[str, ...]) -> Piece:
            return writer.sign_on_line(str(rng.choice(among)))

        kind, gap = rng.random(), rng.uniform(0.04, 0.35)
        if kind < 0.3:
            return self._beside([mark(BEFORE), this], gap), MARK + text
        if kind < 0.4:
            around = writer.sign_on_line("("), this, writer.sign_on_line(")")
            return self._beside(around, gap), MARK + text + MARK
        if kind < 0.55:
            return self._beside([this, mark(AFTER)], gap), text + MARK
        if kind < 0.75:
            unit = writer.letters_on_line(self._letters(UNITS, rng))
            return self._beside([this, unit], gap), text + MARK
        if kind < 0.83:
            unit = writer.letters_on_line(self._letters(TITLES, rng))
            return self._beside([unit, this], gap), MARK + text
        sign = str(rng.choice(BETWEEN))
        # Three digits behind an apostrophe would be thousands.
        other = other[:2] if sign == "'" else other
        between = this, writer.sign_on_line(sign), writer.number_on_line(other)
        return self._beside(between, gap), text + MARK + other

    def raised(self) -> tuple[Ink, str]:
        """A number with the small digits of a power, an index or a share behind it."""
        writer, rng = self.writer, self.writer.rng
        text = new_text(rng)[:4]
        size = writer.size * rng.uniform(0.35, 0.6)
        face = writer.face and replace(writer.face, size=size)
        nib = replace(writer.nib, width=max(1.0, 0.8 * writer.nib.width))
        small = replace(writer, size=size, nib=nib, face=face)
        behind, down = str(rng.integers(1, 10 if rng.random() < 0.7 else 100)), (-0.75, -0.45)
        if (kind := rng.random()) < 0.2:
            down = 0.15, 0.35
        elif kind < 0.4:
            behind, down = f"{rng.integers(1, 8)}/{rng.integers(2, 10)}", (-0.35, 0.1)
        power = small.number(behind)
        pieces = [writer.number_on_line(text), (power, writer.size * rng.uniform(*down))]
        return self._beside(pieces, rng.uniform(0.03, 0.15)), text + MARK

    def struck(self) -> tuple[Ink, str]:
        """A number that is crossed out, or one digit of it, or one after such a one."""
        writer, rng = self.writer, self.writer.rng
        text, pen = new_text(rng), writer.nib.width
        ink, spans = self._digits(text)
        kind = rng.random()
        if kind < 0.5 and len(spans) == len(text) > 1:
            place = int(rng.integers(len(text)))
            ink = strike(ink, rng, pen=pen, of=text[place], span=spans[place])
            return ink, text[:place] + MARK + text[place + 1 :]
        if kind < 0.8:
            return strike(ink, rng, pen=pen, of=text), MARK
        wrong = new_text(rng)
        crossed, _ = self._digits(wrong)
        if rng.random() < 0.5:
            crossed = strike(crossed, rng, pen=pen, of=wrong)
        else:
            crossed = crossed_out(crossed, writer.hand, rng)
        return self._beside([(crossed, 0.0), (ink, 0.0)], rng.uniform(0.2, 0.6)), MARK + text

    def _letters(self, usual: tuple[str, ...], rng: Rng) -> str:
        """Units and the like, or any letters that are not drawn like digits."""
        if rng.random() < 0.5:
            return str(rng.choice(usual))
        return "".join(rng.choice(list(LETTERS), rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1])))

    def _beside(self, pieces: "list[Piece] | tuple[Piece, ...]", gap: float) -> Ink:
        return self.writer.side_by_side(pieces, gap)[0]


_CONTENTS: dict[str, Callable[[_Hand], tuple[Ink, str]]] = {
    "signs": _Hand.signs,
    "closed": _Hand.closed,
    "thousands": _Hand.thousands,
    "marked": _Hand.marked,
    "raised": _Hand.raised,
    "struck": _Hand.struck,
}


def _new_hand(materials: Materials, rng: Rng) -> _Hand:
    kind = pick(HANDS, rng)
    pens = materials.pens
    if pens is None and kind in ("pens", "whole"):
        kind = str(rng.choice(["glyphs", "drawn"]))
    hand = new_hand(rng)
    real = {"glyphs": 1.0, "both": rng.uniform(0.2, 0.8)}
    hand = replace(hand, real=real.get(kind, 0.0), pen=min(hand.pen, THICKEST))
    if hand.pen > 0.1:
        # Thick strokes that overlap are what nobody could read.
        hand = replace(hand, gap=max(hand.gap, 0.02))
    if kind == "glyphs" and rng.random() < 0.5:
        hand = replace(hand, drawn=frozenset())
    person = None
    if pens is not None and kind in ("pens", "whole"):
        hand = _like_pens(hand, rng)
        person = int(rng.choice(pens.people))
    # A hard pen leaves thin lines, a felt tip thick ones.
    width = max(1.0, TALL * min(hand.pen, 0.14))
    nib = Nib(width, float(rng.choice([0.0, 0.15, 0.3], p=[0.5, 0.35, 0.15])))
    if rng.random() < 0.15:
        nib = replace(nib, grain=rng.uniform(0.2, 0.5))
    face = Typeface.new(TALL, rng) if kind == "print" else None
    return _Hand(kind, Writer(hand, materials, TALL, rng, person, nib, face=face))


def _like_pens(hand: Hand, rng: Rng) -> Hand:
    """How much a person's own digits are changed: less than drawn ones, which have no slant."""
    return replace(
        hand,
        wide=float(np.clip(hand.wide, 0.8, 1.2)),
        slant=float(np.clip(hand.slant, -0.4, 0.8)),
        hanging=0.0 if rng.random() < 0.8 else hand.hanging,
    )
