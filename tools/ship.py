"""Make a finished run of `shuzi train page`, `number` or `digit` the model that shuzi carries.

    python tools/ship.py RUN [RUN BEFORE IT ...] --data DATA [--scores FILE] [--out FOLDER]

Its card says what it learned from, with what recipe and command, and what it reaches: of a digit
model what tools/measure_digit.py measures, of a number model tools/measure_number.py, else FILE,
the JSON line of a benchmark with this model. Where a training went on from the weights of others,
these are named after it, the latest first. DATA is the folder that tools/sets.py describes.
"""

import argparse
import json
import shutil
from pathlib import Path

import measure_digit
import measure_number

import shuzi
from shuzi.card import save_card
from shuzi.training.record import load_record

MODELS = Path(shuzi.__file__).parent / "models"
MNIST = "MNIST train, the first 55,000 (CC BY-SA 3.0)"
UNIPEN = (
    "UNIPEN train_r01_v07, pen strokes of four fifths of the writers (I. Guyon, L. Schomaker,"
    " R. Plamondon, M. Liberman, S. Janet, 1994; International Unipen Foundation, Zenodo record"
    " 1195803, CC BY 4.0)"
)
SUDOKUS = "sudokus, all but every fifth puzzle (MIT)"
CARDS = {
    "page": {
        "input": "pictures: uint8 (n, h, w), grey, h and w multiples of 64",
        "output": "maps: float32 (n, 3, h / 2, w / 2), kernels, extents, other writing;"
        " turns: float32 (n, 4)",
        "use": "finding handwritten and printed numbers in pictures of any kind",
        "limits": [
            "digits of 10 pixels and more once the longer side is reduced to 1,280",
            "numbers on a line that is straight over their own length",
            "rows of boxes may be taken for several numbers, digits in cells that touch for one:"
            " such are for review",
            "learned from composed pages and photos of sudokus only",
        ],
        "data": {
            "train": [
                MNIST,
                UNIPEN,
                SUDOKUS,
                "pages, forms, papers and cameras that shuzi composes",
            ]
        },
    },
    "number": {
        "input": "strips: uint8 (n, 32, w), ink bright, as"
        " shuzi.recognise.strip.normalise_strip gives them",
        "output": "log_probabilities: float32 (n, w / 4, 17), the blank of CTC, 0 to 9, then"
        " - . , / : and any other mark",
        "use": "handwritten and printed numbers with their signs; not for decisions about people"
        " without a person's check",
        "limits": [
            "numbers of 1 to 12 digits in one line, with the signs - . , / : among them; letters,"
            " currencies and what was crossed out are marks that it does not name",
            "common errors: open 4, 1 with a long upstroke or a flag, plain straight ones",
        ],
        "data": {"train": [MNIST, UNIPEN, "numbers, papers and cameras that shuzi composes"]},
    },
    "digit": {
        "input": "images: uint8 (n, 28, 28), ink bright, in MNIST's convention",
        "output": "probabilities: float32 (n, 10); what is missing to 1: that it is not a digit",
        "use": "single handwritten digits, found and normalised by shuzi; not for decisions about"
        " people without a person's check",
        "limits": [
            "upright single digits, cut out before, in the middle of their picture",
            "learned from American, Turkish, German, Japanese, French and a few other writers and"
            " from drawn digits",
            "what is not a digit is recognised best where it is a letter or like the drawn marks",
            "on other writers' digits its confidence is up to 1.7 % off; it reckons with one in"
            " twenty that is no digit",
        ],
        "data": {
            "train": [
                "MNIST train, but every tenth image (CC BY-SA 3.0)",
                "hwd1000 (MIT)",
                "optdigits_tra (UCI, CC BY 4.0)",
                SUDOKUS,
                UNIPEN.replace("pen strokes", "pen strokes of digits and letters"),
                "digits and marks that shuzi draws",
            ]
        },
    },
}
MEASURES = {"number": measure_number.measure, "digit": measure_digit.measure}


def training(record):
    """What a run was, on a line of the card."""
    recipe = record["recipe"]
    kept = ("epochs", "lr", "decay", "batch_size", "ema", "strings", "parts", "crops", "beside")
    return {name: recipe[name] for name in kept if recipe.get(name)} | {
        "seed": record["seed"],
        "git_commit": record["git_commit"],
        "seconds": record["seconds"].get("training"),
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--out", type=Path, default=MODELS)
    options = parser.parse_args()
    records = [load_record(run) for run in options.runs]
    record, name = records[0], records[0]["recipe"]["name"]
    model = options.out / f"{name}.onnx"
    shutil.copyfile(options.runs[0] / "model.onnx", model)
    scores = json.loads(options.scores.read_text()) if options.scores else {}
    if name in MEASURES:
        scores = MEASURES[name](model, options.data)
    earlier = {f"training {i}": training(earlier) for i, earlier in enumerate(reversed(records), 1)}
    calibration = {key: record[key] for key in ("temperature", "shift") if key in record}
    save_card(
        model,
        {"model": model.name, **CARDS[name], "trainings": earlier}
        | {key: record[key] for key in ("seed", "git_commit", "recipe", "versions", "device")}
        | calibration
        | {"scores": scores, "command": f"shuzi train {name} --data DATA --seed {record['seed']}"},
    )


if __name__ == "__main__":
    main()
