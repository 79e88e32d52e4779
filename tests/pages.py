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


def _inked(image):
    """The columns with ink, and one of paper on each side."""
    columns = np.flatnonzero(image.max(axis=0) > 60)
    return image[:, max(0, columns[0] - 1) : columns[-1] + 2]
