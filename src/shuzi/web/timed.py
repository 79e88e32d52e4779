"""Models that stop when a request's time is over; the last moment to look at the clock is a run."""

import time

import numpy as np
from numpy.typing import NDArray

from shuzi.engine import Recogniser
from shuzi.reader import Reader
from shuzi.sequence import SequenceRecogniser


def stop_at(reader: Reader, deadline: float) -> None:
    """Let this reader's models raise TimeoutError after the deadline, by `time.monotonic`."""
    reader.recogniser = _Digits(reader.recogniser, deadline)
    reader.sequence_recogniser = _Numbers(reader.sequence_recogniser, deadline)


def check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError


class _Digits(Recogniser):
    def __init__(self, model: Recogniser, deadline: float) -> None:
        vars(self).update(vars(model))
        self._deadline = deadline

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_time(self._deadline)
        return super().predict(images)


class _Numbers(SequenceRecogniser):
    def __init__(self, model: SequenceRecogniser, deadline: float) -> None:
        vars(self).update(vars(model))
        self._deadline = deadline

    def run(self, strips: NDArray[np.uint8]) -> NDArray[np.float32]:
        check_time(self._deadline)
        return super().run(strips)
