"""Functions of tensors: the rows they are, or the general node that calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import torch
from torch.nn import functional as F  # noqa: N812 - everybody's name for it

from engine.catalog import OPERATORS
from engine.catalog.dims import BATCH, FLOATS
from engine.catalog.params import Value as Plain
from engine.catalog.torch_call import KIND as GENERIC
from engine.model.capture.draft import (
    Draft,
    Sizes,
    UnfitError,
    between,
    drafted,
)
from engine.model.capture.indexing import indexed
from engine.model.capture.record import Call, Value, values
from engine.model.capture.spelling import spelled, target_of
from engine.model.capture.words import word_of

# Calls that give on what they get: views, copies and devices mean nothing to a graph.
SAME = frozenset(
    {"contiguous", "clone", "detach", "requires_grad", "cpu", "cuda", "alias"}
    | {"fill_diagonal", "positive"}
)
FOLDS = {
    "add": "add", "sub": "subtract", "subtract": "subtract", "mul": "multiply",
    "multiply": "multiply", "div": "divide", "divide": "divide",
    "true_divide": "divide", "truediv": "divide",
}  # fmt: skip
TURNED = {"rsub": "subtract", "rtruediv": "divide", "rdiv": "divide"}
PLAIN = {
    "abs": "abs", "exp": "exp", "log": "log", "sqrt": "sqrt", "matmul": "matmul",
    "bmm": "matmul", "mm": "matmul", "unsqueeze": "unsqueeze",
    "squeeze": "squeeze", "transpose": "transpose", "swapaxes": "transpose",
    "permute": "permute", "mean": "mean", "sum": "sum", "max": "max", "min": "min",
    "chunk": "chunk", "split": "split", "roll": "roll", "clamp": "clamp",
    "pow": "pow", "pad": "pad", "interpolate": "interpolate",
    "scaled_dot_product_attention": "attend",
}  # fmt: skip
# The names of arguments, where torch does not tell them.
NAMES = {
    "unsqueeze": "input dim", "squeeze": "input dim", "transpose": "input dim0 dim1",
    "swapaxes": "input dim0 dim1", "mean": "input dim keepdim",
    "sum": "input dim keepdim", "max": "input dim keepdim", "min": "input dim keepdim",
    "chunk": "input chunks dim", "split": "input split_size_or_sections dim",
    "roll": "input shifts dims", "clamp": "input min max", "pow": "input exponent",
    "pad": "input pad mode value", "flatten": "input start_dim end_dim",
    "softmax": "input dim", "log_softmax": "input dim", "relu": "input",
    "sigmoid": "input", "tanh": "input", "gelu": "input", "cat": "tensors dim",
    "concat": "tensors dim", "concatenate": "tensors dim", "stack": "tensors dim",
    "unflatten": "input dim unflattened_size", "pixel_shuffle": "input upscale_factor",
    "avg_pool2d": "input kernel_size stride padding ceil_mode count_include_pad "
    "divisor_override",
    "batch_norm": "input running_mean running_var weight bias training momentum eps",
    "max_pool1d": "input kernel_size stride padding dilation ceil_mode",
    "max_pool2d": "input kernel_size stride padding dilation ceil_mode",
    "max_pool3d": "input kernel_size stride padding dilation ceil_mode",
    "abs": "input", "exp": "input", "log": "input", "sqrt": "input",
    "matmul": "input other", "bmm": "input other", "mm": "input other",
    "dropout": "input p", "linear": "input weight bias",
    "conv1d": "input weight bias stride padding dilation groups",
    "conv2d": "input weight bias stride padding dilation groups",
    "conv3d": "input weight bias stride padding dilation groups",
    "scaled_dot_product_attention": "query key value attn_mask dropout_p is_causal "
    "scale",
}  # fmt: skip
IGNORED = frozenset({"_stacklevel", "dtype", "inplace", "training", "antialias"})
MOST = 16  # tensors that a join takes
GATHERED = {
    "cat": "concatenate", "concat": "concatenate", "concatenate": "concatenate",
    "stack": "stack",
}  # fmt: skip
DIMS = {"dim": "dim", "axis": "dim"}


def function(call: Call, sizes: Sizes) -> list[Draft]:
    """The nodes of a call of a function; the most special that fits.

    Raises:
        UnfitError: no node can say it.
    """
    word = word_of(call.target)
    tries: list[Callable[[], list[Draft]]] = []
    if word in FOLDS or word in TURNED:
        tries.append(lambda: _folded(call, word, sizes))
    if word in GATHERED:
        tries.append(lambda: _joined(call, GATHERED[word], sizes))
    if word == "getitem":
        tries.append(lambda: _looked_up(call, sizes))
        tries.append(lambda: indexed(call, sizes))
    if word in ("view", "reshape", "flatten", "unflatten", "view_as", "reshape_as"):
        tries.append(lambda: _reshaped(call, word, sizes))
    if word in ("expand", "expand_as", "broadcast_to"):
        tries.append(lambda: _expanded(call, sizes))
    if word in ("t", "T", "mT", "adjoint"):
        tries.append(lambda: _turned(call, sizes))
    if word in ("to", "type", "float", "half", "double", "long", "int", "bool",
                "bfloat16", "type_as"):  # fmt: skip
        tries.append(lambda: _cast(call, sizes))
    if word in PLAIN:
        tries.append(lambda: [_plain(call, word, PLAIN[word], sizes)])
    if word == "rpow":
        turned = Call("torch.pow", call.args[::-1], {}, call.made, call.where)
        tries.append(lambda: [general(turned, sizes)])
    if word == "batch_norm":
        tries.append(lambda: [_layer(call, f"batch_norm{_axes(call)}d", sizes)])
    if word in OPERATORS and OPERATORS[word].role in ("layer", "activation"):
        tries.append(lambda: [_layer(call, word, sizes)])
    if word in ("unbind", "select", "narrow", "size"):
        tries.append(lambda: _selected(call, word, sizes))
    tries.append(lambda: [general(call, sizes)])
    for attempt in tries[:-1]:
        try:
            return attempt()
        except (UnfitError, TypeError, ValueError, IndexError, KeyError):
            continue
    return tries[-1]()


def passed(call: Call) -> Value | None:
    """What a call gives on unchanged; None where it does more."""
    first = call.args[0] if call.args else None
    if isinstance(first, list | tuple) and len(first) == 1:
        (first,) = first
    if not isinstance(first, Value) or len(call.made) != 1:
        return None
    word, made = word_of(call.target), call.made[0]
    same = (first.shape, first.dtype) == (made.shape, made.dtype)
    if word in ("cat", "concat", "concatenate", "pad"):  # of one, or by nothing
        return first if same else None
    quiet = word in SAME or (
        word in ("to", "type", "float", "type_as", "half", "expand", "view", "reshape",
                 "expand_as", "flatten", "long", "squeeze", "broadcast_to")
    )  # fmt: skip
    return first if same and quiet else None


def general(call: Call, sizes: Sizes) -> Draft:
    """The node that calls any function.

    Raises:
        UnfitError: an argument is nothing that text could say, or grows with the batch.
    """
    target = target_of(call.target)
    tensors = list(dict.fromkeys(values((call.args, call.kwargs))))
    if sizes.grows(call) or not target:
        raise UnfitError(call.target)
    text = spelled(call, tensors)
    gives = "; ".join(sizes.text(value) for value in call.made)
    params = {"target": target, "arguments": text, "gives": gives}
    args = {f"in{place}": value for place, value in enumerate(tensors, 1)}
    return drafted(None, GENERIC, params, args, call.made, sizes, call.where,
                   hint=word_of(call.target))  # fmt: skip


@cache
def _signature(word: str) -> tuple[str, ...]:
    if word in NAMES:
        return tuple(NAMES[word].split())
    found = getattr(F, word, None) or getattr(torch, word, None)
    try:
        return tuple(inspect.signature(found).parameters) if found else ()
    except (TypeError, ValueError):
        return ()


def _bound(call: Call, word: str) -> dict[str, Any]:
    """The arguments of a call by name."""
    order = _signature(word)
    if len(call.args) > len(order):
        spread = order[1:2]  # x.permute(0, 2, 1)
        if len(order) < 2 and word != "permute":
            raise UnfitError(word)
        spread = ("dims",) if word == "permute" else spread
        found = {"input": call.args[0], spread[0]: tuple(call.args[1:])}
    else:
        found = dict(zip(order, call.args, strict=False))
    for name, value in call.kwargs.items():
        found[DIMS.get(name, name)] = value
    if not order or not any(_is(found.get(name)) for name in order[:1]):
        raise UnfitError(f"{word}: its first argument is no tensor")
    return found


def _plain(call: Call, word: str, kind: str, sizes: Sizes) -> Draft:
    """A function whose arguments are called as the row's."""
    if word == "permute" and len(call.args) == 2:
        given = {"input": call.args[0], "dims": call.args[1]}
    else:
        given = _bound(call, word) if word != "permute" else {
            "input": call.args[0],
            "dims": tuple(call.args[1:]) or call.kwargs["dims"],
        }  # fmt: skip
    row = OPERATORS[kind]
    if given.get("dtype") is not None or given.get("dropout_p"):
        raise UnfitError(word)
    given.pop("dropout_p", None)
    if kind in ("max", "min", "squeeze") and "dim" not in given:
        raise UnfitError(word)
    if kind in ("mean", "sum") and given.get("dim") in (None, ()):
        given["dim"] = None
    if kind == "matmul":
        args = dict(zip(("in1", "in2"), call.args, strict=True))
        params, given = {}, {}
    else:
        ports = [port.name for port in row.input_ports(row.defaults)]
        args = {name: given.pop(name) for name in ports if _is(given.get(name))}
        params = {k: v for k, v in given.items() if row.param(k) and not _is(v)}
        left = {k for k, v in given.items() if not row.param(k) and v is not None}
        if left - IGNORED or any(_is(value) for value in given.values()):
            raise UnfitError(f"{word}: {left}")
        for param in row.params:
            if param.name not in params and param.optional and kind in ("clamp",):
                params[param.name] = None
            if param.name == "keepdim":
                params.setdefault("keepdim", False)
            if kind in ("chunk", "split") and param.name == "dim":
                params.setdefault("dim", 0)
        if kind == "split":
            axis = int(str(params["dim"]))
            parts = tuple(value.shape[axis] for value in call.made)
            params["split_size_or_sections"] = parts
    return drafted(None, kind, params, args, call.made, sizes, call.where, hint=word)


def _is(value: Any) -> bool:
    return isinstance(value, Value)


def _layer(call: Call, word: str, sizes: Sizes) -> Draft:
    """A functional form of a layer: with parameters of the module around, or none."""
    bare = "batch_norm" if word.startswith("batch_norm") else word
    row, given = OPERATORS[word], _bound(call, bare)
    if given.get("dtype") is not None:
        raise UnfitError(word)
    tensors = {
        name: value
        for name in ("weight", "bias", "running_mean", "running_var")
        if isinstance(value := given.pop(name, None), Value)
    }
    if any(not value.own for value in tensors.values()):
        raise UnfitError(f"{word}: a weight that is computed")
    ports = [port.name for port in row.input_ports(row.defaults)]
    args = {name: given.pop(name) for name in ports if _is(given.get(name))}
    if any(_is(value) for value in given.values()):
        raise UnfitError(word)
    params: dict[str, Plain] = dict(row.undo(given)) if row.undo else {}
    params.update({k: v for k, v in given.items() if row.param(k)})
    weight = tensors.get("weight")
    params.update(_learned(word, row, tensors, weight, given))
    if word == "gelu" and "approximate" not in params:
        params["approximate"] = "none"
    return drafted(None, word, params, args, call.made, sizes, call.where,
                    tensors=tensors, hint=word)  # fmt: skip


def _axes(call: Call) -> int:
    """For how many axes a norm of the batch is meant: those behind the channels."""
    return max(1, len(call.args[0].shape) - 2)


def _learned(word: str, row: Any, tensors: Mapping[str, Value], weight: Value | None,
             given: Mapping[str, Any]) -> dict[str, Plain]:  # fmt: skip
    """The parameters that the shapes of weights tell."""
    found: dict[str, Plain] = {}
    for name in ("bias", "affine", "elementwise_affine"):
        if row.param(name):
            found[name] = ("bias" if name == "bias" else "weight") in tensors
    if word == "linear" and weight:
        found["out_features"] = weight.shape[0]
    elif word.startswith("conv") and "transpose" not in word and weight:
        found["out_channels"] = weight.shape[0]
        found["kernel_size"] = weight.shape[2:]
    elif word == "embedding" and weight:
        found["num_embeddings"], found["embedding_dim"] = weight.shape
    elif word == "prelu" and weight:
        found["num_parameters"] = weight.shape[0]
    elif word == "layer_norm":
        found["axes"] = len(given["normalized_shape"])
        if "weight" in tensors and row.param("bias"):
            found["bias"] = "bias" in tensors
        else:
            found.pop("bias", None)
    elif word.startswith("batch_norm") or word == "batch_norm":
        found["track_running_stats"] = "running_mean" in tensors
    elif tensors and word not in ("group_norm", "rms_norm", "instance_norm"):
        raise UnfitError(f"{word}: weights")
    return found


def _folded(call: Call, word: str, sizes: Sizes) -> list[Draft]:
    """A sum, difference, product or quotient, of numbers too."""
    left, right = call.args[:2]
    if call.kwargs.get("alpha", 1) != 1 or call.kwargs.get("rounding_mode"):
        raise UnfitError(word)
    kind = FOLDS.get(word) or TURNED[word]
    ends = (right, left) if word in TURNED else (left, right)
    drafts: list[Draft] = []
    args: dict[str, Value] = {}
    for port, end in zip(("in1", "in2"), ends, strict=True):
        if isinstance(end, Value):
            args[port] = end
            continue
        if not isinstance(end, int | float) or sizes.grows(call):
            raise UnfitError(word)
        other = left if isinstance(left, Value) else right
        real = isinstance(end, float) or other.dtype in FLOATS or kind == "divide"
        dtype = other.dtype if real and other.dtype in FLOATS else (
            "float32" if real else "int64"
        )  # fmt: skip
        params = {"fill_value": float(end), "dtype": dtype}
        fixed = between("fixed_value", params, {}, sizes, call.where)
        drafts.append(fixed)
        args[port] = fixed.made["output"]
    done = drafted(None, kind, {}, args, call.made, sizes, call.where, hint=word)
    return [*drafts, done]


def _joined(call: Call, kind: str, sizes: Sizes) -> list[Draft]:
    """A join of more tensors than one node takes: in parts."""
    tensors, dim = list(call.args[0]), call.kwargs.get("dim", 0)
    dim = call.args[1] if len(call.args) > 1 else dim
    drafts: list[Draft] = []
    while len(tensors) > MOST and kind == "concatenate":
        part, tensors = tensors[:MOST], tensors[MOST:]
        args = {f"in{place}": one for place, one in enumerate(part, 1)}
        params: dict[str, Plain] = {"inputs": len(part), "dim": dim}
        drafts.append(between("concatenate", params, args, sizes, call.where))
        tensors.insert(0, drafts[-1].made["output"])
    args = {f"in{place}": one for place, one in enumerate(tensors, 1)}
    params = {"inputs": len(tensors), "dim": dim}
    drafts.append(drafted(None, kind, params, args, call.made, sizes, call.where,
                          hint=kind))  # fmt: skip
    return drafts


def _looked_up(call: Call, sizes: Sizes) -> list[Draft]:
    """Rows of a learned table: an embedding by another name."""
    table, index = call.args
    if not (_is(index) and table.own and len(table.shape) == 2):
        raise UnfitError("getitem")
    rows, columns = table.shape
    params: dict[str, Plain] = {"num_embeddings": rows, "embedding_dim": columns}
    return [drafted(None, "embedding", params, {"input": index}, call.made, sizes,
                    call.where, tensors={"weight": table}, hint="table")]  # fmt: skip


def _reshaped(call: Call, word: str, sizes: Sizes) -> list[Draft]:
    """A new shape: what grows with the batch is left to be found."""
    (made,), first = call.made, call.args[0]
    varying = sizes.varying(made)
    if made.dtype != first.dtype or len(varying) > 1:
        raise UnfitError(word)
    if word == "flatten" and len(made.shape) > 1:
        try:
            return [_layer(call, word, sizes)]
        except UnfitError:
            pass
    shape = tuple(-1 if axis in varying else size for axis, size in
                  enumerate(made.shape))  # fmt: skip
    given: dict[str, Plain] = {"shape": shape}
    args = {"input": first}
    return [drafted(None, "reshape", given, args, [made], sizes, call.where, hint=word)]


def _expanded(call: Call, sizes: Sizes) -> list[Draft]:
    (made,), first = call.made, call.args[0]
    varying = sizes.varying(made)
    if any(times != 1 for times in varying.values()):
        raise UnfitError("expand")
    size = tuple(BATCH if axis in varying else size for axis, size in
                 enumerate(made.shape))  # fmt: skip
    return [drafted(None, "expand", {"size": size}, {"input": first}, [made], sizes,
                    call.where, hint="expand")]  # fmt: skip


def _turned(call: Call, sizes: Sizes) -> list[Draft]:
    first = call.args[0]
    if len(first.shape) < 2 or (word_of(call.target) in "tT" and len(first.shape) > 2):
        raise UnfitError("t")
    given = {"dim0": -2, "dim1": -1}
    return [drafted(None, "transpose", given, {"input": first}, call.made, sizes,
                    call.where, hint="transpose")]  # fmt: skip


def _cast(call: Call, sizes: Sizes) -> list[Draft]:
    (made,), first = call.made, call.args[0]
    return [drafted(None, "cast", {"dtype": made.dtype}, {"input": first}, [made],
                    sizes, call.where, hint="cast")]  # fmt: skip


def _selected(call: Call, word: str, sizes: Sizes) -> list[Draft]:
    """One place after the other, or a part of an axis."""
    first, *rest = call.args
    names = {"unbind": "dim", "select": "dim index", "narrow": "dim start length"}
    given = {**dict(zip(names[word].split(), rest, strict=False)), **call.kwargs}
    args = {"input": first}
    if word == "narrow":
        stop = given["start"] + given["length"]
        part = {"dim": given["dim"], "start": given["start"], "stop": stop}
        return [drafted(None, "slice", part, args, call.made, sizes, call.where)]
    if word == "select":
        return [drafted(None, "select", given, args, call.made, sizes, call.where)]
    dim = given.get("dim", 0)
    return [
        drafted(None, "select", {"dim": dim, "index": place}, args, [one], sizes,
                call.where, hint="part")
        for place, one in enumerate(call.made)
    ]  # fmt: skip
