"""Which numbers of a page people look at."""

import hashlib

from shuzi.result import Number

SHARE = 0.02
"""Of the accepted numbers, looked at to measure how often they are wrong."""


def is_sampled(number: Number, picture: bytes, share: float, seed: int = 0) -> bool:
    """Whether an accepted number is in the random sample.

    Each is drawn with probability `share`, by a hash of its picture and the seed; so the draw
    knows nothing of what was read, and the same picture gives the same draw.
    """
    if number.decision != "accept":
        return False
    digest = hashlib.blake2b(picture, digest_size=8, key=str(seed).encode()).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def is_undecided(number: Number) -> bool:
    """Whether the reader left it to a person.

    What was rejected is too: that nothing could be read of it does not say that nothing is there.
    """
    return number.decision != "accept"
