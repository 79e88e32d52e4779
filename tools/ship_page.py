"""Make a finished run of `shuzi train page` the page model that shuzi carries, with its card.

    python tools/ship_page.py RUN [RUN BEFORE IT ...] [--scores FILE]

FILE holds the JSON line of benchmarks/read_pages.py with this model. Where a training went on from
the weights of others, these are named after it, the latest first.
"""

import argparse
import json
import shutil
from pathlib import Path

import shuzi
from shuzi.card import save_card
from shuzi.training.record import load_record

MODEL = Path(shuzi.__file__).parent / "models" / "page.onnx"
DATA = [
    "MNIST train, the first 55,000, in composed pages (CC BY-SA 3.0)",
    "UNIPEN train_r01_v07, pen strokes of four fifths of the writers, in composed pages"
    " (I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet, 1994; International Unipen"
    " Foundation, Zenodo record 1195803, CC BY 4.0)",
    "photos of sudokus, all but every fifth puzzle (MIT)",
    "pages, forms, print, papers and cameras that shuzi composes",
]
LIMITS = [
    "digits of 10 pixels and more once the longer side is reduced to 1,280",
    "numbers on a line that is straight over their own length",
    "rows of boxes may be taken for several numbers, digits in cells that touch for one: such are"
    " for review",
    "learned from composed pages and photos of sudokus only",
]


def legs(runs):
    """What each run was: its recipe, seed, commit and time, the first first."""
    for run in reversed(runs):
        record = load_record(run)
        yield {
            "epochs": record["recipe"]["epochs"],
            "lr": record["recipe"]["lr"],
            "batch_size": record["recipe"]["batch_size"],
            "seed": record["seed"],
            "git_commit": record["git_commit"],
            "seconds": record["seconds"].get("training"),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--scores", type=Path)
    options = parser.parse_args()
    record = load_record(options.runs[0])
    shutil.copyfile(options.runs[0] / "model.onnx", MODEL)
    save_card(
        MODEL,
        {
            "model": MODEL.name,
            "input": "pictures: uint8 (n, h, w), grey, h and w multiples of 64",
            "output": "maps: float32 (n, 3, h / 2, w / 2), kernels, extents, other writing;"
            " turns: float32 (n, 4)",
            "use": "finding handwritten and printed numbers in pictures of any kind",
            "limits": LIMITS,
            "data": {"train": DATA},
            "trainings": {f"leg {i}": leg for i, leg in enumerate(legs(options.runs), 1)},
            **{name: record[name] for name in ("versions", "device")},
            "scores": json.loads(options.scores.read_text()) if options.scores else {},
            "command": "shuzi train page --data DATA --seed {seed} --set epochs={epochs}".format(
                seed=record["seed"], epochs=record["recipe"]["epochs"]
            ),
        },
    )


if __name__ == "__main__":
    main()
