"""The contact sheet shows each digit in its row."""

import numpy as np
from PIL import Image

from shuzi.contact import GAP, contact_sheet


def test_rows_are_digits(tmp_path, digits):
    contact_sheet(digits.train_images, digits.train_labels, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        sheet = np.asarray(picture)
    first_seven = digits.train_images[digits.train_labels == 7][0]
    y = 7 * (28 + GAP) + GAP
    np.testing.assert_array_equal(sheet[y : y + 28, GAP : GAP + 28], first_seven)
