"""What is wrong with data of every form is named, with what to do."""

import numpy as np
import pytest
from forms import OTHERS, WITH_TESTS, N, few, png
from PIL import Image, ImageDraw

import shuzi
from shuzi.dataset import load_data
from shuzi.errors import DataError
from shuzi.files.arrays import MAX_BYTES
from shuzi.files.datasets.folder import LABELS

FORMS = (*WITH_TESTS, *OTHERS)
each_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
MILLIONS = 100_000_000


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def refusal(path):
    with pytest.raises(DataError) as caught:
        load_data(path)
    message, remedy = caught.value.told("command")
    assert remedy
    return f"{message}\n{remedy}"


@each_form
def test_a_file_that_is_cut_short_is_named(form, folder, digits):
    path = form(folder, *few(digits))
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and "sample" not in p.name]
    # Of pictures one, of other files each.
    for file in files if len(files) < 20 else [max(files, key=lambda f: f.stat().st_size)]:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) * 2 // 3])
        assert file.name in refusal(path)
        file.write_bytes(whole)


@each_form
def test_a_label_that_is_no_digit_is_named(form, folder, digits):
    x, y, xt, yt = few(digits)
    y = y.copy()
    y[3] = 23
    if form.__name__ == "floats_and_one_hot":
        ten = np.eye(24)[:, :24]
        np.savez(folder / "a.npz", x=x, y=ten[y])
        assert "one-hot (n, 10)" in refusal(folder / "a.npz")
        return
    path = form(folder, x, y, xt, yt)
    if form.__name__ == "reviewed":
        # The number 23, which is not one digit.
        assert any("as they show several digits: 2" in note for note in load_data(path).notes)
        return
    said = refusal(path)
    assert "23" in said and "0 to 9" in said


@each_form
def test_a_digit_that_is_missing_is_said(form, folder, digits):
    x, y, xt, yt = few(digits)
    path = form(folder, x[y != 4], y[y != 4], xt, yt)
    said = " ".join(load_data(path).lacks())
    assert "no training images of 4: a model that learns from it will never read these" in said


def test_text_where_numbers_belong_is_named(folder, digits):
    import pyarrow as pa
    from pyarrow import parquet
    from scipy.io import savemat

    x, y, _, _ = few(digits)
    words = np.array(["seven", *y[1:].astype(str)])
    np.savez(folder / "labels.npz", x=x, y=words)
    assert "number 0 is 'seven'" in refusal(folder / "labels.npz")
    np.savez(folder / "pixels.npz", x=x.astype(str), y=y)
    assert "pixels must be numbers" in refusal(folder / "pixels.npz")
    table = pa.table({"image": [png(image) for image in x], "label": words.tolist()})
    parquet.write_table(table, folder / "a.parquet")
    assert "number 0 is 'seven'" in refusal(folder / "a.parquet")
    savemat(folder / "a.mat", {"x": x, "y": words})
    assert "seven" in refusal(folder / "a.mat")


def test_a_hundred_million_rows_are_refused_by_their_size(folder, monkeypatch, digits):
    npy = folder / "a.npy"
    np.lib.format.open_memmap(npy, "w+", np.uint8, (1, 28, 28)).flush()
    head = npy.read_bytes()[:128].replace(b"(1, 28, 28), }        ", b"(100000000, 28, 28), }")
    idx = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (MILLIONS, 28, 28))
    for name, start in (("a.npy", head), ("train-images-idx3-ubyte", idx)):
        with (folder / name).open("wb") as file:
            file.write(start)
            # It takes no room on the disk.
            file.truncate(len(start) + 784 * MILLIONS)
    (folder / "train-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x01\x07")
    said = f"asks for 78,400,000,000 bytes; the limit is {MAX_BYTES:,}"
    for name in ("a.npy", "train-images-idx3-ubyte"):
        assert said in refusal(folder / name)
    (folder / LABELS).write_text("file,digits\n")
    with (folder / LABELS).open("ab") as file:
        file.truncate(20 * MILLIONS)
    (folder / "train-images-idx3-ubyte").unlink()
    (folder / "train-labels-idx1-ubyte").unlink()
    assert "more than 500,000,000 bytes" in refusal(folder)


@pytest.mark.parametrize(
    ("form", "module", "said"),
    [
        ("hugging_face", "parquet", "has 240 rows and "),
        ("photos_of_digits", "folder", "has more than 100 pictures"),
        ("csv_without_head", "table", "has more than 100 rows"),
    ],
)
def test_too_many_rows_are_refused_as_they_come(form, module, said, folder, digits, monkeypatch):
    path = next(f for f in FORMS if f.__name__ == form)(folder, *few(digits))
    monkeypatch.setattr(f"shuzi.files.datasets.{module}.MAX_IMAGES", 100)
    assert said in refusal(path)


def test_pictures_that_are_no_digits_are_said_to_be_none(folder, tmp_path, capsys):
    rng = np.random.default_rng(0)
    for number in range(60):
        picture = Image.new("L", (60, 60), 255)
        pen = ImageDraw.Draw(picture)
        for _ in range(4):
            (left, right), (top, bottom) = np.sort(rng.integers(2, 58, (2, 2)))
            pen.rectangle([left, top, right, bottom], outline=0, width=3)
        (folder / str(number % 10)).mkdir(exist_ok=True)
        picture.save(folder / str(number % 10) / f"{number}.png")
    settings = {"epochs": 1, "hidden": (8,)}
    shuzi.train(dataset=load_data(folder), out=tmp_path / "run", settings=settings)
    said = capsys.readouterr().err
    assert f"The images of {folder} look like no digits: shuzi's own digit model" in said
    assert "Look at them with `shuzi data show`" in said


@pytest.mark.parametrize("left", [14, 17, 18, 19])
def test_labels_that_are_cut_short_are_told_of(left, folder, digits):
    form = next(form for form in OTHERS if form.__name__ == "reviewed")
    path = form(folder, *few(digits))
    table = (folder / LABELS).read_bytes()
    row = table.index(b"crops/000200.png")
    (folder / LABELS).write_bytes(table[: row + left])
    if left < 18:
        assert f"{LABELS} cannot be understood: " in refusal(path)
    else:
        # A row that is whole, as far as anybody can tell.
        assert f"Left out, as {LABELS} does not name them: 39." in load_data(path).notes


def test_blank_pictures_alone_are_refused(folder):
    for digit in range(10):
        (folder / str(digit)).mkdir()
        (folder / str(digit) / "a.png").write_bytes(png(np.full((40, 40), 250, np.uint8)))
    assert "has only blank pictures" in refusal(folder)


def test_a_form_is_not_mistaken_for_another(folder, digits):
    """All of them in one folder: one is taken, and said."""
    x, y, xt, yt = few(digits)
    for form in (WITH_TESTS[6], OTHERS[1]):
        form(folder, x, y, xt, yt)
    found = load_data(folder)
    assert len(found.train_labels) == N
    assert found.form
