"""Calibrate the digit model that shuzi carries anew, its weights as they are.

    python tools/calibrate_digit.py DATA

DATA is a folder of sets of real handwriting: see sets.py. The calibration is fitted to what
tools/train_digit.py holds out, as it is after a training; the card gets its scores anew. It
replaces src/shuzi/models/digit.onnx and its card.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from measure_digit import measure
from train_digit import LIMITS, MODELS, recommended, training_set

from shuzi.card import load_card, save_card
from shuzi.evaluation.calibration import fit_calibration
from shuzi.training.device import choose_device
from shuzi.training.export import save_onnx
from shuzi.training.loop import Trainer, split_dataset
from shuzi.training.start import load_start


def calibrate(dataset, share, seed):
    """The network that shuzi carries, and the calibration of its logits."""
    start, device = load_start(), choose_device()
    recipe = start.recipe.with_settings([f"validation_split={share}"])
    parts = split_dataset(dataset, recipe, device.torch, seed)
    trainer = Trainer(recipe, seed, device, *parts, lambda _recipe, _seed, m: start.network(m))
    held_out = trainer.calibration_part()
    logits = trainer.logits(held_out.images).cpu().numpy()
    return trainer.network, fit_calibration(logits, held_out.labels.cpu().numpy())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    card = load_card(MODELS / "digit.onnx")
    dataset, share = training_set(options.data)
    network, calibration = calibrate(dataset, share, card["seed"])
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "digit.onnx"
        save_onnx(network, model, calibration)
        card |= calibration.to_dict() | {
            "limits": list(LIMITS),
            "threshold": recommended(model, dataset, share),
            "scores": measure(model, options.data),
            "calibrated": "python tools/calibrate_digit.py DATA",
        }
        shutil.copyfile(model, MODELS / "digit.onnx")
    save_card(MODELS / "digit.onnx", card)
    print(calibration, card["threshold"])


if __name__ == "__main__":
    main()
