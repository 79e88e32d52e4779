"""Augmentation as batched tensor operations: of the digit's shape, and of its ink."""

import torch
from torch import Tensor
from torch.nn import functional

DEGREES, SCALE, SHEAR, PIXELS = 12.0, 0.10, 0.12, 1.7
ELASTIC = 0.05
"""Of half the picture's side: standard deviation of the bends."""


def warp(
    images: Tensor, generator: torch.Generator, *, elastic: bool = False, strength: float = 1.0
) -> Tensor:
    """uint8 images (n, 28, 28), each rotated, scaled, sheared and shifted a little at random.

    Args:
        elastic: bend them as well (Simard and others, 2003), on a coarse grid of their own.
        strength: all of that so many times as strong.
    """

    def uniform(limit: float) -> Tensor:
        return strength * _uniform(images, generator, -limit, limit).flatten()

    angle = uniform(DEGREES * torch.pi / 180)
    shear, x, y = uniform(SHEAR), uniform(PIXELS / 14), uniform(PIXELS / 14)
    width, height = 1 + uniform(SCALE), 1 + uniform(SCALE)
    cos, sin = angle.cos(), angle.sin()
    along_x = [width * cos, shear * cos - height * sin, x]
    along_y = [width * sin, shear * sin + height * cos, y]
    grid = torch.stack([_plane(*along_x), _plane(*along_y)], dim=-1)
    if elastic:
        grid = grid + strength * _bends(images, generator)
    warped = functional.grid_sample(images[:, None].float(), grid, align_corners=False)
    return warped[:, 0].round().to(torch.uint8)


def _plane(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """a x + b y + c at each pixel, float32 (n, 28, 28), from three (n,); x and y are in (-1, 1).

    A third of the time that `functional.affine_grid` takes.
    """
    places = (torch.arange(28, device=a.device) + 0.5) / 14 - 1
    return torch.addcmul(
        (b[:, None] * places + c[:, None])[:, :, None], a[:, None, None], places[None, None]
    )


def wear(images: Tensor, generator: torch.Generator) -> Tensor:
    """uint8 images (n, 28, 28) as pens, cameras and scanners leave them.

    Each by chance thinner or thicker, blurred or coarse, paler or black on white, with the remains
    of a line at its side; and every second one soiled: see `SOIL`.
    """
    ink = images[:, None].float() / 255
    ink = _thicken(ink, _sometimes(images, generator, 0.5, -0.8, 1.0))
    ink = _coarsen(ink, _sometimes(images, generator, 0.15, 0.5, 1.0))
    ink = _blur(ink, _sometimes(images, generator, 0.3, 0.2, 1.0))
    ink = torch.maximum(ink, _side_lines(images, generator))
    ink = _soil(_contrast(ink, images, generator), images, generator)
    return (ink[:, 0].clamp(0, 1) * 255).round().to(torch.uint8)


def _uniform(images: Tensor, generator: torch.Generator, low: float, high: float) -> Tensor:
    """float32 (n, 1, 1, 1) between `low` and `high`."""
    values = torch.empty((len(images), 1, 1, 1), device=images.device)
    return values.uniform_(low, high, generator=generator)


def _sometimes(
    images: Tensor, generator: torch.Generator, share: float, low: float, high: float
) -> Tensor:
    """As `_uniform` for that share of the images, 0 for the others."""
    chosen = _uniform(images, generator, 0, 1) < share
    return torch.where(chosen, _uniform(images, generator, low, high), 0)


def _bends(images: Tensor, generator: torch.Generator) -> Tensor:
    """Displacements (n, 28, 28, 2) that change slowly over the picture."""
    coarse = torch.empty((len(images), 2, 5, 5), device=images.device)
    coarse.normal_(0, ELASTIC, generator=generator)
    fine = functional.interpolate(coarse, (28, 28), mode="bilinear", align_corners=True)
    return fine.permute(0, 2, 3, 1)


def _thicken(ink: Tensor, amount: Tensor) -> Tensor:
    """Towards the dilated ink by `amount` above 0, towards the eroded below."""
    thick = functional.max_pool2d(ink, 3, 1, 1)
    thin = -functional.max_pool2d(-ink, 3, 1, 1)
    return ink + amount.clamp(min=0) * (thick - ink) + amount.clamp(max=0) * (ink - thin)


def _coarsen(ink: Tensor, amount: Tensor) -> Tensor:
    coarse = functional.interpolate(functional.avg_pool2d(ink, 2), scale_factor=2.0)
    return ink + amount * (coarse - ink)


def _blur(ink: Tensor, amount: Tensor) -> Tensor:
    return ink + amount * (functional.avg_pool2d(ink, 3, 1, 1) - ink)


def _side_lines(images: Tensor, generator: torch.Generator) -> Tensor:
    """A straight line a pixel or two wide near one side, in an image of twelve."""
    place = _uniform(images, generator, 0, 5).floor()
    far = _uniform(images, generator, 0, 1) < 0.5
    place = torch.where(far, 27 - place, place)
    across, _ = _axes(images, generator)
    strength = _sometimes(images, generator, 1 / 12, 0.3, 1)
    return strength * (1 - (across - place).abs() / _uniform(images, generator, 0.8, 2)).clamp(
        min=0
    )


def _contrast(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """Steeper around a middle grey, up to black on white; or paler."""
    steep = 1 + _sometimes(images, generator, 0.3, 0, 12)
    middle = _uniform(images, generator, 0.3, 0.6)
    paler = 1 - _sometimes(images, generator, 0.2, 0, 0.5)
    return torch.where(steep > 1, (ink - middle) * steep + middle, ink).clamp(0, 1) * paler


def _soil(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    kind = _uniform(images, generator, 0, 2 * len(SOIL)).floor()
    for number, soil in enumerate(SOIL):
        ink = torch.where(kind == number, soil(ink, images, generator), ink)
    return ink


def _lit(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    return ink + _uniform(images, generator, 0.1, 0.7)


def _fogged(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """Behind clouds that are large and small."""
    clouds = torch.zeros_like(ink)
    for side in (3, 7, 14):
        spots = torch.rand((len(ink), 1, side, side), generator=generator, device=ink.device)
        clouds += functional.interpolate(spots, (28, 28), mode="bilinear") / side
    clouds -= clouds.amin(dim=(2, 3), keepdim=True)
    clouds /= clouds.amax(dim=(2, 3), keepdim=True)
    thick = _uniform(images, generator, 0.3, 1.6)
    return (ink + thick * clouds) / (1 + thick)


def _striped(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """Inverted along some columns or rows."""
    across, _ = _axes(images, generator)
    start, width = _uniform(images, generator, 2, 20), _uniform(images, generator, 2, 10)
    return torch.where((across >= start) & (across < start + width), 1 - ink, ink)


def _noisy(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """With salt and pepper."""
    chance = torch.rand(ink.shape, generator=generator, device=ink.device)
    share = _uniform(images, generator, 0.02, 0.3)
    return torch.where(chance < share, (chance < share / 2).float(), ink)


def _outlined(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """Only its edges: hollow letters, a photocopy's."""
    edges = functional.max_pool2d(ink, 3, 1, 1) - ink
    return (edges * _uniform(images, generator, 1, 2)).clamp(max=1)


def _crossed(ink: Tensor, images: Tensor, generator: torch.Generator) -> Tensor:
    """Under a thin line, straight or zigzag, whole or dotted."""
    along, across = _turned(images, generator)
    pace = _uniform(images, generator, 0.5, 1.6)
    zigzag = (2 * torch.remainder(along * pace / 6, 1) - 1).abs() - 0.5
    across = across + zigzag * _sometimes(images, generator, 0.6, 2, 8)
    line = (1.3 - across.abs()).clamp(0, 1)
    dotted = _uniform(images, generator, 0, 1) < 0.4
    gaps = torch.where(dotted, (along * pace).sin().clamp(min=0), 1)
    return torch.maximum(ink, line * gaps)


def _axes(images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """x and y of each pixel, or y and x, broadcast over (n, 1, 28, 28)."""
    places = torch.arange(28, device=images.device, dtype=torch.float32)
    x, y = places.view(1, 1, 1, 28), places.view(1, 1, 28, 1)
    turned = _uniform(images, generator, 0, 1) < 0.5
    return torch.where(turned, y, x), torch.where(turned, x, y)


def _turned(images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Coordinates along and across a line of any direction near the centre."""
    x, y = _axes(images, generator)
    angle = _uniform(images, generator, 0, torch.pi)
    x, y = x - 13.5, y - 13.5
    across = y * angle.cos() - x * angle.sin() + _uniform(images, generator, -8, 8)
    return x * angle.cos() + y * angle.sin(), across


SOIL = (_lit, _fogged, _striped, _noisy, _outlined, _crossed)
"""What may come over the whole picture."""
