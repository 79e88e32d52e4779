"""A number laid flat, with what is found on it: once, whoever asks."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shuzi.recognise.boxes import Field, Row, find_boxes, open_field
from shuzi.recognise.strip import Strip, make_strip


@dataclass(frozen=True, eq=False)
class Crop:
    """A number with a little paper around it.

    Args:
        grey: uint8 (height, width), dark on light or light on dark.
        inner: its first column without that paper, and the one after the last.
    """

    grey: NDArray[np.uint8]
    inner: tuple[float, float]

    @cached_property
    def strip(self) -> Strip:
        """What the models read of it."""
        return make_strip(self.grey)

    @cached_property
    def row(self) -> Row | None:
        """Its printed boxes, if it has any."""
        return find_boxes(self.grey)

    @cached_property
    def field(self) -> Field | None:
        """The boxes opened, if any are written in."""
        return open_field(self.grey, self.row) if self.row else None
