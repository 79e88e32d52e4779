"""Weights of the number network -> the number model that shuzi carries, in int8, with its card.

    python tools/ship_number.py WEIGHTS DATA [--note FILE] [--out FOLDER]

WEIGHTS is a .safetensors file of the network's weights. The ranges of the 8-bit activations and
the temperature are taken from composed strips of writers that train nothing; no real set has a
part in it. FILE is JSON that says how the weights were trained. DATA is a folder with mnist.npz
and unipen/.
"""

import argparse
import json
import tempfile
from pathlib import Path

import torch
from measure_number import measure
from safetensors.torch import load_file

import shuzi
from shuzi.card import save_card
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.synth.materials import held_out
from shuzi.synth.strings import compose_strips
from shuzi.training.number import NumberNetwork, fit_sequence_temperature
from shuzi.training.number_export import quantise_number, save_number_onnx

MODELS = Path(shuzi.__file__).parent / "models"
CALIBRATION, HELD_OUT = 800, 2500
"""Strips for the ranges, and for the temperature."""
DATA = [
    "MNIST train, the first 55,000 (CC BY-SA 3.0)",
    "UNIPEN train_r01_v07, pen strokes of four fifths of the writers (I. Guyon, L. Schomaker,"
    " R. Plamondon, M. Liberman, S. Janet, 1994; International Unipen Foundation, Zenodo record"
    " 1195803, CC BY 4.0)",
    "hwd1000 (MIT)",
    "optdigits_tra (UCI, CC BY 4.0)",
    "sudoku hand and printed cells, but every fifth puzzle (MIT)",
    "digits, signs, forms, print, papers and cameras that shuzi composes",
]
LIMITS = [
    "numbers of 1 to 12 digits in one line, with the signs - . , / : among them; letters,"
    " currencies and what was crossed out are marks that it does not name",
    "common errors: open 4, 1 with a long upstroke or a flag, plain straight ones side by side",
    "its confidence is too high on writers and papers that are unlike the composed ones",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--note", type=Path)
    parser.add_argument("--out", type=Path, default=MODELS)
    options = parser.parse_args()
    network = NumberNetwork()
    network.load_state_dict(load_file(options.weights))
    materials = held_out(options.data)
    strips = [strip for strip, _ in compose_strips(CALIBRATION, materials, 31)]
    strings = compose_strips(HELD_OUT, materials, 32)
    model = options.out / "number.onnx"
    with tempfile.TemporaryDirectory() as folder:
        exact, rough = Path(folder, "exact.onnx"), Path(folder, "rough.onnx")
        save_number_onnx(network.eval(), exact)
        quantise_number(exact, rough, strips)
        tables = SequenceRecogniser(rough).log_probabilities([strip for strip, _ in strings])
        labels = [label for _, label in strings]
        temperature = fit_sequence_temperature([torch.from_numpy(t) for t in tables], labels)
        save_number_onnx(network.eval(), exact, temperature)
        quantise_number(exact, model, strips)
    note = json.loads(options.note.read_text()) if options.note else {}
    save_card(
        model,
        {
            "model": model.name,
            "input": "strips: uint8 (n, 32, w), ink bright, as"
            " shuzi.recognise.strip.normalise_strip gives them",
            "output": "log_probabilities: float32 (n, w / 4, 17), the blank of CTC, 0 to 9, then"
            " - . , / : and any other mark",
            "use": "handwritten and printed numbers with their signs; not for decisions about"
            " people without a person's check",
            "limits": LIMITS,
            "data": {"train": DATA},
            **note,
            "quantised": f"int8, ranges from {CALIBRATION} composed strips",
            "temperature": temperature,
            "scores": measure(model, options.data),
        },
    )


if __name__ == "__main__":
    main()
