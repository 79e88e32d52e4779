"""Data of every form is recognised, and is the same digits as before; what is wrong is named."""

import gzip
import pickle
import re
import shutil

import forms
import numpy as np
import pytest
from places import EXAMPLES
from test_fuzz import mutated

import shuzi
from shuzi.dataset import load_data, load_images, save_npz
from shuzi.errors import DataError, ShuziError
from shuzi.files.datasets import FORMS
from shuzi.recognise.engine import Recogniser

FILES = {
    forms.kaggle: "train.csv",
    forms.csv_without_head: "mnist_train.csv.gz",
    forms.emnist: "emnist-digits-train-images-idx3-ubyte.gz",
    forms.qmnist: "qmnist-train-labels-idx2-int",
    forms.hugging_face: "mnist/train-00000-of-00001.parquet",
    forms.folders_of_digits: "train/7/0017.png",
    forms.floats_and_one_hot: "floats.npz",
    forms.matlab: "emnist-digits.mat",
}
"""A file of each form."""
FUZZED = (forms.kaggle, forms.csv_without_head, forms.hugging_face, forms.matlab)


@pytest.fixture
def write(digits, tmp_path):
    """Some digits in one of the forms."""

    def write_form(form):
        folder = tmp_path / form.__name__
        folder.mkdir()
        return form(folder, *forms.few(digits))

    return write_form


def pairs(images, labels):
    """Images with their labels, in an order that does not depend on theirs."""
    return sorted(zip(map(bytes, images), labels.tolist(), strict=True))


@pytest.mark.parametrize("form", forms.WITH_TESTS, ids=lambda form: form.__name__)
def test_the_same_digits_come_out_of_each_form(write, digits, form):
    path = write(form)
    found, tests = load_data(path), load_images(path)
    x, y, xt, yt = forms.few(digits)
    assert pairs(found.train_images, found.train_labels) == pairs(x, y)
    assert pairs(found.test_images, found.test_labels) == pairs(xt, yt)
    assert pairs(tests.images, tests.labels) == pairs(xt, yt)


@pytest.mark.parametrize("form", forms.OTHERS, ids=lambda form: form.__name__)
def test_forms_without_test_images_are_taken_and_said_to_have_none(write, digits, form):
    found = load_data(write(form))
    _, y, _, _ = forms.few(digits)
    assert sorted(found.train_labels) == sorted(y)
    assert len(found.test_labels) == 0
    assert any("no test images" in said for said in found.lacks())
    assert (Recogniser().predict(found.train_images).argmax(1) == found.train_labels).mean() > 0.95


def test_kaggles_files_become_what_kaggle_takes(write, command, tmp_path):
    folder = write(forms.kaggle)
    shown = command("data", "show", folder).stdout
    assert "recognised as CSV as Kaggle's" in shown
    assert "test images have no labels: `shuzi predict` reads them" in shown
    assert "They look upright: their paper is at 0 of 255" in shown
    done = command("data", "convert", folder, "digits.npz")
    assert done.stdout.endswith("Written to digits.npz: 240 train images\n")
    done = command("train", "fast", "--data", "digits.npz", "--set", "epochs=1", "--out", "run")
    assert done.returncode == 0, done.stderr
    assert "no test images" in done.stderr
    assert done.stdout.endswith("Next: shuzi predict run IMAGES -o predictions.csv\n")
    done = command("predict", "run", folder / "test.csv", "-o", "submission.csv")
    assert done.stdout == "Written to submission.csv\n"
    lines = (tmp_path / "submission.csv").read_text().splitlines()
    assert lines[0] == "ImageId,Label"
    assert [line.split(",")[0] for line in lines[1:]] == [str(i) for i in range(1, 61)]
    assert "no test images" in command("evaluate", "run").stderr


def test_what_is_converted_is_not_written_over(digits_npz, refused, tmp_path):
    shutil.copy(digits_npz, tmp_path / "a.npz")
    assert "a.npz is what is read" in refused(2, "data", "convert", "a.npz", "./a.npz")
    assert (tmp_path / "a.npz").read_bytes() == digits_npz.read_bytes()


def test_images_without_labels_are_shown_and_converted(write, command, digits, tmp_path):
    path = write(forms.kaggle) / "test.csv"
    shown = command("data", "show", path)
    assert shown.returncode == 0, shown.stderr
    assert "images (60, 28, 28) uint8, without labels" in shown.stdout
    assert "60 of them with a mean confidence of 9" in shown.stdout
    assert (tmp_path / "contact-sheet.png").exists()
    done = command("data", "convert", path, "tests.npz")
    assert done.stdout.endswith("Written to tests.npz: 60 images without labels\n")
    converted = load_images(tmp_path / "tests.npz")
    np.testing.assert_array_equal(converted.images, forms.few(digits)[2])
    assert converted.labels is None


def test_training_says_what_own_data_was_recognised_as_and_how_it_lies(write, command):
    path = write(forms.no_names)
    small = ("--set", "epochs=1", "--set", "hidden=8")
    said = command("train", "--data", path, *small, "--out", "run").stderr
    assert f"{path}: NumPy's arrays." in said
    assert f"The images of {path} look upright: " in said
    assert re.search(r"reads 2\d\d of 240 right as they are\.$", said, re.M)


def test_pictures_are_normalised_unless_they_are_in_form_or_told_not_to(write, digits):
    photos, crops = write(forms.photos_of_digits), write(forms.folders_of_digits)
    as_they_are = load_data(photos, normalise=False)
    assert as_they_are.train_images[:, 0].mean() > 128
    assert any("--normalise finds the ink" in note for note in as_they_are.notes)
    assert load_data(photos).train_images[:, 0].mean() < 1
    x, _, _, _ = forms.few(digits)
    assert sorted(map(bytes, load_data(crops, normalise=True).train_images)) != sorted(
        map(bytes, x)
    )


def test_what_is_no_digit_in_a_review_is_kept_apart(write):
    found = load_data(write(forms.reviewed))
    assert len(found.not_digits) == 1
    assert "Left out, as they show several digits: 1." in found.notes


def test_blank_pictures_are_left_out_of_training_and_kept_in_prediction(write):
    folder = write(forms.photos_of_digits)
    (folder / "3" / "blank.png").write_bytes(forms.png(np.full((50, 50), 250, np.uint8)))
    found = load_data(folder)
    assert len(found.train_labels) == forms.N
    assert "Left out, as no ink was found in them: 1." in found.notes
    alone = load_images(folder / "3")
    assert (~alone.images.any(axis=(1, 2))).sum() == 1


def test_a_validation_part_of_ones_own_is_used(write, tmp_path, digits):
    data, mine = write(forms.no_test_part), write(forms.csv_without_head)
    dataset = load_data(data, validation=mine)
    assert len(dataset.validation_labels) == forms.TESTS
    settings = {"epochs": 1, "hidden": (16,), "validation_split": 0.3}
    run = shuzi.train(dataset=dataset, out=tmp_path / "run", settings=settings, verbose=0)
    right = run.history[-1].val_accuracy * forms.TESTS
    assert right == pytest.approx(round(right), abs=1e-3)
    assert shuzi.training.run.resume(run.folder, verbose=0).folder == run.folder


def test_of_several_parts_those_that_were_not_trained_on_validate(write, digits):
    data = write(forms.no_test_part)
    images = write(forms.torchvision) / "MNIST/raw/t10k-images-idx3-ubyte"
    _, _, test_images, _ = forms.few(digits)
    by_file, by_folder = (load_data(data, validation=p) for p in (images, images.parent))
    np.testing.assert_array_equal(by_file.validation_images, test_images)
    np.testing.assert_array_equal(by_folder.validation_images, test_images)
    assert by_folder.notes[-1] == f"Of {images.parent} the test images are taken."


def test_that_training_images_validate_is_said(write):
    data = write(forms.no_test_part)
    assert "the images that it trains on" in load_data(data, validation=data).notes[-1]


def test_a_converted_set_is_the_same(write, tmp_path):
    found = load_data(write(forms.emnist), validation=write(forms.no_test_part))
    save_npz(found, tmp_path / "a.npz")
    assert load_data(tmp_path / "a.npz").fingerprint == found.fingerprint


def test_images_that_are_there_twice_are_counted(digits):
    x, y, xt, yt = forms.few(digits)
    labels = np.concatenate([y, (y[:3] + 1) % 10])
    dataset = shuzi.Dataset(
        train_images=np.concatenate([x, x[:3]]),
        train_labels=labels,
        test_images=np.concatenate([xt, x[:5]]),
        test_labels=np.concatenate([yt, y[:5]]),
    )
    again, shared = dataset.repeats()
    assert again == (
        "Training images that are the same as another one: 3; with another label than that one: 3."
    )
    assert shared.startswith("Of the 65 test images, training images too: 5.")


def test_a_missing_digit_is_said(tmp_path, digits):
    x, y, _, _ = forms.few(digits)
    np.savez(tmp_path / "a.npz", x=x[y != 4], y=y[y != 4])
    assert "no training images of 4:" in load_data(tmp_path / "a.npz").lacks()[0]


@pytest.mark.parametrize("form", FUZZED, ids=lambda form: form.__name__)
def test_a_damaged_file_is_data_or_an_error_of_ours(write, form, tmp_path):
    whole, rng = write(form), np.random.default_rng(7)
    path = next(p for p in (whole, whole / FILES[form]) if p.is_file())
    content, damaged = path.read_bytes(), tmp_path / path.name
    outcomes = []
    for _ in range(25):
        damaged.write_bytes(mutated(content, rng))
        try:
            outcomes.append(len(load_images(damaged).images))
        except ShuziError as error:
            outcomes.append(error.message)
    assert len(set(outcomes)) > 2


def test_what_is_not_known_gets_the_list_of_what_is(tmp_path):
    (tmp_path / "notes.bin").write_bytes(b"\x01\x02\x03 and more")
    for path in (tmp_path, tmp_path / "notes.bin"):
        with pytest.raises(DataError) as caught:
            load_data(path)
        assert all(form in caught.value.remedy for form in FORMS)


def test_a_pickle_is_refused_with_the_way_to_convert_it(tmp_path, digits):
    x, y, xt, yt = forms.few(digits)
    flat = [(some.reshape(-1, 784) / np.float32(255), z) for some, z in ((x, y), (x, y), (xt, yt))]
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(tuple(flat), protocol=2)))
    with pytest.raises(DataError, match="is a pickle") as caught:
        load_data(path)
    code = caught.value.remedy.split(":\n", 1)[1]
    exec(code.replace("mnist.", f"{tmp_path}/mnist."))
    found = load_data(tmp_path / "mnist.npz")
    assert pairs(found.test_images, found.test_labels) == pairs(xt, yt)


@pytest.mark.parametrize("form", FILES, ids=lambda form: form.__name__)
def test_a_file_that_is_cut_short_is_named(write, form, tmp_path):
    write(form)
    path = tmp_path / form.__name__ / FILES[form]
    if not path.exists():
        path = next(path.parent.iterdir())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(DataError) as caught:
        load_data(tmp_path / form.__name__ if path.suffix not in (".npz", ".mat") else path)
    assert path.name in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("10," + ",".join(["0"] * 784), "labels must be 0 to 9; number 240 is 10"),
        ("seven," + ",".join(["0"] * 784), "line 242 has 'seven' for label"),
        ("7," + ",".join(["0"] * 783) + ",ink", "line 242 has 'ink' for pixel783"),
        ("7," + ",".join(["0"] * 783) + ",256", "line 242 has 256 for pixel783"),
        ("\n7," + ",".join(["0"] * 783) + ",256", "line 243 has 256 for pixel783"),
        ("7," + ",".join(["0"] * 783) + ",nan", "line 242 has nan for pixel783"),
        ("7,0,0", "line 242 has 3 values, the first has 785"),
        ("7" * 9_000_000, "line of more than 4,000,000 bytes"),
    ],
    ids=["label", "word", "pixel", "range", "blank", "nan", "short", "endless"],
)
def test_a_line_of_a_table_that_cannot_be_is_named(write, line, said):
    path = write(forms.kaggle) / "train.csv"
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataError, match=said):
        load_data(path)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", "is empty"),
        (forms.HEAD + "\n", "has a head but no rows"),
        ("name,age\nx,3\n", "has 2 columns of pixels"),
        ("1,2,3\n", "has 2 columns of pixels"),
        ("hello\n", "(?s)is not a table of images.*What can be read:.*a .mat of MATLAB"),
    ],
)
def test_a_table_that_is_not_of_images_is_refused(tmp_path, head, said):
    (tmp_path / "a.csv").write_text(head)
    with pytest.raises(DataError, match=said):
        load_data(tmp_path / "a.csv")


def test_the_label_may_be_the_last_column_of_a_table_without_a_head(tmp_path, digits):
    x, y, _, _ = forms.few(digits)
    table = np.column_stack([x.reshape(-1, 784), y])
    np.savetxt(tmp_path / "a.csv", table, "%d", delimiter=",")
    assert load_data(tmp_path / "a.csv").train_labels.tolist() == y.tolist()


def test_a_label_by_another_name_is_named(tmp_path, digits):
    x, y, _, _ = forms.few(digits)
    for name in ("标签", "Ziffer"):
        text = forms.HEAD.replace("label", name) + "\n" + forms.rows(x, y)
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8-sig")
    assert load_data(tmp_path / "标签.csv").train_labels.tolist() == y.tolist()
    with pytest.raises(DataError) as caught:
        load_data(tmp_path / "Ziffer.csv")
    assert "name it label: they are ziffer, pixel0 to pixel783" in caught.value.remedy


def test_a_table_in_utf_16_is_said_to_be_one(tmp_path):
    (tmp_path / "a.csv").write_text("label,pixel0\n", encoding="utf-16")
    with pytest.raises(DataError, match="is text in UTF-16"):
        load_data(tmp_path / "a.csv")


def test_a_table_without_end_is_refused(write, monkeypatch):
    path = write(forms.kaggle) / "train.csv"
    monkeypatch.setattr("shuzi.files.datasets.table.MAX_IMAGES", 200)
    with pytest.raises(DataError, match="more than 200 rows"):
        load_data(path)
    with path.open("ab") as file:
        # As large as a hundred million rows; it takes no room on the disk.
        file.truncate(180_000_000_000)
    with pytest.raises(DataError, match="180,000,000,000 bytes"):
        load_data(path)


def test_folders_that_are_no_digits_are_named(write):
    folder = write(forms.photos_of_digits)
    (folder / "10").mkdir()
    with pytest.raises(DataError, match=r"10 is among the folders of digits"):
        load_data(folder)


def test_pictures_that_are_none_are_counted_and_named(write):
    folder = write(forms.photos_of_digits)
    (folder / "0" / "a.png").write_bytes(b"not a picture")
    first = min((folder / "0").iterdir())
    first.write_bytes(b"")
    with pytest.raises(DataError, match=rf"2 of 241 pictures cannot be read: .*{first.name}"):
        load_data(folder)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name,digits\n", "its first line is 'name,digits'"),
        ("file,digits\na.png,seven\n", "line 2 is not a file and its digits"),
        ("file,digits\na.png,7\n", "names a.png, which is not there"),
        ("file,digits\n", "has no pictures of one digit"),
    ],
)
def test_a_table_of_pictures_that_cannot_be_is_refused(tmp_path, table, said):
    (tmp_path / "labels.csv").write_text(table)
    with pytest.raises(DataError, match=said):
        load_data(tmp_path)


@pytest.mark.parametrize(
    "form", [forms.photos_of_digits, forms.kaggle, forms.hugging_face, forms.floats_and_one_hot]
)
def test_what_systems_leave_in_a_folder_is_passed_over(write, form):
    path = write(form)
    folder = path if path.is_dir() else path.parent
    before = load_data(folder)
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        file.with_name(f"._{file.name}").write_bytes(b"?")
    for name in ("__MACOSX", "@eaDir"):
        (folder / name).mkdir()
    after = load_data(folder)
    assert (after.fingerprint, after.notes) == (before.fingerprint, before.notes)


def test_a_row_of_parquet_that_is_not_a_picture_is_named_with_its_file(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    png = (EXAMPLES / "3.png").read_bytes()
    for name, images in (("train-0", [png, png]), ("train-1", [png, b"x"])):
        table = pa.table({"image": images, "label": [3, 3]})
        parquet.write_table(table, tmp_path / f"{name}.parquet")
    with pytest.raises(DataError, match=r"1 of 4 .* row 1 of \S*train-1\.parquet is not a picture"):
        load_data(tmp_path)
    with pytest.raises(DataError, match=r"train-1\.parquet: 1 of 2 pictures cannot be read"):
        load_data(tmp_path / "train-1.parquet")


def test_parquet_of_something_else_is_refused(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    for columns, said in (
        ({"text": ["a"]}, "has no images; its columns are text"),
        ({"image": ["a"], "label": [1]}, "row 0 of image is not an encoded picture"),
        ({"image": [b"x"], "label": [None]}, "row 0 has no label"),
        ({"image": [b"x"], "label": [11]}, "label must be 0 to 9; number 0 is 11"),
    ):
        parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
        with pytest.raises(DataError, match=said):
            load_data(tmp_path / "a.parquet")


def test_matlab_that_asks_for_too_much_is_refused(write, monkeypatch):
    path = write(forms.matlab)
    monkeypatch.setattr("shuzi.files.datasets.matlab.MAX_BYTES", 200_000)
    with pytest.raises(DataError, match="unpacks to"):
        load_data(path)


def test_data_that_is_no_digits_is_said_to_be_none(tmp_path, command, data_folder):
    with np.load(data_folder / "not_digits" / "fashion.npz") as clothes:
        x = clothes[next(iter(clothes.files))]
    np.savez(tmp_path / "clothes.npz", x=x, y=np.arange(len(x)) % 10)
    assert "look like no digits" in command("data", "show", "clothes.npz").stderr
