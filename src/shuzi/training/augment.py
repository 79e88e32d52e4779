"""Augmentation as batched tensor operations."""

import torch
from torch import Tensor
from torch.nn import functional

DEGREES, SCALE, SHEAR, PIXELS = 12.0, 0.10, 0.12, 1.7


def warp(images: Tensor, generator: torch.Generator) -> Tensor:
    """uint8 images (n, 28, 28), each rotated, scaled, sheared and shifted a little at random."""

    def uniform(limit: float) -> Tensor:
        values = torch.empty(len(images), device=images.device)
        return values.uniform_(-limit, limit, generator=generator)

    angle = uniform(DEGREES * torch.pi / 180)
    shear, x, y = uniform(SHEAR), uniform(PIXELS / 14), uniform(PIXELS / 14)
    width, height = 1 + uniform(SCALE), 1 + uniform(SCALE)
    cos, sin = angle.cos(), angle.sin()
    rows = [width * cos, shear * cos - height * sin, x, width * sin, shear * sin + height * cos, y]
    grid = functional.affine_grid(
        torch.stack(rows, dim=1).view(-1, 2, 3), [len(images), 1, 28, 28], align_corners=False
    )
    warped = functional.grid_sample(images[:, None].float(), grid, align_corners=False)
    return warped[:, 0].round().to(torch.uint8)
