"""A whole file of the dialect to a design, and how far the two agree."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count

from engine.catalog.dims import FLOATS
from engine.catalog.spec import Init, TensorSpec
from engine.check import Checked, check
from engine.check.walk import walk
from engine.design import names
from engine.design.block import OWN, Block, BlockParam
from engine.design.model import DEVICES, MODES, Design, Settings
from engine.errors import BuildError, FileError
from engine.model.draws import tensor_name
from engine.model.inferring import alike, inferred
from engine.model.reading.body import Body, Inits
from engine.model.reading.constructor import Constructor, arguments
from engine.model.reading.dialect import dotted, is_call, refused, target, value, whole
from engine.model.reading.docstrings import class_said, module_notes
from engine.model.reading.drawing import Drawing, Drawn
from engine.model.reading.forward import Forward
from engine.model.source import to_python

LARGEST = 16 << 20  # characters; ten times the code of the largest network
IMPORTS = (
    "import zlib",
    "import torch",
    "from torch import Tensor, nn",
    "from torch import nn",
)
Place = tuple[str, str]  # name of a class, "" for the network; id of a node in it


def from_python(text: str) -> Design:
    """The design that a file says which `to_python` wrote, or a person after it.

    Nothing of it is run: it is read from its syntax tree.

    Raises:
        FileError: it is not of the dialect; the sentence names the line.
    """
    try:
        return _Module(text).design()
    except (RecursionError, MemoryError):
        raise FileError("The file nests too deeply to be read.") from None


def first_difference(text: str, design: Design) -> int:
    """The first line at which the code of `design` differs from `text`; 0 for none."""
    try:
        fresh = to_python(design)
    except BuildError:
        return 1
    pairs = zip(f"{text}\n".split("\n"), f"{fresh}\n".split("\n"), strict=False)
    for number, (one, other) in enumerate(pairs, 1):
        if one.rstrip() != other.rstrip():
            return number
    return 0


class _Module:
    """One file being read."""

    def __init__(self, text: str) -> None:
        self.source = text.split("\n")
        self.tree = _parsed(text)
        self.comments = _comments(text)
        self.ids = count(1)
        self.bodies: dict[str, Body] = {}
        self.dtype = ""
        self.network = ""

    def design(self) -> Design:
        notes = module_notes(self.tree, self.source)
        classes = list(self._classes())
        self.network = classes[-1].name
        for cls in classes:
            if cls.name in self.bodies:
                raise refused(cls, "there are two classes {name}.", name=cls.name)
            self.bodies[cls.name] = self._body(cls)
        last = _function(classes[-1], "init")
        design = replace(self._assembled({}), notes=notes)
        if last is None:
            return design
        inits = self._inits(last, check(design))
        return replace(self._assembled(inits), notes=notes) if inits else design

    def _classes(self) -> Iterator[ast.ClassDef]:
        """The classes of the file, which holds nothing else that matters."""
        found = False
        for line in self.tree.body[1:]:
            if isinstance(line, ast.ClassDef):
                found = True
                yield line
            elif isinstance(line, ast.Import | ast.ImportFrom):
                if ast.unparse(line) not in IMPORTS:
                    raise refused(line, "it imports what no exported file does.")
            elif not isinstance(line, ast.If):
                raise refused(line, "there should be a class here, and nothing else.")
        if not found:
            raise refused(self.tree, "there is no class in it.")

    def _body(self, cls: ast.ClassDef) -> Body:
        bases = [dotted(base) for base in cls.bases]
        if bases != ["nn.Module"] or cls.keywords or cls.decorator_list:
            raise refused(cls, "a class here is an nn.Module and nothing else.")
        for line in cls.body[1:]:
            if not isinstance(line, ast.FunctionDef) or line.decorator_list:
                raise refused(line, "a class here has methods alone.")
        made = _function(cls, "__init__")
        params = len(made.args.defaults) if made else 0
        said = class_said(cls, self.source, params)
        body = Body(cls.name, said, self.ids, next(self.ids))
        if made:
            body.arguments = arguments(made, tuple(one.name for one in said.params))
            body.params = _params(made, said.params)
            constructor = Constructor(body, self.bodies)
            constructor.read(made)
            self.dtype = constructor.dtype or self.dtype
        forward = _function(cls, "forward")
        if forward is None:
            raise refused(cls, "it has no forward.")
        Forward(body, self._blocks({}), self.comments).read(forward)
        body.tie()
        if names.fault(body.called):
            raise refused(cls, "{name} is no name for a block.", name=body.called[:60])
        return body

    def _blocks(self, inits: Mapping[str, Inits]) -> dict[str, Block]:
        """The blocks so far, by the names of their classes.

        Two classes may be of one block, where its uses differ in more than numbers.
        """
        found: dict[str, Block] = {}
        named: dict[str, Block] = {}
        for name, body in self.bodies.items():
            if name == self.network:
                continue
            block = named.get(body.called)
            if block is None:
                graph = body.graph(found, inits.get(name, {}))
                key = f"b{body.number}"
                notes, params = body.said.notes, body.params
                block = Block(key, body.called, graph, params=params, notes=notes)
            found[name] = named[body.called] = block
        return found

    def _assembled(self, inits: Mapping[str, Inits]) -> Design:
        blocks, body = self._blocks(inits), self.bodies[self.network]
        graph = body.graph(blocks, inits.get(self.network, {}))
        return Design(
            graph,
            settings=self._settings(body),
            last_id=next(self.ids),
            blocks={block.id: block for block in blocks.values()},
        )

    def _settings(self, body: Body) -> Settings:
        """What the docstring and the sample run say."""
        main = self.tree.body[-1]
        lines = main.body if isinstance(main, ast.If) else []
        dtype = body.said.dtype or Settings.dtype
        mode = body.said.mode or Settings.mode
        if dtype not in FLOATS or mode not in MODES:
            raise refused(main, "its docstring names no dtype or mode that is known.")
        seed, device, symbols = 0, DEVICES[0], dict(Settings().symbols)
        samples: list[list[int]] = []
        for line in lines:
            call = getattr(line, "value", None)
            if isinstance(call, ast.Call) and is_call(call, "torch.manual_seed"):
                seed = whole(call.args[0])
            elif isinstance(call, ast.IfExp):
                device = DEVICES[1]
            elif isinstance(line, ast.Assign) and call is not None:
                samples.extend(_sample(call))
        for entrance, sizes in zip(body.said.entrances, samples, strict=False):
            shape = entrance.params["shape"]
            pairs = zip(shape, sizes, strict=False)  # type: ignore[arg-type]
            symbols.update({dim: n for dim, n in pairs if isinstance(dim, str)})
        return Settings(seed, dict(sorted(symbols.items())), dtype, mode, device)

    def _inits(
        self, function: ast.FunctionDef, checked: Checked
    ) -> dict[str, dict[str, dict[str, Init]]]:
        """Class, node and tensor -> initializer, where it is not torch's own."""
        owner = {key: name for name, body in self.bodies.items() for key in body.nodes}
        specs: dict[Place, tuple[TensorSpec, ...]] = {}
        chosen: dict[Place, dict[str, Init]] = {}
        everyone = [
            tensor_name(at.name, at.node, spec.name)
            for at in walk(checked)
            for spec in (() if at.known.inside else at.known.tensors)
        ]
        drawn = Drawing(everyone, self.comments).read(function)
        for at in walk(checked):
            if at.known.inside:
                continue
            place = (owner[at.node.id], at.node.id)
            specs[place] = at.known.tensors
            for spec in at.known.tensors:
                one = drawn.get(tensor_name(at.name, at.node, spec.name))
                init = _init(one, spec) if one and not spec.tied else None
                if init is not None:
                    chosen.setdefault(place, {})[spec.name] = init
        found: dict[str, dict[str, dict[str, Init]]] = {}
        for place, inits in chosen.items():
            family = _families(specs[place], inits)
            found.setdefault(place[0], {})[place[1]] = family
        return found


def _init(one: Drawn, spec: TensorSpec) -> Init | None:
    """What draws a tensor; None where it is what would draw it anyway."""
    init = one.said or inferred(one.call, spec)
    if init is None:
        raise refused(
            one.at, "no initializer draws {tensor} like this.", tensor=spec.name
        )
    if spec.family == "buffer" or alike(init, spec.default):
        return None
    return init


def _families(
    specs: tuple[TensorSpec, ...], inits: Mapping[str, Init]
) -> dict[str, Init]:
    """Choices by family where all tensors of one agree, else by tensor."""
    found: dict[str, Init] = {}
    for spec in specs:
        if spec.name not in inits:
            continue
        same = [other for other in specs if other.family == spec.family]
        whole_family = all(inits.get(one.name) == inits[spec.name] for one in same)
        key = spec.family if whole_family and spec.family != "scale" else spec.name
        found[str(key)] = inits[spec.name]
    return dict(sorted(found.items()))


def _params(
    made: ast.FunctionDef, said: tuple[BlockParam, ...]
) -> tuple[BlockParam, ...]:
    """The parameters of a block, with the defaults of the constructor."""
    found = []
    for param, tree in zip(said, made.args.defaults, strict=True):
        default = whole(tree)
        if names.fault(param.name) or param.name in OWN or default < param.low:
            raise refused(tree, "{name} is no parameter of a block.", name=param.name)
        found.append(replace(param, default=default))
    return tuple(found)


def _function(cls: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next(
        (
            line
            for line in cls.body
            if isinstance(line, ast.FunctionDef) and line.name == name
        ),
        None,
    )


def _sample(call: ast.AST) -> Iterator[list[int]]:
    """The sizes of a sample input: torch.randn(8, 3), torch.randint(10, (8, 3))."""
    if isinstance(call, ast.Compare):
        call = call.left
    if not isinstance(call, ast.Call):
        return
    args = {"torch.randint": call.args[1:2], "torch.rand": call.args[:1]}
    path = target(call.func)
    if path == "torch.randn":
        yield [whole(tree) for tree in call.args]
    elif args.get(path):
        found = value(args[path][0])
        yield [int(part) for part in found]  # type: ignore[union-attr, arg-type]


def _parsed(text: str) -> ast.Module:
    if len(text) > LARGEST:
        raise FileError("The file is larger than any network's code.")
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise FileError(
            "Line {line} is no Python: {reason}.",
            line=error.lineno or 1,
            reason=error.msg,
        ) from None
    except ValueError as error:
        raise FileError("The file is no Python: {reason}.", reason=error) from None
    if not tree.body:
        raise FileError("There is nothing in the file.")
    return tree


def _comments(text: str) -> dict[int, str]:
    """Line -> the comment that stands there alone."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            alone = token.line.lstrip().startswith("#")
            if token.type == tokenize.COMMENT and alone:
                found[token.start[0]] = token.string
    except (tokenize.TokenError, SyntaxError):
        pass  # what cannot be split was refused as Python before
    return found
