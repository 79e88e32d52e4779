"""The page network: where numbers stand in a picture, what else is written, which way is up."""

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDE = 2
"""Pixels of the picture to a cell of the maps."""
MAPS = 3
"""Kernels, extents, other writing."""
_WIDTHS = (16, 32, 64, 128, 160, 160)
"""Channels at strides 2 to 64."""
_FEATURES, _FINE = 64, 32
"""Channels of the pyramid at strides 8 to 64, and at stride 4, where each costs most."""
_TURNS = (0.35, 3.0, 3.0, 3.0)
"""What a picture counts by how it lies: as few lie on their side or head, which way is up would be
told from whether lines run across alone."""
_PAPER = 16
"""Pixels to a cell of the paper's brightness, whose mean over five cells is taken."""


class PageNetwork(nn.Module):
    """uint8 pictures (n, h, w) in; logits of maps (n, 3, h / 2, w / 2) and of turns (n, 4) out.

    Fully convolutional with features from stride 2 to 64 that are added up coarse to fine (Lin and
    others, 2017, "Feature pyramid networks"); the maps are those of text detection by segmentation:
    shrunk kernels that neighbours do not share (Wang and others, 2019, PSENet) and whole extents.
    Whether boxes side by side are one number's is told from far around: the coarse stages look over
    wide areas. Each cell of stride 32 has its say which way is up, by its own weight.
    """

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d, e, f = _WIDTHS
        self.stages = nn.ModuleList(
            [
                _block(2, a, stride=2),
                nn.Sequential(_block(a, b, stride=2), _block(b, b)),
                nn.Sequential(_block(b, c, stride=2), _Residual(_block(c, c)), _wide(c)),
                nn.Sequential(
                    _block(c, d, stride=2), _Residual(_block(d, d)), *(_wide(d) for _ in range(4))
                ),
                nn.Sequential(_block(d, e, stride=2), *(_wide(e) for _ in range(8))),
                nn.Sequential(_block(e, f, stride=2), _wide(f), _wide(f)),
            ]
        )
        self.lateral = nn.ModuleList(
            [nn.Conv2d(width, _FINE if width == b else _FEATURES, 1) for width in _WIDTHS[1:]]
        )
        self.smooth = nn.ModuleList([_block(_FEATURES, _FEATURES) for _ in range(3)])
        self.along = nn.ModuleList([_wide(_FEATURES) for _ in range(2)])
        self.fine = nn.ModuleList([nn.Conv2d(_FEATURES, _FINE, 1), _block(_FINE, _FINE)])
        self.head = nn.Conv2d(_FINE, MAPS * STRIDE**2, 3, padding=1)
        self.turn = nn.Conv2d(e, 5, 1)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = _contrasts(pictures).contiguous(memory_format=torch.channels_last)
        pyramid = []
        for stage in self.stages:
            features = stage(features)
            pyramid.append(features)
        top = self.lateral[-1](pyramid[-1])
        for level in (2, 1, 0):
            finer = self.lateral[level + 1](pyramid[level + 2])
            top = self.smooth[level](finer + functional.interpolate(top, scale_factor=2.0))
            if level < 2:
                top = self.along[level](top)
        narrow, smooth = self.fine
        top = functional.interpolate(narrow(top), scale_factor=2.0)
        maps = functional.pixel_shuffle(
            self.head(smooth(self.lateral[0](pyramid[1]) + top)), STRIDE
        )
        said = self.turn(pyramid[4]).float().flatten(2)
        weight = torch.softmax(said[:, 4:], dim=2)
        return maps.float(), (said[:, :4] * weight).sum(dim=2)


def _contrasts(pictures: Tensor) -> Tensor:
    """The pixels as they are, and against the paper around them: float32 (n, 2, h, w)."""
    pixels = pictures[:, None].float() / 128 - 1
    coarse = functional.avg_pool2d(torch.cat([pixels, pixels * pixels], 1), _PAPER)
    around = functional.avg_pool2d(
        functional.pad(coarse, (2, 2, 2, 2), mode="replicate"), 5, stride=1
    )
    spread = (around[:, 1:] - around[:, :1] ** 2).clamp(min=0).sqrt() + 0.03
    local = torch.cat([around[:, :1], spread], 1)
    local = functional.interpolate(
        local, scale_factor=float(_PAPER), mode="bilinear", align_corners=False
    )
    against = ((pixels - local[:, :1]) / local[:, 1:] / 2).clamp(-3, 3)
    return torch.cat([pixels, against], 1)


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    return nn.Sequential(convolution, _norm(outputs), nn.ReLU())


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, momentum=0.03)


class _Residual(nn.Module):
    """A change of the features beside a way past it."""

    def __init__(self, change: nn.Module) -> None:
        super().__init__()
        self.change = change

    def forward(self, features: Tensor) -> Tensor:
        changed: Tensor = self.change(features)
        return features + changed


def _wide(channels: int) -> _Residual:
    """Each channel over 7 x 7 cells, then all channels cell by cell: Liu and others, 2022, "A
    ConvNet for the 2020s", with the norms of the other blocks. It begins as no change."""
    last = _norm(channels)
    nn.init.zeros_(last.weight)
    return _Residual(
        nn.Sequential(
            nn.Conv2d(channels, channels, 7, padding=3, groups=channels, bias=False),
            _norm(channels),
            nn.Conv2d(channels, 2 * channels, 1, bias=False),
            _norm(2 * channels),
            nn.ReLU(),
            nn.Conv2d(2 * channels, channels, 1, bias=False),
            last,
        )
    )


def page_loss(maps: Tensor, turns: Tensor, targets: Tensor, turned: Tensor) -> Tensor:
    """Cross-entropy and Dice of the maps, and the turns' cross-entropy.

    Dice keeps kernels of a few pixels from being lost among the paper: Milletari and others, 2016.

    Args:
        targets: uint8 (n, 4, h / 2, w / 2): the three maps, 0 to 255, and 16 times their weights.
        turned: int64 (n,): 0 to 3, or -1 where nobody could tell.
    """
    wanted, weight = targets[:, :MAPS].float() / 255, targets[:, MAPS:].float() / 16
    losses = functional.binary_cross_entropy_with_logits(maps, wanted, reduction="none")
    entropy = (losses * weight).mean(dim=(0, 2, 3))
    said = maps.sigmoid() * weight
    overlap = (said * wanted).sum(dim=(2, 3))
    total = (said + wanted * weight).sum(dim=(2, 3))
    dice = (1 - (2 * overlap + 1) / (total + 1)).mean(dim=0)
    shares = maps.new_tensor([1.0, 0.5, 0.5])
    loss = ((3 * entropy + dice) * shares).sum()
    shares = maps.new_tensor(_TURNS)
    up = functional.cross_entropy(turns, turned, shares, ignore_index=-1, reduction="sum")
    return loss + 0.7 * up / len(turned)
