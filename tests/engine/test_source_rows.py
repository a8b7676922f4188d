"""Builder and generated code agree to the last bit, for every row of the catalogue."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.catalog import OPERATORS
from engine.check import check
from engine.design.model import Design
from engine.model import signatures
from engine.model.build import build, build_meta
from engine.model.source import to_python
from tests.engine.standing import KINDS, inputs_of, run, standing, variants

pytestmark = pytest.mark.filterwarnings(
    "ignore:LSTM with projections",  # torch says which kernel it takes
)

LOOKS = {"ctc_loss", "gaussian_nll_loss"}  # torch looks at values, which meta lacks
RUFF = Path(sys.executable).with_name("ruff")
CHECKED = "E,W,F,I,UP,B,A,C4,PIE,SIM,RET,RUF,PERF,PTH,N,D"
# Generated code documents its class, not each method, and keeps free text as it is.
PLAIN = "D10,D413,D203,D213,RUF001,RUF002,RUF003"


def written(design: Design) -> type[torch.nn.Module]:
    """The class of the generated code."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(to_python(design), "generated.py", "exec"), namespace)
    return namespace["Network"]


def same(left: list[torch.Tensor], right: list[torch.Tensor]) -> bool:
    pairs = zip(left, right, strict=True)
    return all(torch.equal(a.nan_to_num(7), b.nan_to_num(7)) for a, b in pairs)


@pytest.mark.parametrize("kind", KINDS)
def test_code_and_builder_agree_to_the_last_bit(kind):
    for design in variants(kind):
        built, network = build(design, seed=3), written(design)()
        assert list(network.state_dict()) == list(built.state_dict())
        assert str(network) == str(built)  # every argument that torch shows

        if built.state_dict():
            network.init(seed=3)
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, built.state_dict()[name]), name

        other = build(design, seed=4)
        network.load_state_dict(other.state_dict())
        inputs = inputs_of(design)
        assert same(run(network, inputs), run(other, inputs))
        assert same(run(network.eval(), inputs), run(other.eval(), inputs))


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_that_run_are_those_the_check_promised(kind):
    for design in variants(kind):
        if kind in LOOKS:
            continue
        checked = check(design)
        promised = [checked.tensor(*result) for result in checked.results]
        results = run(build_meta(design).eval(), sample_on_meta(design))
        for tensor, result in zip(promised, results, strict=True):
            expected = [d if isinstance(d, int) else d.value for d in tensor.shape]
            assert list(result.shape) == expected
            assert str(result.dtype) == f"torch.{tensor.dtype}"


def sample_on_meta(design: Design) -> tuple[torch.Tensor, ...]:
    return tuple(given.to("meta") for given in inputs_of(design))


@pytest.mark.parametrize("kind", KINDS)
def test_code_serves_any_batch(kind):
    design = standing(kind)
    network, built = written(design)(), build(design)
    network.load_state_dict(built.state_dict())
    inputs = inputs_of(design, batch=7)
    assert same(run(network, inputs), run(built, inputs))


@pytest.mark.parametrize(
    "kind", ["linear", "conv2d", "batch_norm1d", "lstm", "prelu", "rms_norm"]
)
def test_weights_have_the_dtype_of_what_arrives(kind):
    design = standing(kind, dtype="float64")
    built, network = build(design), written(design)()
    network.init()
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, built.state_dict()[name])
    result = run(network, inputs_of(design))[0]
    assert result.dtype == torch.float64
    assert torch.equal(result, run(built, inputs_of(design))[0])


def test_code_of_every_row_is_as_ruff_would_write_it(tmp_path):
    for kind in KINDS:
        for number, design in enumerate(variants(kind)):
            source = to_python(design)
            (tmp_path / f"{kind}_{number}.py").write_text(source, encoding="utf-8")
    tidy(tmp_path)


def tidy(folder: Path) -> None:
    """Fail, showing what ruff would change or warns of."""
    for words in (
        ["format", "--isolated", "--diff"],
        ["check", "--isolated", "--select", CHECKED, "--ignore", PLAIN],
    ):
        done = subprocess.run(
            [RUFF, *words, str(folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-500:]


def test_what_is_known_of_torchs_arguments_is_what_torch_says():
    kept = {
        target: {key: value for key, value in known._asdict().items() if value}
        for target, known in signatures.signatures().items()
    }
    fresh = {
        target: {k: signatures._tuples(v) for k, v in entry.items() if v}
        for target, entry in signatures.from_torch().items()
    }
    said = "run python -m engine.model.signatures"
    assert kept == fresh, said


def test_the_file_of_arguments_can_be_made_anew(tmp_path, monkeypatch):
    kept = signatures.FILE.read_text(encoding="utf-8")
    monkeypatch.setattr(signatures, "FILE", tmp_path / "signatures.json")
    signatures.main()
    assert signatures.FILE.read_text(encoding="utf-8") == kept


def test_every_argument_of_a_row_is_one_that_torch_takes():
    for row in OPERATORS.values():
        known = signatures.signature(row.target)
        if known is None:
            continue
        ours = {param.name for param in row.params if param.place == "init"}
        ours.update(row.derived)
        assert ours <= {*known.required, *known.defaults}, row.kind
        assert set(known.required) <= ours, row.kind
        forward = {param.name for param in row.params if param.place == "forward"}
        assert forward <= set(known.options), row.kind
