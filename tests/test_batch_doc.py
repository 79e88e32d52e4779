"""docs/batch.md says what is so."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet
from places import EXAMPLES

from shuzi.batch import archives, cluster, item, pool, read, table, watch
from shuzi.folder import LISTS, TARS, ZIPS
from shuzi.rows import COLUMNS
from shuzi.source import HELD

DOCUMENT = (Path(__file__).parent.parent / "docs" / "batch.md").read_text(encoding="utf-8")


def test_its_python_runs(tmp_path):
    (tmp_path / "examples").mkdir()
    # Those without a number, with one, and with several, of which one is for review.
    for name in ("blank.jpg", "number-2753.jpg", "form.jpg"):
        (tmp_path / "examples" / name).symlink_to(EXAMPLES / name)
    found = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    for number, code in enumerate(found):
        if any(
            find_spec(name) is None for name in re.findall(r"^import (ray|daft|dask)", code, re.M)
        ):
            continue
        # As a user has it: processes of some engines import the script.
        (tmp_path / f"{number}.py").write_text(code)
        done = subprocess.run(
            [sys.executable, f"{number}.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"RAY_USAGE_STATS_ENABLED": "0"},
        )
        assert done.returncode == 0, done.stderr
    by_command, by_hand, by_dask = (
        tmp_path / name for name in ("results.csv", "by-hand.csv", "with-dask.csv")
    )
    # Less is accepted at the usual error.
    cells = [
        [line.split(",")[:6] for line in path.read_text(encoding="utf-8-sig").splitlines()]
        for path in (by_command, by_hand, by_dask)
        if path.exists()
    ]
    assert len(cells) >= 2
    assert all(other == cells[0] for other in cells)
    for folder in tmp_path.glob("with-*/"):
        table = pyarrow.parquet.read_table(folder)
        rows = zip(table["source"].to_pylist(), table["text"].to_pylist(), strict=True)
        assert sorted(rows) == sorted((line[0], line[5]) for line in cells[0][1:]), folder


def test_its_limits_are_the_programs():
    assert (item.MOST_ITEMS, item.MOST_BYTES, item.LARGE_TIFF) == (32, 200_000, 1_000_000)
    assert (read.PAGES, read.MOST_FAILURES, pool.SECONDS) == (16, 3, 300)
    assert "three times lost" in DOCUMENT
    assert (cluster.LOSSES + 1) == 3
    assert (HELD, archives.MOST, archives.RATIO) == (200_000_000, 10_000_000_000, 200)
    assert (table.SHEET - 1, table.GROUP, table.EXACT) == (1_048_575, 65_536, 15)
    assert (watch.Watch().settle, watch.Watch().patience) == (2, 60)
    for number in (table.SHEET - 1, table.GROUP):
        assert f"{number:,}" in DOCUMENT


def test_it_names_every_kind_of_source_and_column():
    for word in (*ZIPS, *TARS, *LISTS, *table.FORMATS, *COLUMNS):
        assert f"`{word}`" in DOCUMENT, word
