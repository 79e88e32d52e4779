"""Real handwriting that scikit-learn brings along."""

import cv2
import numpy as np
import sklearn.datasets

from shuzi.dataset import Dataset


def read_uci():
    """1,797 handwritten digits (UCI, by way of scikit-learn) in MNIST's layout."""
    bunch = sklearn.datasets.load_digits()
    images = [cv2.resize(i * 15.9, (20, 20), interpolation=cv2.INTER_CUBIC) for i in bunch.images]
    images = np.pad(np.array(images).clip(0, 255).astype(np.uint8), [(0, 0), (4, 4), (4, 4)])
    labels = bunch.target.astype(np.uint8)
    return Dataset(
        train_images=images[:1500],
        train_labels=labels[:1500],
        test_images=images[1500:],
        test_labels=labels[1500:],
    )
