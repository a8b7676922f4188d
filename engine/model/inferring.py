"""Which initializer a call of torch.nn.init is: the way back from `Initializer.lower`.

Several initializers can come to the same call: LeCun's normal is a normal with a
certain deviation. The one whose own function is called comes first; where a design
means another, its code says so in a comment.
"""

from __future__ import annotations

import ast

from engine.catalog import INITIALIZERS
from engine.catalog.params import Value
from engine.catalog.spec import Call, Init, Initializer, TensorSpec
from engine.errors import EngineError
from engine.model.draws import DEFAULT, Draw
from engine.model.signatures import signature


def inferred(call: Call, spec: TensorSpec) -> Init | None:
    """The initializer that most plainly makes this call; None where none does.

    Args:
        call: its note is not looked at.
        spec: the tensor that is drawn.
    """
    if _makes(spec.default, call, spec):
        return spec.default
    named = f"torch.nn.init.{call.function}"
    rows = sorted(INITIALIZERS.values(), key=lambda row: row.target != named)
    for row in rows:
        for init in (_said(row, call), Init(row.kind)):
            if row.kind != DEFAULT and init and _makes(init, call, spec):
                return init
    return None


def comment(draw: Draw) -> str:
    """What has to be said beside the call, so that the initializer is known; or ""."""
    spec, init = draw.spec, draw.init
    if init.kind == DEFAULT:
        init = spec.default
    known = inferred(draw.call, spec)
    return "" if known and alike(known, init) else init_text(init)


def alike(one: Init, other: Init) -> bool:
    """Whether two initializers are the same, said parameters or not."""
    row = INITIALIZERS.get(one.kind)
    if row is None or one.kind != other.kind:
        return False
    return row.complete(one.params) == row.complete(other.params)


def init_text(init: Init) -> str:
    """An initializer as text: lecun_normal, or kaiming_normal(a=0.2)."""
    given = ", ".join(f"{name}={value!r}" for name, value in init.params)
    return f"{init.kind}({given})" if given else init.kind


def init_of_text(text: str) -> Init | None:
    """The initializer that `init_text` wrote; None where it is another text."""
    try:
        tree = ast.parse(text, mode="eval").body
        given: list[tuple[str, Value]] = []
        if isinstance(tree, ast.Call) and not tree.args:
            given = [(str(k.arg), ast.literal_eval(k.value)) for k in tree.keywords]
            tree = tree.func
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    row = INITIALIZERS.get(tree.id) if isinstance(tree, ast.Name) else None
    try:
        return _kept(row, given) if row else None
    except EngineError:
        return None


def _said(row: Initializer, call: Call) -> Init | None:
    """The row with the call's arguments as its own parameters."""
    try:
        return _kept(row, list(call.args))
    except EngineError:
        return None


def _kept(row: Initializer, given: list[tuple[str, Value]]) -> Init | None:
    found = []
    for name, value in sorted(given):
        param = row.param(name)
        if param is None:
            return None
        kept = param.coerce(value)
        if kept != param.default:
            found.append((name, kept))
    return Init(row.kind, tuple(found))


def _makes(init: Init, call: Call, spec: TensorSpec) -> bool:
    """Whether the initializer comes to this call for this tensor."""
    row = INITIALIZERS.get(init.kind)
    if row is None:
        return False
    args = row.complete(init.params)
    if row.refuses(args, spec):
        return False
    made = row.lower(args, spec)
    return (made.function, _plain(made)) == (call.function, _plain(call))


def _plain(call: Call) -> dict[str, Value]:
    """The arguments of a call, those that are torch's own defaults left out."""
    known = signature(f"torch.nn.init.{call.function}")
    defaults = known.defaults if known else {}
    return {
        name: value
        for name, value in call.args
        if name not in defaults or defaults[name] != value
    }
