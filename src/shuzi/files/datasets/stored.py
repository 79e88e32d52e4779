"""What a dataset's files hold, as they hold it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from os.path import relpath
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shuzi.errors import DataError, ImageError
from shuzi.image import Grey, load_grey

MAX_IMAGES = 2_500_000
"""Of one part: two thousand million bytes as 28 x 28 pixels."""
_NAMED = 3
"""Pictures that a message names."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Files of pictures of any size, or their bytes, decoded one at a time.

    Args:
        rows: of bytes, the files whose rows they are, by the number of each one's first.
    """

    files: Sequence[Path | bytes]
    source: str
    rows: Mapping[int, Path] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def names(self) -> list[str]:
        """The files' names, from the folder on; none of what is not files."""
        return [relpath(file, self.source) for file in self.files if isinstance(file, Path)]

    def __iter__(self) -> Iterator[Grey]:
        """Each picture, grey uint8 (height, width).

        Raises:
            DataError: some cannot be read; it is raised after the last, and counts them.
        """
        damaged: list[str] = []
        for number, file in enumerate(self.files):
            try:
                yield load_grey(file)
            except ImageError as error:
                said = str(error.args[0]).rstrip(".")
                if isinstance(file, bytes):
                    said = said.replace("bytes", self._row(number), 1)
                damaged.append(said)
        if damaged:
            more = f"; and {len(damaged) - _NAMED} more" if len(damaged) > _NAMED else ""
            raise DataError(
                f"{self.source}: {len(damaged)} of {len(self)} pictures cannot be read: "
                f"{'; '.join(damaged[:_NAMED])}{more}.",
                "Remove them, or save them again as PNG or JPEG.",
            )

    def _row(self, number: int) -> str:
        first = max(first for first in self.rows if first <= number)
        return f"row {number - first} of {self.rows[first]}"

    def sample(self, most: int) -> list[Grey]:
        """Some of them, evenly spaced, less those that cannot be read."""
        found = []
        for place in np.unique(np.linspace(0, len(self) - 1, most).astype(int)):
            with suppress(ImageError):
                found.append(load_grey(self.files[place]))
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """Images, and the digit that each shows.

    Args:
        images: uint8 (n, height, width), or pictures of any size.
        labels: uint8 (n,), 0 to 9; 10 for what is not a digit; None where there are none.
    """

    images: NDArray[np.uint8] | Pictures
    labels: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A dataset as it was found.

    Args:
        form: what it was recognised as, for people.
        parts: `train`, `validation` and `test`, as far as they are there.
        notes: what else people should know, a sentence each.
        transposed: whether rows are stored as columns, as the form is known to.
    """

    form: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    transposed: bool = False
