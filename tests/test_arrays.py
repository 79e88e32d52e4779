"""IDX and NumPy files, whole and broken."""

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from forms import idx_bytes
from test_fuzz import mutated

from shuzi.errors import DataError
from shuzi.files.arrays import list_names, read_arrays, read_idx

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
        (gzip.compress(idx_bytes(ARRAY))[:-9], "cut short"),
        (b"\0\0\x07\x01\0\0\0\x01\0\0\0\0", "IDX type 0x07"),
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
        read_arrays(path)["x"]


@pytest.mark.parametrize("name", ["objects.npz", "objects.npy"])
def test_python_objects_are_never_loaded(tmp_path, name):
    objects = np.array([{"a": 1}], dtype=object)
    if name.endswith("npz"):
        np.savez(tmp_path / name, x=objects)
    else:
        np.save(tmp_path / name, objects)
    with pytest.raises(DataError, match="never loads"):
        read_arrays(tmp_path / name)["x"]


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_arrays(tmp_path / "none.npz")
    with pytest.raises(DataError, match="cannot be read"):
        read_arrays(tmp_path)


def npy(shape, dtype="|u1", values=b""):
    """An .npy whose header says so, before these values."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\0" + len(header).to_bytes(2, "little") + header + values


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (npy("(1000000000000,)"), "holds 0 bytes, 1,000,000,000,000 are needed"),
        (npy("(99,) * 9"), "damaged"),
        (npy(repr((1,) * 255), values=b"1"), "cannot have the shape"),
        (npy("(-2, -3)", values=bytes(6)), "cannot have the shape"),
        (npy("(2,)", values=bytes(3)), "holds 3 bytes, 2 are needed"),
        (npy("(1,)", "|V8", bytes(8)), r"of the type \|V8"),
        (npy("(1,)", "<M8[s]", bytes(8)), "of the type datetime64"),
        (npy("(1,)", "<U0"), "of the type <U0"),
        (npy("((" * 3000), "damaged"),
        (b"\x93NUMPY\x02\0\xff\xff\xff\xff{'descr'", "damaged"),
        (b"\x93NUMPY\x09\0\x10\0{'descr'", "version 9.0"),
    ],
)
def test_an_npy_is_read_only_as_far_as_its_header_may_ask(tmp_path, content, said):
    (tmp_path / "a.npy").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read_arrays(tmp_path / "a.npy")
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", content)
    with pytest.raises(DataError, match=said):
        read_arrays(tmp_path / "a.npz")["x"]


def test_more_than_the_limit_is_refused_by_the_header(tmp_path, monkeypatch):
    monkeypatch.setattr("shuzi.files.arrays.MAX_BYTES", 23)
    np.save(tmp_path / "a.npy", ARRAY)
    np.savez(tmp_path / "a.npz", x=ARRAY)
    (tmp_path / "a.gz").write_bytes(gzip.compress(idx_bytes(ARRAY)))
    for name in ("a.npy", "a.npz", "a.gz"):
        with pytest.raises(DataError, match="asks for 24 bytes; the limit is 23"):
            list(read_arrays(tmp_path / name).values())


@pytest.mark.parametrize("dtype", ["u1", "<i8", ">i4", "f4", "<U3", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_what_numpy_saves_is_what_is_read(tmp_path, dtype, order):
    array = np.asarray(ARRAY.astype(dtype), order=order)
    np.save(tmp_path / "a.npy", array)
    np.savez_compressed(tmp_path / "a.npz", x=array, none=array[:0])
    for found in (read_arrays(tmp_path / "a.npy")["array"], read_arrays(tmp_path / "a.npz")["x"]):
        np.testing.assert_array_equal(found, array)
        assert found.dtype == array.dtype
    assert read_arrays(tmp_path / "a.npz")["none"].shape == (0, 3, 4)


def test_a_gzipped_idx_is_not_unpacked_beyond_its_header(tmp_path):
    path = tmp_path / "a.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(idx_bytes(ARRAY))
        for _ in range(3):
            file.write(bytes(10_000_000))
    with pytest.raises(DataError, match="more than 24 bytes"):
        read_arrays(path)


def archive(path, *members, **options):
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, content in members:
            file.writestr(name, content)
    return path


@pytest.fixture
def saved():
    file = io.BytesIO()
    np.save(file, ARRAY)
    return file.getvalue()


def test_only_what_is_asked_for_is_read_from_an_npz(tmp_path, saved):
    path = archive(tmp_path / "a.npz", ("x.npy", saved), ("y.npy", b"text"), ("read me", b""))
    arrays = read_arrays(path)
    assert sorted(arrays) == ["read me", "x", "y"]
    np.testing.assert_array_equal(arrays["x"], ARRAY)
    for name in ("y", "read me"):
        with pytest.raises(DataError, match=f"{name} is not an array"):
            arrays[name]
    with pytest.raises(KeyError):
        arrays["z"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_is_in_an_npz_twice_is_refused(tmp_path, saved):
    path = archive(tmp_path / "a.npz", ("x.npy", saved), ("x.npy", saved))
    with pytest.raises(DataError, match="x is in it more than once"):
        read_arrays(path)["x"]


def test_other_compressions_are_named(tmp_path, saved):
    for method, name in ((zipfile.ZIP_LZMA, "LZMA"), (zipfile.ZIP_BZIP2, "bzip2")):
        path = archive(tmp_path / f"{name}.npz", ("x.npy", saved), compression=method)
        with pytest.raises(DataError, match=f"x is compressed with {name}"):
            read_arrays(path)["x"]


def test_an_encrypted_array_is_refused(tmp_path, saved):
    path = archive(tmp_path / "a.npz", ("x.npy", saved))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="x is encrypted"):
        read_arrays(path)["x"]


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("config.json", r"a \.keras file"),
        ("[Content_Types].xml", "an Office document"),
        ("1.png", "a zip archive without arrays"),
    ],
)
def test_another_kind_of_zip_is_named(tmp_path, member, kind):
    with pytest.raises(DataError, match=f"is {kind}, not an .npz"):
        read_arrays(archive(tmp_path / "a.npz", (member, b"")))


@pytest.mark.parametrize("content", [b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"%PDF-1.4"])
def test_a_picture_is_named_with_the_command_that_reads_it(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(DataError, match=r"is a (PNG|JPEG|PDF)") as caught:
        read_arrays(tmp_path / "a")
    assert "shuzi read" in caught.value.remedy


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        for read in (read_arrays, read_idx):
            with pytest.raises(DataError, match="is not a regular file"):
                read(path)


def test_names_in_a_file_never_reach_the_terminal_raw(tmp_path, saved):
    path = archive(
        tmp_path / "a.npz", ("\x1b[31mred.npy", saved), *((f"{i}.npy", b"") for i in range(30))
    )
    assert list_names(read_arrays(path)).startswith(r"'\x1b[31mred', 0, 1")
    assert list_names(read_arrays(path)).endswith("and 11 more")


def test_a_mutated_file_is_arrays_or_an_error_of_ours(tmp_path, saved):
    packed = io.BytesIO()
    np.savez_compressed(packed, x=ARRAY, y=ARRAY[0, 0])
    rng, path, outcomes = np.random.default_rng(4), tmp_path / "a", []
    for content in (saved, packed.getvalue(), idx_bytes(ARRAY), gzip.compress(idx_bytes(ARRAY))):
        for _ in range(150):
            path.write_bytes(mutated(content, rng))
            try:
                outcomes.append(len(list(read_arrays(path).values())) > 0)
            except DataError as error:
                assert str(path) in error.message
                outcomes.append(False)
    assert set(outcomes) == {True, False}
