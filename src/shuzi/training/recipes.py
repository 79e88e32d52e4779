"""Recipes: everything that decides a training run but the data and the seed, as frozen values."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from shuzi.errors import RecipeError, way
from shuzi.training.old_names import what_became_of

Settings = Mapping[str, Any] | Sequence[str]
"""Changes to a recipe: {"epochs": 10}, or ["epochs=10"]."""

DIGITS = 10
KERAS_NAMES = {
    "learning_rate": "lr",
    "optimizer": "optimiser",
    "units": "hidden",
    "rate": "dropout",
    "weight_decay": "decay",
}
"""Keras's names of fields."""
_KERAS_RATES = {"adam": 1e-3, "rmsprop": 1e-3}
"""Learning rates that Keras's optimisers have by default, where they are not that of sgd."""
_OFF: dict[str, Any] = {
    "mean": False,
    "ema": 0.0,
    "taught": 0.0,
    "warmup": 0.0,
    "patience": 0,
    "keep": "last",
    "class_weight": "none",
    "calibrate": False,
    "augment": "none",
    "drawn": 0,
    "marks": 0,
    "crops": 0,
    "strings": 0,
    "parts": 1,
    "beside": 0,
}
"""Fields that decide nothing at these values."""
_OF_COMPOSED = {
    "page": ("network", "lr", "decay", "ema", "crops", "batch_size", "epochs"),
    "number": ("network", "lr", "decay", "ema", "strings", "parts", "batch_size", "epochs"),
}
"""Fields that decide something, by network."""
_ONE_OF = "one of "
PART = 24
"""Crops of composed pages that are made at once."""
COMPOSED = tuple(_OF_COMPOSED)
"""Networks that learn from what is composed while they train."""

ACTIVATION_NAMES = (
    "softmax",
    "elu",
    "softplus",
    "softsign",
    "relu",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "linear",
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a field may be: the words that say it and the test that holds it."""

    words: str
    test: Callable[[Any], bool]


def _between(low: float, high: float, *, open_high: bool = False) -> Allowed:
    end = f"below {high:g}" if open_high else f"to {high:g}"
    return Allowed(
        f"{low:g} {end}",
        lambda value: low <= value and (value < high if open_high else value <= high),
    )


def _one_of(names: Sequence[str]) -> Allowed:
    return Allowed(_ONE_OF + ", ".join(names), lambda value: value in names)


def _knob(default: Any, meaning: str, allowed: Allowed) -> Any:
    return field(default=default, metadata={"meaning": meaning, "allowed": allowed})


_CONVOLUTION = re.compile(r"(?P<size>[13579])x(?P<channels>[1-9]\d{0,3})(?P<half>/2|s2)?")


@dataclass(frozen=True, slots=True)
class Convolution:
    """`size` x `size` weights a channel, with batch normalisation and ReLU.

    Written 5x16; 5x16s2 for every second pixel only (a stride of 2); 5x16/2 for the maximum of
    each 2 x 2 pixels, before the normalisation.
    """

    size: int
    channels: int
    stride: int
    pool: int

    @classmethod
    def parse(cls, text: str) -> "Convolution | None":
        found = _CONVOLUTION.fullmatch(text)
        if found is None:
            return None
        stride, pool = {"s2": (2, 1), "/2": (1, 2), None: (1, 1)}[found["half"]]
        return cls(int(found["size"]), int(found["channels"]), stride, pool)

    def side(self, side: int) -> int:
        """Of the picture that comes out, in pixels, from that of the one that goes in."""
        return -(-side // self.stride) // self.pool


_YES_OR_NO = Allowed("true or false", lambda value: isinstance(value, bool))
_CONVOLUTIONS = Allowed(
    "1 to 16 of the forms 5x16, 5x16s2 and 5x16/2, at most 4 of them with a 2",
    lambda parts: (
        1 <= len(parts) <= 16
        and all(map(Convolution.parse, parts))
        and sum(part.endswith(("s2", "/2")) for part in parts) <= 4
    ),
)
_WIDTHS = Allowed(
    "1 to 8 sizes of 1 to 8192, as in 500,500",
    lambda sizes: 1 <= len(sizes) <= 8 and all(1 <= size <= 8192 for size in sizes),
)


def _is_class_weight(text: str) -> bool:
    if text in ("none", "balanced"):
        return True
    try:
        weights = [float(part) for part in text.split(",")]
    except ValueError:
        return False
    return len(weights) == DIGITS and all(0 <= w < math.inf for w in weights) and any(weights)


_CLASS_WEIGHT = Allowed("none, balanced, or ten numbers from 0 up", _is_class_weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One way to train a network. The defaults are the tutorial's.

    Raises:
        RecipeError: a value is of the wrong type or outside what its field allows.
    """

    name: str = "tutorial"
    network: str = _knob(
        "dense",
        "dense: layers of the sizes in `hidden`; convolutional: the `convolutions` and one such "
        "layer; page: what sees pages, and number: what reads numbers; lr, decay, ema, batch_size, "
        "epochs and crops, or strings and parts, can be set",
        _one_of(("dense", "convolutional", *COMPOSED)),
    )
    hidden: tuple[int, ...] = _knob((500, 500), "units of each hidden layer", _WIDTHS)
    activation: str = _knob("tanh", "activation of the hidden layers", _one_of(ACTIVATION_NAMES))
    convolutions: tuple[str, ...] = _knob(
        ("5x16s2", "3x24", "3x32s2"),
        "size and channels of each convolution; s2 (a stride) or /2 (a maximum) halve the sides",
        _CONVOLUTIONS,
    )
    mean: bool = _knob(
        False, "the last convolution's mean over the picture, not all of it, goes on", _YES_OR_NO
    )
    dropout: float = _knob(
        0.5, "share of hidden units set to zero in a training step", _between(0, 1, open_high=True)
    )
    scale: float = _knob(1.0, "pixels (0 to 255) are divided by this", _between(1e-3, 1e6))
    optimiser: str = _knob(
        "sgd",
        "sgd, adam, rmsprop: as in Keras, the last two with its learning rate of 0.001 and no "
        "decay unless these are set too; adamw: Adam with decoupled weight decay",
        _one_of(("sgd", "adam", "rmsprop", "adamw")),
    )
    ema: float = _knob(
        0.0,
        "share that the weights' moving average keeps in a step; with some, the averages are what "
        "is validated and written",
        _between(0, 1, open_high=True),
    )
    taught: float = _knob(
        0.0,
        "share of a label that comes from the probabilities of --teacher for the augmented image",
        _between(0, 1),
    )
    lr: float = _knob(0.01, "learning rate (with a schedule: its peak)", _between(0, 100))
    schedule: str = _knob(
        "usual",
        "how the learning rate changes: constant; decay: lr / (1 + decay step); cosine: down to 0; "
        "step: a tenth after half of the steps, a hundredth after three quarters; onecycle: up, "
        "then down to 0; usual: onecycle for adamw, else decay",
        _one_of(("usual", "constant", "decay", "cosine", "step", "onecycle")),
    )
    warmup: float = _knob(
        0.0,
        "share of the steps in which the learning rate climbs to lr, but for onecycle",
        _between(0, 1, open_high=True),
    )
    decay: float = _knob(
        1e-6, "sgd, adam, rmsprop: lr / (1 + decay step); adamw: weight decay", _between(0, 1)
    )
    momentum: float = _knob(0.9, "momentum of sgd", _between(0, 1, open_high=True))
    nesterov: bool = _knob(True, "Nesterov's momentum", _YES_OR_NO)
    batch_size: int = _knob(200, "images in a step", _between(1, 1_000_000))
    epochs: int = _knob(100, "passes over the training images", _between(1, 100_000))
    shuffle: bool = _knob(True, "a new order of the images in each epoch", _YES_OR_NO)
    validation_split: float = _knob(
        0.3,
        "share of the training images held out for validation: the last ones; where they come in "
        "the order of their digits, evenly spaced ones",
        _between(0, 1, open_high=True),
    )
    patience: int = _knob(
        0,
        "stop when val_loss has not fallen below its least for so many epochs; 0: never",
        _between(0, 100_000),
    )
    keep: str = _knob(
        "last",
        "last: the weights of the last epoch are written; best: of that with the least val_loss",
        _one_of(("last", "best")),
    )
    class_weight: str = _knob(
        "none",
        "what each digit's images weigh in the loss: none; balanced: each digit as much as any "
        "other; or ten numbers, as in 1,1,1,1,1,1,1,1,2,1",
        _CLASS_WEIGHT,
    )
    calibrate: bool = _knob(
        False,
        "fit a temperature to the validation part and put it into model.onnx; with marks also a "
        "shift for what is not a digit",
        _YES_OR_NO,
    )
    augment: str = _knob(
        "none",
        "warp: rotate, scale, shear and shift the training images at random; "
        "wear: bend them too, and change their ink",
        _one_of(("none", "warp", "wear")),
    )
    strength: float = _knob(
        1.0, "what warps and bends is this many times as strong", _between(0, 4)
    )
    drawn: int = _knob(
        0, "digits drawn in the world's ways, added to the training images", _between(0, 1_000_000)
    )
    marks: int = _knob(
        0,
        "marks that are not a digit, added to the training images; with some, the network learns "
        "to say so",
        _between(0, 1_000_000),
    )
    beside: int = _knob(
        0,
        "how often images of other sets that lie beside the data come (hwd1000, optdigits_tra, "
        "sudoku cells, unipen); with some, every tenth image of each set is held out; 0 leaves "
        "them out",
        _between(0, 100),
    )
    crops: int = _knob(
        0,
        f"page: crops of composed pages in an epoch, {PART} times some number",
        _between(0, 960_000),
    )
    strings: int = _knob(0, "number: composed strings in an epoch", _between(0, 1_000_000))
    parts: int = _knob(
        1,
        "number: epochs with strings of their own, after which the first ones come again",
        _between(1, 100_000),
    )

    def __post_init__(self) -> None:
        for knob in fields(self):
            if knob.metadata:
                value = _typed(knob.name, getattr(self, knob.name))
                object.__setattr__(self, knob.name, value)
        if self.schedule_of_optimiser == "decay" and self.optimiser == "adamw":
            raise RecipeError("schedule: adamw's decay is that of the weights; choose another one.")
        if self.network in COMPOSED and (self.keep == "best" or self.patience):
            raise RecipeError(
                f"keep, patience: a {self.network} recipe keeps a moving average instead."
            )
        if self.network == "number" and not 1 <= self.batch_size <= self.strings:
            raise RecipeError("strings: a number recipe takes at least batch_size of them.")
        if self.network == "page":
            if not 1 <= self.batch_size <= PART:
                raise RecipeError(f"batch_size: a page recipe takes 1 to {PART} crops in a step.")
            if self.crops < PART or self.crops % PART:
                raise RecipeError(f"crops: a page recipe takes {PART} crops or a multiple of it.")
        if self.calibrate and not self.validation_split:
            raise RecipeError("calibrate: true needs a validation_split above 0.")
        if self.taught and self.marks:
            raise RecipeError("taught: a teacher says nothing of marks; one of them must be 0.")

    @property
    def schedule_of_optimiser(self) -> str:
        """The schedule that is meant: `usual` is another one for each optimiser."""
        if self.schedule != "usual":
            return self.schedule
        return "onecycle" if self.optimiser == "adamw" else "decay"

    @property
    def outcomes(self) -> int:
        """Ten digits, and an eleventh for what is none."""
        return 11 if self.marks else 10

    def with_settings(self, settings: Settings) -> "Recipe":
        """The recipe with some fields changed.

        Args:
            settings: values by field, or `field=value` as the command line takes them; Keras's
                names of fields will do.
        """
        if isinstance(settings, str) or not isinstance(settings, (Mapping, Sequence)):
            raise RecipeError(
                f"settings: {settings!r} is neither a dict nor a list of field=value."
            )
        if not isinstance(settings, Mapping):
            settings = dict(map(_split, settings))
        fields = {KERAS_NAMES.get(str(name), str(name)): v for name, v in settings.items()}
        changes = {name: _parse(name, value) for name, value in fields.items()}
        kind = changes.get("optimiser", self.optimiser)
        if kind != self.optimiser:
            # What decays is the weights with adamw, and the learning rate with the others.
            changes = {"lr": _KERAS_RATES.get(kind, self.lr), "decay": 0.0} | changes
        changed = replace(self, **changes)
        if "weight_decay" in settings and changed.optimiser != "adamw":
            raise RecipeError(
                f"weight_decay: {changed.optimiser} does not decay the weights; adamw does, "
                f"{way('set', 'optimizer=adamw')}."
            )
        return changed

    def to_dict(self) -> dict[str, Any]:
        """The fields as JSON has them; sizes as a list."""
        values = {knob.name: getattr(self, knob.name) for knob in fields(self)}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}

    def applying(self, *, own_network: bool = True) -> dict[str, Any]:
        """The fields that decide something, as JSON has them; the schedule that is meant.

        Args:
            own_network: whether the recipe's network is trained, not somebody's own.
        """
        values = self.to_dict() | {"schedule": self.schedule_of_optimiser}
        if self.network in _OF_COMPOSED:
            return {name: values[name] for name in _OF_COMPOSED[self.network]}
        idle = {"name", *(name for name, value in _OFF.items() if values[name] == value)}
        idle |= {"convolutions", "mean"} if self.network == "dense" else {"hidden", "activation"}
        if not own_network:
            idle |= {"network", "hidden", "activation", "convolutions", "mean", "dropout"}
        if self.optimiser != "sgd":
            idle |= {"momentum", "nesterov"}
        elif not self.momentum:
            idle |= {"nesterov"}
        if self.optimiser != "adamw" and self.schedule_of_optimiser != "decay":
            idle |= {"decay"}
        if self.augment == "none":
            idle |= {"strength"}
        return {name: value for name, value in values.items() if name not in idle}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        unknown = set(values) - {knob.name for knob in fields(cls)}
        if unknown:
            raise RecipeError(f"Unknown field {', '.join(sorted(unknown))} in a recipe.")
        return cls(**values)


def knobs() -> dict[str, tuple[str, str]]:
    """Meaning and allowed values of each field that can be set."""
    return {
        knob.name: (knob.metadata["meaning"], knob.metadata["allowed"].words)
        for knob in fields(Recipe)
        if knob.metadata
    }


def find_recipe(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        RecipeError: there is none.
    """
    known = RECIPES | {recipe.name: recipe for recipe in (NUMBER, PAGE)}
    if name not in known:
        meant = did_you_mean(name, known)
        raise RecipeError(f"No recipe {name!r}; {meant}there are {', '.join(known)}.")
    return known[name]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A question after the name that is nearest, to begin a list of all of them with."""
    near = get_close_matches(name.lower(), list(known), 1)
    return f"did you mean {near[0]}? " if near else ""


def _kind(name: str) -> Any:
    return get_type_hints(Recipe)[name]


def _allowed(name: str) -> Allowed:
    allowed: Allowed = next(k.metadata["allowed"] for k in fields(Recipe) if k.name == name)
    return allowed


def _refuse(name: str, value: Any) -> RecipeError:
    words = _allowed(name).words
    meant = ""
    if isinstance(value, str) and words.startswith(_ONE_OF):
        meant = did_you_mean(value, words.removeprefix(_ONE_OF).split(", "))
    return RecipeError(f"{name}: {value!r} is not allowed; {meant}it must be {words}.")


def _split(setting: str) -> tuple[str, str]:
    name, equals, text = str(setting).partition("=")
    if not equals:
        raise RecipeError(f"{way('set', setting)}: it must be field=value.")
    return name.strip(), text.strip()


def _parse(name: str, text: Any) -> Any:
    """The value that a text says; what is not a text is one."""
    if name not in knobs():
        if said := what_became_of(name, text):
            raise RecipeError(f"{name}: {said}.")
        meant = did_you_mean(name, [*knobs(), *KERAS_NAMES])
        known = f"the fields are {', '.join(knobs())}."
        raise RecipeError(f"Unknown field {name!r}; {meant.strip() or known}")
    if name == "class_weight" and isinstance(text, Mapping):
        # As Keras takes it: weights by class, the others being 1.
        text = ",".join(str(text.get(digit, 1.0)) for digit in range(DIGITS))
    if not isinstance(text, str):
        return text.item() if isinstance(text, np.generic) else text
    kind = _kind(name)
    try:
        if kind is bool:
            return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        if get_origin(kind) is tuple:
            return tuple(get_args(kind)[0](part) for part in text.split(","))
        return kind(text.lower() if name in ("optimiser", "activation") else text)
    except (ValueError, KeyError):
        raise _refuse(name, text) from None


def _typed(name: str, value: Any) -> Any:
    kind = _kind(name)
    if get_origin(kind) is tuple:
        value = tuple(value) if isinstance(value, (list, tuple)) else value
        fits = isinstance(value, tuple) and all(type(item) is get_args(kind)[0] for item in value)
    elif kind is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
        fits = fits and math.isfinite(value)
        value = float(value) if fits else value
    else:
        fits = type(value) is kind
    if not fits or not _allowed(name).test(value):
        raise _refuse(name, value)
    return value


TUTORIAL = Recipe()

FAST = Recipe(
    name="fast",
    network="convolutional",
    convolutions=("5x16s2", "3x16", "3x32s2", "3x48", "3x48"),
    scale=255.0,
    optimiser="adamw",
    lr=1e-2,
    decay=0.02,
    dropout=0.0,
    batch_size=256,
    epochs=5,
    validation_split=0.0,
    augment="warp",
)

ACCURATE = replace(
    FAST,
    name="accurate",
    convolutions=("5x32s2", "3x48", "3x64s2", "3x64", "3x64", "3x96"),
    batch_size=128,
    epochs=16,
    strength=1.3,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        TUTORIAL,
        replace(TUTORIAL, name="tutorial-scaled", scale=255.0),
        FAST,
        replace(FAST, name="tiny", convolutions=("5x16/2", "3x24", "3x24/2", "3x32/2"), epochs=30),
        ACCURATE,
        replace(ACCURATE, name="student", taught=0.5),
        replace(
            FAST,
            name="digit",
            convolutions=("5x32/2", "3x48", "3x48/2", "3x64", "3x64"),
            epochs=14,
            validation_split=0.1,
            calibrate=True,
            augment="wear",
            drawn=40_000,
            marks=30_000,
            beside=4,
        ),
    )
}

NUMBER = Recipe(
    name="number",
    network="number",
    optimiser="adamw",
    lr=3e-3,
    decay=0.02,
    batch_size=64,
    epochs=100,
    ema=0.999,
    strings=8192,
    parts=50,
    validation_split=0.0,
)
"""How the network that reads numbers is trained, from nothing."""

PAGE = Recipe(
    name="page",
    network="page",
    optimiser="adamw",
    lr=3e-3,
    decay=0.02,
    batch_size=12,
    epochs=100,
    ema=0.998,
    crops=960,
    validation_split=0.0,
)
"""How the network that sees pages is trained; an epoch is a round of composed crops."""
