"""The runs of a folder, their curves, confusions and mistakes."""

import json
import shutil

import numpy as np
import pytest
import torch
from accessibility import violations
from pen import SEVEN, write
from serving import serving
from sizes import DESKTOP, PHONE

import shuzi
from shuzi.training.export import save_weights
from shuzi.training.networks import build
from shuzi.training.recipes import RECIPES

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect


@pytest.fixture
def runs(run, digits, tmp_path):
    """A folder with an evaluated run and one that has just begun."""
    folder = tmp_path / "runs"
    shutil.copytree(run.folder, folder / "short")
    shuzi.evaluate(folder / "short", dataset=digits)
    (folder / "new").mkdir()
    record = (run.folder / "run.json").read_text().replace('"finished"', '"running"')
    (folder / "new" / "run.json").write_text(record)
    return folder


@pytest.fixture
def learning(browse, runs):
    with serving("--runs", runs) as client:
        page = browse(f"{client.base_url}#learn")
        expect(page.locator(".run")).to_have_count(2)
        yield page


def show(page, *names):
    for name in ("new", "short"):
        page.get_by_label(f"Show {name}").set_checked(name in names)
    expect(page.locator("#recipes-table thead th")).to_have_count(1 + len(names))


def test_curves_confusion_and_mistakes_of_a_run(learning, run):
    show(learning, "short")
    lines = learning.locator("#curves-pictures polyline")
    expect(lines).to_have_count(4)
    points = lines.first.get_attribute("points").split(" ")
    assert len(points) == len(run.history)
    expect(learning.locator(".confusion .right")).to_have_count(10)
    wrong = learning.locator(".confusion button").first
    count = int(wrong.inner_text())
    wrong.click()
    expect(learning.locator(".mistakes li")).to_have_count(count)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_where_runs_are_compared(learning, size):
    learning.set_viewport_size(size)
    show(learning, "new", "short")
    expect(learning.locator(".confusion")).to_have_count(1)
    assert violations(learning) == []
    assert learning.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_no_mistake_is_surer_than_a_calibration_can_tell(browse, runs):
    path = runs / "short" / "mistakes.json"
    worst = [one | {"confidence": 1.0} for one in json.loads(path.read_text())]
    path.write_text(json.dumps(worst))
    with serving("--runs", runs) as client:
        page = browse(f"{client.base_url}#learn")
        page.get_by_label("Show short").check()
        expect(page.locator(".mistakes li").first).to_contain_text(", 99.9 %")


def test_a_run_that_trains_grows_while_one_looks(learning, runs, run):
    show(learning, "new", "short")
    expect(learning.locator(".run .live")).to_have_text("training now")
    expect(learning.locator("#curves-pictures polyline")).to_have_count(4)
    rows = (run.folder / "history.csv").read_text().splitlines(keepends=True)
    (runs / "new" / "history.csv").write_text("".join(rows[:3]))
    expect(learning.locator("#curves-pictures polyline")).to_have_count(8)
    expect(learning.locator(".run", has_text="new")).to_contain_text("2 of 3 epochs")


def test_recipes_that_differ_are_marked(learning, runs):
    record = runs / "new" / "run.json"
    record.write_text(record.read_text().replace('"dropout": 0.1', '"dropout": 0.4'))
    show(learning, "new", "short")
    differ = learning.locator("#recipes-table .differ")
    expect(differ).to_have_count(1)
    expect(differ).to_contain_text("dropout")


def test_without_runs_it_says_how_to_get_some(browse):
    with serving() as client:
        page = browse(f"{client.base_url}#learn")
        expect(page.locator("#runs pre")).to_contain_text("shuzi train tutorial")
        expect(page.locator("#steps details")).to_have_count(8)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_tutorial_comes_first_on_a_phone(browse, service, size):
    page = browse(f"{service}#learn", size)
    steps, runs = (page.locator(name).bounding_box() for name in (".steps", "#runs"))
    assert steps["y"] + steps["height"] < runs["y"] if size is PHONE else steps["x"] > runs["x"]


def test_a_drawn_digit_saturates_raw_tanh_and_not_scaled(browse, service):
    page = browse(f"{service}#learn")
    raw, scaled = page.locator(".said-of").all()
    before = raw.inner_text()
    assert int(before.split(" ")[0]) > 80
    expect(scaled).to_contain_text("0 % of the units are saturated")
    write(page, SEVEN, canvas="#lab-canvas")
    expect(raw).not_to_have_text(before)
    page.locator("#lab-clear").click()
    expect(raw).to_contain_text("0 % of the units")


def test_a_finished_run_shows_its_inside(browse, service):
    page = browse(f"{service}#learn")
    inside = page.locator(".inside")
    expect(inside.locator(".wall canvas")).to_have_count(40)
    expect(inside.locator("figcaption").nth(1)).to_contain_text("Layer 1: what its 64 units make")
    expect(inside.locator(".bar")).to_have_count(10)
    page.get_by_label("Show short").uncheck()
    expect(inside).to_have_count(0)


INSIDE = """async ([name, settings, pixels]) => {
    const { activationsOf, fetchWeights } = await import("./weights.js");
    const layers = activationsOf(await fetchWeights(name), settings, Float32Array.from(pixels));
    return layers.map(({ values, maps }) => (values ? [...values] : maps.map((map) => [...map])));
}"""


def test_what_is_shown_of_a_digit_is_what_the_model_makes_of_it(browse, service, run, digits):
    settings = json.loads((run.folder / "run.json").read_text())["recipe"]
    image = digits.test_images[0]
    page = browse(f"{service}#learn")
    layers = page.evaluate(INSIDE, ["short", settings, image.ravel().tolist()])
    wanted = shuzi.Recogniser(run.folder / "model.onnx").predict(image[None])[0]
    assert list(map(len, layers)) == [64, 32, 10]
    np.testing.assert_allclose(layers[-1], wanted, atol=1e-5)


def test_a_convolution_is_shown_as_torch_computes_it(learning, runs, digits):
    image = digits.test_images[0]
    for first, modules in (("5x6s2", 5), ("3x6/2", 6)):
        recipe = RECIPES["fast"].with_settings([f"convolutions={first},3x4"])
        network = build(recipe, 0, torch.Generator()).eval()
        activated = network[:modules]
        activated[-2].running_mean.uniform_(-0.1, 0.1)
        activated[-2].running_var.uniform_(0.5, 2)
        save_weights(network, runs / "new" / "model.safetensors")
        with torch.no_grad():
            wanted = activated(torch.from_numpy(image[None]))[0].flatten(1).numpy()
        (maps,) = learning.evaluate(INSIDE, ["new", recipe.to_dict(), image.ravel().tolist()])
        np.testing.assert_allclose(maps, wanted, atol=1e-4)
    claimed = b'{"layers.0.kernel":{"dtype":"F32","shape":[784,900000000],"data_offsets":[0,4]}}'
    damaged = len(claimed).to_bytes(8, "little") + claimed + bytes(4)
    (runs / "new" / "model.safetensors").write_bytes(damaged)
    with pytest.raises(sync_api.Error, match="layers"):
        learning.evaluate(INSIDE, ["new", recipe.to_dict(), image.ravel().tolist()])
