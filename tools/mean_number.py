"""The mean of two trainings' weights as one number model, with its card: models/number.onnx.

    python tools/mean_number.py DATA EARLIER LATER [--share 0.7]

EARLIER and LATER are the --out folders of tools/train_number.py, the second begun with the first.
Weights on the way of one training have a mean that reads as well or better. Source: Izmailov and
others (2018), "Averaging weights leads to wider optima and better generalization". The means of
the batch normalisations are taken anew, and the temperature is fitted anew.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from measure_number import measure
from train_number import LIMITS, MODELS, RECIPE, held_out_strings, training_glyphs

from shuzi.card import save_card
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.strings import compose_strips
from shuzi.training.device import choose_device
from shuzi.training.number import NumberTrainer, fit_sequence_temperature, start_from
from shuzi.training.number_export import save_number_onnx

SIZE = 8192
"""Strings to take the means of the normalisations over."""


def mean_trainer(options, held_out):
    """A trainer whose network has the mean weights."""
    strings = compose_strips(SIZE, Glyphs(*training_glyphs(options.data)), options.seed)
    recipe = replace(RECIPE, epochs=1)
    earlier, later = (
        NumberTrainer(recipe, options.seed, choose_device(), lambda _: strings, held_out)
        for _ in range(2)
    )
    start_from(earlier, options.earlier)
    start_from(later, options.later)
    for name, weight in later.network.state_dict().items():
        if weight.is_floating_point():
            weight.lerp_(earlier.network.state_dict()[name], 1 - options.share)
    later.settle()
    return later


def card(model, options, temperature):
    """The later training's card, with what is new."""
    record = json.loads((options.later / "number.json").read_text())
    command = f"python tools/mean_number.py DATA EARLIER LATER --share {options.share:g}"
    share = {"of the later": options.share, "of the earlier": round(1 - options.share, 6)}
    return record | {
        "limits": list(LIMITS),
        "mean of weights": share | {"command": command, "seed": options.seed},
        "temperature": temperature,
        "scores": measure(model, options.data),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    parser.add_argument("--share", type=float, default=0.7, help="of the later one in the mean")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--out", type=Path, default=MODELS, help="a folder for the model")
    options = parser.parse_args()
    held_out = held_out_strings(options.data, options.seed)
    trainer = mean_trainer(options, held_out)
    temperature = fit_sequence_temperature(*trainer.log_probabilities(held_out))
    model = options.out / "number.onnx"
    save_number_onnx(trainer.network, model, temperature)
    save_card(model, card(model, options, temperature))


if __name__ == "__main__":
    main()
