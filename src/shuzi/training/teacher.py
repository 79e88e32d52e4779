"""A finished model whose probabilities another one learns from (Hinton and others, 2015)."""

from pathlib import Path

import torch
from torch import Tensor

from shuzi.card import checksum
from shuzi.errors import ModelError, RecipeError, RunError, way
from shuzi.files import model_file
from shuzi.recognise.engine import Recogniser
from shuzi.training.recipes import Recipe


class Teacher:
    """A model.onnx, or that of a run folder.

    Raises:
        ModelError: there is none, or it is not a digit model.
    """

    def __init__(self, place: Path) -> None:
        self.path = model_file(place).absolute()
        if not self.path.exists():
            raise ModelError(
                f"The teacher {self.path}: there is no such file.",
                f"Give {way('teacher')} a model.onnx, or the folder of a finished run.",
            )
        self.recogniser = Recogniser(self.path, threads=torch.get_num_threads())

    def record(self) -> dict[str, str]:
        """What run.json says of it."""
        return {"model": str(self.path), "sha256": checksum(self.path)}

    def __call__(self, images: Tensor) -> Tensor:
        """Probabilities of the ten digits, float32 (n, 10), for images uint8 (n, 28, 28)."""
        found = torch.from_numpy(self.recogniser.predict(images.cpu().numpy()))
        # Of a model that knows what is not a digit: given that it is one.
        return (found / found.sum(dim=1, keepdim=True)).to(images.device)


def find_teacher(recipe: Recipe, place: Path | None) -> Teacher | None:
    """The teacher that a new run is given, if its recipe learns from one.

    Raises:
        RecipeError: the recipe learns from one and none is given, or the other way round.
        ModelError: there is no such model.
    """
    if place is None and recipe.taught:
        raise RecipeError(
            f"The recipe {recipe.name} learns from a teacher (taught={recipe.taught:g}).",
            f"Give {way('teacher')} a model.onnx or a run folder; or {way('set', 'taught=0')}.",
        )
    if place is not None and not recipe.taught:
        raise RecipeError(
            f"The recipe {recipe.name} learns nothing from the teacher {place}.",
            f"Say how much of the labels it gives, as in {way('set', 'taught=0.5')}.",
        )
    return None if place is None else Teacher(place)


def same_teacher(record: dict[str, str]) -> Teacher:
    """The teacher of a run that goes on.

    Raises:
        ModelError: it is gone.
        RunError: there is another model now.
    """
    teacher = Teacher(Path(record["model"]))
    if teacher.record() != record:
        raise RunError(
            f"{teacher.path} is another model than the teacher that the run began with.",
            "Put that one back, or begin the run anew.",
        )
    return teacher
