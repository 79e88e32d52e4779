"""Where the data comes from and what is refused."""

import dataclasses
import gzip
import os
import shutil

import numpy as np
import pytest
from forms import idx_bytes

from shuzi.dataset import Dataset, load_data, load_images
from shuzi.errors import DataError, UsageError

IDX = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}


def small(**changes):
    """The four arrays of a tiny set, some of them changed."""
    arrays = {
        "x_train": np.zeros((12, 28, 28), np.uint8),
        "y_train": np.arange(12) % 10,
        "x_test": np.zeros((3, 28, 28), np.uint8),
        "y_test": np.arange(3),
    }
    return {name: array for name, array in (arrays | changes).items() if array is not None}


def save_idx(folder, dataset, end=""):
    for name, field in IDX.items():
        raw = idx_bytes(getattr(dataset, field))
        (folder / (name + end)).write_bytes(gzip.compress(raw, 1) if end else raw)


def same(a, b):
    return a.fingerprint == b.fingerprint


def test_npz_is_loaded(digits_npz, digits):
    loaded = load_data(digits_npz)
    assert same(loaded, digits)
    assert loaded.source == str(digits_npz)


@pytest.mark.parametrize("end", ["", ".gz"])
def test_idx_folder_is_loaded(tmp_path, digits, end):
    save_idx(tmp_path, digits, end)
    assert same(load_data(tmp_path), digits)


def test_one_idx_file_stands_for_its_folder(tmp_path, digits):
    save_idx(tmp_path, digits, ".gz")
    assert same(load_data(tmp_path / "t10k-labels-idx1-ubyte.gz"), digits)


def test_a_dotted_idx_name_is_known(tmp_path, digits):
    save_idx(tmp_path, digits)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.replace("-idx", ".idx"))
    assert same(load_data(tmp_path), digits)


def test_missing_idx_files_are_named(tmp_path, digits):
    save_idx(tmp_path, digits)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="lacks t10k-labels-idx1-ubyte"):
        load_data(tmp_path)


def test_mnist_is_known_by_its_content(mnist):
    assert mnist.is_mnist
    assert mnist.name == "MNIST"


def test_other_data_is_welcome_and_named_as_such(digits):
    assert not digits.is_mnist
    assert digits.name == "data other than MNIST"


def test_shuffled_mnist_is_not_mnist(mnist):
    shuffled = dataclasses.replace(mnist, train_images=mnist.train_images[::-1])
    assert not shuffled.is_mnist


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x_test": None}, r"y_test but no images for it; its arrays are x_train, y_test, y_train"),
        ({"x_train": np.zeros((12, 783), np.uint8)}, r"shape \(12, 783\)"),
        ({"x_train": np.full((12, 28, 28), 300)}, "from 300 to 300"),
        ({"x_train": np.full((12, 28, 28), "7")}, "must be numbers"),
        ({"x_train": np.full((12, 28, 28), np.nan)}, "NaN"),
        ({"x_train": np.zeros((11, 28, 28), np.uint8)}, "11 images but y_train 12 labels"),
        ({"y_train": np.arange(12)}, "number 10 is 10"),
        ({"y_train": -np.arange(12)}, "number 1 is -1"),
        ({"y_train": np.full(12, np.nan)}, "NaN"),
        ({"y_train": np.arange(12) / 2}, "number 1 is 0.5"),
        ({"y_train": np.eye(10)}, "12 images but y_train 10 labels"),
        ({"y_train": np.eye(12, 10)}, "number 10 is not one-hot"),
        ({"y_train": np.array([*"0123456789", "seven", "1"])}, "number 10 is 'seven'"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8), "y_test": np.zeros(0, int)}, "empty"),
    ],
)
def test_unusable_arrays_are_refused(tmp_path, changes, said):
    path = tmp_path / "odd.npz"
    np.savez(path, **small(**changes))
    with pytest.raises(DataError, match=said) as caught:
        load_data(path)
    assert str(path) in caught.value.message


def test_labels_of_any_integer_type_become_uint8(tmp_path):
    np.savez(tmp_path / "a.npz", **small())
    assert load_data(tmp_path / "a.npz").train_labels.dtype == np.uint8


def test_a_file_without_permission_is_refused(tmp_path, powerless):
    path = tmp_path / "secret.npz"
    np.savez(path, **small())
    path.chmod(0)
    with powerless, pytest.raises(DataError, match="Permission denied"):
        load_data(path)


def test_the_variable_comes_before_the_caches(monkeypatch, tmp_path, digits_npz, digits):
    np.savez(tmp_path / "mnist.npz", **small())
    monkeypatch.setenv("SHUZI_CACHE", str(tmp_path))
    monkeypatch.setenv("SHUZI_DATA", str(digits_npz))
    assert same(load_data(offline=True), digits)


def test_shuzis_cache_comes_before_keras(monkeypatch, tmp_path, digits_npz):
    keras = tmp_path / "keras" / "datasets"
    keras.mkdir(parents=True)
    np.savez(tmp_path / "mnist.npz", **small())
    (keras / "mnist.npz").write_bytes(digits_npz.read_bytes())
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert load_data(offline=True).source == str(keras / "mnist.npz")
    monkeypatch.setenv("SHUZI_CACHE", str(tmp_path))
    assert load_data(offline=True).source == str(tmp_path / "mnist.npz")


def test_a_broken_cache_is_passed_over(monkeypatch, tmp_path, digits_npz):
    (tmp_path / "mnist.npz").write_bytes(digits_npz.read_bytes()[:1000])
    keras = tmp_path / "keras" / "datasets"
    keras.mkdir(parents=True)
    (keras / "mnist.npz").write_bytes(digits_npz.read_bytes())
    monkeypatch.setenv("SHUZI_CACHE", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    assert load_data(offline=True).source == str(keras / "mnist.npz")


def test_offline_without_data_says_so():
    with pytest.raises(DataError, match="offline forbids"):
        load_data(offline=True)


@pytest.mark.parametrize("keys", [("x", "y"), ("images", "labels"), ("x_test", "y_test")])
def test_images_to_predict_come_with_their_labels(tmp_path, digits, keys):
    np.savez(
        tmp_path / "a.npz",
        **dict(zip(keys, (digits.test_images, digits.test_labels), strict=True)),
    )
    found = load_images(tmp_path / "a.npz")
    np.testing.assert_array_equal(found.images, digits.test_images)
    np.testing.assert_array_equal(found.labels, digits.test_labels)


def test_images_to_predict_may_lack_labels(tmp_path, digits):
    np.save(tmp_path / "a.npy", digits.test_images)
    (tmp_path / "a-idx3-ubyte").write_bytes(idx_bytes(digits.test_images))
    for name in ("a.npy", "a-idx3-ubyte"):
        found = load_images(tmp_path / name)
        assert found.images.shape == digits.test_images.shape
        assert found.labels is None


def test_an_idx_file_to_predict_stands_for_its_own_images(tmp_path, digits):
    save_idx(tmp_path, digits, ".gz")
    found = load_images(tmp_path / "train-images-idx3-ubyte.gz")
    np.testing.assert_array_equal(found.labels, digits.train_labels)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    found = load_images(tmp_path / "t10k-images-idx3-ubyte.gz")
    np.testing.assert_array_equal(found.images, digits.test_images)
    assert found.labels is None
    with pytest.raises(DataError, match="holds labels"):
        load_images(tmp_path / "train-labels-idx1-ubyte.gz")


def test_a_file_without_images_names_what_it_has(tmp_path):
    np.savez(tmp_path / "a.npz", pictures=np.zeros((2, 27), np.uint8))
    with pytest.raises(DataError, match="its arrays are pictures"):
        load_images(tmp_path / "a.npz")


@pytest.mark.parametrize("given", ["path", "validation"])
def test_a_name_that_is_not_utf_8_is_refused_as_no_record_holds_it(digits_npz, tmp_path, given):
    place = tmp_path / os.fsdecode("数据.npz".encode("gbk"))
    shutil.copy(digits_npz, place)
    with pytest.raises(UsageError, match="its name is not UTF-8"):
        load_data(**{"path": digits_npz} | {given: place})


def test_a_dataset_made_in_python_is_checked_too():
    arrays = small()
    with pytest.raises(DataError, match="shape"):
        Dataset(
            train_images=arrays["x_train"][:, :20],
            train_labels=arrays["y_train"],
            test_images=arrays["x_test"],
            test_labels=arrays["y_test"],
        )


def test_a_dataset_may_be_of_lists(digits):
    images, labels = digits.train_images[:9].tolist(), digits.train_labels[:9].tolist()
    found = Dataset(train_images=images, train_labels=labels)
    np.testing.assert_array_equal(found.train_images, digits.train_images[:9])
    np.testing.assert_array_equal(found.train_labels, digits.train_labels[:9])


@pytest.mark.parametrize("labels", [None, [5, [0, 1]]])
def test_labels_that_are_no_array_are_refused(labels):
    with pytest.raises(DataError, match="train labels"):
        Dataset(train_images=small()["x_train"], train_labels=labels)


@pytest.mark.parametrize("wrong", [{"path": []}, {"path": 5}, {"validation": b"mnist.npz"}])
def test_what_is_no_path_is_refused(digits_npz, wrong):
    with pytest.raises(UsageError, match="must be a path"):
        load_data(**{"path": digits_npz} | wrong)
