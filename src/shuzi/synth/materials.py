"""What pages are composed of: real digits, and real pen strokes where they are at hand."""

from dataclasses import dataclass

from shuzi.synth.glyphs import Glyphs
from shuzi.synth.unipen import Pens


@dataclass(frozen=True, slots=True)
class Materials:
    """Real handwriting to compose of.

    Args:
        glyphs: real digits as pictures.
        pens: real pen strokes; without them letters and words are drawn.
    """

    glyphs: Glyphs
    pens: Pens | None = None
