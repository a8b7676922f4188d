"""Import models that nobody here wrote, and see whether they come out the same.

    python -m pip install -r requirements-zoo.txt
    python -m scripts.zoo [words...] [--every N] [--out docs/zoo.md]

The models are those of the packages' own lists: of torchvision every classifier, of
timm the first of every architecture's file, of transformers the classifiers of the
automatic mappings, from their configurations, made small. Nothing is downloaded, and
no model is named here.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

MOST = 60_000_000  # parameters; larger ones show nothing new and take long
SMALL = {
    "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4,
    "intermediate_size": 128, "vocab_size": 100, "n_layer": 2, "n_embd": 64,
    "n_head": 4, "d_model": 64, "num_layers": 2, "num_key_value_heads": 2,
    "use_cache": False, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip


@dataclass
class Entry:
    """A model of the zoo: how to make it, and what to call it with."""

    name: str
    make: Callable[[], torch.nn.Module]
    inputs: Callable[[torch.nn.Module], dict[str | int, Any]]


@dataclass
class Outcome:
    """What became of one."""

    name: str
    cause: str = ""
    parameters: int = 0
    unused: int = 0
    counted: bool = False
    equal: str = ""
    code: str = ""
    top: int = 0
    blocks: int = 0
    nodes: int = 0
    general: int = 0
    any_batch: bool = False
    seconds: float = 0.0


def image(side: int) -> Callable[[torch.nn.Module], dict[str | int, Any]]:
    return lambda model: {0: torch.randn(1, 3, side, side)}


def torchvision_models() -> Iterator[Entry]:
    for word in ("nms", "qnms"):  # 0.28 asks for them beside a build that lacks them
        torch.library.define(
            f"torchvision::{word}",
            "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
        )
    from torchvision import models

    def made(name: str) -> torch.nn.Module:
        model: torch.nn.Module = models.get_model(name, weights=None)
        for head in ("aux_logits",):  # further heads are for training alone
            if getattr(model, head, False):
                model = models.get_model(name, weights=None, aux_logits=False)
        return model

    for name in models.list_models(module=models):
        crop = models.get_model_weights(name).DEFAULT.transforms.keywords["crop_size"]
        yield Entry(f"torchvision {name}", lambda name=name: made(name), image(crop))


def timm_models() -> Iterator[Entry]:
    import timm

    def inputs(model: torch.nn.Module) -> dict[str | int, Any]:
        return {0: torch.randn(1, *model.pretrained_cfg["input_size"])}  # type: ignore[index]

    for module in timm.list_modules():
        found = timm.list_models(module=module)
        if found:
            name = found[0]
            yield Entry(
                f"timm {name}",
                lambda name=name: timm.create_model(name, pretrained=False),
                inputs,
            )


def transformers_models() -> Iterator[Entry]:
    import transformers as hub

    tokens = hub.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING
    images = hub.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING

    def made(config: type, model: type) -> torch.nn.Module:
        known = config()
        small = {k: v for k, v in SMALL.items() if hasattr(known, k)}
        return model(config(**small))

    def words(model: torch.nn.Module) -> dict[str | int, Any]:
        return {"input_ids": torch.randint(3, 90, (2, 16))}

    def picture(model: torch.nn.Module) -> dict[str | int, Any]:
        side = getattr(model.config, "image_size", 224)
        return {"pixel_values": torch.randn(1, 3, side, side)}

    for mapping, inputs in ((tokens, words), (images, picture)):
        for config, model in mapping.items():
            one = model[0] if isinstance(model, tuple) else model
            yield Entry(
                f"transformers {one.__name__}",
                lambda config=config, one=one: made(config, one),
                inputs,
            )


def tried(entry: Entry) -> Outcome | None:
    """One model through the import and back; None for one that is too large."""
    from engine.check import check
    from engine.check.walk import walk
    from engine.model.build import build
    from engine.model.capture import capture
    from engine.model.reading import from_python
    from engine.model.source import to_python

    done = Outcome(entry.name)
    torch.manual_seed(0)
    try:
        model = entry.make().eval()
        total = sum(part.numel() for part in model.parameters())
        if total > MOST:
            return None
        inputs = entry.inputs(model)
    except Exception as error:  # noqa: BLE001 - the package cannot make it here
        print(f"- {entry.name}: not made: {error!r:.90}", flush=True)
        return None
    try:
        start = time.perf_counter()
        found = capture(model, inputs)
        done.seconds = time.perf_counter() - start
        checked = check(found.design)
        leaves = [at for at in walk(checked) if not at.known.inside]
        done.parameters, done.any_batch = total, found.dynamic
        parts = dict(model.named_parameters())
        done.unused = sum(parts[name].numel() for name in found.unused)
        done.counted = checked.parameters + done.unused == total
        done.top, done.blocks = len(found.design.nodes), len(found.design.blocks)
        done.nodes = len(leaves)
        done.general = sum(at.node.kind == "torch_call" for at in leaves)
        network = build(found.design)
        network.load_state_dict(found.weights, strict=False)
        theirs = results(model, inputs)
        done.equal = compared(theirs, results(network.eval(), inputs, flat=True))
        text = to_python(found.design)
        space: dict[str, Any] = {"__name__": "generated"}
        exec(compile(text, "generated.py", "exec"), space)  # noqa: S102
        written = space["Network"]()
        if hasattr(written, "init"):
            written.init()
        written.load_state_dict(found.weights, strict=False)
        done.code = compared(theirs, results(written.eval(), inputs, flat=True))
        if to_python(from_python(text)) != text:
            done.code += ", text changes"
    except Exception as error:  # noqa: BLE001 - a line of the table
        done.cause = f"{type(error).__name__}: {error}".replace("|", "/")
    return done


def results(
    model: torch.nn.Module, inputs: dict[str | int, Any], *, flat: bool = False
) -> list[torch.Tensor]:
    from engine.model.capture.record import tensors

    with torch.no_grad():
        if flat:
            return list(tensors(model(*inputs.values())))
        args = [value for key, value in inputs.items() if isinstance(key, int)]
        named = {key: value for key, value in inputs.items() if isinstance(key, str)}
        return list(tensors(model(*args, **named)))


def compared(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> str:
    """yes, to the last bit; else the largest difference, relative to the largest."""
    if [one.shape for one in ours] != [one.shape for one in theirs]:
        return "no: other shapes"
    if all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True)):
        return "yes"
    far = max(
        float((a - b).abs().max() / a.abs().max().clamp_min(1e-12))
        for a, b in zip(ours, theirs, strict=True)
    )
    return f"{far:.0e}" if far < 1e-4 else f"no: {far:.0e}"


def table(outcomes: list[Outcome], how: str = "") -> Iterator[str]:
    fine = [one for one in outcomes if not one.cause]
    whole = sum(one.nodes for one in fine) or 1
    share = sum(one.general for one in fine) / whole
    yield "# Models that nobody here wrote"
    yield ""
    yield f"Made by `python -m scripts.zoo{how}`; see there for how they are chosen."
    yield ""
    yield f"- {len(fine)} of {len(outcomes)} import."
    yield f"- {sum(one.counted for one in fine)} have exactly their parameters."
    same = [one for one in fine if one.equal == "yes"]
    near = [one for one in fine if one.equal and not one.equal.startswith("no")]
    code = [one for one in fine if one.code and not one.code.startswith("no")]
    yield f"- {len(same)} give the same output to the last bit, {len(near)} within 1e-4"
    yield f"  of the largest value; the exported code {len(code)}."
    yield f"- {share:.1%} of {whole:,} nodes call a function that has no row."
    yield ""
    yield (
        "| model | parameters | equal | output | code | top | blocks | nodes "
        "| general | any batch | seconds |"
    )
    yield "| --- " * 11 + "|"
    for one in fine:
        more = f" + {one.unused:,} unused" if one.unused else ""
        yield (
            f"| {one.name} | {one.parameters - one.unused:,}{more} | "
            f"{'yes' if one.counted else 'no'} | {one.equal} | {one.code} | {one.top} "
            f"| {one.blocks} | {one.nodes} | {one.general} | "
            f"{'yes' if one.any_batch else 'no'} | {one.seconds:.1f} |"
        )
    yield ""
    yield "Not imported:"
    yield ""
    yield from (f"- {one.name}: {one.cause}" for one in outcomes if one.cause)


def main() -> None:
    """Try them all and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("words", nargs="*", help="only models whose name has one")
    parser.add_argument("--out", type=Path, default=Path("docs/zoo.md"))
    parser.add_argument("--every", type=int, default=1, help="every how many-th")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    outcomes = []
    entries = [
        entry
        for maker in (torchvision_models, timm_models, transformers_models)
        for entry in maker()
        if not options.words or any(word in entry.name for word in options.words)
    ]
    for entry in entries[:: options.every]:
        done = tried(entry)
        gc.collect()
        if done is None:
            continue
        outcomes.append(done)
        said = done.cause or f"{done.equal} {done.code} {done.general}/{done.nodes}"
        print(f"{done.name}: {said}"[:200], flush=True)
        if not options.words:
            options.out.parent.mkdir(exist_ok=True)
            how = f" --every {options.every}" if options.every > 1 else ""
            text = "\n".join(table(outcomes, how)) + "\n"
            options.out.write_text(text, encoding="utf-8")
    print("\n".join(list(table(outcomes))[4:10]))


if __name__ == "__main__":
    sys.exit(main())
