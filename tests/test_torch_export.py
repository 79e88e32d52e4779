"""A run's network for torch without shuzi, and for phones."""

import json
import shutil
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from places import EXAMPLES
from safetensors import safe_open
from test_keras_export import IMAGES, MASKS, probabilities, randomise

from shuzi.errors import ModelError, RunError, UsageError
from shuzi.evaluation.calibration import Calibration
from shuzi.recognise.engine import Recogniser
from shuzi.training.activations import ACTIVATIONS
from shuzi.training.export import save_weights
from shuzi.training.networks import build
from shuzi.training.recipes import RECIPES, Recipe
from shuzi.training.torch_export import export_torch, to_plain

LOAD = """
import runpy, sys
import numpy, torch
load = runpy.run_path(sys.argv[1])["load"]
images = torch.from_numpy(numpy.load(sys.argv[3])).float()
numpy.save(sys.argv[4], load(sys.argv[2])(images).detach())
assert "shuzi" not in sys.modules
"""


def assert_same(network, calibration):
    model = to_plain(randomise(network), calibration)
    with torch.no_grad():
        found = model(torch.from_numpy(IMAGES).float()).numpy()
    np.testing.assert_allclose(found, probabilities(network, calibration), atol=1e-5)
    assert {type(module).__module__.split(".")[0] for module in model} == {"torch"}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipes_network_is_the_same_in_torch_alone(name):
    assert_same(build(RECIPES[name], 0, MASKS), Calibration(1.7, -2.0))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_the_same_in_torch_alone(name):
    recipe = Recipe(activation=name, scale=255.0, hidden=(20,))
    assert_same(build(recipe, 0, MASKS), Calibration(0.8))


def test_ten_lines_load_it_without_shuzi(programs, run, tmp_path):
    export_torch(run.folder, tmp_path / "a.safetensors")
    np.save(tmp_path / "images.npy", IMAGES)
    loader = EXAMPLES / "load_torch.py"
    places = [tmp_path / name for name in ("a.safetensors", "images.npy", "found.npy")]
    done = programs.run("-c", LOAD, loader, *places)
    assert done.returncode == 0, done.stderr
    wanted = Recogniser(run.folder).predict(IMAGES)
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), wanted, atol=1e-5)
    assert len(loader.read_text().split("def load")[1].split("\n\n\n")[0].splitlines()) <= 10


def test_the_file_says_what_it_takes_and_gives(run, tmp_path):
    export_torch(run.folder, tmp_path / "a.safetensors")
    with safe_open(tmp_path / "a.safetensors", "pt") as file:
        about = file.metadata()
    assert about["input"].startswith("float32 (n, 28, 28), pixels 0 to 255")
    assert json.loads(about["layers"])[1] == ["Linear", {"in_features": 784, "out_features": 64}]


def test_a_run_of_a_keras_model_is_refused_with_the_way(run, tmp_path):
    folder = shutil.copytree(run.folder, tmp_path / "run")
    record = json.loads((folder / "run.json").read_text())
    record["keras"] = {"source": "my.keras", "sha256": ""}
    (folder / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match="trained a Keras model") as caught:
        export_torch(folder, tmp_path / "a.safetensors")
    assert "model.keras" in caught.value.remedy


def test_what_cannot_be_is_refused(run, tmp_path):
    with pytest.raises(UsageError, match=r"must end in .safetensors"):
        export_torch(run.folder, tmp_path / "a.pt")
    folder = shutil.copytree(run.folder, tmp_path / "run")
    save_weights(build(Recipe(hidden=(64, 32)), 7, MASKS), folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"torch differs from the run's model.onnx"):
        export_torch(folder, tmp_path / "a.safetensors")
    assert not (tmp_path / "a.safetensors").exists()


def test_the_command_says_that_onnx_lies_there_or_copies_it(command, run, tmp_path):
    model = run.folder / "model.onnx"
    said = command("export", run.folder, "--to", "onnx").stdout
    assert said == f"{model} is the model as ONNX; training wrote it there.\n"
    command("export", run.folder, "--to", "onnx", "-o", "a.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == model.read_bytes()


def test_what_shuzi_does_not_write_is_refused_with_the_way(refused, run):
    assert "onnxruntime-web" in refused(2, "export", run.folder, "--to", "tfjs")
    assert "onnx, keras, torch, tflite, int8" in refused(2, "export", run.folder, "--to", "h5")


def test_a_phone_s_model_gives_the_same_probabilities(command, run, tmp_path):
    """Runs where litert-torch is installed, which is no part of what the tests need."""
    done = command("export", run.folder, "--to", "tflite", "-o", "a.tflite")
    if find_spec("litert_torch") is None:
        assert (done.returncode, "tflite" in done.stderr) == (10, True)
        return
    from shuzi.training.keras_export import _interpret

    found = _interpret(tmp_path / "a.tflite", torch.from_numpy(IMAGES).float())
    np.testing.assert_allclose(found, Recogniser(run.folder).predict(IMAGES), atol=1e-5)


@pytest.mark.parametrize(("to", "name"), [("onnx", "model.onnx"), ("torch", "model.safetensors")])
def test_what_training_left_is_not_written_over(run, refused, to, name):
    before = (run.folder / name).read_bytes()
    assert "is the run's own" in refused(
        2, "export", run.folder, "--to", to, "-o", run.folder / name
    )
    assert (run.folder / name).read_bytes() == before


def test_what_training_left_is_not_written_over_by_a_link_to_it(run, refused, tmp_path):
    (tmp_path / "a.safetensors").symlink_to(run.folder / "model.safetensors")
    words = "export", run.folder, "--to", "torch", "-o", "a.safetensors"
    assert "a.safetensors is the run's own" in refused(2, *words)


def test_a_run_without_its_weights_is_named(run, refused, tmp_path):
    shutil.copytree(run.folder, tmp_path / "a", ignore=shutil.ignore_patterns("*.safetensors"))
    said = refused(7, "export", "a", "--to", "torch")
    assert "a/model.safetensors cannot be read: No such file or directory." in said
