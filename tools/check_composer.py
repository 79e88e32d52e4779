"""Is the composer true? How many of its pictures a reader that never saw any can read.

    python tools/check_composer.py DATA [--n 2000] [--wrong DIR]

RapidOCR's recogniser, cut to digits, reads 85 to 92 % of real crops (logbooks 88, cheques 85,
register years 94); of composed pictures, without the corrections of any label, it should read about
as many. Prints how many it reads, of all and kind by kind, and how often it reads nothing of what
has digits. What a person would misread too is damage that no real picture has. DATA is a folder
with mnist.npz and unipen/; MNIST's last 5,000 training images and the writers that are held out are
what is written with.
"""

import argparse
from collections import defaultdict
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from shuzi.recognise.decoding import MARK, digits_of
from shuzi.recognise.second import ALPHABET, find_second_reader
from shuzi.recognise.second import _as_input as as_input
from shuzi.synth.materials import held_out
from shuzi.synth.strings import pictures

CHUNK = 8
DIGITS = 10


def read_digits(reader, picture, *, alone):
    """The likeliest digits, greedily; where they stand `alone`, if nothing else may be written."""
    table = reader._run(as_input(picture)[None])[0][:, : 1 + DIGITS if alone else None]
    best = table.argmax(axis=1)
    kept = (best > 0) & np.r_[True, best[1:] != best[:-1]]
    return digits_of("".join((ALPHABET + MARK)[c - 1] for c in best[kept]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", type=Path, help="a folder for the pictures it misreads")
    options = parser.parse_args()
    reader = find_second_reader(threads=1)
    if reader is None:
        raise SystemExit("There is no reader to ask: pip install 'rapidocr>=3.10'.")
    if options.wrong:
        options.wrong.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([options.seed, 99])
    found = defaultdict(list)
    for i, one in enumerate(islice(pictures(held_out(options.data), rng), options.n)):
        digits = digits_of(one.text)
        if not digits:
            continue
        said = read_digits(reader, one.picture, alone=one.text.isdigit())
        for kind in ("all", *one.kinds, f"length: {min(len(digits), 9)}"):
            found[kind].append((said == digits, said == ""))
        if options.wrong and said != digits:
            name = f"{i:05}-{one.text.replace('/', '|')}-as-{said}.png"
            cv2.imwrite(str(options.wrong / name), one.picture)
    print("| kind | n | read right | nothing read |\n|---|---|---|---|")
    for kind, seen in sorted(found.items()):
        right, silent = np.mean(seen, axis=0)
        print(f"| {kind} | {len(seen)} | {right:.3f} | {silent:.3f} |")


if __name__ == "__main__":
    main()
