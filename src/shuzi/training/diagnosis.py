"""A training that stays at chance: that it does, and what may be the cause."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from shuzi.dataset import Dataset
from shuzi.evaluation.metrics import wilson_interval
from shuzi.evaluation.orientation import SAMPLE, look_at, sample_of
from shuzi.recognise.engine import Recogniser
from shuzi.training.dense import Dense, DenseNetwork
from shuzi.training.loop import Split, Trainer

SATURATED = 0.99
"""Of a tanh or sigmoid; its slope there is below 0.02."""
MANY = 0.5
"""A share of units or labels that stops a training."""


def diagnose(trainer: Trainer, dataset: Dataset) -> str | None:
    """What to say at the end of the epochs; None if more was learned than the commonest digit.

    Args:
        dataset: what the trainer's images are from.
    """
    stuck = _at_chance(trainer)
    if stuck is None:
        return None
    causes = list(_causes(trainer, dataset)) or ["too few epochs or images (epochs=...)"]
    return f"{stuck}\n  Likely: " + ";\n  ".join(causes) + "."


def _at_chance(trainer: Trainer) -> str | None:
    """The accuracy whose 95 % interval does not lie above the share of the commonest digit."""
    last = trainer.history[-1]
    for name, accuracy, part in (
        ("validation", last.val_accuracy, trainer.validation),
        ("training", last.accuracy, trainer.train),
    ):
        if accuracy is None:
            continue
        low, high = wilson_interval(accuracy, len(part))
        share = _commonest(part)
        if low <= share:
            return (
                f"The {name} accuracy, {accuracy:.4f} (95 % interval {low:.4f} to {high:.4f} of "
                f"{len(part)} images), is no better than to say the commonest digit always "
                f"({share:.4f})."
            )
    return None


def _causes(trainer: Trainer, dataset: Dataset) -> Iterator[str]:
    recipe, last = trainer.recipe, trainer.history[-1]
    if _commonest(trainer.train) == 1:
        yield "all training images have the same label"
        return
    agreement = _agreement(dataset)
    if agreement < MANY:
        yield (
            f"the labels are shuffled or of other images: shuzi's own digit model, which is sure "
            f"of the images, agrees with {agreement:.0%} of the labels"
        )
        return
    if (share := _saturated(trainer)) > MANY:
        remedy = "scale the pixels (scale=255)" if recipe.scale < 16 else "lower lr"
        yield f"{share:.0%} of the hidden units are saturated and learn nothing: {remedy}"
    guessing = math.log(recipe.outcomes)
    if last.loss > 1.5 * guessing:
        yield (
            f"the loss, {last.loss:.4g}, is above that of guessing, {guessing:.4g}: lower the "
            f"learning rate (lr is {recipe.lr:g})"
        )
    elif last.loss > 0.95 * guessing:
        yield (
            f"the loss, {last.loss:.4g}, stays near that of guessing, {guessing:.4g}: raise or "
            f"lower the learning rate (lr is {recipe.lr:g})"
        )


def _commonest(part: Split) -> float:
    return int(torch.bincount(part.labels).max()) / len(part)


def _agreement(dataset: Dataset) -> float:
    """Share of labels that shuzi's own model agrees with; 1 if it does not know the images."""
    look = look_at(dataset.train_images)
    if look is None:
        return 1.0
    places = sample_of(dataset.train_images)
    images = look.found.apply(dataset.train_images[places])
    read = Recogniser(threads=1).predict(images).argmax(axis=1)
    return float((read == dataset.train_labels[places]).mean())


@torch.no_grad()
def _saturated(trainer: Trainer) -> float:
    """Share of the hidden tanh and sigmoid values, on some training images, at their ends."""
    network = trainer.trained
    if not isinstance(network, DenseNetwork) or network.activation not in ("tanh", "sigmoid"):
        return 0.0
    activation = torch.tanh if network.activation == "tanh" else torch.sigmoid
    low = -SATURATED if network.activation == "tanh" else 1 - SATURATED
    x: Tensor = network.pixels(trainer.train.images[:SAMPLE]).flatten(1)
    shares = []
    for layer in list(network.layers)[:-1]:
        assert isinstance(layer, Dense)
        x = activation(layer(x))
        shares.append(((x > SATURATED) | (x < low)).float().mean())
    return float(torch.stack(shares).mean())
