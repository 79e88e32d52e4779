"""Archives: their pictures are read, and nothing else that is in them."""

import gzip
import io
import tarfile
import zipfile

import pytest
from places import EXAMPLES

from shuzi.batch import ReadItems, archives, find_items

PICTURE = (EXAMPLES / "3.png").read_bytes()
NAMES = ["a2.png", "a10.png", "深/1.png"]


@pytest.fixture(scope="module")
def read():
    return ReadItems()


@pytest.fixture
def rows(tmp_path, monkeypatch, read):
    monkeypatch.chdir(tmp_path)
    return lambda *sources: read(list(find_items(sources, tmp_path / "spool")))


def write_zip(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write_tar(path, members, mode):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            about = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return path


@pytest.mark.parametrize("end", ["zip", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz"])
def test_members_are_read_as_files_are(rows, tmp_path, end):
    members = {"notes.txt": b"", **dict.fromkeys(reversed(NAMES), PICTURE)}
    if end == "zip":
        write_zip(tmp_path / "in.zip", members, compression=zipfile.ZIP_DEFLATED)
    else:
        mode = "w:" + {"tar": "", "tgz": "gz"}.get(end, end[4:])
        write_tar(tmp_path / f"in.{end}", members, mode)
    (tmp_path / "3.png").write_bytes(PICTURE)
    (alone,) = rows("3.png")
    assert rows(f"in.{end}") == [alone._replace(source=f"in.{end}/{name}") for name in NAMES]


def test_what_systems_add_is_passed_over(rows, tmp_path):
    others = ("__MACOSX/._1.png", "__MACOSX/1.png", "._1.png", "a/@eaDir/1.png")
    write_zip(tmp_path / "a.zip", dict.fromkeys(others, b"") | {"1.png": PICTURE})
    assert [row.source for row in rows("a.zip")] == ["a.zip/1.png"]


def test_what_is_no_picture_in_an_archive_is_named(tmp_path):
    path = write_zip(tmp_path / "a.zip", {"in/": b"", "in/notes.txt": b"", "1.png": PICTURE})
    skipped = []
    assert len(list(find_items([str(path)], tmp_path / "spool", skipped.append))) == 1
    assert skipped == [f"{path}/in/notes.txt"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", ["深.png", "3.png"]),
        ("gbk", ["3.png", "一.png", "数字/镕.png"]),
        ("cp437", ["résume.png", "Größe.png"]),
    ],
)
def test_names_whose_encoding_is_not_said_are_what_they_were(rows, tmp_path, encoding, names):
    ours = {name: str(n) * len(name.encode(encoding)) for n, name in enumerate(names)}
    content = write_zip(tmp_path / "a.zip", dict.fromkeys(ours.values(), PICTURE)).read_bytes()
    for name, own in ours.items():
        content = content.replace(own.encode(), name.encode(encoding))
    (tmp_path / "a.zip").write_bytes(content)
    said = {(row.source, row.text) for row in rows("a.zip")}
    assert said == {(f"a.zip/{name}", "3") for name in names}


def errors(rows):
    return [(row.source, row.error, row.text) for row in rows]


def test_a_broken_archive_is_a_row(rows, tmp_path):
    (tmp_path / "a.zip").write_bytes(b"PK")
    (tmp_path / "b.tar").write_bytes(b"b" * 2000)
    (tmp_path / "c.tar.gz").write_bytes(gzip.compress(bytes(5000))[:15])
    said = rows("a.zip", "b.tar", "c.tar.gz")
    assert [row.source for row in said] == ["a.zip", "b.tar", "c.tar.gz"]
    assert all("is a broken" in row.error for row in said)


def test_a_tar_that_is_cut_short_is_read_as_far_as_it_goes(rows, tmp_path):
    whole = write_tar(tmp_path / "a.tar", dict.fromkeys(NAMES[:2], PICTURE), "w:").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[: whole.index(b"a10.png") + 2000])
    assert [(row.source, row.text, bool(row.error)) for row in rows("a.tar")] == [
        ("a.tar/a2.png", "3", False),
        ("a.tar/a10.png", "", True),
        ("a.tar", "", True),
    ]


@pytest.mark.parametrize("left", [b"", b"a3.png", b"not a head " * 100])
def test_a_tar_whose_next_head_is_lost_has_a_row_that_says_so(rows, tmp_path, left):
    whole = write_tar(tmp_path / "a.tar", dict.fromkeys(NAMES[:2], PICTURE), "w:").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[: whole.index(b"a10.png")] + left)
    read, lost = rows("a.tar")
    assert (read.source, read.text) == ("a.tar/a2.png", "3")
    assert lost.source == "a.tar"
    assert "is a broken tar archive" in lost.error


@pytest.mark.parametrize("end", ["zip", "tar"])
def test_a_member_is_not_taken_for_another_that_came_into_its_place(tmp_path, read, end):
    path, write = tmp_path / f"a.{end}", write_zip if end == "zip" else write_tar
    mode = {} if end == "zip" else {"mode": "w:"}
    write(path, {"1.png": PICTURE, f"{'2' * 120}.png": PICTURE}, **mode)
    items = list(find_items([str(path)], tmp_path / "spool"))
    write(path, {"0.png": PICTURE, f"{'2' * 120}.png": PICTURE}, **mode)
    changed, same = read(items)
    assert "its archive was changed since it was listed" in changed.error
    assert same.text == "3"


def test_an_encrypted_member_is_a_row(rows, tmp_path):
    content = bytearray(write_zip(tmp_path / "a.zip", {"1.png": PICTURE}).read_bytes())
    for start, flag in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(start) + flag] |= 1
    (tmp_path / "a.zip").write_bytes(content)
    ((source, error, _),) = errors(rows("a.zip"))
    assert error == f"{source} is not read: it is encrypted."


def test_a_damaged_member_is_a_row(rows, tmp_path):
    path = write_zip(tmp_path / "a.zip", {"1.png": PICTURE, "2.png": PICTURE})
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    first, second = rows("a.zip")
    assert "a.zip/1.png cannot be unpacked: Bad CRC-32" in first.error
    assert second.text == "3"


@pytest.mark.parametrize("name", ["../1.png", "/1.png", "a/../../1.png", "C:\\1.png"])
def test_a_name_that_leads_out_is_a_row(rows, tmp_path, name):
    write_zip(tmp_path / "a.zip", {name: PICTURE})
    write_tar(tmp_path / "a.tar", {name: PICTURE}, "w:")
    for row in rows("a.zip", "a.tar"):
        assert "its name leads out of the archive" in row.error
    assert [*tmp_path.rglob("1.png"), *tmp_path.parent.glob("1.png")] == []


def test_a_link_is_a_row(rows, tmp_path):
    link = zipfile.ZipInfo("1.png")
    link.external_attr = 0o120777 << 16
    write_zip(tmp_path / "a.zip", {link: "/etc/passwd"})
    links = {}
    for kind, name in ((tarfile.SYMTYPE, "2.png"), (tarfile.LNKTYPE, "3.png")):
        about = tarfile.TarInfo(name)
        about.type, about.linkname = kind, "/etc/passwd"
        links[about] = b""
    write_tar(tmp_path / "a.tar", links, "w:")
    said = rows("a.zip", "a.tar")
    assert [row.source for row in said] == ["a.zip/1.png", "a.tar/2.png", "a.tar/3.png"]
    assert all("it is a link" in row.error for row in said)


def test_a_device_is_a_row(rows, tmp_path):
    about = tarfile.TarInfo("1.png")
    about.type = tarfile.CHRTYPE
    write_tar(tmp_path / "a.tar", {about: b""}, "w:")
    assert "it is not a plain file" in rows("a.tar")[0].error


def test_a_bomb_is_a_row(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 1_000_000)
    write_zip(tmp_path / "a.zip", {"1.png": bytes(2_000_000)}, compression=zipfile.ZIP_DEFLATED)
    write_tar(tmp_path / "a.tar.gz", {"1.png": bytes(4_000_000)}, "w:gz")
    for row in rows("a.zip", "a.tar.gz"):
        assert "as archives do that are made to fill disks" in row.error
    assert not list((tmp_path / "spool").glob("*"))


def test_a_member_that_fills_the_memory_is_a_row(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "HELD", 1000)
    write_zip(tmp_path / "a.zip", {"1.png": PICTURE})
    write_tar(tmp_path / "a.tar", {"1.png": PICTURE}, "w:")
    for row in rows("a.zip", "a.tar"):
        assert f"it unpacks to {len(PICTURE):,} bytes; the limit is 1,000" in row.error
