"""What a batch reads: folders, patterns, lists, URLs."""

import http.server
import threading
import zipfile
from functools import partial

import pytest

from shuzi.batch import Item, chunks, find_items
from shuzi.batch.item import MOST_BYTES, MOST_ITEMS
from shuzi.errors import ImageError, MissingExtraError, UsageError


@pytest.fixture
def found(tmp_path, monkeypatch):
    """The sources of the items of sources, seen from a folder with some files."""
    monkeypatch.chdir(tmp_path)
    for name in ("a10.png", "a2.png", "b/a2.png", "b/c/1.PNG", "notes.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"12345")
    return lambda *sources, **more: [i.source for i in find_items(sources, tmp_path, **more)]


def test_a_folder_is_its_pictures_in_natural_order(found):
    skipped = []
    names = ["a2.png", "a10.png", "b/a2.png", "b/c/1.PNG"]
    assert found(".", skip=skipped.append) == names
    assert skipped == ["./notes.md"]


def test_sources_stay_in_their_order_and_nothing_comes_twice(found):
    assert found("b", "a10.png", ".") == ["b/a2.png", "b/c/1.PNG", "a10.png", "a2.png"]


def test_a_pattern_is_what_it_fits(found):
    assert found("a*.png") == ["a2.png", "a10.png"]
    assert found("**/*[2G]*", skip=list) == ["a2.png", "b/a2.png", "b/c/1.PNG"]
    assert found("b*") == ["b/a2.png", "b/c/1.PNG"]


def test_a_list_is_what_its_lines_say(found, tmp_path):
    lines = "\ufeffa10.png\r\n\r\nb/c\nnone.png\na10.png\n"
    (tmp_path / "list.txt").write_text(lines, encoding="utf-8")
    items = list(find_items(["list.txt"], tmp_path))
    assert [item.source for item in items] == ["a10.png", "b/c/1.PNG", "none.png"]
    assert [bool(item.problem) for item in items] == [False, False, True]


def test_a_list_in_a_list_is_not_gone_into(found, tmp_path):
    (tmp_path / "list.txt").write_text("list.txt\n")
    (item,) = find_items(["list.txt"], tmp_path)
    assert "is a list in a list" in item.problem


@pytest.mark.parametrize("content", [b"a" * 10_001, b"a\0b\n"])
def test_what_is_no_list_is_refused(found, tmp_path, content):
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(UsageError, match=r"(?s)list\.txt is no list.*UTF-8"):
        found("list.txt")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("none", "none: there is no such file or folder"),
        ("none.zip", "none.zip: there is no such file or folder"),
        ("c*.png", "c*.png holds no pictures"),
        ("empty", "empty holds no pictures"),
    ],
)
def test_a_source_that_is_missing_or_empty_is_refused(found, tmp_path, source, said):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ImageError) as refused:
        found("a2.png", source)
    assert said in refused.value.message


def test_a_folder_of_archives_says_how_to_give_them(found, tmp_path):
    (tmp_path / "in/deep").mkdir(parents=True)
    (tmp_path / "in/deep/a.tar.gz").write_text("")
    with pytest.raises(ImageError, match="not opened in folders") as refused:
        found("in")
    assert refused.value.remedy == "Give them: in/deep/*.tar.gz"


def test_an_archive_of_archives_says_so(found, tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in/a.zip", b"")
    with pytest.raises(ImageError, match="not opened in archives") as refused:
        found("all.zip")
    assert "Unpack it" in refused.value.remedy
    (tmp_path / "list.txt").write_text("all.zip\n")
    (item,) = find_items(["list.txt"], tmp_path)
    assert "not opened in archives" in item.problem


def test_each_folder_that_may_not_be_listed_is_an_item(found, tmp_path, powerless):
    (tmp_path / "b/shut").mkdir(mode=0)
    (tmp_path / "b/barred").mkdir(mode=0)
    tmp_path.chmod(0o755)
    with powerless:
        names = found("b", "a2.png")
    assert names == ["b/a2.png", "b/c/1.PNG", "b/barred", "b/shut", "a2.png"]


def test_a_pipe_is_refused(found):
    with pytest.raises(UsageError, match="reads no pipe"):
        found("-")


def test_chunks_are_of_so_many_files_and_bytes():
    def sizes(*items):
        return [len(chunk) for chunk in chunks(items)]

    small, large = (Item(source="a.png", place="a.png", size=size) for size in (1, MOST_BYTES - 1))
    pdf = Item(source="a.pdf", place="a.pdf", size=1)
    assert sizes(*[small] * (MOST_ITEMS + 1)) == [MOST_ITEMS, 1]
    assert sizes(small, large, large, small, small) == [2, 2, 1]
    assert sizes(small, pdf, pdf, small, small) == [1, 1, 1, 2]


def test_urls_are_files_folders_and_patterns(found, tmp_path):
    place = f"file://{tmp_path}"
    names = [f"{place}/b/a2.png", f"{place}/b/c/1.PNG"]
    assert found(f"{place}/b") == names
    assert found(f"{place}/a*.png") == [f"{place}/a2.png", f"{place}/a10.png"]
    assert found(names[0]) == names[:1]


class Guarded(http.server.SimpleHTTPRequestHandler):
    """Files, some of which ask for a password."""

    def send_head(self):
        if self.path.startswith("/b"):
            self.send_error(401)
            return None
        return super().send_head()

    def log_message(self, *_):
        pass


@pytest.fixture
def web(found, tmp_path):
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Guarded, directory=str(tmp_path))
    )
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_credentials_that_fail_are_told_of(found, web):
    assert found(f"{web}/a2.png") == [f"{web}/a2.png"]
    with pytest.raises(ImageError, match="401") as refused:
        found(f"{web}/b/a2.png")
    assert "credentials" in refused.value.remedy
    with pytest.raises(ImageError, match=r"c\.png: there is no such file"):
        found(f"{web}/c.png")


def test_a_url_of_no_kind_is_refused(found):
    with pytest.raises(UsageError, match="nope://a is no URL that can be read"):
        found("nope://a")
    with pytest.raises(MissingExtraError, match="s3fs"):
        found("s3://bucket/scans")
