"""ONNX Runtime: strips with a number in, its text and probability out, without cutting it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.session import open_session

HEIGHT = 32
STRIDE = 4
"""Columns of a strip to a frame of the output."""
BEAM = 8
"""Texts kept at each frame of the search."""
UNLIKELY = 1e-3
"""Characters less likely than this in a frame are not tried there."""
CHUNK = 64
_STEP = 16
"""Strips are padded to a multiple of this, so that many share a width."""
_CLASSES = 11
_BRIGHT = 80
_REACH = 20
"""Columns that the first and the last digit may reach outwards from their middle."""
_INPUT = ("strips", "tensor(uint8)")
_OUTPUT = ("log_probabilities", "tensor(float)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a strip says.

    Args:
        text: the digits; empty where there is no number.
        confidence: probability that all of `text` is right, 0 to 1.
        spans: of each digit, its first column of the strip and the one after its last.
        alternatives: the next best texts with their probabilities, at most 4.
    """

    text: str
    confidence: float
    spans: tuple[tuple[int, int], ...]
    alternatives: tuple[tuple[str, float], ...]


class SequenceRecogniser:
    """A model that reads a whole number.

    Args:
        path: an ONNX model with input `strips` uint8 (n, 32, w) and output `log_probabilities`
            float32 (n, w / 4, 11), a blank and the digits; the model that shuzi carries if None.
        threads: that work on one prediction; a core each if None.

    Raises:
        ModelError: there is no such file, it is not ONNX, or it has other inputs or outputs.
    """

    def __init__(
        self, path: str | PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        self.path = Path(path) if path is not None else _shipped_model()
        self.threads = threads
        self._session  # noqa: B018 - a bad file is refused here, not at the first strip

    def predict(self, strips: Sequence[NDArray[np.uint8]]) -> list[Reading]:
        """What each strip says.

        Args:
            strips: each uint8 (32, w), as `shuzi.strip.normalise_strip` gives them.

        Raises:
            ModelError: a strip has another shape or dtype.
        """
        frames = self.log_probabilities(strips)
        return [_reading(table, strip) for table, strip in zip(frames, strips, strict=True)]

    def log_probabilities(self, strips: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float32]]:
        """Of the blank and the digits in each frame of each strip, float32 (t, 11)."""
        groups: dict[int, list[int]] = defaultdict(list)
        for i, strip in enumerate(strips):
            _check(strip)
            groups[padded_width(strip.shape[1])].append(i)
        found: dict[int, NDArray[np.float32]] = {}
        for width, members in groups.items():
            for start in range(0, len(members), CHUNK):
                chunk = members[start : start + CHUNK]
                output = self.run(pad([strips[i] for i in chunk], width))
                found |= dict(zip(chunk, output, strict=True))
        return [found[i] for i in range(len(strips))]

    def run(self, strips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Log-probabilities float32 (n, w / 4, 11) of strips uint8 (n, 32, w), 4 dividing w."""
        outputs = self._session.run([_OUTPUT[0]], {_INPUT[0]: strips})
        return np.asarray(outputs[0], np.float32)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        session = open_session(self.path, self.threads)
        self._check_interface(session)
        return session

    def _check_interface(self, session: onnxruntime.InferenceSession) -> None:
        for found, wanted, fixed in (
            (session.get_inputs(), _INPUT, (1, HEIGHT)),
            (session.get_outputs(), _OUTPUT, (2, _CLASSES)),
        ):
            place, size = fixed
            same = [(v.name, v.type) for v in found] == [wanted]
            if not same or len(found[0].shape) != 3 or found[0].shape[place] != size:
                described = ", ".join(f"{v.name} {v.type} {v.shape}" for v in found)
                raise ModelError(
                    f"{self.path} reads no numbers: it has {described}; it must have strips uint8 "
                    f"[n, {HEIGHT}, w] in and log_probabilities float [n, t, {_CLASSES}] out.",
                    "Give a number model, or leave it out for the shipped one.",
                )


def padded_width(width: int) -> int:
    """The width that a strip is padded to: some paper at its end, and a multiple of 16."""
    return -(-(width + STRIDE) // _STEP) * _STEP


def pad(strips: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.uint8]:
    """uint8 (n, 32, width), each strip at the left, paper at the right."""
    padded = np.zeros((len(strips), HEIGHT, width), np.uint8)
    for row, strip in zip(padded, strips, strict=True):
        row[:, : strip.shape[1]] = strip
    return padded


def beam_search(
    log_probabilities: NDArray[np.floating], beam: int = BEAM
) -> list[tuple[str, float]]:
    """The likeliest texts and their probabilities, summed over their alignments, best first.

    Source: Graves (2012), "Supervised sequence labelling with recurrent neural networks", 7.5;
    as prefix search by Hannun and others (2014), "First-pass large vocabulary recognition".

    Args:
        log_probabilities: float (t, 11), the blank first.
    """
    # Of each text: the probability that the last frame is a blank, and that it is its last digit.
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for frame in np.exp(log_probabilities.astype(np.float64)).tolist():
        best = sorted(_extended(beams, frame).items(), key=lambda item: -sum(item[1]))
        beams = dict(best[:beam])
    return [("".join(str(c - 1) for c in text), sum(parts)) for text, parts in beams.items()]


def _extended(
    beams: dict[tuple[int, ...], tuple[float, float]], frame: list[float]
) -> dict[tuple[int, ...], tuple[float, float]]:
    likely = [c for c in range(1, len(frame)) if frame[c] > UNLIKELY]
    found: dict[tuple[int, ...], tuple[float, float]] = {}
    for text, (blank, digit) in beams.items():
        last = text[-1] if text else 0
        stays = digit * frame[last] if text else 0.0
        before = found.get(text, (0.0, 0.0))
        found[text] = before[0] + (blank + digit) * frame[0], before[1] + stays
        for c in likely:
            # The same digit twice needs a blank between.
            way = blank if c == last else blank + digit
            if way > 0:
                longer = (*text, c)
                before = found.get(longer, (0.0, 0.0))
                found[longer] = before[0], before[1] + way * frame[c]
    return found


def align(log_probabilities: NDArray[np.floating], text: str) -> list[tuple[int, int]]:
    """The frames of each digit, first and last + 1, on the text's likeliest alignment.

    Args:
        log_probabilities: float (t, 11), the blank first; t large enough for the text.
    """
    # A blank before, between and after the digits; few enough that lists are faster than arrays.
    states = [0]
    for c in text:
        states += [int(c) + 1, 0]
    frames = log_probabilities[:, states].tolist()
    never = float("-inf")
    score = [*frames[0][:2], *[never] * (len(states) - 2)]
    came: list[list[int]] = []
    for frame in frames[1:]:
        before = [_came_from(score, states, i) for i in range(len(states))]
        score = [score[j] + p for j, p in zip(before, frame, strict=True)]
        came.append(before)
    place = max(range(max(0, len(states) - 2), len(states)), key=score.__getitem__)
    path = [place]
    for before in reversed(came):
        path.append(before[path[-1]])
    path.reverse()
    digits = range(1, len(states), 2)
    return [(path.index(i), len(path) - path[::-1].index(i)) for i in digits]


def _came_from(score: list[float], states: list[int], i: int) -> int:
    """The likeliest state before state i: itself, the one before, or over a blank."""
    best = i - 1 if i > 0 and score[i - 1] > score[i] else i
    # The same digit twice needs the blank between.
    if i > 1 and states[i] and states[i] != states[i - 2] and score[i - 2] > score[best]:
        best = i - 2
    return best


def _reading(log_probabilities: NDArray[np.float32], strip: NDArray[np.uint8]) -> Reading:
    found = beam_search(log_probabilities)
    text, confidence = found[0]
    frames = align(log_probabilities, text)
    others = tuple((other, min(1.0, p)) for other, p in found[1:5])
    return Reading(text, min(1.0, confidence), _spans(frames, strip), others)


def _spans(frames: list[tuple[int, int]], strip: NDArray[np.uint8]) -> tuple[tuple[int, int], ...]:
    """The columns of each digit: cut where there is least ink between two, and closed in on it."""
    if not frames:
        return ()
    width = strip.shape[1]
    # The last frames lie in the padding.
    columns = np.pad((strip > _BRIGHT).sum(axis=0), (0, padded_width(width) - width))
    middles = [(first + last) * STRIDE // 2 for first, last in frames]
    cuts = [max(0, middles[0] - _REACH)]
    cuts += [a + 1 + int(columns[a + 1 : b].argmin()) for a, b in pairwise(middles)]
    cuts.append(middles[-1] + _REACH)
    spans = []
    for a, b in pairwise(cuts):
        inked = a + np.flatnonzero(columns[a:b] > 1)
        first, last = (int(inked[0]), int(inked[-1])) if len(inked) else (a, b - 1)
        spans.append((min(first, width - 1), min(last + 1, width)))
    return tuple(spans)


def _check(strip: NDArray[np.uint8]) -> None:
    if strip.dtype != np.uint8 or strip.ndim != 2 or len(strip) != HEIGHT or strip.shape[1] == 0:
        raise ModelError(
            f"A strip is {strip.dtype} {strip.shape}; the model takes uint8 ({HEIGHT}, w).",
            "Make it with shuzi.strip.normalise_strip.",
        )


def _shipped_model() -> Path:
    return Path(str(files("shuzi") / "models" / "number.onnx"))
