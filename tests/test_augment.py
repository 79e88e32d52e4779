"""Augmentation keeps what an image is."""

import pytest
import torch

from shuzi.training.augment import SOIL, warp, wear


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def bend(images, masks):
    return warp(images, masks, elastic=True)


@pytest.fixture
def images(digits):
    return torch.from_numpy(digits.train_images[:256])


@pytest.mark.parametrize("change", [warp, bend])
def test_most_of_the_ink_stays(images, change):
    changed = change(images, generator())
    assert changed.float().mean().item() == pytest.approx(images.float().mean().item(), rel=0.15)


@pytest.mark.parametrize("change", [warp, bend, wear])
def test_images_stay_images(images, change):
    changed = change(images, generator())
    assert changed.shape == images.shape
    assert changed.dtype == torch.uint8
    assert not torch.equal(changed, images)


@pytest.mark.parametrize("soil", SOIL, ids=lambda soil: soil.__name__)
def test_each_soil_changes_every_image_and_keeps_it_legible(images, soil):
    ink = images[:, None].float() / 255
    changed = soil(ink, images, generator())
    assert ((changed - ink).abs().amax(dim=(1, 2, 3)) > 0.05).float().mean() > 0.95
    alike = torch.corrcoef(torch.stack([ink.flatten(), changed.flatten()]))[0, 1]
    assert alike > 0.15


@pytest.mark.parametrize("change", [warp, bend, wear])
def test_the_generator_decides(images, change):
    assert torch.equal(change(images, generator(1)), change(images, generator(1)))
    assert not torch.equal(change(images, generator(1)), change(images, generator(2)))


def test_every_image_is_warped_in_its_own_way(images):
    warped = warp(images[:1].repeat(8, 1, 1), generator())
    assert len(torch.unique(warped.flatten(1), dim=0)) == 8


def test_bending_moves_more_than_warping(images):
    def moved(changed):
        return (changed.float() - images.float()).abs().mean()

    assert moved(bend(images, generator())) > moved(warp(images, generator()))


def test_a_strength_of_nothing_leaves_the_images(images):
    assert torch.equal(warp(images, generator(), elastic=True, strength=0), images)


def test_wear_leaves_some_images_thinner_and_some_thicker(images):
    before = (images > 127).sum(dim=(1, 2))
    after = (wear(images, generator()) > 127).sum(dim=(1, 2))
    assert (after < 0.8 * before).any()
    assert (after > 1.2 * before).any()
