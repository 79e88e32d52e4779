"""Load what `shuzi export RUN --to torch` wrote: with torch and safetensors, without shuzi.

python examples/load_torch.py first.safetensors
"""

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn


def load(path):
    """The network: float32 (n, 28, 28), pixels 0 to 255 with bright ink -> probabilities."""
    with safe_open(path, "pt") as file:
        layers = json.loads(file.metadata()["layers"])
    model = nn.Sequential(*(getattr(nn, name)(**options) for name, options in layers))
    model.load_state_dict(load_file(path))
    return model.eval()


if __name__ == "__main__":
    print(model := load(sys.argv[1]))
    print(model(torch.zeros(1, 28, 28)))
