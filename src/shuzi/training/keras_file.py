"""A user's `.keras` file, looked through before Keras opens it."""

import math
import os
import zipfile
from pathlib import Path
from typing import Any

from shuzi.errors import MissingExtraError, ModelError, extra, way
from shuzi.files import open_file, read_json, write_atomically

# The backend that is installed with shuzi[train]; it must be chosen before the import.
os.environ.setdefault("KERAS_BACKEND", "torch")

try:
    import h5py
    import keras
except ImportError as error:
    raise MissingExtraError(
        f"Keras does not start on the backend {os.environ['KERAS_BACKEND']}: {error}.",
        f"{extra('keras')}, and unset KERAS_BACKEND.",
    ) from error

__all__ = ["ACTIVATIONS", "LAYERS", "keras", "load_sequential", "save_model"]

_CONVOLUTION = {"kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias"}
_POOLING = {"pool_size", "strides", "padding"}

LAYERS: dict[str, set[str]] = {
    "InputLayer": {"batch_shape"},
    "Dense": {"units", "activation", "use_bias"},
    "Conv2D": _CONVOLUTION | {"filters", "groups"},
    "DepthwiseConv2D": _CONVOLUTION | {"depth_multiplier"},
    "ZeroPadding2D": {"padding"},
    "MaxPooling2D": _POOLING,
    "AveragePooling2D": _POOLING,
    "GlobalMaxPooling2D": {"keepdims"},
    "GlobalAveragePooling2D": {"keepdims"},
    "BatchNormalization": {"axis", "momentum", "epsilon", "center", "scale"},
    "Dropout": {"rate"},
    "Activation": {"activation"},
    "ReLU": {"max_value", "negative_slope", "threshold"},
    "LeakyReLU": {"negative_slope"},
    "ELU": {"alpha"},
    "Softmax": {"axis"},
    "Flatten": set(),
    "Reshape": {"target_shape"},
    "Rescaling": {"scale", "offset"},
}
"""The layers that shuzi trains, each with the options that it understands."""

ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish"),
    *("softmax", "softplus", "softsign", "tanh", "sigmoid", "hard_sigmoid", "hard_silu"),
)
"""Keras's names of the activations that shuzi trains."""

_NO_MATTER = {"name", "seed", "renorm_momentum"}
_LIMIT = 10_000_000
"""Bytes of JSON, far more than a Sequential has."""
_LARGEST = 10_000_000
"""Values that a layer may make of one image: a hundred times what the tutorials' models do."""
_WEIGHTS = "model.weights.h5"


def load_sequential(path: Path) -> Any:
    """The Sequential in a `.keras` file, not compiled; nothing in the file is executed.

    Raises:
        ModelError: it is not a `.keras` file of Keras 3 with a Sequential of LAYERS, float32 and
            trainable, with no option that shuzi does not understand.
    """
    config, values = _check_file(path)
    _check_sizes(path, config, values)
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        raise _unopened(path, error) from error
    if not model.built:
        raise _refuse(path, "the model has no input shape", "Begin it with an Input and save it.")
    return model


def save_model(model: Any, path: Path) -> None:
    """Write a Keras model.

    Raises:
        OutputError: the file cannot be written.
    """
    with write_atomically(path) as temporary:
        model.save(temporary)


def _check_file(path: Path) -> tuple[dict[str, Any], int]:
    """Refuse what `load_sequential` does not take, without Keras.

    Returns:
        The model's configuration, and how many values its weights hold.
    """
    _check_format(path)
    try:
        with zipfile.ZipFile(path) as archive:
            version = str(_json(archive, "metadata.json")["keras_version"])
            config = _json(archive, "config.json")
            values = _count_values(archive)
    # zipfile, zlib and HDF5 share no other base.
    except Exception as error:
        reason = str(error)[:200] or type(error).__name__
        raise ModelError(f"{path} is not a .keras file of Keras 3: {reason}", _SAVE) from error
    if not version.startswith("3."):
        raise ModelError(f"{path} is of Keras {version}; shuzi takes Keras 3.", _CONVERT)
    try:
        _check_model(path, config)
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path}: its config.json is not one of Keras 3: {error}", _SAVE
        ) from error
    return config, values


def _check_sizes(path: Path, config: dict[str, Any], values: int) -> None:
    """Refuse a model that is larger than its weights, or its layers than memory."""
    try:
        with keras.device("meta"):
            model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if not model.built:
            return
        needed = model.count_params()
        sizes = {layer.name: math.prod(layer.output.shape[1:]) for layer in model.layers}
    except Exception as error:
        raise _unopened(path, error) from error
    if needed > values:
        raise ModelError(
            f"{path}: its layers have {needed:,} weights, the file holds {values:,} values.", _SAVE
        )
    for name, size in sizes.items():
        if size > _LARGEST:
            raise _refuse(path, f"layer {name!r} makes {size:,} values of an image")


_SAVE = "Save it in Keras 3: model.save('my.keras')."
_CONVERT = (
    "Convert it in two steps: in Keras 2 (or with the package tf_keras) load it and "
    "model.save('my.h5'); in Keras 3 keras.models.load_model('my.h5').save('my.keras')."
)


def _check_format(path: Path) -> None:
    if (path / "saved_model.pb").exists():
        raise ModelError(f"{path} is a SavedModel folder, of Keras 2 or TensorFlow.", _CONVERT)
    try:
        with open_file(path) as file:
            start = file.read(8)
    except OSError as error:
        known = {FileNotFoundError: "there is no such file", IsADirectoryError: "is a folder"}
        what = known.get(type(error), str(error.strerror))
        raise ModelError(f"{path}: {what}.", "Give a .keras file.") from error
    if start == b"\x89HDF\r\n\x1a\n":
        remedy = "Convert it in Keras 3: keras.models.load_model('my.h5').save('my.keras')."
        raise ModelError(f"{path} is an HDF5 file, the format of Keras 2.", remedy)
    if path.suffix != ".keras":
        raise ModelError(f"{path} does not end in .keras.", _SAVE)


def _json(archive: zipfile.ZipFile, name: str) -> dict[str, Any]:
    if archive.getinfo(name).file_size > _LIMIT:
        raise ValueError(f"{name} is too large")
    found = read_json(archive.read(name), _LIMIT)
    if not isinstance(found, dict):
        raise ValueError(f"{name} is not an object")
    return found


def _count_values(archive: zipfile.ZipFile) -> int:
    """How many values the weights' datasets hold, which are all in the archive as they are.

    Keras compresses nothing, and a dataset that is not as it was written could claim any shape, or
    read another file.
    """
    member = archive.getinfo(_WEIGHTS)
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{_WEIGHTS} is compressed, which Keras never does")
    values = 0

    def count(name: str, found: Any) -> None:
        nonlocal values
        if isinstance(found, h5py.Group):
            _check_links(found)
        elif found.chunks is not None or found.external or found.is_virtual:
            raise ValueError(f"{name} in {_WEIGHTS} is not plain values")
        else:
            values += found.size
            if found.size * found.dtype.itemsize > member.file_size:
                raise ValueError(f"{name} in {_WEIGHTS} is larger than the file")

    with archive.open(member) as stream, h5py.File(stream, "r") as weights:
        _check_links(weights)
        weights.visititems(count)
    return values


def _check_links(group: Any) -> None:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} in {_WEIGHTS} is a link to another place")


def _check_model(path: Path, config: dict[str, Any]) -> None:
    kind = config["class_name"]
    if kind in ("Functional", "Model"):
        raise _refuse(path, f"it is a functional model ({kind}), not a Sequential")
    if (config["module"], kind, config["registered_name"]) != ("keras", "Sequential", None):
        raise _refuse(path, f"{kind} is a custom object, which shuzi never loads")
    _check_dtype(path, "the model", config["config"].get("dtype"))
    for layer in config["config"]["layers"]:
        _check_layer(path, layer)


def _check_layer(path: Path, layer: dict[str, Any]) -> None:
    kind, options = layer["class_name"], layer["config"]
    name = f"layer {options.get('name')!r} ({kind})"
    if kind == "Lambda":
        raise _refuse(path, f"{name} holds code, which shuzi never executes")
    if layer["module"] != "keras.layers" or layer["registered_name"] is not None:
        raise _refuse(path, f"{name} is a custom object, which shuzi never loads")
    if kind not in LAYERS:
        raise _refuse(path, f"{name} is not one of the layers that shuzi trains")
    for option, value in options.items():
        _check_option(path, name, kind, option, value)


def _check_option(path: Path, name: str, kind: str, option: str, value: Any) -> None:
    if option == "dtype":
        if kind != "InputLayer":
            _check_dtype(path, name, value)
    elif option == "trainable":
        if value is not True:
            raise _refuse(path, f"{name} is frozen", "shuzi trains every layer: trainable=True.")
    elif option.endswith("_initializer"):
        _check_initializer(path, name, value)
    elif option == "activation":
        if value not in ACTIVATIONS:
            raise _refuse(path, f"{name} has the activation {_named(value)}", _ACTIVATIONS)
    elif option == "data_format":
        if value != "channels_last":
            raise _refuse(path, f"{name} has its channels first", "Set channels_last.")
    elif option in LAYERS[kind] | _NO_MATTER:
        if _objects(value):
            raise _refuse(path, f"{name} has a custom object as its {option}")
    elif value is not None and value is not False:
        # An option that were passed over in silence would make another model.
        raise _refuse(path, f"{name} has {option}={_named(value)}, which shuzi does not know")


def _check_dtype(path: Path, name: str, value: Any) -> None:
    if isinstance(value, dict) and (value["module"], value["class_name"]) == (
        "keras",
        "DTypePolicy",
    ):
        value = value["config"]["name"]
    if value not in ("float32", None):
        remedy = f"Save it in float32; {way('precision')} says in which one shuzi trains."
        raise _refuse(path, f"{name} has the dtype {_named(value)}", remedy)


def _check_initializer(path: Path, name: str, value: Any) -> None:
    for found in _objects(value):
        known = found.get("module") in ("keras.initializers", "keras.random")
        if not known or found.get("registered_name") is not None:
            raise _refuse(path, f"{name} has the initializer {_named(found)}, a custom object")


def _objects(value: Any) -> list[dict[str, Any]]:
    """Every serialised object in a piece of JSON."""
    if isinstance(value, list):
        return [found for item in value for found in _objects(item)]
    if not isinstance(value, dict):
        return []
    inner = [found for item in value.values() for found in _objects(item)]
    return [value, *inner] if "class_name" in value else inner


def _named(value: Any) -> str:
    if isinstance(value, dict):
        function = value.get("class_name") == "function"
        return str(value.get("config" if function else "class_name"))
    return str(value)


def _unopened(path: Path, error: Exception) -> ModelError:
    reason = str(error).strip().partition("\n")[0][:200]
    return ModelError(f"{path}: Keras cannot open it: {reason}", _SAVE)


_ACTIVATIONS = f"shuzi knows {', '.join(ACTIVATIONS)}."


def _refuse(path: Path, why: str, remedy: str | None = None) -> ModelError:
    known = ", ".join(LAYERS)
    return ModelError(f"{path}: {why}.", remedy or f"Give a keras.Sequential of these: {known}.")
