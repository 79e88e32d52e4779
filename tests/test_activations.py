"""The activations against Keras 3 itself."""

import os

os.environ["KERAS_BACKEND"] = "torch"

import numpy as np
import pytest
import torch

from shuzi.training.activations import ACTIVATIONS
from shuzi.training.recipes import ACTIVATION_NAMES

keras = pytest.importorskip("keras")


def test_every_name_has_a_function():
    assert set(ACTIVATIONS) == set(ACTIVATION_NAMES)


@pytest.mark.parametrize("name", ACTIVATION_NAMES)
def test_activation_is_that_of_keras(name):
    x = torch.linspace(-8, 8, 400).view(4, 100)
    theirs = keras.activations.get(name)(x)
    np.testing.assert_allclose(ACTIVATIONS[name](x), theirs.numpy(), atol=1e-6)
