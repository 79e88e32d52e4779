"""ONNX Runtime: digit images in, probabilities out."""

from functools import cached_property
from os import PathLike

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from shuzi.errors import ModelError
from shuzi.files import model_file, shipped
from shuzi.recognise.session import open_session

CHUNK = 1024
_INPUT = ("images", "tensor(uint8)", [28, 28])
_OUTPUT = ("probabilities", "tensor(float)", [10])


class Recogniser:
    """A model that tells digits apart.

    Args:
        path: a run folder, or a model.onnx with input `images` uint8 (n, 28, 28) and output
            `probabilities` float32 (n, 10); the model that shuzi carries if None.
        threads: that work on one prediction; a core each if None.

    Raises:
        ModelError: there is no such file, it is not ONNX, or it has other inputs or outputs.
    """

    def __init__(
        self, path: str | PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        self.path = model_file(path) if path is not None else shipped("digit.onnx")
        self.threads = threads
        self._session  # noqa: B018 - a bad file is refused here, not at the first image

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities of the digits 0 to 9, float32 (n, 10).

        Each row sums to 1 less the probability that the image is not a digit, which only some
        models know, the one that shuzi carries among them.

        Args:
            images: uint8 (n, 28, 28) or (28, 28), bright ink on 0, as in MNIST.

        Raises:
            ModelError: `images` has another shape or dtype.
        """
        images = np.asarray(images)
        if images.ndim == 2:
            images = images[None]
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise ModelError(
                f"Images are {images.dtype} {images.shape}; the model takes uint8 (n, 28, 28).",
                "Convert them; 255 is full ink, 0 is paper.",
            )
        chunks = [images[i : i + CHUNK] for i in range(0, max(1, len(images)), CHUNK)]
        return np.concatenate([self._run(chunk) for chunk in chunks])

    def _run(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        outputs = self._session.run(["probabilities"], {"images": images})
        return np.asarray(outputs[0], dtype=np.float32)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        session = open_session(self.path, self.threads)
        self._check_interface(session)
        return session

    def _check_interface(self, session: onnxruntime.InferenceSession) -> None:
        for found, wanted, side in (
            (session.get_inputs(), _INPUT, "input"),
            (session.get_outputs(), _OUTPUT, "output"),
        ):
            name, dtype, shape = wanted
            if [(v.name, v.type, v.shape[1:]) for v in found] != [(name, dtype, shape)]:
                described = ", ".join(f"{v.name} {v.type} {v.shape}" for v in found)
                raise ModelError(
                    f"{self.path} has the {side} {described}; "
                    f"it must be {name} {dtype} [n, {', '.join(map(str, shape))}]."
                )
