"""Several seeds with one command, and runs side by side."""

import dataclasses
import json

import pytest
from PIL import Image

import shuzi
from shuzi.errors import RunError, UsageError
from shuzi.evaluation.compare import compare_runs, to_table
from shuzi.evaluation.figures import comparison
from shuzi.training.recipes import TUTORIAL
from shuzi.training.seeds import train_seeds

SETTINGS = {"epochs": 2, "hidden": (16,), "scale": 255, "batch_size": 100}


@pytest.fixture(scope="module")
def seeds(digits, tmp_path_factory):
    out = tmp_path_factory.mktemp("seeds") / "small"
    recipe = TUTORIAL.with_settings(SETTINGS)
    train_seeds(recipe, 3, dataset=digits, out=out, seed=4, verbose=0)
    return out


def test_each_seed_has_a_run(seeds):
    assert sorted(path.name for path in seeds.iterdir()) == ["seed-4", "seed-5", "seed-6"]
    assert [run.seed for run in compare_runs([seeds])[0].runs] == [4, 5, 6]


def test_again_only_what_is_missing_is_trained(seeds, digits, capsys):
    recipe = TUTORIAL.with_settings(SETTINGS)
    before = {path: path.stat().st_mtime_ns for path in seeds.rglob("*") if path.is_file()}
    train_seeds(recipe, 2, dataset=digits, out=seeds, seed=4, verbose=1)
    assert capsys.readouterr().out == ""
    assert {p: p.stat().st_mtime_ns for p in seeds.rglob("*") if p.is_file()} == before
    with pytest.raises(RunError, match="another recipe"):
        train_seeds(TUTORIAL, 1, dataset=digits, out=seeds, seed=4)


def test_seeds_go_on_with_what_they_began_with_alone(seeds, digits):
    recipe = TUTORIAL.with_settings(SETTINGS)
    before = json.loads((seeds / "seed-4" / "run.json").read_text())["device"]["precision"]
    other = "fp32" if before == "bf16" else "bf16"
    with pytest.raises(RunError, match="seed-4 holds a run with another precision"):
        train_seeds(recipe, 4, dataset=digits, out=seeds, seed=4, precision=other)
    assert not (seeds / "seed-7").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"device": {"type": "cuda", "precision": "fp32", "threads": 1}}, "with another device"),
        ({"start": {"model": "a.onnx", "sha256": "0"}}, "with another model to start from"),
        ({"teacher": {"model": "a.onnx"}}, r"run\.json cannot be read: 'sha256'"),
    ],
)
def test_seeds_of_another_setting_are_refused(seeds, digits, tmp_path, change, said):
    record = json.loads((seeds / "seed-4/run.json").read_text()) | change
    (tmp_path / "seed-4").mkdir()
    (tmp_path / "seed-4/run.json").write_text(json.dumps(record))
    recipe = TUTORIAL.with_settings(SETTINGS)
    with pytest.raises(RunError, match=said):
        train_seeds(recipe, 1, dataset=digits, out=tmp_path, seed=4)


def test_seeds_of_one_teacher_go_on_with_it_alone(seeds, digits, tmp_path):
    recipe = TUTORIAL.with_settings(SETTINGS | {"epochs": 1, "taught": 0.5})
    models = [seeds / "seed-4" / "model.onnx", seeds / "seed-5" / "model.onnx"]
    options = {"dataset": digits, "out": tmp_path / "taught", "verbose": 0}
    for _ in range(2):
        assert len(train_seeds(recipe, 1, teacher=models[0], **options)) == 1
    with pytest.raises(RunError, match="another teacher"):
        train_seeds(recipe, 2, teacher=models[1], **options)


def test_seeds_are_one_row_with_mean_and_deviation(seeds, run):
    groups = compare_runs([seeds, run.folder])
    assert [len(group.runs) for group in groups] == [3, 1]
    accuracies = [one.values["val_accuracy"] for one in groups[0].runs]
    assert groups[0].mean("val_accuracy") == pytest.approx(sum(accuracies) / 3)
    assert groups[0].deviation("val_accuracy") > 0
    assert groups[1].deviation("val_accuracy") is None
    head, first, second, changes = to_table(groups).splitlines()
    assert head.split()[:4] == ["runs", "n", "epochs", "seconds"]
    assert first.startswith("small  3  2") and " ± " in first
    assert second.split()[:3] == ["short", "1", "3"]
    assert changes.startswith("short: batch_size=50 dropout=0.1 epochs=3 hidden=64,32")


def test_scores_of_different_test_images_are_said_to_be_so(seeds, digits):
    few = dataclasses.replace(
        digits, test_images=digits.test_images[:50], test_labels=digits.test_labels[:50]
    )
    runs = [seeds / "seed-4", seeds / "seed-5"]
    for folder, dataset, said in ((runs[0], digits, False), (runs[1], few, True)):
        shuzi.evaluate(folder, dataset)
        assert ("different images" in to_table(compare_runs(runs))) == said


def test_only_fields_that_apply_are_said_to_differ(seeds, digits, tmp_path):
    settings = {"epochs": 1, "convolutions": "5x4s2"}
    shuzi.train("fast", dataset=digits, out=tmp_path / "fast", settings=settings, verbose=0)
    names = [
        [said.partition("=")[0] for said in compare_runs(places)[1].changes]
        for places in ([seeds, tmp_path / "fast"], [tmp_path / "fast", seeds])
    ]
    assert "convolutions" in names[0] and "hidden" not in names[0]
    assert "hidden" in names[1] and "convolutions" not in names[1]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"device": {"type": "cpu", "precision": "fp64"}}, "precision=fp64"),
        ({"device": {"type": "cuda", "precision": "fp32"}}, "device=cuda"),
        ({"keras": {"source": "a.keras", "sha256": "0" * 64}}, "keras=a.keras (sha256 00000000)"),
        ({"start": {"model": "a.onnx", "sha256": "1" * 64}}, "start=a.onnx (sha256 11111111)"),
        ({"teacher": {"model": "b.onnx", "sha256": "2" * 64}}, "teacher=b.onnx (sha256 22222222)"),
    ],
)
def test_what_differs_in_more_than_its_seed_is_a_row_of_its_own(seeds, tmp_path, changed, said):
    before = json.loads((seeds / "seed-4" / "run.json").read_text())
    before["device"]["precision"] = "fp32"
    for name, record in (("one", before), ("two", before | changed), ("three", before | changed)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(json.dumps(record))
    one, others = compare_runs([tmp_path / name for name in ("one", "two", "three")])
    assert (len(one.runs), len(others.runs)) == (1, 2)
    assert others.changes == (said,)


def test_a_run_with_other_sets_beside_its_data_is_no_seed_of_one_without(seeds, tmp_path):
    record = json.loads((seeds / "seed-4" / "run.json").read_text())
    for name, beside in (("one", ["hwd1000"]), ("two", [])):
        (tmp_path / name).mkdir()
        data = record["data"] | {"beside": beside}
        (tmp_path / name / "run.json").write_text(json.dumps(record | {"data": data}))
    assert [group.changes for group in compare_runs([tmp_path])] == [(), ("(other data)",)]


def test_a_model_given_is_the_same_wherever_it_lies(seeds, tmp_path):
    record = json.loads((seeds / "seed-4" / "run.json").read_text())
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        given = {"keras": {"source": f"{name}.keras", "sha256": "0" * 64}}
        (tmp_path / name / "run.json").write_text(json.dumps(record | given))
    assert len(compare_runs([tmp_path])) == 1


def test_curves_are_drawn(seeds, run, tmp_path):
    comparison(compare_runs([seeds, run.folder]), tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width > 500


def test_the_epoch_that_is_kept_counts(seeds, tmp_path):
    (tmp_path / "run").mkdir()
    for name in ("run.json", "history.csv"):
        (tmp_path / "run" / name).write_bytes((seeds / "seed-4" / name).read_bytes())
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    kept = record | {"kept": {"epoch": 1, "val_loss": 1.0}}
    (tmp_path / "run" / "run.json").write_text(json.dumps(kept))
    (found,) = compare_runs([tmp_path / "run"])[0].runs
    assert found.values["val_loss"] == found.history[0]["val_loss"]


@pytest.mark.parametrize("record", ["{}", "[]", "{", '{"recipe": {}, "seed": "x", "data": {}}'])
def test_what_is_no_run_is_refused(tmp_path, record):
    with pytest.raises(RunError, match="nor a folder of run folders"):
        compare_runs([tmp_path])
    (tmp_path / "run.json").write_text(record)
    with pytest.raises(RunError, match="cannot be compared"):
        compare_runs([tmp_path])


def test_the_command_prints_and_draws(seeds, command, refused):
    done = command("compare", seeds, "--out", "a.png")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Written to a.png"
    assert "--seeds goes with neither" in refused(
        UsageError.exit_code, "train", "--seeds", 2, "--resume", seeds / "seed-4"
    )
