"""Pages of handwritten numbers with what they say, composed of real digits."""

import cv2
import numpy as np

ROW, LEFT, PAPER = 110, 60, 235


def number(images, labels, chosen, scale=2):
    """The digits of those places side by side, dark on white, and their text."""
    digits = [
        cv2.resize(_inked(images[i]), None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        for i in chosen
    ]
    return 255 - np.hstack(digits), "".join(str(labels[i]) for i in chosen)


def page(dataset, lengths, size=(900, 1000), seed=0):
    """A page with lines of numbers of those many digits, and the text of each line."""
    rng = np.random.default_rng(seed)
    paper = np.full(size, PAPER, np.uint8)
    lines = []
    for place, line in enumerate(lengths):
        x, said = LEFT, []
        for count in line:
            chosen = rng.choice(len(dataset.test_labels), count, replace=False)
            ink, text = number(dataset.test_images, dataset.test_labels, chosen)
            y = 60 + place * ROW
            spot = paper[y : y + ink.shape[0], x : x + ink.shape[1]]
            np.minimum(spot, ink, out=spot)
            x += ink.shape[1] + 110
            said.append(text)
        lines.append(said)
    return paper, lines


def boxed(dataset, chosen, side=64):
    """A crop of those digits in a row of printed boxes, and their text."""
    paper = np.full((side + 60, side * len(chosen) + 60), PAPER, np.uint8)
    for place, i in enumerate(chosen):
        x = 30 + place * side
        cv2.rectangle(paper, (x, 30), (x + side, 30 + side), 60, 3)
        ink = cv2.resize(_inked(dataset.test_images[i]), None, fx=2, fy=2)
        left, top = x + (side - ink.shape[1]) // 2, 30 + (side - ink.shape[0]) // 2
        spot = paper[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.minimum(spot, (PAPER - 0.8 * ink).astype(np.uint8), out=spot)
    return paper, "".join(str(dataset.test_labels[i]) for i in chosen)


def _inked(image):
    """The columns with ink, and one of paper on each side."""
    columns = np.flatnonzero(image.max(axis=0) > 60)
    return image[:, max(0, columns[0] - 1) : columns[-1] + 2]


def on_desk(paper, seed=0, size=(1500, 1200), desk=70):
    """The paper photographed on a grained desk, askew; and the way of its points, 3 x 3."""
    rng = np.random.default_rng(seed)
    height, width = paper.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    across, down = 0.72 * size[1], 0.72 * size[0]
    place = corners / [width, height] * [across, down] + [0.14 * size[1], 0.14 * size[0]]
    place = (place + rng.normal(0, 0.02 * size[1], (4, 2))).astype(np.float32)
    way = cv2.getPerspectiveTransform(corners, place)
    grain = cv2.resize(rng.normal(0, 1, (size[0] // 5, 4)), size[::-1])
    photo = (desk + 14 * grain).clip(0, 255).astype(np.uint8)
    cv2.warpPerspective(
        paper, way, size[::-1], dst=photo, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_TRANSPARENT
    )
    return photo, way
