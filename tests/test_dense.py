"""Gradients that are written out against those of autograd."""

import pytest
import torch

from shuzi.training.activations import ACTIVATIONS
from shuzi.training.device import Device
from shuzi.training.network import Network
from shuzi.training.networks import build
from shuzi.training.recipes import Recipe


@pytest.fixture
def batch(digits):
    """Handwriting: the sums over its few inked pixels round less than those over noise.

    Not the first 32 digits, one of which puts a unit so near the kink of relu (1e-7) that rounding
    decides its side; here the nearest is 5e-4 away.
    """
    labels = torch.from_numpy(digits.train_labels[32:64]).long()
    return torch.from_numpy(digits.train_images[32:64]), labels


def gradients(learn, network, masks, batch):
    network.zero_grad()
    masks.manual_seed(2)
    logits = learn(network, *batch, torch.tensor(1 / 32))
    return [logits, *(parameter.grad.clone() for parameter in network.parameters())]


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradients_are_those_of_autograd(batch, activation, rate):
    masks = torch.Generator()
    recipe = Recipe(hidden=(16, 12), activation=activation, dropout=rate, scale=255)
    network = build(recipe, 1, masks)
    ours = gradients(type(network).learn, network, masks, batch)
    theirs = gradients(Network.learn, network, masks, batch)
    for mine, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, expected, atol=1e-6, rtol=1e-4)


def test_gradients_replace_those_of_the_step_before(batch):
    masks = torch.Generator()
    network = build(Recipe(hidden=(16,), dropout=0.0), 1, masks)
    first = gradients(type(network).learn, network, masks, batch)
    network.learn(*batch, torch.tensor(1 / 32))
    for before, parameter in zip(first[1:], network.parameters(), strict=True):
        torch.testing.assert_close(parameter.grad, before)


def test_work_in_bfloat16_comes_near_that_in_float32(batch):
    masks = torch.Generator()
    network = build(Recipe(hidden=(16, 12), dropout=0.5, scale=255), 1, masks)
    exact = gradients(type(network).learn, network, masks, batch)
    with Device(torch.device("cpu"), "bf16").autocast():
        rough = gradients(type(network).learn, network, masks, batch)
    for near, wanted in zip(rough, exact, strict=True):
        assert near.dtype == torch.float32
        assert torch.norm(near - wanted) < 0.03 * torch.norm(wanted)


def test_the_fast_forward_pass_is_the_plain_one(batch):
    network = build(Recipe(scale=255), 1, torch.Generator()).eval()
    with torch.inference_mode():
        fast = network(batch[0])
    torch.testing.assert_close(fast, network(batch[0]).detach(), atol=1e-5, rtol=1e-5)
