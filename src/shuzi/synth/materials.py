"""What pages are composed of: real digits, and real pen strokes where they are at hand."""

from dataclasses import dataclass

from shuzi.synth.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Materials:
    """Real handwriting to compose of.

    Args:
        glyphs: real digits as pictures.
    """

    glyphs: Glyphs
