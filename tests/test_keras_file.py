"""What a `.keras` file may hold; nothing in it is executed."""

import json
import os
import re
import zipfile

import h5py
import keras
import pytest
from keras import layers

from shuzi.errors import ModelError
from shuzi.training.keras_file import load_sequential


def sequential(*middle):
    return keras.Sequential(
        [keras.Input((28, 28, 1)), *middle, layers.Flatten(), layers.Dense(10, name="last")]
    )


def saved(model, path):
    model.save(path)
    return path


def edited(path, change, member="config.json"):
    """A copy of a `.keras` file whose JSON is changed by a function."""
    out = path.with_name("edited.keras")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                values = json.loads(content)
                change(values)
                content = json.dumps(values).encode()
            new.writestr(name, content)
    return out


@pytest.fixture
def given(tmp_path):
    return saved(sequential(), tmp_path / "given.keras")


def refusal(path):
    with pytest.raises(ModelError) as caught:
        load_sequential(path)
    assert str(path) in caught.value.message
    return caught.value


def test_a_plain_sequential_is_opened(given):
    assert load_sequential(given).output_shape == (None, 10)


def test_a_compiled_model_is_opened_uncompiled(tmp_path):
    model = sequential()
    model.compile("adam", "mse")
    assert not load_sequential(saved(model, tmp_path / "given.keras")).compiled


@keras.saving.register_keras_serializable("theirs")
class Custom(layers.Layer):
    def call(self, x):
        return x


@keras.saving.register_keras_serializable("theirs")
def custom_activation(x):
    return x


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (layers.SeparableConv2D(3, 3), "not one of the layers"),
        (layers.GaussianNoise(0.1), "not one of the layers"),
        (layers.Lambda(lambda x: x), "holds code, which shuzi never executes"),
        (Custom(), "custom object, which shuzi never loads"),
        (layers.Dense(3, activation=custom_activation), "activation theirs>custom_activation"),
        (layers.Dense(3, activation="log_softmax"), "activation log_softmax"),
        (layers.Dense(3, kernel_regularizer="l2"), "kernel_regularizer=L2"),
        (layers.Dense(3, kernel_constraint="non_neg"), "kernel_constraint=NonNeg"),
        (layers.Dense(3, trainable=False), "is frozen"),
        (layers.Dense(3, dtype="mixed_float16"), "dtype mixed_float16"),
        (layers.Dropout(0.5, noise_shape=(None, 1, 1, 1)), "noise_shape"),
        (layers.MaxPooling2D(1, data_format="channels_first"), "channels first"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_layer_is_refused_by_name(layer, why, tmp_path):
    error = refusal(saved(sequential(layer), tmp_path / "given.keras"))
    assert why in error.message
    assert layer.name in error.message


def test_a_custom_initializer_is_refused(given):
    def change(config):
        config["config"]["layers"][-1]["config"]["kernel_initializer"]["module"] = "theirs"

    assert "initializer GlorotUniform, a custom object" in refusal(edited(given, change)).message


def test_a_module_in_the_file_is_never_imported(given, tmp_path, monkeypatch):
    (tmp_path / "evil.py").write_text("import pathlib; pathlib.Path(__file__ + '.ran').touch()")
    monkeypatch.syspath_prepend(tmp_path)

    def change(config):
        config["config"]["layers"][1] |= {"module": "evil", "class_name": "Flatten"}

    assert "custom object" in refusal(edited(given, change)).message
    assert not (tmp_path / "evil.py.ran").exists()


def test_a_functional_model_is_refused(tmp_path):
    given = keras.Input((784,))
    model = keras.Model(given, layers.Dense(10)(given))
    assert "functional model" in refusal(saved(model, tmp_path / "given.keras")).message


def test_a_model_within_a_model_is_refused(tmp_path):
    inner = keras.Sequential([layers.ReLU()], name="inner")
    error = refusal(saved(sequential(inner), tmp_path / "given.keras"))
    assert "'inner' (Sequential)" in error.message


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_model_without_a_shape_is_refused(tmp_path):
    model = keras.Sequential([layers.Dense(10)])
    assert "no input shape" in refusal(saved(model, tmp_path / "given.keras")).message


def test_keras_2_is_named_with_the_way_to_convert(given):
    def change(metadata):
        metadata["keras_version"] = "2.15.0"

    error = refusal(edited(given, change, "metadata.json"))
    assert "Keras 2.15.0" in error.message
    assert "load_model('my.h5').save('my.keras')" in error.remedy


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_hdf5_is_named_with_the_way_to_convert(tmp_path):
    error = refusal(saved(sequential(), tmp_path / "given.h5"))
    assert "HDF5" in error.message
    assert "save('my.keras')" in error.remedy


def test_a_savedmodel_is_named_with_the_way_to_convert(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    error = refusal(tmp_path)
    assert "SavedModel" in error.message
    assert "model.save('my.h5')" in error.remedy


def damaged(path, content):
    path.write_bytes(content)
    return path


def test_what_is_no_keras_file_is_refused(tmp_path, given):
    assert "no such file" in refusal(tmp_path / "none.keras").message
    assert "is a folder" in refusal(tmp_path).message
    assert "not a .keras file" in refusal(damaged(tmp_path / "text.keras", b"text")).message
    half = given.read_bytes()[:2000]
    assert "not a .keras file" in refusal(damaged(tmp_path / "half.keras", half)).message
    assert "does not end in .keras" in refusal(damaged(tmp_path / "text.zip", b"text")).message


@pytest.mark.parametrize("part", ["config", "class_name", "module"])
def test_a_config_that_lacks_a_part_is_refused(given, part):
    error = refusal(edited(given, lambda config: config.pop(part)))
    assert "config.json" in error.message


def test_weights_that_do_not_fit_are_refused(given):
    def change(config):
        config["config"]["layers"][-1]["config"]["units"] = 11

    assert "8,635 weights, the file holds 7,850 values" in refusal(edited(given, change)).message


def h5(path, change):
    """A copy of a `.keras` file whose weights are changed by a function."""
    out, place = path.with_name("changed.keras"), path.with_name("weights.h5")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        place.write_bytes(old.read("model.weights.h5"))
        with h5py.File(place, "a") as weights:
            change(weights)
        for name in old.namelist():
            is_weights = name == "model.weights.h5"
            new.writestr(name, place.read_bytes() if is_weights else old.read(name))
    return out


def put(weights, make):
    group = weights["layers/dense/vars"]
    del group["0"]
    make(group)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda g: g.create_dataset("0", (10**9, 10**3), "f4", chunks=(10, 10)),
            "is not plain values",
        ),
        (lambda g: g.create_dataset("0", (10**9, 10**3), "f4"), "is larger than the file"),
        (
            lambda g: g.create_dataset("0", (9, 9), "u1", external=[("/etc/passwd", 0, 81)]),
            "is not plain values",
        ),
        (lambda g: g.__setitem__("0", h5py.ExternalLink("a.h5", "/a")), "a link to another place"),
        (lambda g: g.__setitem__("0", h5py.SoftLink("/a")), "a link to another place"),
    ],
)
def test_weights_that_claim_more_than_they_hold_are_refused(given, make, said):
    assert said in refusal(h5(given, lambda weights: put(weights, make))).message


def test_a_model_that_makes_more_values_than_there_is_memory_for_is_refused(tmp_path):
    path = saved(
        sequential(layers.ZeroPadding2D(3000), layers.MaxPooling2D(2000)), tmp_path / "a.keras"
    )
    assert "makes 36,336,784 values" in refusal(path).message


@pytest.mark.parametrize("change", ["deep", "encrypted", "compressed"])
def test_an_archive_that_keras_never_writes_is_refused(given, tmp_path, change):
    out = tmp_path / "changed.keras"
    method = zipfile.ZIP_DEFLATED if change == "compressed" else zipfile.ZIP_STORED
    with zipfile.ZipFile(given) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            is_deep = change == "deep" and name == "config.json"
            new.writestr(name, "[" * 100_000 if is_deep else old.read(name))
    if change == "encrypted":
        content = out.read_bytes()
        for flags in (rb"PK\x03\x04..", rb"PK\x01\x02...."):
            content = re.sub(rb"(?s)(" + flags + rb").", lambda m: m[1] + b"\x01", content)
        out.write_bytes(content)
    wanted = {"deep": "nested more than", "encrypted": "encrypted", "compressed": "is compressed"}
    assert wanted[change] in refusal(out).message


def test_a_backend_that_is_not_installed_is_named(refused, given, digits_npz):
    said = refused(
        10,
        "train",
        "--data",
        digits_npz,
        "--keras",
        given,
        env=os.environ | {"KERAS_BACKEND": "tensorflow"},
    )
    assert "does not start on the backend tensorflow" in said
    assert "unset KERAS_BACKEND" in said


def test_a_refused_file_is_one_message_on_the_command_line(refused, digits_npz, tmp_path):
    model = sequential(layers.LayerNormalization())
    path = saved(model, tmp_path / "given.keras")
    said = refused(6, "train", "--data", digits_npz, "--keras", path)
    assert "(LayerNormalization) is not one of the layers" in said
    assert not (tmp_path / "runs").exists()
