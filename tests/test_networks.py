"""Networks and their dropout."""

import pytest
import torch

from shuzi.training.dropout import Dropout
from shuzi.training.networks import build
from shuzi.training.recipes import RECIPES, Recipe


def test_the_tutorials_network_has_its_parameters():
    network = build(RECIPES["tutorial"], 0, torch.Generator())
    count = sum(parameter.numel() for parameter in network.parameters())
    assert count == 784 * 500 + 500 + 500 * 500 + 500 + 500 * 10 + 10


@pytest.mark.parametrize("name", RECIPES)
def test_images_become_a_logit_an_outcome(name):
    network = build(RECIPES[name], 0, torch.Generator())
    assert network(torch.zeros((3, 28, 28), dtype=torch.uint8)).shape == (3, RECIPES[name].outcomes)


def test_the_seed_decides_the_weights():
    def kernel(seed):
        return next(build(Recipe(), seed, torch.Generator()).parameters())

    assert torch.equal(kernel(1), kernel(1))
    assert not torch.equal(kernel(1), kernel(2))


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_dropout_zeroes_its_share_and_keeps_the_mean(rate):
    out = Dropout(rate, torch.Generator().manual_seed(1))(torch.ones(500, 1001))
    share = (out == 0).float().mean().item()
    assert share == pytest.approx(rate, abs=4e-3)
    assert out.max().item() == pytest.approx(1 / (1 - rate))
    assert out.mean().item() == pytest.approx(1, abs=0.02)


def test_dropout_draws_anew_each_time():
    dropout = Dropout(0.5, torch.Generator())
    assert not torch.equal(dropout(torch.ones(50, 50)), dropout(torch.ones(50, 50)))


def test_dropout_lets_everything_through_when_not_training():
    x = torch.randn(5, 7)
    assert torch.equal(Dropout(0.5, torch.Generator()).eval()(x), x)


def test_scale_divides_the_pixels():
    raw, scaled = Recipe(activation="linear"), Recipe(activation="linear", scale=255.0)
    images = torch.randint(0, 256, (4, 28, 28), dtype=torch.uint8)
    a, b = (build(r, 0, torch.Generator()).eval()(images) for r in (raw, scaled))
    torch.testing.assert_close(a, b * 255, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("convolutions", "features"),
    [(("3x4",), 4 * 28 * 28), (("5x4s2", "3x6/2"), 6 * 7 * 7), (("3x4/2",) * 3, 4 * 3 * 3)],
)
def test_the_last_layer_takes_what_the_convolutions_give(convolutions, features):
    recipe = Recipe(network="convolutional", convolutions=convolutions)
    network = build(recipe, 0, torch.Generator())
    assert network[-1].kernel.shape == (features, 10)
    assert network(torch.zeros((2, 28, 28), dtype=torch.uint8)).shape == (2, 10)


def test_tiny_has_at_most_20000_parameters():
    network = build(RECIPES["tiny"], 0, torch.Generator())
    assert sum(parameter.numel() for parameter in network.parameters()) <= 20_000
