"""shuzi reads handwritten digits. Names load on first use, so importing it costs nothing."""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuzi.dataset import Dataset, load_mnist
    from shuzi.engine import Recogniser
    from shuzi.errors import ShuziError
    from shuzi.evaluation.report import evaluate
    from shuzi.page import Box, Digit, Number, Page
    from shuzi.reader import Reader, read
    from shuzi.training.run import train

__version__ = "0.1.0"

# ONNX Runtime looks at this when it is imported. Without it, it keeps a device's id in the user's
# cache folder and sends events to its vendor.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_HOME = {
    "Box": "shuzi.page",
    "Dataset": "shuzi.dataset",
    "Digit": "shuzi.page",
    "Number": "shuzi.page",
    "Page": "shuzi.page",
    "Reader": "shuzi.reader",
    "Recogniser": "shuzi.engine",
    "ShuziError": "shuzi.errors",
    "evaluate": "shuzi.evaluation.report",
    "load_mnist": "shuzi.dataset",
    "read": "shuzi.reader",
    "train": "shuzi.training.run",
}

__all__ = [
    "Box",
    "Dataset",
    "Digit",
    "Number",
    "Page",
    "Reader",
    "Recogniser",
    "ShuziError",
    "evaluate",
    "load_mnist",
    "read",
    "train",
]


_TRAIN_EXTRA = {"torch", "matplotlib", "jinja2", "safetensors", "onnx"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shuzi' has no attribute {name!r}")
    try:
        return getattr(import_module(_HOME[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in _TRAIN_EXTRA:
            raise
        from shuzi.errors import MissingExtraError, extra

        raise MissingExtraError(f"shuzi.{name} needs {error.name}.", extra("train")) from error
