"""Training beside other work: how OpenMP's threads wait."""

import os
import subprocess
import sys

import pytest

CODE = """
import os, sys
from shuzi.training import recipes
assert "torch" not in sys.modules
print(os.environ.get("GOMP_SPINCOUNT"))
"""


@pytest.mark.parametrize(
    ("own", "found"),
    [({}, "5000"), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "None")],
)
def test_it_is_set_before_torch_comes_and_never_over_the_users_own(own, found):
    names = ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    others = {name: value for name, value in os.environ.items() if name not in names}
    words = [sys.executable, "-c", CODE]
    done = subprocess.run(words, env=others | own, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == found
