"""What the service and its workers say to each other: a JSON object, and bytes that go with it."""

import json
import struct
import traceback
from typing import IO, Any

Message = tuple[dict[str, Any], bytes]
LONGEST = 2**32
"""Bytes of either part; a worker that claims more is out of its mind."""
_SIZES = struct.Struct(">QQ")


def send(stream: IO[bytes], said: dict[str, Any], content: bytes = b"") -> None:
    text = json.dumps(said).encode()
    stream.write(_SIZES.pack(len(text), len(content)) + text)
    stream.write(content)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """The next message; None if the other has ended, in the middle of one or before."""
    sizes = stream.read(_SIZES.size)
    if len(sizes) < _SIZES.size or max(_SIZES.unpack(sizes)) > LONGEST:
        return None
    text, content = (stream.read(size) for size in _SIZES.unpack(sizes))
    if (len(text), len(content)) != _SIZES.unpack(sizes):
        return None
    said: dict[str, Any] = json.loads(text)
    return said, content


def describe_defect(error: BaseException) -> str:
    """An unexpected error for the log: its class and where it arose, and no value."""
    places = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{p.name} {p.filename}:{p.lineno}" for p in reversed(places))
    return f"{type(error).__name__} in {where}"
