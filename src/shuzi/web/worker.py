"""Reads what the service was sent, in a process of its own that may crash or be ended.

    python -P -m shuzi.web.worker

takes its settings and then one task after the other from standard input, and answers each on
standard output, in the messages of `shuzi.web.messages`; it ends with its input, or when the
service is killed.
"""

import ctypes
import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import cv2

from shuzi.errors import ShuziError, TooLargeError
from shuzi.reader import Look, Reader
from shuzi.result import SCHEMA, Page
from shuzi.review.intake import choose
from shuzi.web import pictures
from shuzi.web.messages import Message, describe_defect, receive, send

MAX_ANSWER = 100_000_000
"""Bytes; the service holds an answer until its client has taken it."""
_PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that a process gets when its parent ends."""


def main() -> int:
    _end_with_the_service()
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints is not an answer.
    os.dup2(2, 1)
    settings, _ = receive(tasks) or sys.exit()
    _limit_memory(settings["memory"])
    # The service has as many workers as it may use cores.
    cv2.setNumThreads(1)
    fast, max_pixels = settings["fast"], settings["max_pixels"]
    reader = Reader(settings["model"], fast=fast, max_pixels=max_pixels, threads=1)
    # Loaded now, not at the first picture.
    reader.page_network, reader.sequence_recogniser  # noqa: B018
    if reader.second_reader is not None:
        reader.second_reader.open()
    send(answers, {"ready": True})
    while (task := receive(tasks)) is not None:
        try:
            answer = _answer(reader, settings["max_pages"], *task)
        except Exception as error:
            answer = _complaint(error, task[0]["name"]), b""
        send(answers, *answer)
    return 0


def _answer(reader: Reader, max_pages: int, task: dict[str, Any], content: bytes) -> Message:
    file = io.BytesIO(content)
    file.name = task["name"]
    looks = _limited(reader.with_options(**task["options"]).looks(file), file.name, max_pages)
    said, body = _queue(looks, task) if "sample" in task else _read(looks, task)
    if len(body) > MAX_ANSWER:
        raise TooLargeError(
            f"The pictures of {file.name} take more than {MAX_ANSWER:,} bytes.",
            "Send fewer pages at a time.",
        )
    return said, body


def _limited(looks: Iterator[Look], name: str, most: int) -> Iterator[Look]:
    for number, look in enumerate(looks, 1):
        if number > most:
            raise TooLargeError(f"{name} has more than {most} pages.")
        yield look


def _read(looks: Iterator[Look], task: dict[str, Any]) -> Message:
    """The body of an answer of /api/v1/read."""
    pages, said = [], []
    for look in looks:
        pages.append(look.page)
        said.append(
            look.page.to_dict()
            | ({"seen": pictures.seen(look)} if task["seen"] else {})
            | ({"picture": pictures.upright(look)} if task["upright"] else {})
        )
    body = json.dumps({"schema": SCHEMA, "pages": said}, ensure_ascii=False)
    return {"decisions": _decisions(pages)}, body.encode()


def _queue(looks: Iterator[Look], task: dict[str, Any]) -> Message:
    """The pages, and what people look at of them: `items` with their pictures one by one."""
    pages, items, kept = [], [], []
    for look in looks:
        pages.append(look.page)
        for item in choose(look, task["sample"]):
            items.append(
                {
                    "source": item.source,
                    "page": item.page,
                    "number": item.number.to_dict(),
                    "inside": item.inside.to_list(),
                    "sampled": item.sampled,
                    "seen": item.seen,
                    "sizes": [len(item.crop), len(item.surroundings)],
                }
            )
            kept += [item.crop, item.surroundings]
    said = {"pages": [page.to_dict() for page in pages], "items": items}
    return said | {"decisions": _decisions(pages)}, b"".join(kept)


def _decisions(pages: list[Page]) -> dict[str, int]:
    return Counter(number.decision for page in pages for number in page.numbers)


def _complaint(error: Exception, name: str) -> dict[str, Any]:
    last = _is_of_memory(error) or _is_of_memory(error.__cause__)
    if last:
        error = TooLargeError(f"{name} needs more memory than one reading may take.")
    elif not isinstance(error, ShuziError):
        return {"defect": describe_defect(error)}
    message, remedy = error.told("http")
    said = {"kind": type(error).__name__, "message": message, "remedy": remedy}
    # The memory that is left is in pieces; a new worker has all of it.
    return {"error": said, "last": last}


def _is_of_memory(error: BaseException | None) -> bool:
    if isinstance(error, cv2.error):
        return error.code == cv2.Error.StsNoMem
    # ONNX Runtime's errors have no kind for it.
    return isinstance(error, MemoryError) or "bad_alloc" in str(error)


def _limit_memory(most: int) -> None:
    """Bytes of address space, the libraries included."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Some systems have no such limit.
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _end_with_the_service() -> None:
    """Also in the middle of a task; elsewhere than on Linux, at its end."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
