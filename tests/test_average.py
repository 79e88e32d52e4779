"""The moving average of a network's weights."""

import torch

from shuzi.training.average import Average
from shuzi.training.networks import build
from shuzi.training.recipes import RECIPES, Recipe

RECIPE = Recipe(hidden=(8,))


def test_it_is_the_sum_of_all_steps_with_falling_weights():
    source, network = (build(RECIPE, seed, torch.Generator()) for seed in (0, 1))
    average, expected = Average(network, source, 0.7), next(network.parameters()).detach().clone()
    weight = next(source.parameters())
    for t in range(40):
        torch.nn.init.normal_(weight)
        average.update(t)
        keep = min(0.7, (1 + t) / (10 + t))
        expected = keep * expected + (1 - keep) * weight.detach()
    torch.testing.assert_close(next(network.parameters()).detach(), expected)


def test_it_follows_the_normalisations_means_too():
    source, network = (build(RECIPES["fast"], 0, torch.Generator()) for _ in range(2))
    source(torch.randint(0, 256, (8, 28, 28), dtype=torch.uint8))
    name = "3.running_mean"
    expected = 0.9 * source.state_dict()[name]
    Average(network, source, 0.999).update(0)
    torch.testing.assert_close(network.state_dict()[name], expected)
