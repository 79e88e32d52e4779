"""Pen strokes as UNIPEN's files hold them, of a few writers."""

import numpy as np

from shuzi.synth.unipen import KINDS


def written(folder, writers=10, **changes):
    samples = {kind: [("ab", writer) for writer in range(writers)] for kind in KINDS}
    samples["digits"] = [(str(digit), w) for w in range(writers) for digit in range(10)]
    samples["strings"] = [("12", writer) for writer in range(writers)]
    samples["mixed"] = [("12/05", 0), ("A4", 0), ("see 3", 0)]
    for kind, texts in (samples | changes).items():
        n = len(texts)
        np.savez(
            folder / f"{kind}.npz",
            text=np.array([text for text, _ in texts]),
            writer=np.array([writer for _, writer in texts]),
            strokes_of=np.arange(n + 1, dtype=np.int32),
            stroke_at=2 * np.arange(n + 1, dtype=np.int32),
            # The writer's number is where the stroke begins.
            points=np.array([[[writer, 0], [0, 1000]] for _, writer in texts], np.int16).reshape(
                -1, 2
            ),
        )
    return folder
