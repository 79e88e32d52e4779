"""Folders, with those within them, in natural order."""

from shuzi.folder import files_below, in_natural_order, is_picture


def not_refused(folder, error):
    raise error


def names(folder):
    entries = files_below(str(folder), not_refused)
    return [entry.path.removeprefix(f"{folder}/") for entry in entries]


def test_digits_in_names_are_numbers(tmp_path):
    wanted = ["a02.png", "a2.png", "a2b9.png", "a2b10.png", "a10.png", f"a{'1' * 200}.png", "b.png"]
    for name in reversed(wanted):
        (tmp_path / name).write_text("")
    assert names(tmp_path) == wanted


def test_numbers_in_names_may_be_of_any_length():
    long = [f"a{'9' * 5000}.png", f"a1{'0' * 5000}.png", "a7.png"]
    assert sorted(long, key=in_natural_order) == ["a7.png", *long[:2]]


def test_folders_within_a_folder_are_gone_into_in_their_place(tmp_path):
    for name in ("b10/1.png", "b2/deep/er/1.png", "a.png", "c.png", ".hidden/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert names(tmp_path) == ["a.png", "b2/deep/er/1.png", "b10/1.png", "c.png"]


def test_what_systems_leave_beside_pictures_is_passed_over(tmp_path):
    for name in ("1.png", "__MACOSX/1.png", "@eaDir/1.png", ".DS_Store", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert names(tmp_path) == ["1.png"]


def test_a_link_that_goes_round_ends(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "1.png").write_text("")
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    assert names(tmp_path) == ["a/1.png", "self.png"]


def test_a_folder_that_may_not_be_listed_is_told_of(tmp_path, powerless, monkeypatch):
    (tmp_path / "a.png").write_text("")
    (tmp_path / "shut").mkdir(mode=0)
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    told = []
    with powerless:
        entries = list(files_below(".", lambda *refused: told.append(refused)))
    assert [entry.name for entry in entries] == ["a.png"]
    ((folder, error),) = told
    assert folder == "./shut"
    assert "shut cannot be listed: Permission denied" in error.message


def test_pictures_are_told_by_their_names_ends():
    wanted = {"b.JPG": True, "c.pdf": True, "notes.txt": False, "._1.png": False, "png": False}
    assert {name: is_picture(name) for name in wanted} == wanted
