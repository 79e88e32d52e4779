"""Whole pages of numbers with what they say and where, as a camera or a scanner sees them."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.result import Box, Number, Page
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.hand import Hand, new_hand
from shuzi.synth.scene import Scene, develop, rule
from shuzi.synth.texts import new_text
from shuzi.synth.writing import TALL, Ink, write

WIDTH, HEIGHT = 1240, 1754
"""Pixels of a page: A4 at 150 dpi."""
MARGIN = 90


def compose_page(
    glyphs: Glyphs, rng: np.random.Generator, source: str = "page"
) -> tuple[NDArray[np.uint8], Page]:
    """A page that one hand wrote in lines, uint8 (height, width), and its numbers with boxes.

    Args:
        source: the picture's name, for the page.
    """
    hand = _tidy(new_hand(rng, real=1.0))
    scale = rng.uniform(0.8, 1.5)
    paper = Scene.blank(HEIGHT, WIDTH)
    tall = TALL * scale
    pitch = tall * rng.uniform(1.9, 3.2)
    numbers: list[Number] = []
    for line, top in enumerate(np.arange(MARGIN, HEIGHT - MARGIN - 1.6 * tall, pitch), 1):
        numbers += _line(paper.ink, round(top), line, scale, (hand, glyphs), rng)
    rule(paper.print, pitch, MARGIN + 1.25 * tall, rng)
    page = Page(source=source, width=WIDTH, height=HEIGHT, kind="page", numbers=tuple(numbers))
    return develop(paper, rng), page


def _tidy(hand: Hand) -> Hand:
    """So that a number's digits belong together and numbers do not run into one another."""
    gap, uneven = float(np.clip(hand.gap, 0.02, 0.3)), min(hand.uneven, 0.06)
    return replace(hand, gap=gap, uneven=uneven, drift=hand.drift / 4, pitch=0.0, swash=0.0)


def _line(
    ink: NDArray[np.float32],
    top: int,
    line: int,
    scale: float,
    writer: tuple[Hand, Glyphs],
    rng: np.random.Generator,
) -> list[Number]:
    """One to six numbers from the left to the right, as far as there is room."""
    found: list[Number] = []
    left = MARGIN + round(rng.uniform(0, 2) * TALL)
    for _ in range(int(rng.integers(1, 7))):
        text = new_text(rng)
        piece = _scaled(write(text, *writer, rng)[0], scale)
        high, wide = piece.shape
        if left + wide > WIDTH - MARGIN:
            break
        y = top + max(0, round(TALL * scale * 1.25) - high)
        target = ink[y : y + high, left : left + wide]
        np.maximum(target, piece, out=target)
        box = Box(left, y, wide, high)
        found.append(Number(text=text, confidence=1.0, decision="accept", box=box, line=line))
        left += wide + round(TALL * scale * rng.uniform(1.5, 4))
    return found


def _scaled(line: Ink, scale: float) -> NDArray[np.float32]:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(line, None, fx=scale, fy=scale, interpolation=how)
    return np.asarray(scaled, np.float32) / np.float32(255)
