"""One person with a pen, or one printer: says what stands in a field or on a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.blanks import draw_word
from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.materials import Materials
from shuzi.synth.pen import cut
from shuzi.synth.printing import new_word, print_line, print_words
from shuzi.synth.strokes import DIGITS, LETTERS
from shuzi.synth.typeface import Typeface
from shuzi.synth.unipen import Nib, Strokes, ink_strokes
from shuzi.synth.writing import TALL, write, write_ways

Ink = NDArray[np.uint8]
PENNED = 0.35
"""Share of writers whose digits are pen strokes of one person, where there are pens."""
CLOSE = 0.42
"""Heights between two digits of a number at most; further apart they would be two numbers."""
STRAIGHT = 0.15
"""Share of writers, beside those that are so anyway, whose 1 is one straight stroke."""
THIN = 0.12
"""Share of writers with a thin, hard pen."""
AIRY = 0.25
"""Share of numbers with paper on both sides of a slash, a point and the like."""
CROSSED = 0.25
"""Share of numbers whose slashes touch or cross their neighbours."""
LEAN = 0.25
"""Width over height of a slash at least: a steeper one is a 1 to everybody."""
STACKED = 0.3
"""Share of fractions with the upper number raised and the lower one dropped."""
THICKEST = 0.16
"""Heights of a pen's width at most: thicker ones fill a digit's loops."""
_UNEVEN: dict[str, tuple[float, float]] = {
    "-": (0.32, 0.09),
    ",": (0.22, 0.06),
    ":": (0.22, 0.08),
    "/": (0.18, 0.1),
}
"""How much the size (its logarithm) and the foot of the signs of numbers differ; others little."""
_SIGNS: dict[str, tuple[str, float, float]] = {
    "-": ("0,50! 50,48!", 0.45, 0.45),
    ".": ("0,0 4,4", 0.1, 0.0),
    ",": ("10,0 12,20 0,50", 0.28, -0.18),
    "'": ("4,0 0,30", 0.28, 0.75),
    ":": ("0,0 4,4 / 0,60 4,64", 0.55, 0.1),
    ";": ("0,0 4,4 / 6,60 0,90", 0.7, -0.15),
    "/": ("45,0! 0,100!", 1.15, -0.08),
    "+": ("30,0! 30,60! / 0,30! 60,30!", 0.55, 0.2),
    "=": ("0,0! 60,0! / 0,26! 60,24!", 0.5, 0.3),
    "x": ("0,0! 60,60! / 56,0! 2,62!", 0.5, 0.1),
    "*": ("30,0! 30,60! / 4,14! 56,46! / 56,14! 4,46!", 0.5, 0.3),
    "%": ("14,0 2,14 12,28 24,14 14,0 / 66,0! 8,100! / 62,72 50,86 60,100 72,86 62,72", 1.0, 0.0),
    '"': ("4,0 0,34 / 26,0 22,34", 0.3, 0.75),
    "↑": ("24,0! 24,100! / 0,30! 24,0! 48,32!", 1.0, 0.0),
    "↓": ("24,0! 24,100! / 0,70! 24,100! 48,68!", 1.0, 0.0),
    "→": ("0,20! 80,20! / 56,0! 80,20! 56,40!", 0.7, 0.3),
    "←": ("80,20! 0,20! / 24,0! 0,20! 24,40!", 0.7, 0.3),
    "°": ("14,0 2,14 12,28 24,14 14,0", 0.28, 0.7),
    "$": ("46,16 26,8 6,22 24,48 46,66 30,90 2,82 / 26,-6! 24,106!", 1.2, -0.1),
    "(": ("20,0 4,24 0,50 6,78 22,100", 1.2, -0.1),
    ")": ("0,0 18,24 22,50 16,78 2,100", 1.2, -0.1),
    "?": ("2,24 16,2 46,6 50,30 26,48 24,70 / 24,96! 26,100!", 1.1, 0.0),
    "!": ("4,0! 2,70! / 2,96 4,100", 1.1, 0.0),
    "#": ("20,0! 12,80! / 48,0! 40,80! / 0,26! 62,24! / 0,54! 60,54!", 1.0, 0.0),
    "<": ("50,0! 0,28! 50,60!", 0.6, 0.1),
    ">": ("0,0! 50,28! 0,60!", 0.6, 0.1),
    "&": ("70,100! 14,30 20,4 44,6 44,26 6,64 16,98 46,90 66,54", 1.0, 0.0),
    "€": ("60,10 30,0 10,40 20,90 60,90 / 0,36! 46,34! / 0,58! 42,56!", 1.0, 0.0),
    "✓": ("0,60! 20,96! 70,0!", 1.1, 0.0),
    "~": ("0,30 16,8 34,28 52,10", 0.5, 0.35),
}
"""A sign's strokes, its larger side and its foot above the ground line, in heights of a digit."""
BALL_PEN = Nib(2.0)
_FRACTION = re.compile(r"\d{1,2}/\d{1,2}")
_TALL_LETTERS, _DEEP_LETTERS = re.compile("[A-Zbdfhklt0-9]"), re.compile("[gjpqy]")
_SMALL, _DEEP = 0.6, 0.4
"""Heights of an a over a capital's, and of what hangs below the line."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A hand that writes digits `size` pixels high.

    Args:
        person: whose pen strokes its digits are, if they are.
        nib: how its pen inks pen strokes.
        strength: how dark its pen writes, 1 full ink; for who puts the ink on the paper.
        face: for a printer, what it prints everything in.
    """

    hand: Hand
    materials: Materials
    size: float
    rng: np.random.Generator
    person: int | None = None
    nib: Nib = BALL_PEN
    strength: float = 1.0
    face: Typeface | None = None

    @classmethod
    def new(cls, materials: Materials, size: float, rng: np.random.Generator) -> "Writer":
        hand = new_hand(rng)
        hand = replace(
            hand,
            pitch=0.0,
            gap=float(np.clip(hand.gap, -0.03, CLOSE - 0.1)),
            pen=min(hand.pen, THICKEST),
            place=min(hand.place, 0.85),
            slant=min(hand.slant, 0.5),
            wide=max(hand.wide, 0.75),
            joined=hand.joined if rng.random() < 0.15 else 0.0,
        )
        if rng.random() < STRAIGHT:
            hand = replace(hand, ways=(hand.ways[0], DIGITS[1][0], *hand.ways[2:]))
            hand = replace(hand, drawn=hand.drawn | {1})
        pens = materials.pens
        penned = pens is not None and pens.people and rng.random() < PENNED
        person = int(rng.choice(pens.people)) if pens is not None and penned else None
        pencil, thin = rng.random() < 0.2, rng.random() < THIN
        if thin:
            hand = replace(hand, pen=rng.uniform(0.025, 0.05), nib=0.0)
        nib = Nib(
            width=max(0.7, hand.pen * size),
            pressure=float(rng.choice([0.0, 0.15, 0.3], p=[0.4, 0.4, 0.2])),
            grain=rng.uniform(0.2, 0.6) if pencil else 0.0,
        )
        strength = rng.uniform(0.3, 0.8) if pencil else rng.uniform(0.7, 1.0)
        return cls(hand, materials, size, rng, person, nib, strength)

    @classmethod
    def printer(cls, materials: Materials, size: float, rng: np.random.Generator) -> "Writer":
        """One that prints all in one font."""
        writer = cls.new(materials, size, rng)
        strength = rng.uniform(0.5, 1.0)
        return replace(writer, face=Typeface.new(size, rng), strength=strength)

    def number(self, text: str) -> Ink:
        """Digits, and the signs - . , / : among them, cut to their ink."""
        return self.number_on_line(text)[0]

    def number_on_line(self, text: str) -> tuple[Ink, float]:
        """The same, and how far the ink reaches below the ground line."""
        if self.face is not None:
            return self.face.set(text)
        if self.person is None and text.isdecimal():
            return self._digits(text), 0.0
        pieces: list[tuple[Ink, float]] = []
        air: list[float] = []
        wide = self.rng.uniform(0.0, 0.5, 2) if self.rng.random() < AIRY else np.zeros(2)
        close = -self.rng.uniform(0.05, 0.22) if self.rng.random() < CROSSED else 0.0
        falls = self._steps(text)
        for part in re.findall(r"\d+|\D", text):
            fall = self.size * falls[len(air) > 0]
            if not part.isdecimal():
                pieces.append(self._sign(part))
                apart = [close, close] if part == "/" and not wide.any() else wide.tolist()
                air += [0.0] * (len(pieces) - 1 - len(air)) + apart
            elif self.person is None:
                pieces.append((self._digits(part), fall))
            else:
                pieces += [(self.digit(digit), fall) for digit in part]
        # Nobody writes a point over its neighbours.
        return self.side_by_side(pieces, max(0.04, self.hand.gap), air, self.hand.drift / 3)

    def _steps(self, text: str) -> tuple[float, float]:
        """How far the numbers of a fraction lie below the line, in heights."""
        if not _FRACTION.fullmatch(text) or self.rng.random() >= STACKED:
            return 0.0, 0.0
        return -self.rng.uniform(0.1, 0.5), self.rng.uniform(0.0, 0.35)

    def word(self) -> Ink:
        """A word, joined or in letters, with or without a capital."""
        return self.word_on_line()[0]

    def word_on_line(self) -> tuple[Ink, float]:
        """The same, and how far the ink reaches below the ground line."""
        pens = self.materials.pens
        if self.face is not None:
            return self.face.set(new_word(self.rng))
        if pens is None or self.rng.random() < 0.05:
            word = draw_word(self.hand, self.rng)
            return scaled(word, 0.8 * self.size / TALL), 0.0
        text, strokes = pens.pick("words", self.rng, person=self.person)
        return self._lettered(text, strokes)

    def letters(self, text: str = "") -> Ink:
        """These letters, or a few of any, as of a unit or an abbreviation.

        Without pens they are letters and nobody promises which.
        """
        return self.letters_on_line(text)[0]

    def letters_on_line(self, text: str = "") -> tuple[Ink, float]:
        """The same, and how far the ink reaches below the ground line."""
        pens, rng = self.materials.pens, self.rng
        if self.face is not None:
            return self.face.set(text or "".join(rng.choice(list("ABCDEFGHKMNPRSTUabdefhk"), 3)))
        if pens is None:
            count = len(text) or int(rng.integers(1, 5))
            ink = write_ways(rng.choice(LETTERS[:34], count).tolist(), self.hand, rng)
            return scaled(ink, self.size / TALL), 0.0
        samples = [pens.pick("letters", rng, letter, self.person) for letter in text]
        if not text:
            anything = [
                pens.pick("letters", rng, person=self.person) for _ in range(rng.integers(1, 5))
            ]
            # Alone these could be digits.
            samples = [sample for sample in anything if sample[0] not in "IlOo"] or [
                pens.pick("letters", rng, "A", self.person)
            ]
        pieces = [self._lettered(letter, strokes) for letter, strokes in samples]
        return self.side_by_side(pieces, max(0.04, min(self.hand.gap, 0.2)))

    def sign(self, sign: str) -> Ink:
        """One of `- . , / : + = x * % ° " $ ( ) ? ! # < > & ' ; ~`, an arrow, the euro, a tick."""
        return self._sign(sign)[0]

    def sign_on_line(self, sign: str) -> tuple[Ink, float]:
        """The same, and how far the ink reaches below the ground line."""
        return self._sign(sign)

    def identifier(self) -> tuple[Ink, float]:
        """A word with digits in it, which is no number, and how far it reaches below the line."""
        pens, rng = self.materials.pens, self.rng
        if self.face is not None:
            return self.face.set(f"{rng.choice(list('ABCDEFHKMNPRTVWX'))}{rng.integers(1, 1000)}")
        if pens is not None and rng.random() < 0.4 and pens.has("mixed", ""):
            text, strokes = pens.pick("mixed", rng)
            return self._lettered(text, strokes)
        letters = self.letters_on_line(str(rng.choice(list("ABCDEFHKMNPRTVWX"))))
        digits = self.number_on_line(str(rng.integers(1, 1000)))
        pieces = [letters, digits]
        if rng.random() < 0.3:
            pieces.append(self.letters_on_line(str(rng.choice(list("abcdkmx")))))
        return self.side_by_side(pieces, max(0.03, min(0.1, self.hand.gap)))

    def whole_number(self, *, signed: bool = False) -> tuple[str, Ink]:
        """A number that a person wrote in one go, where there are pens, and its text.

        Args:
            signed: it has signs, if there are such.
        """
        pens = self.materials.pens
        if self.face is not None or pens is None or not pens.has("strings", ""):
            text = str(self.rng.integers(0, 10_000))
            return text, self.number(text)
        kind = "signed" if signed and pens.has("signed", "") else "strings"
        text, strokes = pens.pick(kind, self.rng)
        return text, self._inked(strokes, self.size / _height(strokes))

    def _digits(self, text: str) -> Ink:
        line = write(text, self.hand, self.materials.glyphs, self.rng)[0]
        return scaled(line, self.size / TALL)

    def digit(self, digit: str) -> Ink:
        """One of the person's own digits."""
        pens = self.materials.pens
        assert pens is not None
        strokes = pens.pick("digits", self.rng, digit, self.person)[1]
        tall = self.size * (1 + self.rng.normal(0, self.hand.uneven))
        return self._inked(strokes, tall / _height(strokes))

    def _inked(self, strokes: Strokes, scale: float) -> Ink:
        slant = self.rng.normal(0, 0.04) + 0.3 * self.hand.slant
        wide = float(np.clip(self.hand.wide, 0.75, 1.25) * np.exp(self.rng.normal(0, 0.06)))
        haste = self.hand.haste
        return ink_strokes(strokes, scale, self.nib, self.rng, slant=slant, wide=wide, haste=haste)

    def _lettered(self, text: str, strokes: Strokes) -> tuple[Ink, float]:
        """Letters at their size beside digits, and how far they hang below the line."""
        above = 1.0 if _TALL_LETTERS.search(text) else _SMALL
        below = _DEEP if _DEEP_LETTERS.search(text) else 0.0
        spread = 1 + self.rng.normal(0, self.hand.uneven)
        scale = self.size * (above + below) * spread / _height(strokes)
        thin = replace(
            self, nib=replace(self.nib, width=min(self.nib.width, 0.1 * self.size + 0.3))
        )
        return thin._inked(strokes, scale), self.size * below

    def _sign(self, sign: str) -> tuple[Ink, float]:
        if self.face is not None and self.face.holds(sign):
            return self.face.set(sign)
        way, large, foot = _SIGNS[sign]
        pens, rng = self.materials.pens, self.rng
        size_differs, foot_differs = _UNEVEN.get(sign, (0.12, 0.04))
        large *= self.size * np.exp(rng.normal(0, size_differs))
        foot += rng.normal(0, foot_differs)
        if sign == "/":
            # A short one is a 1 to everybody.
            large = max(large, self.size)
        if sign == ".":
            side = max(1.5, 0.06 * self.size, self.nib.width * rng.uniform(0.9, 1.6))
            dot = [np.zeros((1, 2)), np.array([[0.0, 0.0], [side / 3, side / 3]])][rng.integers(2)]
            return ink_strokes([dot], 1.0, replace(self.nib, width=side), rng), 0.0
        if pens is not None and pens.has("signs", sign) and rng.random() < 0.7:
            strokes = pens.pick("signs", rng, sign, self.person)[1]
            wide, high = np.ptp(np.concatenate(strokes), axis=0)
            if sign != "/" or wide > LEAN * high:
                scale = large / max(float(wide), float(high), 1.0)
                return self._inked(strokes, scale), -foot * self.size
        hand = replace(self.hand, slant=max(0.0, self.hand.slant)) if sign == "/" else self.hand
        ink = write_ways([way], hand, rng)
        return scaled(ink, large / max(ink.shape)), -foot * self.size

    def side_by_side(
        self,
        pieces: Sequence[tuple[Ink, float]],
        gap: float,
        air: Sequence[float] = (),
        drift: float = 0.0,
    ) -> tuple[Ink, float]:
        """The pieces on one ground line, the gap, in heights, between their nearest ink; before
        some of them so much more `air`. The line falls by the drift, in heights, a piece."""
        air = [*air, *[0.0] * len(pieces)][: len(pieces)]
        falls = [
            below + self.size * (i * drift + self.rng.normal(0, 0.02 + 0.3 * self.hand.uneven))
            for i, (_, below) in enumerate(pieces)
        ]
        tops = [fall - len(ink) for (ink, _), fall in zip(pieces, falls, strict=True)]
        highest, lowest = min(tops), max(falls)
        height = round(lowest - highest) + 2
        wide = (
            sum(ink.shape[1] for ink, _ in pieces)
            + round(self.size * (len(pieces) * (0.5 + max(0.1, gap)) + max(0.0, sum(air))))
            + 2
        )
        line = np.zeros((height, wide), np.uint8)
        edge = np.full(height, -1e6)
        reach = 2 * round(0.12 * self.size) + 1
        for i, ((ink, _), top) in enumerate(zip(pieces, tops, strict=True)):
            high, width = ink.shape
            at = min(round(top - highest), height - high)
            inked = ink > 60
            begin = np.where(inked.any(axis=1), inked.argmax(axis=1), 1_000_000)
            near = np.asarray(cv2.dilate(edge[:, None], np.ones((reach, 1))))[at : at + high, 0]
            nearest = float((near - begin).max())
            if nearest < -1000:
                nearest = float(max(0, edge.max()))
            apart = max(0.0, gap + self.rng.normal(0, 0.03)) if gap > 0 else gap
            left = 0 if i == 0 else max(0, round(nearest + (apart + air[i]) * self.size + 1))
            left = min(left, wide - width)
            target = line[at : at + high, left : left + width]
            np.maximum(target, ink, out=target)
            last = np.where(inked.any(axis=1), left + width - inked[:, ::-1].argmax(axis=1), -1e6)
            edge[at : at + high] = np.maximum(edge[at : at + high], last)
        rows = np.flatnonzero((line > 30).any(axis=1))
        foot = float(height - 1 - rows[-1]) if len(rows) else 0.0
        return cut(line), lowest - foot


def _height(strokes: Strokes) -> float:
    return max(1.0, float(np.ptp(np.concatenate(strokes)[:, 1])))


def printed(text: str, size: float, rng: np.random.Generator) -> Ink:
    """The text in one of many fonts, a capital `size` pixels high, cut to its ink."""
    return scaled(print_line(text, rng), size / TALL)


def printed_words(size: float, rng: np.random.Generator) -> Ink:
    """A word or a few, as `printed`."""
    return scaled(print_words(rng), size / TALL)


def scaled(ink: Ink, scale: float) -> Ink:
    """So many times as large; enlarged its edges stay sharp."""
    size = [max(1, round(side * scale)) for side in ink.shape[::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = np.asarray(cv2.resize(ink, size, interpolation=how), np.uint8)
    if scale < 1.3:
        return large
    steep = min(scale, 4.0)
    return np.asarray(
        cv2.LUT(large, np.clip(steep * (np.arange(256) - 128) + 128, 0, 255).astype(np.uint8)),
        np.uint8,
    )
