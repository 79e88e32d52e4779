"""Commands that are killed at random moments and then run again: is anything lost or half done?

    python tools/kill.py MNIST.npz [--times 15] [--seed 0] [--only COMMAND...]

`shuzi read --review`, `shuzi train` (then --resume), `shuzi synth` and `shuzi review export` each
run undisturbed once; then each is killed (SIGKILL, with all it started) at a moment drawn evenly
from that duration and run again to its end. What it leaves must equal what the undisturbed one
left: items of the queue, weights, files. Prints a table, then one JSON line; ends with 1 if
anything differs.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"
SETTINGS = ("epochs=4", "hidden=32", "batch_size=500")


def read(folder, _):
    return ["read", EXAMPLES, "--review", folder / "a.db", "--sample", 1]


def train(folder, data):
    if (folder / "run" / "run.json").exists():
        return ["train", "--resume", folder / "run", "--verbose", 0]
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    return ["train", "--data", data, "--out", folder / "run", "--verbose", 0, *settings]


def synth(folder, data):
    return ["synth", folder / "set", "--n", 60, "--pages", 2, "--data", data]


def export(folder, data):
    if not (folder / "a.db").exists():
        shutil.copyfile(data.parent / "decided.db", folder / "a.db")
    return ["review", "export", folder / "a.db", "--to", "csv", "--out", folder / "decided.csv"]


def queued(folder):
    """The items of the queue, whose pictures must be there, too."""
    rows = "SELECT source, page, text, confidence, crop FROM review_items JOIN review_pictures"
    with sqlite3.connect(folder / "a.db") as database:
        found = database.execute(f"{rows} ON item = id").fetchall()
        count = database.execute("SELECT count(*) FROM review_items").fetchone()
        whole = database.execute("PRAGMA integrity_check").fetchone()
    return whole, count, sorted(map(repr, found))


def weights(folder):
    names = ("model.onnx", "model.safetensors")
    return [hashlib.sha256((folder / "run" / name).read_bytes()).hexdigest() for name in names]


def files(folder):
    """Without a killed export's temporary file, which lies among the user's own."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".db" and not path.name.startswith(".writing-")
    }


TASKS = {
    "read --review": (read, queued),
    "train": (train, weights),
    "synth": (synth, files),
    "review export": (export, files),
}


def run(words, seconds=None):
    """Run the command, killed after so many seconds; whether it was, how long it took, its code."""
    command = [sys.executable, "-m", "shuzi", *map(str, words)]
    start = time.monotonic()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True, seconds, None
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}: {said.decode()}")
    return False, time.monotonic() - start, said


def found_of(result, folder):
    try:
        return result(folder)
    except (OSError, sqlite3.Error):
        return None


def decided_queue(path):
    """A queue with every item decided."""
    from shuzi.review.item import Verdict
    from shuzi.review.store import open_store

    run(["read", EXAMPLES, "--review", path, "--sample", 1])
    with open_store(str(path)) as store:
        lease = store.lease("Ann", 1000)
        store.decide(lease.token, "Ann", [Verdict(item.id, "7") for item in lease.items])


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("data", type=Path, help="mnist.npz")
    parser.add_argument("--times", type=int, default=15, help="that each command is killed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", choices=list(TASKS), metavar="COMMAND")
    given = parser.parse_args()
    moments, found = random.Random(given.seed), {}
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        data = place / "mnist.npz"
        data.symlink_to(given.data.absolute())
        decided_queue(place / "decided.db")
        for name in given.only or TASKS:
            command, result = TASKS[name]
            (place / "whole").mkdir()
            _, seconds, _ = run(command(place / "whole", data))
            wanted = result(place / "whole")
            killed, wrong = 0, []
            for time_of in range(given.times):
                folder = place / f"killed-{time_of}"
                folder.mkdir()
                killed += run(command(folder, data), moments.uniform(0, seconds))[0]
                # One that was killed when it had done its work need not run again.
                if found_of(result, folder) != wanted:
                    run(command(folder, data))
                if result(folder) != wanted:
                    wrong.append(time_of)
                shutil.rmtree(folder)
            shutil.rmtree(place / "whole")
            found[name] = {"times": given.times, "killed": killed, "wrong": wrong}
            print(f"{name:14} {given.times:4} times, {killed:4} killed, {len(wrong):3} differ")
    print(json.dumps(found))
    sys.exit(any(one["wrong"] for one in found.values()))


if __name__ == "__main__":
    main()
