"""What a person at a shell without a display can do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from main import main

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "resources" / "examples" / "tutorial.fanin"


@pytest.fixture
def broken(tmp_path):
    """A design whose Linear has nothing on its input."""
    from engine.design import edits
    from engine.design.file import save
    from engine.design.model import Design

    design = edits.add(Design(), "linear", name="fc1")
    path = tmp_path / "broken.fanin"
    save(design, path)
    return path


def _without_a_display():
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {key: value for key, value in os.environ.items() if key not in shown}


def test_the_tutorial_has_26_parameters(capsys):
    assert main(["summary", str(TUTORIAL), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["total_params"] == told["trainable_params"] == 26
    counts = {node["kind"]: [] for node in told["nodes"]}
    for node in told["nodes"]:
        counts[node["kind"]].append(node["params"])
    assert counts["linear"] == [12, 8, 6]
    assert told["nodes"][-1]["output_shape"] == [5, 2]


def test_the_table_is_for_reading(capsys):
    assert main(["summary", str(TUTORIAL)]) == 0

    table = capsys.readouterr().out
    assert "Linear" in table
    assert "26" in table


def test_a_clean_design_passes_the_check(capsys):
    assert main(["check", str(TUTORIAL), "--json"]) == 0

    problems = json.loads(capsys.readouterr().out)["problems"]
    assert all(problem["severity"] != "error" for problem in problems)


def test_a_broken_design_is_named_and_exits_1(capsys, broken):
    assert main(["check", str(broken), "--json"]) == 1

    problems = json.loads(capsys.readouterr().out)["problems"]
    assert any(
        problem["severity"] == "error" and "fc1" in problem["message"]
        for problem in problems
    )


@pytest.mark.parametrize("verb", ["summary", "export"])
def test_a_broken_design_makes_no_model(capsys, broken, tmp_path, verb):
    out = [str(tmp_path / "net.py")] if verb == "export" else []

    assert main([verb, str(broken), *out]) == 1
    said = capsys.readouterr()
    assert "fc1" in said.err
    assert not said.out
    assert not (tmp_path / "net.py").exists()


def test_the_catalogue_lists_every_row_with_its_parameters(capsys):
    from engine.catalog import INITIALIZERS, OPERATORS

    assert main(["catalog", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["operators"]
    assert {row["kind"] for row in told} == {*OPERATORS, *INITIALIZERS}
    linear = next(row for row in told if row["kind"] == "linear")
    assert linear["target"] == "torch.nn.Linear"
    assert [param["name"] for param in linear["params"]] == ["out_features", "bias"]

    assert main(["catalog"]) == 0
    assert "Linear(out_features=" in capsys.readouterr().out


def test_exported_source_runs_by_itself(tmp_path):
    out = tmp_path / "net.py"
    assert main(["export", str(TUTORIAL), str(out)]) == 0

    ran = subprocess.run(
        [sys.executable, out], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "5, 2" in ran.stdout


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_picture_is_drawn_without_a_display(tmp_path, suffix):
    out = tmp_path / f"net{suffix}"
    clean = _without_a_display()
    ran = subprocess.run(
        [sys.executable, ROOT / "main.py", "export", TUTORIAL, out],
        capture_output=True,
        text=True,
        env=clean,
    )

    assert ran.returncode == 0, ran.stderr
    start = {".svg": b"<?xml", ".png": b"\x89PNG"}[suffix]
    assert out.read_bytes().startswith(start)
    assert len(out.read_bytes()) > 4000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["summary", "nowhere.fanin"], "nowhere.fanin"),
        (["summary"], "DESIGN"),
        (["sumary", "x"], "x"),
        (["export", str(TUTORIAL), "net.exe"], ".py"),
        (["check", str(ROOT / "LICENSE")], "LICENSE"),
        (["export", str(TUTORIAL), "/nowhere/at/all/net.py"], "net.py"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exits_2(capsys, arguments, words):
    try:
        code = main(arguments)
    except SystemExit as stop:
        code = stop.code

    said = capsys.readouterr()
    assert code == 2
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.err.count("\n") == 1
    assert not said.out


def test_no_display_is_said_and_exits_2():
    clean = _without_a_display()
    ran = subprocess.run(
        [sys.executable, ROOT / "main.py"], capture_output=True, text=True, env=clean
    )

    assert ran.returncode == 2
    assert "display" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an X display")
def test_a_display_that_does_not_answer_is_none():
    """Qt would abort the process."""
    ran = subprocess.run(
        [sys.executable, ROOT / "main.py"],
        capture_output=True,
        text=True,
        env={**_without_a_display(), "DISPLAY": ":9731"},
    )

    assert ran.returncode == 2
    assert "display" in ran.stderr
    assert ran.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="nothing to fill")
@pytest.mark.parametrize("verb", ["check", "summary"])
def test_an_answer_that_nobody_can_take_is_refused(verb):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, ROOT / "main.py", verb, TUTORIAL, "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )

    assert ran.returncode == 2
    assert ran.stderr.startswith("The answer could not be written: ")
    assert ran.stderr.count("\n") == 1


def test_a_verb_that_draws_nothing_loads_neither_torch_nor_qt():
    code = (
        "import sys; from main import main; main(['check', sys.argv[1]]); "
        "main(['summary', sys.argv[1], '--json']); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'PySide6', 'numpy')))"
    )
    ran = subprocess.run([sys.executable, "-c", code, TUTORIAL], cwd=ROOT, check=False)
    assert ran.returncode == 0


def test_a_design_is_measured(capsys):
    assert (
        main(["measure", str(TUTORIAL), "--json", "--seed", "2", "--batch", "32"]) == 0
    )

    told = json.loads(capsys.readouterr().out)
    assert (told["seeds"], told["batch"]) == ([2], 32)
    by_name = {layer["name"]: layer for layer in told["layers"]}
    assert list(by_name)[:2] == ["hidden1", "sigmoid"]
    wanted = {"node", "forward_std", "forward_factor", "backward_std"}
    wanted |= {"backward_factor", "dead", "saturated"}
    assert wanted <= by_name["hidden1"].keys()
    first, second = by_name["hidden1"], by_name["hidden2"]
    ratio = second["forward_second"] / first["forward_second"]
    assert second["forward_factor"] == pytest.approx(ratio)
    assert second["forward_from"] == first["node"]
    assert first["forward_factor"] is None


def test_the_measured_table_is_for_reading(capsys):
    assert main(["measure", str(TUTORIAL), "--batch", "8"]) == 0

    said = capsys.readouterr().out
    assert "hidden2" in said
    assert "Batch of 8" in said


@pytest.mark.parametrize(
    "given", [("--batch", "0"), ("--seed", "x"), ("--seeds", "-1")]
)
def test_what_cannot_be_measured_is_refused_in_a_sentence(capsys, given):
    with pytest.raises(SystemExit) as refused:
        main(["measure", str(TUTORIAL), *given])

    assert refused.value.code == 2
    assert "no whole number" in capsys.readouterr().err


def test_data_that_cannot_be_read_are_refused_in_a_sentence(capsys, tmp_path):
    assert main(["measure", str(TUTORIAL), "--data", str(tmp_path / "no.npy")]) == 2

    assert capsys.readouterr().err.count("\n") == 1


def test_exported_code_is_imported_without_running_it(tmp_path, capsys):
    code, back = tmp_path / "net.py", tmp_path / "back.fanin"
    assert main(["export", str(TUTORIAL), str(code)]) == 0
    assert main(["import", str(code), str(back)]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["export", str(back), str(tmp_path / "again.py")]) == 0
    assert (tmp_path / "again.py").read_text() == code.read_text()

    text = code.read_text().replace("nn.Linear(3, 2)", "nn.Linear(3, 4)")
    code.write_text(text)
    assert main(["import", str(code), str(back)]) == 0
    assert "Line " in capsys.readouterr().err

    code.write_text(f"import os\n{text}")
    assert main(["import", str(code), str(back)]) == 2
    assert capsys.readouterr().err.startswith("Line 1 ")
