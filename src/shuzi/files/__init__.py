"""Files that are written whole or not at all, and read only as far as they may go."""

import errno
import json
import math
import os
import shutil
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from shuzi.errors import OutputError, UsageError, check_path

TEMPORARY = ".writing-"
MAX_JSON = 20_000_000
"""Bytes; the largest of ours, the mistakes of an evaluation, has 0.3 million."""
MAX_DEPTH = 50
"""Of lists and objects within each other; ours have 6."""
MAX_DIGITS = 100
"""Of a number; Python itself takes time in proportion to the square."""
_TOO_DEEP = f"it is nested more than {MAX_DEPTH} deep"


def open_file(path: Path) -> BufferedReader:
    """The regular file, opened to read bytes.

    Raises:
        OSError: it cannot be opened, or is a folder, a device, a pipe or a socket, none of which
            is opened: that could wait for ever. Its `strerror` says which.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        reason = "it is not a regular file, but a device, a pipe or a socket"
        raise OSError(errno.EINVAL, reason, str(path))
    return path.open("rb")


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises:
        OSError: see `open_file`.
        ValueError: it has more bytes than `limit`.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(size + 1) if size <= limit else b""
    if max(size, len(content)) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    return content


def read_json(source: Path | bytes, limit: int = MAX_JSON) -> Any:
    """The value of a JSON document, from a file or from the bytes themselves.

    Refused, beside what is not JSON: more bytes than `limit`, values nested more than 50 deep,
    numbers of more than 100 digits or that are not finite, a name twice in one object, text that
    is not UTF-8, halves of surrogate pairs.

    Raises:
        OSError: the file cannot be read; see `open_file`.
        ValueError: it is refused; the message says why.
    """
    content = read_file(source, limit) if isinstance(source, Path) else source
    if len(content) > limit:
        raise ValueError(f"it has more than {limit:,} bytes")
    text = content.decode("utf-8")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_int,
            parse_float=_float,
            parse_constant=_not_finite,
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(value)
    if "\\u" in text:
        # An escape may say half of a pair, which no file and no terminal takes.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        nested = [part for part in level if isinstance(part, (dict, list))]
        if not nested:
            return
        inner = (part.values() if isinstance(part, dict) else part for part in nested)
        level = [item for items in inner for item in items]
    raise ValueError(_TOO_DEEP)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has {twice[:50]!r} twice")
    return found


def _int(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number has {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _not_finite(text)


def _not_finite(text: str) -> NoReturn:
    raise ValueError(f"{text[:50]} is not a finite number")


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, moved to `path` when the block ends well.

    Of a symbolic link, beside and to what it leads to: the link stays.

    Raises:
        OutputError: the file cannot be written (no folder, no permission, disk full, a link that
            leads round), or would take the place of a folder, a device or a pipe.
    """
    path, target = Path(path), led_to(path)
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a device or a pipe"
            raise OutputError(f"{path} cannot be written: it is {kind}.", "Name a file.")
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=TEMPORARY, suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def led_to(path: Path) -> Path:
    """What is written to where the path, or a folder above it, is a symbolic link.

    Raises:
        OutputError: the link leads round to itself.
    """
    target = Path(os.path.realpath(path))
    # Unlike `is_symlink`, this is False in a folder where nothing may be seen.
    if os.path.islink(target):  # noqa: PTH114
        raise OutputError(
            f"{path} cannot be written: it is a link that leads round to itself.",
            "Remove it, or name another file.",
        )
    return target


@contextmanager
def fill_atomically(folder: Path) -> Iterator[Path]:
    """Give a temporary folder in `folder`, new or empty, that gets what is in it when all is well.

    What a killed process left there is removed.

    Raises:
        OutputError: the folder cannot be made or written, or is not empty.
    """
    is_new = not folder.exists()
    make_folder(folder)
    temporary: Path | None = None
    try:
        if not is_empty(folder):
            raise OutputError(f"{folder} is not empty.", "Choose another folder, or empty it.")
        temporary = Path(tempfile.mkdtemp(dir=folder, prefix=TEMPORARY))
        yield temporary
        for path in sorted(temporary.iterdir()):
            path.rename(folder / path.name)
        is_new = False
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                folder.rmdir()


def is_empty(folder: Path) -> bool:
    """Whether nothing is in the folder, or only what a killed process left, which is removed.

    Raises:
        OSError: it cannot be listed.
    """
    # Nothing is touched in a folder that may be somebody else's.
    if any(not path.name.startswith(TEMPORARY) for path in folder.iterdir()):
        return False
    remove_unfinished(folder)
    return True


def remove_unfinished(folder: Path) -> None:
    """Remove the temporary files and folders that killed processes left in a folder of ours."""
    for path in list(folder.rglob(f"{TEMPORARY}*")):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def make_folder(path: Path) -> None:
    """Make the folder and those above it, if they are not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be made: {error.strerror}.") from error


def check_ending(output: Path, ending: str) -> None:
    """Refuse a name that does not say what the file will be.

    Raises:
        UsageError: it ends otherwise.
    """
    if output.suffix != ending:
        raise UsageError(f"{output} must end in {ending}.", "Give a name that ends so.")


def check_other(output: Path, source: str | PathLike[str], what: str = "what is read") -> None:
    """Refuse to write over what is read, by whatever name.

    Raises:
        UsageError: the two are the same file.
    """
    same = False
    with suppress(OSError):
        same = output.samefile(source)
    if same:
        raise UsageError(f"{output} is {what}; it is not written over.", "Give another name.")


def check_name(path: Path) -> None:
    """Refuse a name that is not UTF-8: ONNX Runtime opens none such, and no JSON holds it.

    Raises:
        UsageError: it is not.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UsageError(f"{path}: its name is not UTF-8.", "Rename it.") from None


def model_file(place: str | PathLike[str]) -> Path:
    """The model of a run folder; any other place is a model file itself.

    Raises:
        UsageError: it is no path.
    """
    check_path("model", place)
    path = Path(place)
    return path / "model.onnx" if path.is_dir() else path


def shipped(name: str) -> Path:
    """The file of that name that shuzi carries with its models."""
    return Path(__file__).parent.parent / "models" / name


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
