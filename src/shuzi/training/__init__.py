"""Recipes, networks and the loop that trains them, on PyTorch."""

import os

# PyTorch's OpenMP is GCC's, whose threads wait for each other in a loop: where other processes use
# the cores, too, they wait for one that does not run. So for 5,000 rounds of it only, which is as
# fast on quiet cores (docs/experiments.md). It is read when PyTorch is imported.
if not {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"} & os.environ.keys():
    os.environ["GOMP_SPINCOUNT"] = "5000"
