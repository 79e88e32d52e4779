"""A user's Keras model in shuzi's loop, against Keras itself."""

import json
import re
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import torch
from keras import layers
from keras.optimizers.schedules import InverseTimeDecay

import shuzi
from shuzi.errors import ModelError, RunError
from shuzi.recognise.engine import Recogniser
from shuzi.training.keras_export import export_keras
from shuzi.training.keras_file import ACTIVATIONS, LAYERS
from shuzi.training.keras_import import KerasModel
from shuzi.training.recipes import TUTORIAL, Recipe
from shuzi.training.run import resume
from shuzi.training.seeds import train_seeds

MASKS = torch.Generator()
CONV2D, DEPTHWISE = layers.Conv2D, layers.DepthwiseConv2D
MAX, MEAN = layers.MaxPooling2D, layers.AveragePooling2D
PICTURE_LAYERS = [
    *(CONV2D(4, 3), CONV2D(4, (5, 3), padding="same", activation="relu")),
    *(CONV2D(4, 2, padding="same", use_bias=False), CONV2D(4, 4, strides=3, padding="same")),
    *(CONV2D(6, 3, groups=3), CONV2D(4, 3, dilation_rate=2, padding="same")),
    *(DEPTHWISE(3, depth_multiplier=2), DEPTHWISE(4, strides=2, padding="same", use_bias=False)),
    *(layers.ZeroPadding2D(((1, 2), (3, 0))), layers.BatchNormalization(epsilon=0.1)),
    *(layers.BatchNormalization(scale=False), layers.BatchNormalization(center=False)),
    *(MAX(), MAX((3, 2), 2), MAX(3, padding="same"), MAX(4, 1, padding="same")),
    *(MEAN(2), MEAN((3, 2), 2), MEAN(3, padding="same"), MEAN(2, 1, padding="same")),
    *(layers.GlobalMaxPooling2D(), layers.GlobalMaxPooling2D(keepdims=True)),
    *(layers.GlobalAveragePooling2D(), layers.GlobalAveragePooling2D(keepdims=True)),
    *(layers.Dropout(0.4), layers.Softmax(), layers.Rescaling(2.0, -1), layers.Flatten()),
    *(layers.ReLU(), layers.ReLU(6), layers.ReLU(negative_slope=0.1), layers.LeakyReLU(0.3)),
    *(
        layers.ELU(0.5),
        layers.Reshape((-1,)),
        layers.Reshape((13, -1, 2)),
        layers.Reshape((39, 26)),
    ),
    *(layers.Activation(name) for name in ACTIVATIONS),
]
ROW_LAYERS = [
    *(layers.Dense(7), layers.Dense(7, activation="softmax", use_bias=False)),
    *(layers.BatchNormalization(), layers.Dropout(0.4), layers.Softmax(), layers.Flatten()),
    *(layers.Reshape((4, 7, 28)), layers.Activation("tanh")),
]


def randomise(model, seed=0):
    """Random weights that keep the size of what goes through; variances above 0."""
    random = np.random.default_rng(seed)

    def draw(shape):
        if len(shape) == 1:
            return random.uniform(0.1, 0.5, shape)
        return random.normal(0, np.prod(shape[:-1]) ** -0.5, shape)

    model.set_weights([draw(weight.shape) for weight in model.get_weights()])
    return model


def saved(model, path):
    model.save(path)
    return path


def images(n=8):
    return np.random.default_rng(1).integers(0, 256, (n, 28, 28), dtype=np.uint8)


def softmax(logits):
    return torch.softmax(logits, dim=1).numpy()


def assert_same_both_ways(model, tmp_path):
    """The network gives Keras's logits; and what is written back is the model."""
    given = KerasModel(saved(randomise(model), tmp_path / "given.keras"))
    network = given.network(Recipe(scale=255.0), MASKS).eval()
    with torch.no_grad():
        found = network(torch.from_numpy(images())).numpy()
    x = (images() / 255).astype(np.float32).reshape(-1, *model.input_shape[1:])
    np.testing.assert_allclose(found, model.predict(x, verbose=0), atol=1e-5, rtol=1e-5)
    given.sequential.set_weights([np.zeros_like(w) for w in model.get_weights()])
    given.save(network, tmp_path / "back.keras")
    back = keras.saving.load_model(tmp_path / "back.keras")
    assert [layer.name for layer in back.layers] == [layer.name for layer in model.layers]
    for mine, theirs in zip(back.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("layer", PICTURE_LAYERS, ids=lambda layer: layer.name)
def test_a_layer_on_pictures_is_keras_s(tmp_path, layer):
    layer = type(layer).from_config(layer.get_config())
    first = [keras.Input((28, 28, 1)), CONV2D(6, 3, strides=2), layers.Rescaling(5.0)]
    assert_same_both_ways(
        keras.Sequential([*first, layer, layers.Flatten(), layers.Dense(10)]), tmp_path
    )


@pytest.mark.parametrize("layer", ROW_LAYERS, ids=lambda layer: layer.name)
def test_a_layer_on_rows_is_keras_s(tmp_path, layer):
    layer = type(layer).from_config(layer.get_config())
    first = [keras.Input((784,)), layers.Rescaling(8.0, -4.0)]
    assert_same_both_ways(
        keras.Sequential([*first, layer, layers.Flatten(), layers.Dense(10)]), tmp_path
    )


def test_every_layer_that_is_taken_is_tested():
    tested = {type(layer).__name__ for layer in [*PICTURE_LAYERS, *ROW_LAYERS]}
    assert tested == set(LAYERS) - {"InputLayer"}


def convnet(activation="relu", pool=MAX):
    model = keras.Sequential(
        [
            *(keras.Input((28, 28, 1)), layers.Rescaling(1 / 255)),
            *(CONV2D(6, 3, activation=activation), layers.BatchNormalization(), pool(2)),
            *(layers.Flatten(), layers.Dense(10, activation="softmax")),
        ]
    )
    return randomise(model)


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return saved(convnet(), tmp_path_factory.mktemp("given") / "given.keras")


SETTINGS = ["epochs=2", "batch_size=50", "validation_split=0.3"]


@pytest.fixture(scope="module")
def trained(given, digits, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "run"
    return shuzi.train(dataset=digits, keras=given, out=out, settings=SETTINGS, verbose=0)


def fit(model, dataset, recipe):
    """Keras's own training with the recipe's optimiser, in the order of the images."""
    rate = InverseTimeDecay(recipe.lr, decay_steps=1, decay_rate=recipe.decay)
    sgd = keras.optimizers.SGD(rate, momentum=recipe.momentum, nesterov=recipe.nesterov)
    model.compile(sgd, "sparse_categorical_crossentropy")
    model.fit(
        dataset.train_images[..., None].astype("float32"),
        dataset.train_labels,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        shuffle=False,
        verbose=0,
    )


def assert_trained_alike(path, digits, recipe, out):
    run = shuzi.train(recipe, dataset=digits, keras=path, out=out, precision="fp32", verbose=0)
    theirs = keras.saving.load_model(path)
    before = theirs.get_weights()
    fit(theirs, digits, recipe)
    mine = keras.saving.load_model(run.folder / "model.keras").get_weights()
    for found, wanted, start in zip(mine, theirs.get_weights(), before, strict=True):
        assert np.abs(wanted - start).max() > 1e-3
        np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_training_is_keras_s_own(digits, tmp_path):
    path = saved(convnet("tanh", MEAN), tmp_path / "given.keras")
    recipe = Recipe(epochs=1, batch_size=100, validation_split=0, shuffle=False)
    assert_trained_alike(path, digits, recipe, tmp_path / "run")


def test_steps_over_the_kinks_of_relu_are_keras_s_own(given, digits, tmp_path):
    # A few: at a kink rounding decides the gradient's side, and the weights drift apart.
    recipe = Recipe(epochs=1, batch_size=500, validation_split=0, shuffle=False)
    assert_trained_alike(given, digits, recipe, tmp_path / "run")


def test_the_trained_model_gives_the_onnx_models_probabilities(trained, digits):
    model = keras.saving.load_model(trained.folder / "model.keras")
    found = model.predict(digits.test_images[..., None], verbose=0)
    wanted = Recogniser(trained.folder / "model.onnx").predict(digits.test_images)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert (found.argmax(axis=1) == digits.test_labels).mean() > 0.7


def test_the_record_names_the_model(trained, given):
    record = json.loads((trained.folder / "run.json").read_text())
    assert record["keras"]["source"] == str(given)
    assert (trained.folder / "given.keras").read_bytes() == given.read_bytes()


def test_a_run_is_resumed_to_the_same_weights(trained, given, digits, tmp_path):
    moved = shutil.copy(given, tmp_path / "moved.keras")
    first = [*SETTINGS, "epochs=1"]
    short = shuzi.train(
        dataset=digits, keras=moved, out=tmp_path / "b", settings=first, verbose=0
    ).folder
    for name in ("model.keras", "model.onnx", "model.safetensors"):
        (short / name).unlink()
    Path(moved).unlink()
    record = json.loads((short / "run.json").read_text())
    record["recipe"]["epochs"] = 2
    (short / "run.json").write_text(json.dumps(record))
    resume(short, dataset=digits, verbose=0)
    files = [folder / "model.safetensors" for folder in (short, trained.folder)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert (short / "model.keras").exists()


@pytest.mark.parametrize("end", ["softmax", "activation", "dense", "logits"])
def test_a_softmax_at_the_end_is_stripped(end, tmp_path):
    last = {"softmax": [layers.Softmax()], "activation": [layers.Activation("softmax")]}.get(end)
    dense = layers.Dense(10, activation="softmax" if end == "dense" else None)
    model = keras.Sequential([keras.Input((784,)), dense, *(last or [])])
    given = KerasModel(saved(model, tmp_path / "given.keras"))
    with torch.no_grad():
        logits = given.network(Recipe(scale=255.0), MASKS)(torch.from_numpy(images()))
    found = model.predict(images().reshape(-1, 784) / 255, verbose=0)
    expected = logits.numpy() if end == "logits" else softmax(logits)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_calibrated_run_is_exported_with_scale_and_temperature(digits, tmp_path):
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    settings = [*SETTINGS, "scale=255", "calibrate=true"]
    path = saved(model, tmp_path / "given.keras")
    run = shuzi.train(
        dataset=digits, keras=path, out=tmp_path / "run", settings=settings, verbose=0
    )
    export_keras(run.folder, tmp_path / "out.keras")
    found = keras.saving.load_model(tmp_path / "out.keras").predict(digits.test_images, verbose=0)
    wanted = Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_a_model_with_a_scale_of_its_own_gets_raw_pixels(given, digits, tmp_path):
    settings = [*SETTINGS, "epochs=1", "scale=255"]
    run = shuzi.train(
        dataset=digits, keras=given, out=tmp_path / "run", settings=settings, verbose=0
    )
    assert json.loads((run.folder / "run.json").read_text())["recipe"]["scale"] == 1


def test_marks_need_an_eleventh_outcome(given, digits, tmp_path):
    with pytest.raises(ModelError, match="the recipe digit has 11 outcomes") as caught:
        shuzi.train("digit", dataset=digits, keras=given, out=tmp_path / "run")
    assert "settings=['marks=0']" in caught.value.remedy
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (layers.Dense(3), "works on"),
        (layers.BatchNormalization(axis=1), "normalises axis 1"),
        (layers.ReLU(3), "max_value other than 6"),
        (layers.Softmax(axis=1), "not the last"),
        (layers.Reshape((4, 7, 4, 7)), "too many axes"),
        (MEAN(3, 2, padding="same"), "backends"),
        (layers.Rescaling([0.5]), "a number of its own"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_an_unusual_form_of_a_layer_is_refused_by_name(layer, why, tmp_path):
    last = [layers.Flatten(), layers.Dense(10)]
    model = keras.Sequential([keras.Input((28, 28, 1)), layer, *last])
    given = KerasModel(saved(model, tmp_path / "given.keras"))
    with pytest.raises(ModelError, match=why) as caught:
        given.network(Recipe(), MASKS)
    assert layer.name in caught.value.message


def test_another_input_is_refused(tmp_path):
    model = keras.Sequential([keras.Input((32, 32, 1)), layers.Flatten(), layers.Dense(10)])
    with pytest.raises(ModelError, match=r"its input is \(32, 32, 1\)"):
        KerasModel(saved(model, tmp_path / "given.keras"))


def test_a_single_image_in_a_batch_is_normalised(tmp_path):
    model = keras.Sequential([keras.Input((784,)), layers.BatchNormalization(), layers.Dense(10)])
    network = KerasModel(saved(model, tmp_path / "given.keras")).network(Recipe(), MASKS).train()
    network(torch.from_numpy(images(1)))
    assert all(torch.isfinite(tensor).all() for tensor in network.state_dict().values())


def test_a_sequential_itself_is_trained_as_by_fit(digits, tmp_path):
    model = convnet()
    before = model.get_weights()
    run = shuzi.train(dataset=digits, keras=model, out=tmp_path / "r", settings=SETTINGS, verbose=0)
    found = model.predict(digits.test_images[..., None], verbose=0)
    assert not np.array_equal(model.get_weights()[0], before[0])
    wanted = Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    record = json.loads((run.folder / "run.json").read_text())
    assert record["keras"]["source"] == str(run.folder / "given.keras")
    assert "hidden" not in record["applies"]


def small(*between, last=None, **options):
    first = [keras.Input((28, 28)), layers.Flatten(), layers.Dense(4, **options)]
    return keras.Sequential([*first, *between, last or layers.Dense(10, activation="softmax")])


def broken():
    model = small()
    model.layers[1].kernel.assign(np.full((784, 4), np.nan))
    return model


@pytest.mark.parametrize(
    ("model", "why", "remedy"),
    [
        (
            lambda: small(last=layers.Dense(10, activation="sigmoid")),
            "ends with sigmoid",
            "softmax",
        ),
        (
            lambda: small(layers.Dense(10, activation="relu"), last=layers.Softmax()),
            "relu",
            "softmax",
        ),
        (lambda: small(layers.Softmax()), "softmax before the end", "Keep one"),
        (lambda: small(last=layers.Dense(1)), r"its output is \(1,\)", r"End it with Dense\(10\)"),
        (lambda: small(kernel_initializer="zeros"), "all weights of .* are 0", "glorot_uniform"),
        (broken, "weights that are not numbers", "new model"),
        (lambda: keras.Sequential([layers.Dense(10)]), "no input shape", "keras.Input"),
        (lambda: small(layers.Lambda(lambda x: x)), "holds code", "Sequential"),
        (lambda: "a.h5", "no such file", "keras"),
        (lambda: 3, "keras is a builtins.int", "keras.Sequential"),
    ],
)
def test_a_model_that_cannot_be_trained_is_refused_with_a_remedy(
    model, why, remedy, digits, tmp_path
):
    with pytest.raises(ModelError, match=why) as caught:
        shuzi.train(dataset=digits, keras=model(), out=tmp_path / "run", verbose=0)
    assert re.search(remedy, caught.value.remedy)
    assert "/tmp" not in caught.value.message
    assert not (tmp_path / "run").exists()


def test_seeds_of_a_model_go_on_with_it_alone(given, digits, tmp_path):
    recipe = TUTORIAL.with_settings({"epochs": 1, "scale": 255})
    options = {"dataset": digits, "out": tmp_path / "seeds", "verbose": 0}
    for _ in range(2):
        assert len(train_seeds(recipe, 1, keras=given, **options)) == 1
    other = saved(convnet("tanh"), tmp_path / "other.keras")
    with pytest.raises(RunError, match="another Keras model"):
        train_seeds(recipe, 2, keras=other, **options)
