"""Train the model that reads whole numbers: src/shuzi/models/number.onnx and its card number.json.

    python tools/train_number.py DATA [--out FOLDER]

DATA is a folder of sets of real handwriting: see sets.py. The strings are composed of digits from
the sets for training and of drawn ones. Stopped by Ctrl-C, the same command with the same --out
goes on. No set that is measured chooses anything; the last round is what is kept.
"""

import argparse
import json
import math
import shutil
import tempfile
from pathlib import Path

import numpy as np
from measure_number import measure
from sets import TRAINING
from train_digit import REPEAT, others

import shuzi
from shuzi.card import save_card
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.strings import compose_strips
from shuzi.training.device import choose_device
from shuzi.training.drawer import Drawer, part_path
from shuzi.training.number import (
    NumberTrainer,
    fit_sequence_temperature,
    keep_early,
    start_from,
    train_number,
)
from shuzi.training.number_export import save_number_onnx
from shuzi.training.number_start import start_from_model
from shuzi.training.recipes import Recipe
from shuzi.training.record import new_record

MODELS = Path(shuzi.__file__).parent / "models"
MNIST_TRAINS = 55_000
"""Of MNIST's training images; the 5,000 after them compose the held-out strings."""
HELD_OUT = 2_000
"""Strings to fit the temperature to."""
WATCHED = 500
"""Of them, to see the training by."""
LIMITS = (
    "1 to 8 digits in one line; no signs, decimal points or words",
    "common errors: open 4, 1 with a long upstroke, plain straight ones side by side, ink after it",
    "its confidence is 2 to 5 % off on real logbooks and registers, and too high where there"
    " is not a number",
)
RECIPE = Recipe(name="number", optimiser="adamw", lr=4e-3, decay=0.02, batch_size=64, epochs=100)


def training_glyphs(folder):
    """Real digits to compose of, MNIST's once and the others' repeated."""
    mnist = shuzi.load_data(folder / "mnist.npz")
    learn = [(mnist.train_images[:MNIST_TRAINS], mnist.train_labels[:MNIST_TRAINS])]
    for images, labels, repeat in others(folder):
        learn += [(images, labels)] * repeat
    images, labels = (np.concatenate(arrays) for arrays in zip(*learn, strict=True))
    return images, labels


def held_out_strings(folder, seed):
    mnist = shuzi.load_data(folder / "mnist.npz")
    glyphs = Glyphs(mnist.train_images[MNIST_TRAINS:], mnist.train_labels[MNIST_TRAINS:])
    return compose_strips(HELD_OUT, glyphs, seed)


def take_drawn(options, folder):
    """Strings of earlier trainings as parts of this one, at places drawn by chance; how many."""
    earlier = [path for place in options.drawn for path in sorted(place.glob("strings-*.npz"))]
    parts = np.random.default_rng(options.seed).permutation(options.parts)
    for part, path in zip(parts, earlier, strict=False):
        link = part_path(folder, options.seed, options.size, part)
        if not link.exists():
            link.symlink_to(path.resolve())
    return min(len(earlier), options.parts)


def card(model, trainer, options, temperature):
    """What the model is: its data, recipe, seed, commit and scores."""
    mnist = shuzi.load_data(options.data / "mnist.npz")
    record = new_record(RECIPE, options.seed, mnist, trainer.device)
    return {
        "model": "number.onnx",
        "input": "strips: uint8 (n, 32, w), ink bright, "
        "as shuzi.recognise.strip.normalise_strip gives them",
        "output": "log_probabilities: float32 (n, w / 4, 11), the blank of CTC, then 0 to 9",
        "use": "handwritten numbers of 1 to 8 digits; not for decisions about people without a "
        "person's check",
        "limits": list(LIMITS),
        "data": {
            "train": [
                "MNIST train, the first 55,000 (CC BY-SA 3.0)",
                "hwd1000 (MIT)",
                "optdigits_tra (UCI, CC BY 4.0)",
                "sudoku hand and printed cells, but every fifth puzzle (MIT)",
                "digits, forms and print that shuzi draws",
            ],
            "sets": list(TRAINING),
            "repeats of hwd1000, optdigits_tra and the sudoku's hand cells": REPEAT,
            "strings": trainer.source.drawn * options.size,
            "of them by earlier trainings": options.taken * options.size,
            "strings seen": len(trainer.history) * options.size,
        },
        "recipe": {
            "lr": options.lr,
            "decay": RECIPE.decay,
            "batch_size": RECIPE.batch_size,
            "rounds": len(trainer.history),
            "of at most": options.rounds,
            "minutes": options.minutes if math.isfinite(options.minutes) else None,
            "started from": earlier(options.start),
        },
        "seed": options.seed,
        **{name: record[name] for name in ("git_commit", "versions", "device")},
        "seconds": {"training": round(sum(e.seconds for e in trainer.history), 1)},
        "temperature": temperature,
        "scores": measure(model, options.data),
        "command": "python tools/train_number.py DATA " + given(options),
    }


def given(options):
    """The options that make a difference, as on the command line."""
    start = "--start FIRST " if options.start else ""
    start += "--drawn EARLIER " * len(options.drawn)
    start += "--keep-early " if options.keep_early else ""
    limit = f" --minutes {options.minutes:g}" if math.isfinite(options.minutes) else ""
    rounds = f"--rounds {options.rounds} --parts {options.parts}"
    return f"{start}--seed {options.seed} --lr {options.lr:g} {rounds}{limit}"


def earlier(folder):
    """The recipe and strings of the training, or of the model, that this one began with."""
    if folder is None:
        return None
    path = folder.with_suffix(".json") if folder.suffix == ".onnx" else folder / "number.json"
    record = json.loads(path.read_text())
    return {
        name: record[name] for name in ("recipe", "seed", "git_commit", "seconds", "command")
    } | {name: record["data"][name] for name in ("strings", "strings seen")}


def train(options, folder):
    """The path of the model, its card beside it."""
    images, labels = training_glyphs(options.data)
    held_out = held_out_strings(options.data, options.seed)
    device, recipe = (
        choose_device(),
        RECIPE.with_settings([f"epochs={options.rounds}", f"lr={options.lr}"]),
    )
    model = folder / "number.onnx"
    options.taken = take_drawn(options, folder)
    with Drawer(
        images,
        labels,
        size=options.size,
        parts=options.parts,
        seed=options.seed,
        folder=folder,
        workers=options.workers,
        wait=math.isinf(options.minutes),
    ) as source:
        trainer = NumberTrainer(
            recipe, options.seed, device, source, held_out[:WATCHED], 60 * options.minutes
        )
        if options.start and options.start.suffix == ".onnx":
            start_from_model(trainer, options.start)
        elif options.start:
            start_from(trainer, options.start)
        if options.keep_early:
            keep_early(trainer)
        train_number(trainer, folder)
        trainer.settle()
    temperature = fit_sequence_temperature(*trainer.log_probabilities(held_out))
    save_number_onnx(trainer.network, model, temperature)
    save_card(model, card(model, trainer, options, temperature))
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, help="a folder for the checkpoint")
    parser.add_argument(
        "--start", type=Path, help="the --out of a training, or a model, to begin with"
    )
    parser.add_argument(
        "--drawn",
        type=Path,
        action="append",
        default=[],
        help="the --out of an earlier training whose strings are learned again",
    )
    parser.add_argument("--keep-early", action="store_true", help="the first convolutions stay")
    parser.add_argument("--lr", type=float, default=RECIPE.lr)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=RECIPE.epochs)
    parser.add_argument("--minutes", type=float, default=math.inf, help="the training ends then")
    parser.add_argument("--size", type=int, default=8192, help="strings in a round")
    parser.add_argument("--parts", type=int, default=25, help="rounds with strings of their own")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.add_argument("--try", dest="only_try", action="store_true", help="replace nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        model = train(options, folder)
        if not options.only_try:
            for suffix in (".onnx", ".json", ".md"):
                shutil.copyfile(model.with_suffix(suffix), MODELS / f"number{suffix}")
        print(model.with_suffix(".json").read_text())


if __name__ == "__main__":
    main()
