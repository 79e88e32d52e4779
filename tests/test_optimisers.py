"""The optimiser, the loss and the initial values against Keras 3 itself."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import numpy as np
import pytest
import torch
from torch.nn import functional

from shuzi.training.dense import Dense
from shuzi.training.device import choose_device
from shuzi.training.loop import Split, Trainer
from shuzi.training.network import cross_entropy_gradient
from shuzi.training.networks import build
from shuzi.training.optimisers import KerasSGD, make_optimiser
from shuzi.training.recipes import Recipe

keras = pytest.importorskip("keras")

RNG = np.random.default_rng(5)
IMAGES = RNG.integers(0, 256, (50, 32, 28, 28), dtype=np.uint8)
LABELS = RNG.integers(0, 10, (50, 32))


def keras_twin(network, recipe):
    layers = [keras.layers.Input((784,))]
    layers += [keras.layers.Dense(size, recipe.activation) for size in recipe.hidden]
    twin = keras.Sequential([*layers, keras.layers.Dense(10, "softmax")])
    twin.set_weights([parameter.detach().numpy() for parameter in network.parameters()])
    return twin


def check_fifty_steps(network, optimiser, twin):
    """Train both on the same batches: their weights stay the same."""
    for t, (images, labels) in enumerate(zip(IMAGES, LABELS, strict=True)):
        twin.train_on_batch(images.reshape(-1, 784) / 255, np.eye(10)[labels])
        optimiser.schedule(t)
        network.learn(torch.from_numpy(images), torch.from_numpy(labels), optimiser.loss_scale / 32)
        optimiser.step()
    ours = [p.detach().numpy() for p in network.parameters()]
    for mine, theirs in zip(ours, twin.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


@pytest.mark.parametrize("nesterov", [True, False])
@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_fifty_steps_give_the_weights_of_keras(nesterov, decay):
    recipe = Recipe(dropout=0, hidden=(64, 32), scale=255, nesterov=nesterov, decay=decay)
    network = build(recipe, 0, torch.Generator())
    twin = keras_twin(network, recipe)
    schedule = keras.optimizers.schedules.InverseTimeDecay(recipe.lr, 1, decay)
    twin.compile(
        optimizer=keras.optimizers.SGD(schedule, momentum=recipe.momentum, nesterov=nesterov),
        loss="categorical_crossentropy",
    )
    optimiser = KerasSGD(network.parameters(), recipe)
    check_fifty_steps(network, optimiser, twin)


@pytest.mark.parametrize(("name", "theirs"), [("adam", "Adam"), ("rmsprop", "RMSprop")])
def test_fifty_steps_of_the_other_optimisers_give_the_weights_of_keras(name, theirs):
    recipe = Recipe(dropout=0, hidden=(32,), scale=255).with_settings({"optimizer": name})
    network = build(recipe, 0, torch.Generator())
    twin = keras_twin(network, recipe)
    twin.compile(optimizer=getattr(keras.optimizers, theirs)(), loss="categorical_crossentropy")
    optimiser = make_optimiser(network, recipe, len(IMAGES))
    check_fifty_steps(network, optimiser, twin)


def test_class_weights_weigh_as_in_keras():
    weights = {digit: 0.5 + digit / 5 for digit in range(10)}
    recipe = Recipe(dropout=0, hidden=(16,), scale=255, decay=0, momentum=0)
    recipe = recipe.with_settings({"class_weight": weights, "batch_size": 32, "shuffle": False})
    images, labels = torch.from_numpy(IMAGES[0]), torch.from_numpy(LABELS[0])
    part = Split(images, labels)
    trainer = Trainer(recipe, 0, choose_device("fp32"), part, part.take(torch.arange(1)))
    twin = keras_twin(trainer.network, recipe)
    twin.compile(keras.optimizers.SGD(recipe.lr), loss="categorical_crossentropy")
    twin.train_on_batch(
        IMAGES[0].reshape(-1, 784) / 255, np.eye(10)[LABELS[0]], class_weight=weights
    )
    trainer.run_epoch(lambda seen: None)
    ours = [p.detach().numpy() for p in trainer.network.parameters()]
    for mine, theirs in zip(ours, twin.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_loss_and_its_gradient_are_those_of_keras():
    logits = torch.from_numpy(RNG.normal(0, 2, (100, 10)).astype(np.float32)).requires_grad_()
    labels = RNG.integers(0, 10, 100)
    theirs = keras.losses.CategoricalCrossentropy()(np.eye(10)[labels], torch.softmax(logits, 1))
    theirs.backward()
    ours = functional.cross_entropy(logits.detach(), torch.from_numpy(labels))
    assert float(ours) == pytest.approx(float(theirs.detach()), rel=1e-5)
    slope = cross_entropy_gradient(logits.detach(), torch.from_numpy(labels)) / 100
    torch.testing.assert_close(slope, logits.grad, atol=1e-7, rtol=1e-4)


def test_the_gradient_takes_probabilities_as_well_as_labels():
    logits = torch.from_numpy(RNG.normal(0, 2, (20, 10)).astype(np.float32))
    labels = torch.from_numpy(RNG.integers(0, 10, 20))
    soft = functional.one_hot(labels, 10).float()
    torch.testing.assert_close(
        cross_entropy_gradient(logits, soft), cross_entropy_gradient(logits, labels)
    )


def test_initial_kernel_is_distributed_as_that_of_keras():
    generator = torch.Generator().manual_seed(0)
    ours = Dense(784, 500, generator).kernel.detach().numpy()
    theirs = keras.ops.convert_to_numpy(keras.initializers.GlorotUniform(seed=0)(shape=(784, 500)))
    points = np.linspace(0, 1, 21)
    np.testing.assert_allclose(np.quantile(ours, points), np.quantile(theirs, points), atol=1e-3)


def test_initial_bias_is_zero():
    assert not Dense(784, 500, torch.Generator()).bias.any()
