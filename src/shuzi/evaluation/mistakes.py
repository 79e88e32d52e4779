"""The wrong readings of a test set that were surest, for a gallery."""

from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

AT_MOST = 200


def find_mistakes(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> NDArray[np.intp]:
    """Places of the images that were read wrong, the surest first.

    Args:
        probabilities: float32 (n, 10).
        labels: uint8 (n,).
    """
    guesses = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    return wrong[np.argsort(-probabilities[wrong, guesses[wrong]], kind="stable")]


def describe_mistakes(
    images: NDArray[np.uint8], probabilities: NDArray[np.float32], labels: NDArray[np.uint8]
) -> list[dict[str, Any]]:
    """Up to 200 of them: image, truth, guess, its probability, and the 784 pixels in base64.

    Args:
        images: uint8 (n, 28, 28).
        probabilities: float32 (n, 10).
        labels: uint8 (n,).
    """
    return [
        {
            "image": int(place),
            "truth": int(labels[place]),
            "guess": int(probabilities[place].argmax()),
            "confidence": float(probabilities[place].max()),
            "pixels": b64encode(images[place].tobytes()).decode(),
        }
        for place in find_mistakes(probabilities, labels)[:AT_MOST]
    ]
