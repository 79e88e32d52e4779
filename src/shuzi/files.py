"""Files that are either the old one or the new one, never half of it; and where a model lies."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from shuzi.errors import OutputError


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, moved to `path` when the block ends well.

    Raises:
        OutputError: the file cannot be written (no folder, no permission, disk full).
    """
    path = Path(path)
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def make_folder(path: Path) -> None:
    """Make the folder and those above it, if they are not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be made: {error.strerror}.") from error


def model_file(place: str | PathLike[str]) -> Path:
    """The model of a run folder; any other place is a model file itself."""
    path = Path(place)
    return path / "model.onnx" if path.is_dir() else path


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
