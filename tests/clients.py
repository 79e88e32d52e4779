"""A client that reviews until nothing is left, killed at any moment; it runs as a process."""

import random
import time
from pathlib import Path

from shuzi.errors import StoreError
from shuzi.review.item import Verdict
from shuzi.review.store import open_store


def review(place, name, log, seconds):
    """Decide items in both ways, and note each batch once the store has taken it."""
    store, rng = open_store(place), random.Random(name)
    with Path(log).open("a", buffering=1) as notes:
        while store.waiting():
            lease = store.lease(name, rng.randint(1, 20), alike=rng.random() < 0.5, seconds=seconds)
            if not lease.items:
                time.sleep(seconds / 4)
                continue
            verdicts = [Verdict(item.id, str(rng.randint(0, 99)), 0.1) for item in lease.items]
            if _decide(store, lease.token, name, verdicts):
                said = (f"{verdict.item}={verdict.text}" for verdict in verdicts)
                notes.write(f"{name} {' '.join(said)}\n")


def _decide(store, token, name, verdicts):
    """Whether all of them count; a database that is away for a moment is asked again."""
    try:
        return not store.decide(token, name, verdicts).lost
    except StoreError:
        time.sleep(0.2)
        return _decide(store, token, name, verdicts)
