"""A design as a script that trains it: one file of plain PyTorch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from engine.catalog.dims import BATCH, INTEGERS, sampled
from engine.check import Checked, check
from engine.design.model import Design
from engine.errors import BuildError
from engine.model.goals import Goal, goal
from engine.model.layout import Group, row, statement
from engine.model.plan import plan
from engine.model.source import to_python

TARGET = "target"


def to_training(design: Design, checked: Checked | None = None) -> str:
    """A script: the classes of `to_python`, and all that trains them.

    It runs by itself on random samples, reads a person's own from a .npz, shows its
    progress, keeps checkpoints and goes on from the last, computes in bfloat16 when
    asked, and trains in several processes under torchrun.

    Raises:
        BuildError: the design has an error, or its samples are not along a first axis.
    """
    checked = checked or check(design)
    _feedable(design, checked)
    source = to_python(design, checked)
    wanted = goal(design, checked)
    lines = [
        *_head(source),
        *_classes(source),
        *("", ""),
        *_samples(design, checked, wanted),
        *("", ""),
        *_stored(design, checked, wanted),
        *("", ""),
        *_loss(wanted),
        *("", ""),
        *_TRAINING.format(
            unused=_unused(design, checked),
            seed=design.settings.seed,
            inputs=len(checked.inputs),
        ).splitlines(),
    ]
    if _draws(source):
        return "\n".join(lines) + "\n"
    return "\n".join(line for line in lines if ".init(seed" not in line) + "\n"


def _feedable(design: Design, checked: Checked) -> None:
    if not checked.inputs:
        raise BuildError("There is nothing to train on: add an Input.")
    for key in checked.inputs:
        tensor = checked.tensor(key, "output")
        if tensor is None or not tensor.shape or str(tensor.shape[0]) != BATCH:
            raise BuildError(
                "Training takes samples in batches: give the Input '{node}' a first "
                "axis {axis}.",
                node=design.nodes[key].name,
                axis=BATCH,
            )
    if not checked.trainable:
        raise BuildError("There is nothing to train: no layer has free parameters.")


def _head(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    yield f'"""Trains a {summary[0].lower()}{summary[1:]}'
    yield ""
    yield "Alone by `python`, in several processes by `torchrun --nproc-per-node 2`;"
    yield "`--help` says the rest."
    yield '"""'
    yield ""
    yield "import argparse"
    yield "import os"
    yield "import pathlib"
    yield "import sys"
    if "\nimport zlib\n" in source:
        yield "import zlib"
    yield ""
    yield "import numpy as np"
    yield "import torch"
    yield "from torch import Tensor, distributed, nn"
    yield "from torch.nn import parallel"
    yield "from torch.utils import data"


def _classes(source: str) -> Iterator[str]:
    """The lines from the first class to the sample run."""
    tree, lines = ast.parse(source), source.splitlines()
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    yield from ("", "")
    yield from lines[classes[0].lineno - 1 : classes[-1].end_lineno]


def _draws(source: str) -> bool:
    return any(
        isinstance(node, ast.FunctionDef) and node.name == "init"
        for node in ast.walk(ast.parse(source))
    )


def _samples(design: Design, checked: Checked, wanted: Goal) -> Iterator[str]:
    drawn = [_drawn(design, checked, key) for key in checked.inputs]
    if wanted.unit:
        drawn[0] = replace(drawn[0], before="torch.rand(")
    if wanted.target is not None:
        drawn.append(wanted.target)
    yield "def samples(count: int, seed: int) -> data.TensorDataset:"
    yield '    """Draw random samples to try the script; put your own there."""'
    yield "    rng = torch.Generator().manual_seed(seed)"
    yield "    return data.TensorDataset("
    for tensor in drawn:
        yield from statement(2, "", tensor, ",")
    yield "    )"


def _drawn(design: Design, checked: Checked, key: str) -> Group:
    tensor = checked.tensor(key, "output")
    assert tensor is not None  # noqa: S101 - a design without errors is known
    sizes = ("count", *map(str, sampled(tensor.shape)[1:]))
    if tensor.dtype in INTEGERS or tensor.dtype == "bool":
        high = "2" if tensor.dtype == "bool" else str(design.nodes[key].args["high"])
        cast = "" if tensor.dtype == "int64" else f".to(torch.{tensor.dtype})"
        given = (high, row(*sizes), "generator=rng")
        return Group(given, "torch.randint(", f"){cast}")
    kind = () if tensor.dtype == "float32" else (f"dtype=torch.{tensor.dtype}",)
    return Group((*sizes, *kind, "generator=rng"), "torch.randn(")


def _stored(design: Design, checked: Checked, wanted: Goal) -> Iterator[str]:
    names = [design.nodes[key].name for key in checked.inputs]
    if wanted.target is not None:
        names.append(TARGET if TARGET not in names else f"{TARGET}_")
    yield "def stored(path: pathlib.Path) -> data.TensorDataset:"
    yield '    """Read arrays of these names from a .npz, a row to each sample."""'
    yield from statement(1, "names = ", row(*(f'"{name}"' for name in names)))
    yield "    with np.load(path, allow_pickle=False) as arrays:"
    yield "        found = [torch.from_numpy(arrays[name]) for name in names]"
    yield "    return data.TensorDataset(*found)"


def _loss(wanted: Goal) -> Iterator[str]:
    yield "def loss_of(result: Tensor, batch: list[Tensor]) -> Tensor:"
    yield f'    """Give what is to become small, chosen because {wanted.why}."""'
    if wanted.target is not None or wanted.copies:
        yield f"    target = batch[{0 if wanted.copies else -1}]"
    yield from statement(1, "return ", wanted.loss)


def _unused(design: Design, checked: Checked) -> str:
    """Whether some parameters get no gradient, which several processes must know."""
    found = plan(design, checked)
    idle = any(step.made for step in found.aside) or len(found.results) > 1
    return ", find_unused_parameters=True" if idle else ""


_TRAINING = '''\
def mean_over_processes(value: float, device: torch.device) -> float:
    """Average a number that each process has one of."""
    if not distributed.is_initialized():
        return value
    total = torch.tensor(value, device=device)
    distributed.all_reduce(total)
    return total.item() / distributed.get_world_size()


def show(rank: int, epoch: int, share: float, loss: float) -> None:
    """Show a line that fills while an epoch runs."""
    if rank == 0 and sys.stderr.isatty():
        bar = "#" * round(share * 30)
        print(
            f"\\repoch {{epoch + 1}} [{{bar:<30}}] loss {{loss:.4f}}",
            end="",
            file=sys.stderr,
            flush=True,
        )


def save(path: pathlib.Path, state: dict) -> None:
    """Write a checkpoint whole, or leave the one before."""
    beside = path.with_suffix(".new")
    torch.save(state, beside)
    beside.replace(path)


def train(options: argparse.Namespace, rank: int, device: torch.device) -> None:
    """Run every epoch that the last checkpoint has not seen."""
    torch.manual_seed(options.seed + rank)  # what dropout drops
    network = Network()
    network.init(seed=options.seed)
    network.to(device)
    free = [part for part in network.parameters() if part.requires_grad]
    optimizer = torch.optim.AdamW(free, lr=options.lr)
    start = 0
    if options.checkpoint.exists():
        state = torch.load(options.checkpoint, map_location=device, weights_only=True)
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["epoch"]
    model: nn.Module = network
    sampler = None
    dataset = stored(options.data) if options.data else samples(256, options.seed)
    if distributed.is_initialized():
        model = parallel.DistributedDataParallel(network{unused})
        sampler = data.DistributedSampler(dataset, seed=options.seed)
    rng = torch.Generator().manual_seed(options.seed)
    loader = data.DataLoader(
        dataset, options.batch, shuffle=sampler is None, sampler=sampler, generator=rng
    )
    for epoch in range(start, options.epochs):
        if sampler is not None:
            sampler.set_epoch(epoch)
        total = 0.0
        model.train()
        for number, batch in enumerate(loader, 1):
            batch = [tensor.to(device) for tensor in batch]
            with torch.autocast(device.type, torch.bfloat16, enabled=options.amp):
                result = model(*batch[:{inputs}])
            first = result[0] if isinstance(result, tuple) else result
            loss = loss_of(first.float(), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            show(rank, epoch, number / len(loader), total / number)
        mean = mean_over_processes(total / len(loader), device)
        if rank == 0:
            end = "\\n" if sys.stderr.isatty() else ""
            print(end, end="", file=sys.stderr)
            print(f"epoch {{epoch + 1}}: loss {{mean:.6f}}")
            save(
                options.checkpoint,
                {{
                    "network": network.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "epoch": epoch + 1,
                }},
            )


def main() -> None:
    """Train as the command line says, alone or as one process of several."""
    parser = argparse.ArgumentParser(description="Train the network.")
    parser.add_argument("--data", type=pathlib.Path, help="a .npz of samples")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32, help="samples a process takes")
    parser.add_argument("--lr", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--seed", type=int, default={seed})
    parser.add_argument("--amp", action="store_true", help="compute in bfloat16")
    parser.add_argument(
        "--checkpoint",
        type=pathlib.Path,
        default=pathlib.Path("checkpoint.pt"),
        help="written after every epoch, and gone on from",
    )
    options = parser.parse_args()
    rank = int(os.environ.get("RANK", "0"))
    device = torch.device("cpu")
    if torch.cuda.is_available():
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if "WORLD_SIZE" in os.environ:
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        train(options, rank, device)
        if distributed.is_initialized():
            distributed.barrier()  # nobody leaves while another still needs them
    finally:
        if distributed.is_initialized():
            distributed.destroy_process_group()


if __name__ == "__main__":
    main()
'''
