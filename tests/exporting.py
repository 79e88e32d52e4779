"""What torch's exporter does anew for each model, done once in a process."""

import functools
import sys

TABLES = "torch.onnx._internal.exporter._registration"


def keep_operators():
    """Let all exports share a table of operators, which takes longer to make than they do.

    Nothing is imported for it: where nothing was exported yet, the next call does it.
    """
    if TABLES in sys.modules:
        registry = sys.modules[TABLES].ONNXRegistry
        if not hasattr(registry.from_torchlib, "cache_info"):
            registry.from_torchlib = staticmethod(functools.cache(registry.from_torchlib))
