"""A training that does not learn: that it does not, and what may be the cause, as measured."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

from shuzi.dataset import Dataset
from shuzi.evaluation.findings import Finding
from shuzi.evaluation.metrics import wilson_interval
from shuzi.evaluation.orientation import look_at, sample_of
from shuzi.recognise.engine import Recogniser
from shuzi.training import activations
from shuzi.training.dense import DenseNetwork
from shuzi.training.keras_nn import Rescaling
from shuzi.training.loop import Split, Trainer

SATURATED = 0.99
"""Of a tanh, or of a sigmoid from its middle on; a tanh's slope there is below 0.02."""
MANY = 0.5
"""A share of units or labels that stops a training."""
CLEAR = 2.0
"""Times the commonest digit's share that an accuracy is beyond doubt."""
FLAT = 0.98
"""Of the first epoch's loss; a last one above it has hardly fallen."""
HIGH = 0.9
"""Of the loss of guessing."""
POOR = 0.5
"""An accuracy that is no success, whatever the loss."""
FAR, NEAR = 1.0, 0.01
"""How far weights moved, in parts of their first size, that tells of a learning rate."""


def diagnose(trainer: Trainer, dataset: Dataset) -> list[Finding]:
    """What was found at the end of the epochs; nothing where the training learned.

    Args:
        dataset: what the trainer's images are from.
    """
    symptoms = [*_at_chance(trainer), *_flat(trainer)]
    return [*symptoms, *_causes(trainer, dataset)] if symptoms else []


def diagnose_divergence(trainer: Trainer) -> list[Finding]:
    """Where in the epoch that stopped the loss was no number any more, and the likely cause."""
    losses = [float(functional.cross_entropy(*answer)) for answer in trainer.answers]
    numbers = [loss for loss in losses if math.isfinite(loss)]
    if not numbers or len(numbers) == len(losses):
        return []
    step = next(i for i, loss in enumerate(losses) if not math.isfinite(loss))
    values = {"value": str(losses[step]), "step": step + 1, "epoch": len(trainer.history) + 1}
    found: list[Finding] = [
        {"kind": "diverged", **values, "first": losses[0], "last": losses[max(step - 1, 0)]}
    ]
    return found if step else []


def _at_chance(trainer: Trainer) -> Iterator[Finding]:
    """The accuracy whose 95 % interval does not lie above the share of the commonest digit.

    That of training is a mean over the epoch, with dropout: where the validation comes out far
    above chance, the first epoch's says nothing.
    """
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
            values = {"accuracy": accuracy, "low": low, "high": high, "share": share}
            yield {"kind": "chance", "part": name, "n": len(part), **values}
        if low <= share or low > CLEAR * share:
            return


def _flat(trainer: Trainer) -> Iterator[Finding]:
    """A loss that hardly falls, or is still one of guessing after some epochs."""
    first, last = trainer.history[0], trainer.history[-1]
    accuracy = last.accuracy if last.val_accuracy is None else last.val_accuracy
    guessing = math.log(trainer.recipe.outcomes)
    if last is first or accuracy > POOR:
        return
    values = {"first": first.loss, "last": last.loss, "epoch": last.epoch, "guessing": guessing}
    if last.loss > FLAT * first.loss:
        yield {"kind": "flat", **values}
    elif last.loss > HIGH * guessing:
        yield {"kind": "high", "accuracy": accuracy, **values}


def _causes(trainer: Trainer, dataset: Dataset) -> Iterator[Finding]:
    if _commonest(trainer.train) == 1:
        label = int(trainer.train.labels[0])
        yield {"kind": "one label", "n": len(trainer.train), "label": label}
        return
    agreement, n = _agreement(dataset)
    if agreement < MANY:
        yield {"kind": "shuffled", "share": agreement, "n": n}
        return
    recipe, loss = trainer.recipe, trainer.history[-1].loss
    units = list(_of_units(trainer))
    yield from units
    guessing, moved = math.log(recipe.outcomes), _moved(trainer)
    rate: Finding = {"lr": recipe.lr, "moved": moved}
    steps = trainer.steps_per_epoch * len(trainer.history)
    if loss > guessing and moved > FAR:
        yield {"kind": "rate high", "loss": loss, "guessing": guessing, **rate}
    elif moved < NEAR:
        yield {"kind": "rate low", "steps": steps, **rate}
    elif not units:
        yield {"kind": "few steps", "steps": steps, **rate}


def _commonest(part: Split) -> float:
    return int(torch.bincount(part.labels).max()) / len(part)


def _agreement(dataset: Dataset) -> tuple[float, int]:
    """Share of labels that shuzi's own model agrees with, 1 if it does not know the images; of
    how many."""
    look = look_at(dataset.train_images)
    if look is None:
        return 1.0, 0
    places = sample_of(dataset.train_images)
    images = look.found.apply(dataset.train_images[places])
    read = Recogniser(threads=1).predict(images).argmax(axis=1)
    return float((read == dataset.train_labels[places]).mean()), len(places)


def _of_units(trainer: Trainer) -> Iterator[Finding]:
    """The first hidden layer with many saturated units, and the first one with many dead ones."""
    images, recipe = trainer.train.images, trainer.recipe
    images = images[torch.from_numpy(sample_of(images)).to(images.device)]
    values = {"n": len(images), "lr": recipe.lr}
    kinds: set[str] = set()
    for layer, (name, y) in enumerate(_hidden(trainer.trained.eval(), images), 1):
        for kind, share in (("saturated", _saturated(name, y)), ("dead", _dead(name, y))):
            if share <= MANY or kind in kinds:
                continue
            kinds.add(kind)
            is_scaled = recipe.scale > 1 or any(
                isinstance(module, Rescaling) for module in trainer.trained.children()
            )
            # What comes to a later layer is no pixels.
            remedy = {"remedy": "rate" if is_scaled or layer > 1 else "scale", "activation": name}
            more = remedy if kind == "saturated" else {}
            yield {"kind": kind, "layer": layer, "share": share, **values, **more}


@torch.no_grad()
def _hidden(network: nn.Module, images: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Keras's name of each hidden activation, and its values, float32 (n, ...)."""
    x = images
    if isinstance(network, DenseNetwork):
        x = network.pixels(x).float().flatten(1)
        for layer in list(network.layers)[:-1]:
            x = activations.ACTIVATIONS[network.activation](layer(x))
            yield network.activation, x
        return
    for module in network.children():
        x = module(x)
        if (name := _NAMES.get(type(module))) is not None:
            yield name, x


_NAMES = {nn.Tanh: "tanh", nn.Sigmoid: "sigmoid", nn.ReLU: "relu", nn.ReLU6: "relu"}


def _saturated(name: str, y: Tensor) -> float:
    """Share of an activation's values that are at their ends."""
    if name not in ("tanh", "sigmoid"):
        return 0.0
    around = y if name == "tanh" else 2 * y - 1
    return float((around.abs() > SATURATED).float().mean())


def _dead(name: str, y: Tensor) -> float:
    """Share of ReLU's units, or of its channels, that are 0 for every image."""
    if name != "relu":
        return 0.0
    return float((y.transpose(0, 1).flatten(1) <= 0).all(dim=1).float().mean())


def _moved(trainer: Trainer) -> float:
    """How far the weights are from where they began, in parts of their size then."""
    before, now = trainer.begin().state_dict(), trainer.trained.state_dict()
    pairs = [
        (before[name].float(), now[name].cpu().float()) for name in before if before[name].ndim > 1
    ]
    far = sum(float((now - then).square().sum()) for then, now in pairs)
    size = sum(float(then.square().sum()) for then, _ in pairs)
    return math.sqrt(far / size) if size else 0.0
