"""The page network's training: crops say what is where, and a run is like every other."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from shuzi.errors import RecipeError
from shuzi.page.network import PageNetwork as Reading
from shuzi.synth.crops import SIDE, cut_crops, number_heights
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import Materials
from shuzi.synth.sample import Sample, shrunk
from shuzi.synth.sheets import LAYOUTS, compose_sample
from shuzi.training.device import Device
from shuzi.training.page import Composer, PageTrainer
from shuzi.training.page_network import PageNetwork, page_loss
from shuzi.training.recipes import PAGE

FP32 = Device(torch.device("cpu"), "fp32")


@pytest.fixture(scope="module")
def materials(digits):
    return Materials(Glyphs(digits.train_images, digits.train_labels))


def sample(texts=("12", "345"), ignored=None):
    """Two numbers, 30 pixels high, on paper of 400 x 500."""
    extents, kernels = (np.zeros((400, 500), np.uint16) for _ in range(2))
    for place, left in ((1, 100), (2, 300)):
        extents[100:130, left : left + 25 * len(texts[place - 1])] = place
        kernels[108:122, left + 6 : left - 6 + 25 * len(texts[place - 1])] = place
    picture = np.where(extents > 0, 60, 200).astype(np.uint8)
    return Sample(picture, extents, kernels, np.zeros((400, 500), np.uint8), texts, ignored)


def test_shares_of_the_kinds_are_one_together():
    assert sum(share for _, share in LAYOUTS.values()) == pytest.approx(1)


def test_the_same_seed_composes_the_same_sample(materials):
    a, b = (compose_sample(materials, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(a.picture, b.picture)
    np.testing.assert_array_equal(a.extents, b.extents)


def test_heights_of_numbers_are_about_those_of_their_digits():
    heights = number_heights(sample())
    assert heights[1:] == pytest.approx([30, 30], rel=0.2)


def test_targets_lie_where_the_ink_is():
    for crop in cut_crops(sample(), 6, np.random.default_rng(0)):
        assert crop.picture.shape == (SIDE, SIDE)
        halved = crop.picture.reshape(SIDE // 2, 2, SIDE // 2, 2).mean(axis=(1, 3))
        kernels, extents, other, weight = crop.targets
        assert (halved[kernels > 200] < 100).all()
        assert (kernels <= extents).all()
        assert not other.any() and weight.min() > 0
        assert crop.turned == -1 or sum(map(len, ("12", "345"))) >= 5


def test_nothing_is_asked_where_nobody_knows():
    ignored = np.full((400, 500), 255, np.uint8)
    for crop in cut_crops(sample(ignored=ignored), 3, np.random.default_rng(0)):
        shown = crop.picture != crop.picture[-1, -1]
        assert not crop.targets[3][shown[::2, ::2]].any()


def test_a_turned_sample_says_how_to_turn_it_back():
    turned = sample().rotated(1)
    assert turned.turned == 1 and turned.picture.shape == (500, 400)
    np.testing.assert_array_equal(np.rot90(turned.picture, -turned.turned), sample().picture)


def test_a_kernel_lies_within_its_number_and_is_never_nothing():
    for wide in (10, 40, 400):
        quad = np.array([[0, 0], [wide, 0], [wide, 40], [0, 40]], np.float32)
        inner = shrunk(quad)
        assert (inner >= 0).all() and (inner <= [wide, 29.3]).all()
        assert np.ptp(inner[:, 0]) > 0.25 * min(wide, 40)


def test_the_loss_falls_where_the_maps_come_nearer():
    targets = torch.zeros((1, 4, 8, 8), dtype=torch.uint8)
    targets[:, 3], targets[:, :3, 2:5, 2:5] = 16, 255
    turns, turned = torch.zeros((1, 4)), torch.tensor([2])
    blind = page_loss(torch.zeros((1, 3, 8, 8)), turns, targets, turned)
    right = page_loss(16.0 * (targets[:, :3] > 0) - 8, turns, targets, turned)
    assert right < 0.5 * blind
    up = turns.clone()
    up[0, 2] = 5
    assert page_loss(torch.zeros((1, 3, 8, 8)), up, targets, turned) < blind


@pytest.mark.parametrize("setting", ["batch_size=25", "crops=50", "crops=0"])
def test_what_cannot_be_trained_is_refused(setting):
    with pytest.raises(RecipeError, match=setting.partition("=")[0]):
        PAGE.with_settings([setting])


@pytest.fixture(scope="module")
def run(programs, digits_npz, tmp_path_factory):
    """Of `shuzi train page`, as short as can be."""
    out = tmp_path_factory.mktemp("page") / "run"
    few = ["--set", "epochs=1", "--set", "crops=24", "--threads", "1"]
    done = programs.run("-m", "shuzi", "train", "page", "--data", digits_npz, "--out", out, *few)
    assert done.returncode == 0, done.stderr
    return out


def test_shuzi_train_page_leaves_a_run_that_reads(run):
    record = json.loads((run / "run.json").read_text())
    assert record["status"] == "finished" and record["recipe"]["network"] == "page"
    assert len((run / "history.csv").read_text().splitlines()) == 2
    assert Reading(run, threads=1).path == run / "model.onnx"


def test_onnx_says_what_the_trained_network_says(run):
    network = PageNetwork().eval()
    network.load_state_dict(load_file(run / "model.safetensors"))
    picture = sample().picture[None, 64:192, 64:256]
    maps, turns = Reading(run, threads=1).run(picture)
    with torch.inference_mode():
        wanted, upright = network(torch.from_numpy(picture))
    np.testing.assert_allclose(maps, wanted.sigmoid().numpy(), atol=0.05)
    np.testing.assert_allclose(turns, upright.softmax(dim=1).numpy(), atol=0.05)


class Corners(Composer):
    """A third of each crop's sides: a ninth of the time."""

    def batch(self, number, ahead=1):
        pictures, targets, turns = super().batch(number, ahead)
        return (
            pictures[..., : SIDE // 3, : SIDE // 3],
            targets[..., : SIDE // 6, : SIDE // 6],
            turns,
        )


def test_a_resumed_training_ends_with_the_weights_of_an_undisturbed_one(digits_npz):
    recipe = PAGE.with_settings({"epochs": 2, "crops": 24, "batch_size": 24})
    with Corners(digits_npz, 5) as composer:
        whole, first, second = (PageTrainer(recipe, 5, FP32, composer) for _ in range(3))
        whole.run_epoch(ignore)
        whole.run_epoch(ignore)
        first.run_epoch(ignore)
        for name, tensor in second.state.items():
            tensor.copy_(first.state[name])
        second.history += first.history
        second.run_epoch(ignore)
    for name, tensor in whole.state.items():
        torch.testing.assert_close(second.state[name], tensor, rtol=0, atol=0, msg=name)


def ignore(_seen):
    """Nobody watches."""
