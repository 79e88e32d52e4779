"""The command line: what it prints, and what it says of bad input."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from places import EXAMPLES

import shuzi


def test_read_prints_digit_and_probability(command):
    done = command("read", EXAMPLES / "3.png")
    assert done.returncode == 0
    assert done.stdout.startswith(f"{EXAMPLES / '3.png'}: 3 (")
    assert done.stderr == ""


def test_read_of_a_blank_picture_is_no_error(command):
    done = command("read", EXAMPLES / "blank.jpg")
    assert (done.returncode, done.stdout) == (0, f"{EXAMPLES / 'blank.jpg'}: no number\n")


def test_json_is_an_object_a_line(command):
    done = command("read", "--json", EXAMPLES / "3.png", EXAMPLES / "blank.jpg")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["numbers"][0]["text"] == "3"
    assert first["as"] == "digit"
    assert len(first["numbers"][0]["probabilities"]) == 10
    assert second["numbers"] == []


def test_explain_writes_pictures(command, tmp_path):
    command("read", EXAMPLES / "3.png", "--explain", "stages")
    assert len(list((tmp_path / "stages").glob("3-*.png"))) == 4


def test_an_animation_is_said_to_be_read_in_part(command, tmp_path):
    three = Image.open(EXAMPLES / "3.png")
    three.save(tmp_path / "a.gif", save_all=True, append_images=[Image.new("L", three.size)])
    done = command("read", "a.gif")
    assert done.stdout.startswith("a.gif: 3 (")
    assert done.stderr == "shuzi: a.gif is an animation, of which the first frame is read.\n"


def test_what_cannot_be_read_does_not_stop_the_rest(command):
    done = command("read", "none.png", EXAMPLES / "3.png")
    assert done.returncode == 5
    assert ": 3 (" in done.stdout
    assert "none.png: there is no such file" in done.stderr


def test_a_failure_among_many_is_a_line_of_the_output(command):
    done = command("read", "--json", "none.png", EXAMPLES / "3.png")
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == first["error"]["exit_code"] == 5
    assert second["numbers"][0]["text"] == "3"
    assert "none.png: not read" in command("read", "none.png", EXAMPLES / "3.png").stdout


def test_a_folder_is_read_and_the_rest_of_it_counted(command, tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("3.png", "5-chalk.png"):
        (tmp_path / "in" / name).write_bytes((EXAMPLES / name).read_bytes())
    (tmp_path / "in" / "notes.txt").write_text("")
    done = command("read", "in")
    assert [line.split(": ")[1][0] for line in done.stdout.splitlines()] == ["3", "5"]
    assert "skipped 1 of other kinds; -v names them" in done.stderr
    assert "notes.txt" in command("read", "-v", "in").stderr


def test_csv_is_a_row_a_number(command):
    done = command("read", "--csv", EXAMPLES / "number-2753.jpg", EXAMPLES / "3.png")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [row["text"] for row in rows] == ["2753", "3"]


def test_a_pipe_is_read(tmp_path):
    with (EXAMPLES / "3.png").open("rb") as file:
        words = [sys.executable, "-m", "shuzi", "read", "-"]
        done = subprocess.run(words, stdin=file, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("-: 3 (")


def test_a_picture_is_read_without_pdfium():
    code = (
        "import sys, shuzi; from shuzi.reader import Reader;"
        "reader = Reader(Reader().recogniser.path);"
        f"assert reader.read({str(EXAMPLES / '3.png')!r}).text() == '3';"
        "print('pypdfium2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def picture(path, content):
    path.write_bytes(content)
    return path


def test_a_picture_that_is_none_is_refused(refused, tmp_path):
    png = (EXAMPLES / "3.png").read_bytes()
    jpeg = (EXAMPLES / "7-photo.jpg").read_bytes()
    assert "no such file" in refused(5, "read", "none.png")
    assert "is a folder" in refused(5, "read", tmp_path)
    assert "not a picture" in refused(5, "read", picture(tmp_path / "a.png", b"text"))
    assert "is empty" in refused(5, "read", picture(tmp_path / "b.png", b""))
    assert "cut short" in refused(5, "read", picture(tmp_path / "c.jpg", jpeg[:9000]))
    assert "cut short" in refused(5, "read", picture(tmp_path / "d.png", png[:3000]))


def test_one_pixel_is_no_digit(command, tmp_path):
    Image.new("L", (1, 1)).save(tmp_path / "one.png")
    assert "no number" in command("read", "one.png").stdout


def test_a_huge_picture_is_refused_with_the_option(refused, tmp_path):
    Image.new("1", (20000, 20000)).save(tmp_path / "huge.png")
    assert "--max-pixels" in refused(5, "read", "huge.png")
    assert "--max-pixels" in refused(5, "read", EXAMPLES / "3.png", "--max-pixels", 1000)


def test_a_model_that_is_none_is_refused(refused, tmp_path):
    (tmp_path / "model.onnx").write_text("text")
    said = refused(6, "read", EXAMPLES / "3.png", "--model", "model.onnx")
    assert "model.onnx is not an ONNX model" in said
    assert "no such model" in refused(6, "read", EXAMPLES / "3.png", "--model", "none.onnx")


def test_a_run_that_has_not_finished_is_no_model_yet(refused, run, tmp_path):
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "run.json").write_text((run.folder / "run.json").read_text())
    said = refused(6, "read", EXAMPLES / "3.png", "--model", "half")
    assert "half has no model.onnx: the run has not finished." in said
    assert "shuzi train --resume half" in said


def test_a_run_is_a_model(command, run):
    by_folder = command("read", EXAMPLES / "3.png", "--model", run.folder)
    by_file = command("read", EXAMPLES / "3.png", "--model", run.folder / "model.onnx")
    assert (by_folder.returncode, by_folder.stdout) == (0, by_file.stdout)
    assert shuzi.Reader(run.folder).read(EXAMPLES / "3.png").numbers


def test_a_name_that_no_file_can_have_does_not_stop_the_rest(command, refused):
    done = command("read", f"{'a' * 5000}.png", EXAMPLES / "3.png")
    assert done.returncode == 5
    assert done.stdout.endswith("3.png: 3 (99.7 %)\n")
    assert "name too long" in refused(2, "card", "a" * 5000)


def test_a_queue_needs_a_name_that_databases_know(refused):
    assert "UTF-8" in refused(11, "read", EXAMPLES / "3.png", "--review", "\udcff.db")


def test_an_explanation_that_cannot_be_written_is_refused(refused, tmp_path):
    (tmp_path / "file").write_text("")
    assert "file cannot be made" in refused(8, "read", EXAMPLES / "3.png", "--explain", "file")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--nope"], "--nope"),
        (["paint"], "paint"),
        (["read", "a.png", "--as", "word"], "--as must be auto, digit, number or page, not word"),
        (["read", "a.png", "--rotate", "45"], "--rotate must be 0, 90, 180 or 270, not 45"),
        (["read", "a.png", "--target-error", "2"], "--target-error must be from 0 up to 1, not 2"),
        (["read", "a.png", "--json", "--csv"], "--json and --csv"),
        (["read", "a.png", "--max-pixels", "0"], "--max-pixels"),
        (["read", "a.png", "--sample", "0.5"], "go with --review"),
        (["read", "a.png", "--double-entry"], "go with --review"),
        (["read", "a.png", "--sample", "nan", "--review", "a.db"], "nan"),
        (["read", ""], "An argument is empty"),
        (["read", "a.png", "--model="], "An argument is empty"),
        (["train", "--seed", "x"], "--seed"),
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--verbose", "3"], "--verbose"),
        (
            ["train", "--precision", "fp8", "--data", "DATA"],
            "--precision must be auto, bf16 or fp32, not fp8",
        ),
        (["train", "best"], "tutorial-scaled"),
        (["train", "tutorial", "--set", "epochs=0"], "epochs: 0 is not allowed"),
        (["train", "tutorial", "--set", "speed=1"], "Unknown field 'speed'"),
        (["train", "tutorial", "--resume", "runs/first"], "--resume"),
        (["predict", "RUN", "DATA", "-o", "out.xls"], "out.xls must end in"),
    ],
)
def test_an_option_that_cannot_be_is_refused(refused, run, digits_npz, arguments, said):
    places = {"DATA": digits_npz, "RUN": run.folder}
    assert said in refused(2, *(places.get(a, a) for a in arguments))


def test_data_that_is_none_is_refused(refused, tmp_path):
    (tmp_path / "page.npz").write_text("<html>Log in</html>")
    assert "HTML" in refused(3, "train", "tutorial", "--data", "page.npz")
    assert "HTML" in refused(3, "data", "show", "--data", "page.npz")
    assert "no such file" in refused(3, "data", "show", "--data", "none.npz")
    assert "--offline" in refused(3, "data", "show", "--offline")


def test_a_run_that_is_none_is_refused(refused, tmp_path):
    assert "is not a run folder" in refused(7, "evaluate", tmp_path)
    assert "is not a run folder" in refused(7, "train", "--resume", tmp_path)
    assert "is not a run folder" in refused(7, "predict", "none", "none.npz", "-o", "out.csv")


def test_an_output_that_cannot_be_written_is_refused(refused, run, digits_npz):
    assert "no/out.csv" in refused(8, "predict", run.folder, digits_npz, "-o", "no/out.csv")
    said = refused(8, "train", "--data", digits_npz, "--out", run.folder)
    assert "is not empty" in said


def test_training_that_diverges_says_why(command, digits_npz):
    settings = ["--set", "lr=100", "--set", "activation=linear", "--set", "hidden=8"]
    done = command("train", "--data", digits_npz, *settings)
    assert done.returncode == 9
    assert "The loss became" in done.stderr
    assert "Lower the learning rate" in done.stderr


def test_debug_shows_the_traceback(command):
    for arguments in (["--debug", "read", "none.png"], ["read", "none.png", "--debug"]):
        done = command(*arguments)
        assert "Traceback" in done.stderr
        assert done.returncode == 5


def test_debug_shows_the_traceback_of_one_of_several(command):
    said = command("--debug", "read", "none.png", EXAMPLES / "3.png").stderr
    assert "Traceback" in said
    assert "\nshuzi: none.png: there is no such file" in said


def test_no_mirror_says_how_to_go_on(refused):
    # Nothing listens on this port: the way out is shut.
    proxy = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    said = refused(4, "data", "fetch", env=os.environ | proxy)
    assert "storage.googleapis.com" in said
    assert "ossci-datasets" in said
    assert "give its path to --data" in said


def test_ctrl_c_ends_with_130(digits_npz, tmp_path):
    endless = ("--set", "epochs=100000", "--set", "hidden=8")
    process = subprocess.Popen(
        [sys.executable, "-m", "shuzi", "train", "--data", digits_npz, "--out", "run", *endless],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "run" / "history.csv").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "shuzi train --resume run" in said


def test_show_prints_what_the_data_is(command, digits_npz, digits, tmp_path):
    done = command("data", "show", "--data", digits_npz, "--sheet", "sheet.png")
    assert "data other than MNIST" in done.stdout
    assert "train_images (1500, 28, 28) uint8" in done.stdout
    assert f"7: {(digits.test_labels == 7).sum()}" in done.stdout
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (602, 302)


def test_show_knows_mnist(command, data_folder):
    done = command("data", "show", "--data", data_folder / "mnist.npz")
    assert done.stdout.startswith("MNIST, from ")
    assert "6bbc9ace898e44ae57da46a324031adb" in done.stdout


def test_train_evaluate_predict(command, digits_npz, tmp_path):
    settings = ["--set", "epochs=2", "--set", "hidden=32", "--set", "scale=255"]
    train = command("train", "tutorial", "--data", digits_npz, "--out", "run", *settings)
    assert "shuzi evaluate run" in train.stdout
    evaluate = command("evaluate", "run")
    assert "test accuracy" in evaluate.stdout
    assert "95 % interval" in evaluate.stdout
    predict = command("predict", "run", digits_npz, "-o", "out.csv")
    assert "accuracy" in predict.stdout
    with (tmp_path / "out.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 297


def test_the_default_run_folder_is_named_for_recipe_and_time(command, digits_npz, tmp_path):
    settings = ["--set", "epochs=1", "--set", "hidden=8"]
    command("train", "tutorial-scaled", "--data", digits_npz, *settings)
    (folder,) = (tmp_path / "runs").iterdir()
    assert folder.name.startswith("tutorial-scaled-20")


def test_recipes_lists_recipes_and_fields(command):
    said = command("recipes").stdout
    assert "tutorial-scaled" in said
    assert "hidden=500,500" in said
    assert "activation: " in said


def test_version(command):
    assert command("--version").stdout == f"shuzi {shuzi.__version__}\n"


def test_predictions_are_those_of_python(command, run, digits_npz, digits, tmp_path):
    command("predict", run.folder, digits_npz, "-o", "out.npz")
    expected = shuzi.Recogniser(run.folder / "model.onnx").predict(digits.test_images)
    with np.load(tmp_path / "out.npz") as out:
        np.testing.assert_array_equal(out["probabilities"], expected)


INTERRUPTED_AT_THE_START = """
import os, signal, sys
class Finder:
    @staticmethod
    def find_spec(name, *_):
        if name == "shuzi.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
from shuzi.__main__ import main
main()
"""


def test_ctrl_c_while_python_still_loads_is_no_traceback():
    words = [sys.executable, "-c", INTERRUPTED_AT_THE_START, "--version"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
