"""IDX and NumPy files, whole and broken."""

import gzip
import hashlib

import numpy as np
import pytest

from shuzi.arrays import idx_bytes, read_arrays, read_idx
from shuzi.errors import DataError

ARRAY = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def test_idx_bytes_are_the_format():
    assert idx_bytes(ARRAY[0]) == b"\0\0\x08\x02" + b"\0\0\0\x03" + b"\0\0\0\x04" + bytes(range(12))


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a-idx3-ubyte.gz"])
def test_idx_is_read_plain_and_gzipped(tmp_path, name):
    raw = idx_bytes(ARRAY)
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith("gz") else raw)
    np.testing.assert_array_equal(read_idx(tmp_path / name), ARRAY)


def test_idx_bytes_of_mnist_have_the_published_md5(mnist):
    found = hashlib.md5(idx_bytes(mnist.test_images)).hexdigest()
    assert found == "2646ac647ad5339dbf082846283269ea"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (idx_bytes(ARRAY)[:-1], "cut short"),
        (idx_bytes(ARRAY)[:9], "cut short"),
        (gzip.compress(idx_bytes(ARRAY))[:-9], "cut gzip"),
        (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "must be uint8"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"hello, I am a text", "not an .npz"),
        (b"PK\x03\x04 and then nothing", "damaged or cut"),
    ],
    # A gzip file holds the time, which is another one in each process that collects the tests.
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_a_broken_file_is_named_and_refused(tmp_path, content, said):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        read_arrays(path)
    assert str(path) in caught.value.message


def test_a_cut_npz_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).bytes(5000))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(DataError, match="cut short"):
        read_arrays(path)


def test_an_npz_with_a_damaged_array_is_refused(tmp_path):
    path = tmp_path / "a.npz"
    np.savez_compressed(path, x=np.random.default_rng(0).integers(0, 255, 5000))
    content = bytearray(path.read_bytes())
    content[1000:1100] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        read_arrays(path)


@pytest.mark.parametrize("name", ["objects.npz", "objects.npy"])
def test_python_objects_are_never_loaded(tmp_path, name):
    objects = np.array([{"a": 1}], dtype=object)
    if name.endswith("npz"):
        np.savez(tmp_path / name, x=objects)
    else:
        np.save(tmp_path / name, objects)
    with pytest.raises(DataError, match="never loads"):
        read_arrays(tmp_path / name)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_arrays(tmp_path / "none.npz")
    with pytest.raises(DataError, match="cannot be read"):
        read_arrays(tmp_path)
