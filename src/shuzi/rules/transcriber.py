"""Crops and pages with their groups -> numbers, by both models."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shuzi.decide import FLOOR
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.glyph import normalise
from shuzi.recognise.sequence import Reading, SequenceRecogniser
from shuzi.recognise.signs import Sign, find_signs, signed
from shuzi.recognise.strip import Strip, make_strip
from shuzi.result import Box, Number
from shuzi.rules.boxes import SQUARE
from shuzi.rules.groups import Group
from shuzi.rules.ink import find_digit
from shuzi.rules.layout import Layout
from shuzi.rules.numbers import (
    SEVERAL,
    agreed,
    averaged,
    boxed_number,
    doubted,
    is_a_letter,
    is_of_a_word,
    number_of,
    on_page,
    passed_over,
    unsigned,
)

Grey = NDArray[np.uint8]
LYING, DASH = 0.9, 0.95
"""Width over height above which a stroke in a box is a dash, not a 1; and how probably."""
NONE = 0.1
"""How probably a number that cannot be read is none, at most."""
NARROW = 1.1
"""Width over height of ink that may be a single digit."""


class Transcriber:
    """Says what ink that was found says: the number model reads it whole, the digit model apart.

    Args:
        digits_only: leave out minus signs, decimal points and commas.
    """

    def __init__(
        self, recogniser: Recogniser, sequences: SequenceRecogniser, digits_only: bool
    ) -> None:
        self.recogniser, self.sequences = recogniser, sequences
        self.digits_only = digits_only

    def of_crop(self, grey: Grey) -> list[Number]:
        """The number that a whole picture is, uint8 (height, width), or none."""
        strip = make_strip(grey)
        reading = self.sequences.predict([strip.values])[0]
        if not reading.text:
            return []
        whole = Box(0, 0, grey.shape[1], grey.shape[0])
        return [number_of(reading, strip, whole, whole, self._signs(strip, reading))]

    def of_layout(self, layout: Layout) -> list[Number]:
        """The numbers of a page, or of a crop with printed boxes, in lines."""
        boxed = [group for group in layout.groups if group.boxes]
        free = [group for group in layout.groups if not group.boxes]
        found = [*self._of_boxes(layout, boxed), *self._of_groups(layout, free)]
        lines = {line: place for place, line in enumerate(sorted({n.line for n in found}), 1)}
        ordered = sorted(found, key=lambda number: (number.line, number.box.x))
        return [replace(number, line=lines[number.line]) for number in ordered]

    def _of_boxes(self, layout: Layout, groups: list[Group]) -> list[Number]:
        """The numbers in printed boxes: without the borders, and with them; both count."""
        single = [group for group in groups if _may_hold_several(layout, group)]
        strips = [make_strip(layout.with_borders(group)) for group in groups]
        strips += [make_strip(layout.paper_in(group.boxes[0])) for group in single]
        readings = self._read(strips)
        looks = list(zip(strips, readings, strict=True))
        inside = dict(zip(single, looks[len(groups) :], strict=True))
        numbers = []
        for group, (strip, reading) in zip(groups, looks, strict=False):
            if group in inside:
                number = self._in_one(layout, group, *inside[group])
            else:
                number = self._box_by_box(layout, group)
            text, confidence = agreed(number, reading)
            if text and text != unsigned(number):
                number = on_page(layout, group, strip, reading)
            if text:
                numbers.append(replace(number, confidence=confidence, line=group.line))
        return numbers

    def _box_by_box(self, layout: Layout, group: Group) -> Number:
        """What the digit model reads in a row of boxes; blank ones are passed over."""
        whole = layout.on_picture(group.box)
        found = ((box, find_digit(layout.paper_in(box))) for box in group.boxes)
        inked = [(layout.on_picture(box), ink) for box, ink in found if ink is not None]
        if not inked:
            return boxed_number([], np.zeros((0, 10), np.float32), whole)
        table = self.recogniser.predict(np.stack([normalise(ink.values) for _, ink in inked]))
        lying = np.array([ink.box.width > LYING * ink.box.height for _, ink in inked], bool)
        table[lying & (table.argmax(axis=1) == 1)] *= 1 - DASH
        return boxed_number([box for box, _ in inked], table, whole)

    def _in_one(self, layout: Layout, group: Group, strip: Strip, reading: Reading) -> Number:
        """The number in a box of its own, its text empty if there is none."""
        whole = layout.on_picture(group.box)
        if not reading.text:
            return Number(text="", confidence=reading.confidence, box=whole)
        paper = layout.paper_box(group.boxes[0])
        number = number_of(reading, strip, paper, paper, self._signs(strip, reading))
        places = [replace(d.box, y=group.box.y, height=group.box.height) for d in number.digits]
        digits = (
            replace(d, box=layout.on_picture(box))
            for d, box in zip(number.digits, places, strict=True)
        )
        return replace(number, box=whole, digits=tuple(digits))

    def _of_groups(self, layout: Layout, groups: list[Group]) -> list[Number]:
        strips = [make_strip(layout.crop(group)) for group in groups]
        readings = self._read(strips)
        readings = self._with_second_opinions(layout, groups, readings, strips)
        numbers, words, unreadable = [], [], []
        for group, strip, reading in zip(groups, strips, readings, strict=True):
            # What is unlikely to be a number at all is none; the rest of the page is not either.
            likely = reading.text and reading.confidence >= FLOOR
            unread = passed_over(layout, group, strip, reading) if likely else 0
            if likely and not is_of_a_word(reading.text, unread):
                number = on_page(layout, group, strip, reading)
                numbers.append((group, doubted(number) if unread >= SEVERAL else number))
            elif reading.text and not likely and reading.probabilities.get("", 0.0) <= NONE:
                unreadable.append((group, on_page(layout, group, strip, reading)))
            elif len(group.parts) > 1:
                words.append(group)
        # Among words it is one more of them.
        if len(numbers) > len(words):
            numbers += unreadable
        found = [
            (group, number)
            for group, number in numbers
            if len(number.digits) > 1 or not is_a_letter(layout, group, words)
        ]
        return self._with_signs(layout, found)

    def _with_signs(self, layout: Layout, found: list[tuple[Group, Number]]) -> list[Number]:
        """The numbers with their signs, less those that were read from a sign alone.

        Digits with marks around them are read once more with the marks, and only if that changes
        nothing the signs count.
        """
        numbers = [number for _, number in found]
        if self.digits_only:
            return numbers
        some = [i for i, (group, _) in enumerate(found) if group.marks]
        marked = [layout.marked(found[i][0]) for i in some]
        strips = [make_strip(layout.crop(group)) for group in marked]
        readings = self._read(strips)
        taken: set[int] = set()
        for i, group, strip, reading in zip(some, marked, strips, readings, strict=True):
            digits = unsigned(numbers[i])
            signs = find_signs(strip.values, reading.spans) if reading.text == digits else ()
            if signs:
                box = layout.on_picture(group.box)
                numbers[i] = replace(numbers[i], text=signed(digits, signs), box=box)
                taken |= set(found[i][0].marks)
        kept = zip(found, numbers, strict=True)
        return [number for (group, _), number in kept if not taken.issuperset(group.parts)]

    def _with_second_opinions(
        self, layout: Layout, groups: list[Group], readings: list[Reading], strips: list[Strip]
    ) -> list[Reading]:
        """Where the ink is as narrow as one digit, what the digit model says of it counts too."""
        narrow = [i for i, g in enumerate(groups) if g.box.width <= NARROW * g.box.height]
        if not narrow:
            return readings
        glyphs = np.stack([normalise(layout.ink(groups[i])) for i in narrow])
        opinions = dict(zip(narrow, self.recogniser.predict(glyphs), strict=True))
        return [
            averaged(reading, opinions[i], strips[i].values.shape[1]) if i in opinions else reading
            for i, reading in enumerate(readings)
        ]

    def _read(self, strips: list[Strip]) -> list[Reading]:
        return self.sequences.predict([strip.values for strip in strips]) if strips else []

    def _signs(self, strip: Strip, reading: Reading) -> tuple[Sign, ...]:
        return () if self.digits_only else find_signs(strip.values, reading.spans)


def _may_hold_several(layout: Layout, group: Group) -> bool:
    """Whether it is one box, and the ink in it is wider than a digit's, or out of sight."""
    if len(group.boxes) != 1:
        return False
    ink = find_digit(layout.paper_in(group.boxes[0]))
    wide = group.box.width > SQUARE * group.box.height
    return wide or ink is None or ink.box.width > NARROW * ink.box.height
