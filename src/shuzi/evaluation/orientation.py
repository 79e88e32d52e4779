"""How images lie and which way their ink is, told from a sample before work starts."""

import sys
from collections.abc import Sized
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuzi.form import UPRIGHT, Orientation
from shuzi.recognise.engine import Recogniser
from shuzi.text import percent

SAMPLE = 256
BRIGHT = 128
"""Of the paper: the median of the pixels at the images' edges, 0 where ink is bright, else 255."""
READS = 0.75
"""What counts as reading digits, of a share of right ones or a mean probability. Measured by
tools/measure_orientation.py: digits 0.96 and more, what is not a digit 0.53 and less."""
MARGIN = 0.3
"""That another orientation must read better by. Measured by the same: samples of ten upright
digits read at most 0.04 better transposed, whole sets transposed 0.43 and more better upright."""
MOSTLY = 0.5
"""Of images that are taken for no digit."""
FEWEST = 10
"""Images that are told apart from transposed ones."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a sample of images looks like to shuzi's own digit model.

    `found` is what makes MNIST's form of them. `before` and `after` are how they are read as they
    are and in that form: shares of right ones if `labelled`, else mean probabilities of the
    likeliest digit.
    """

    n: int
    paper: int
    found: Orientation
    before: float
    after: float
    labelled: bool


def look_at(images: NDArray[np.uint8], labels: NDArray[np.uint8] | None = None) -> Look | None:
    """Look at a sample; None where it does not show digits.

    The paper's level decides whether they are inverted, which the model hardly minds; the model's
    reading, whether they are transposed.

    Args:
        images: uint8 (n, 28, 28).
        labels: uint8 (n,).
    """
    places = sample_of(images)
    images, labels = images[places], None if labels is None else labels[places]
    recogniser = Recogniser(threads=1)

    def score(orientation: Orientation) -> float:
        found = recogniser.predict(orientation.apply(images))
        read = found.max(axis=1) if labels is None else found.argmax(axis=1) == labels
        return float(read.mean())

    paper = paper_level(images)
    found = Orientation(paper >= BRIGHT)
    before = score(UPRIGHT)
    after = score(found) if found != UPRIGHT else before
    # Where all but a few are read, no other form can be better by the margin.
    if after < 1 - MARGIN and len(images) >= FEWEST:
        turned = found._replace(transpose=True)
        score_turned = score(turned)
        if score_turned >= after + MARGIN:
            found, after = turned, score_turned
    if after < READS:
        return None
    return Look(len(images), paper, found, before, after, labels is not None)


def sample_of(images: Sized) -> NDArray[np.intp]:
    """Places of up to 256 images, evenly spaced."""
    return np.unique(np.linspace(0, len(images) - 1, SAMPLE).astype(np.intp))


def paper_level(images: NDArray[np.uint8]) -> int:
    """The median of the pixels at the edges of images uint8 (n, h, w)."""
    edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    return int(np.median(np.concatenate(edges, axis=1)))


def advice(
    look: Look | None, source: str, given: Orientation = UPRIGHT, learned: Orientation = UPRIGHT
) -> str | None:
    """What to say of images before work starts; None if they are as they should be.

    Args:
        look: at the images, with what was `given` applied.
        given: the options that the user gave.
        learned: how the images lay that the model learned from.
    """
    if look is None or look.found == learned:
        return None
    why = _reason(look)
    if look.found != UPRIGHT:
        why += f", {_score(look, look.after)} {_words(look.found)}"
    others = "" if learned == UPRIGHT else f", and the model learned from {_words(learned)} ones"
    wrong = zip(Orientation._fields, look.found, learned, given, strict=True)
    steps = " and ".join(
        f"{'leave out' if was else 'give'} --{name}"
        for name, found, wanted, was in wrong
        if found != wanted
    )
    return f"The images of {source} look {_words(look.found)}{others}: {why}.\n  If so, {steps}."


def warn(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8] | None,
    source: str,
    given: Orientation = UPRIGHT,
    learned: Orientation = UPRIGHT,
) -> Look | None:
    """Say on standard error what `advice` says of the images, or that they show no digits; and
    return the look at them."""
    look = look_at(images, labels)
    if said := remark(look, images, source, given, learned):
        complain(said)
    return look


def remark(
    look: Look | None,
    images: NDArray[np.uint8],
    source: str,
    given: Orientation = UPRIGHT,
    learned: Orientation = UPRIGHT,
) -> str | None:
    """What `advice` says of a look at the images; and where it saw no digits, that."""
    return advice(look, source, given, learned) if look else no_digits(images, source)


def describe(look: Look, images: str = "They") -> str:
    """How the images lie, and what says so."""
    return f"{images} look {_words(look.found)}: {_reason(look)}."


def no_digits(images: NDArray[np.uint8], source: str) -> str | None:
    """What to say of images of which shuzi's own digit model takes most for no digit.

    Args:
        images: uint8 (n, 28, 28).
    """
    sample = images[sample_of(images)]
    sample = Orientation(paper_level(sample) >= BRIGHT).apply(sample)
    refused = float((1 - Recogniser(threads=1).predict(sample).sum(axis=1) > 0.5).mean())
    if refused < MOSTLY:
        return None
    return (
        f"The images of {source} look like no digits: shuzi's own digit model refuses "
        f"{round(refused * len(sample))} of {len(sample)}.\n  Look at them with `shuzi data show`; "
        "if they are digits, all is well."
    )


def complain(said: str) -> None:
    """Print it on standard error."""
    print(f"shuzi: {said}", file=sys.stderr, flush=True)


def _reason(look: Look) -> str:
    score = _score(look, look.before)
    read = f"{score} of {look.n} right"
    if not look.labelled:
        read = f"{look.n} of them with a mean confidence of {score}"
    return (
        f"their paper is at {look.paper} of 255; shuzi's own digit model reads {read} as they are"
    )


def _score(look: Look, share: float) -> str:
    return str(round(share * look.n)) if look.labelled else percent(share)


def _words(orientation: Orientation) -> str:
    pairs = zip(("inverted", "transposed"), orientation, strict=True)
    return " and ".join(name for name, is_so in pairs if is_so) or "upright"
