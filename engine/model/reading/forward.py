"""The forward of a class: what is called with what, and what leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from engine.catalog import OPERATORS
from engine.catalog.params import Value
from engine.catalog.spec import Nest, Operator
from engine.catalog.torch_call import KIND as GENERIC
from engine.catalog.torch_call import Arguments, Slot, literal, said
from engine.design import names
from engine.design.block import REPEAT, SHARED, Block
from engine.design.model import Node, Wire
from engine.model.calling import ASIDE, GIVES, NAMED, RETURNED, node_name, symbol_of
from engine.model.forwarding import POSITIONAL
from engine.model.reading.body import Body
from engine.model.reading.dialect import Known, dotted, refused, target, value, whole
from engine.model.reading.rows import called_with, functions, kept, signs

End = tuple[str, str]  # node id and port
SIGNS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
}


class Forward:
    """Reads one forward into a body whose constructor was read.

    Args:
        body: what is read goes here.
        rows: what a node is, blocks included, as it stands.
        comments: line -> the comment that stands there alone.
    """

    def __init__(
        self, body: Body, blocks: Mapping[str, Block], comments: Mapping[int, str]
    ) -> None:
        self.body = body
        self.blocks = blocks
        self.comments = comments
        self.values: dict[str, End] = {}
        self.sizes: dict[str, str] = {}
        self.taken: set[str] = set()
        self.line = 0  # of the statement that is read
        self.returned: End | None = None  # once it is known, and has no variable

    def read(self, function: ast.FunctionDef) -> None:
        """Every line of it.

        Raises:
            FileError: one is not of the dialect.
        """
        said, taken = self.body.said, [arg.arg for arg in function.args.args[1:]]
        if len(taken) != len(said.entrances) or function.args.defaults:
            raise refused(function, "its docstring should say the shape of each input.")
        for variable, entrance in zip(taken, said.entrances, strict=True):
            row = OPERATORS["input"]
            params = kept(function, row, entrance.params)
            node = self._add(function, Node("", row.kind, entrance.name, params))
            self.values[variable] = (node.id, "output")
        ends = {*(one.name for one in said.entrances), *filter(None, said.exits)}
        self.taken = ends | self.body.names()
        *lines, last = function.body
        for line in lines:
            self._line(line)
        if not isinstance(last, ast.Return) or last.value is None:
            raise refused(last, "forward should end with what it returns.")
        results = self._returned(last)
        if len(results) == 1 and not isinstance(last.value, ast.Name):
            self.returned = results[0]
        self._aside(function)
        for name in list(self.body.made):
            self.body.entered(name)
        self._leave(last, results)

    def _line(self, line: ast.stmt) -> None:
        self.line = line.lineno
        if isinstance(line, ast.For):
            self._loop(line)
            return
        if not (isinstance(line, ast.Assign) and len(line.targets) == 1):
            raise refused(line, "forward only calls layers and functions of tensors.")
        goal = line.targets[0]
        if isinstance(line.value, ast.Name):
            self.values[_variable(goal)] = self._end(line.value)
            return
        if isinstance(line.value, ast.Subscript) and _is_shape(line.value.value):
            size = _variable(goal)
            self.sizes[size] = self._said() or symbol_of(size)
            return
        flat = list(_flat(goal))
        made = self._called(line.value, [_variable(one) for one in flat])
        for one, end in zip(flat, made, strict=False):
            self.values[_variable(one)] = end

    def _above(self, mark: str) -> list[str]:
        """What the comments above the statement say behind a mark."""
        found, line = [], self.line - 1
        while line in self.comments and self.comments[line].startswith((NAMED, GIVES)):
            if self.comments[line].startswith(mark):
                found.append(self.comments[line].removeprefix(mark))
            line -= 1
        return found[::-1]

    def _said(self) -> str:
        """The name that a comment above the statement says."""
        return next(iter(self._above(NAMED)), "")

    def _loop(self, loop: ast.For) -> None:
        """The repeats of a block, one after the other."""
        line = loop.body[0] if len(loop.body) == 1 else loop
        if not (isinstance(line, ast.Assign) and isinstance(line.value, ast.Call)):
            raise refused(loop, "a loop only runs the repeats of a block.")
        own = dotted(loop.iter)
        name = own or dotted(line.value.func)
        node = self._layer(loop, name)
        if not own:
            count = self._times(loop.iter)
            params: dict[str, Value] = {**node.params, SHARED: True, REPEAT: count}
            if count == 1:
                del params[REPEAT]
            self.body.nodes[node.id] = node = _with(node, params)
        goals = list(_flat(line.targets[0]))
        self._arrive(line.value, node, list(line.value.args))
        for one, end in zip(goals, self._ends(node), strict=False):
            self.values[_variable(one)] = end

    def _times(self, tree: ast.expr) -> Value:
        if isinstance(tree, ast.Call) and dotted(tree.func) == "range" and tree.args:
            return value(tree.args[0], self._known)
        raise refused(tree, "a range should stand here.")

    def _called(self, tree: ast.expr, goals: list[str]) -> list[End]:
        """What an expression makes, in the order of its results."""
        gives = self._above(GIVES)
        if gives and isinstance(tree, ast.Call | ast.Subscript):
            return self._any(tree, "; ".join(gives), goals)
        if isinstance(tree, ast.Call):
            name = dotted(tree.func)
            if name.startswith("self."):
                node = self._layer(tree, name)
                self._arrive(tree, node, list(tree.args))
                return self._ends(node)
            return self._function(tree, goals)
        if isinstance(tree, ast.BinOp):
            return self._sum(tree, goals)
        if isinstance(tree, ast.Subscript):
            return self._index(tree, goals)
        return [self._end(tree)]

    def _any(
        self, tree: ast.Call | ast.Subscript, gives: str, goals: list[str]
    ) -> list[End]:
        """A function that has no row: a comment says what it gives."""
        tensors: list[ast.expr] = []

        def slotted(part: ast.expr) -> Any:
            if self._is_tensor(part):
                known = [self._end(one) for one in tensors]
                if self._end(part) not in known:
                    tensors.append(part)
                    return Slot(len(known))
                return Slot(known.index(self._end(part)))
            if isinstance(part, ast.Tuple | ast.List):
                inner = [slotted(one) for one in part.elts]
                return tuple(inner) if isinstance(part, ast.Tuple) else inner
            if isinstance(part, ast.Slice):
                ends = (part.lower, part.upper, part.step)
                return slice(*(slotted(end) if end else None for end in ends))
            try:
                return literal(part)
            except (ValueError, TypeError, RecursionError):
                raise refused(part, "only literals stand here.") from None

        kwargs: dict[str, Any] = {}
        if isinstance(tree, ast.Subscript):
            path = "torch.Tensor.__getitem__"
            args = (slotted(tree.value), slotted(tree.slice))
        else:
            path, parts = target(tree.func), list(tree.args)
            owner = tree.func.value if isinstance(tree.func, ast.Attribute) else None
            if owner is not None and self._is_tensor(owner):
                path, parts = f"torch.Tensor.{tree.func.attr}", [owner, *parts]  # type: ignore[attr-defined]
            args = tuple(slotted(part) for part in parts)
            kwargs = {str(one.arg): slotted(one.value) for one in tree.keywords}
        text = said(Arguments(args, kwargs))
        given: dict[str, Value] = {"target": path, "arguments": text, "gives": gives}
        node = self._operation(tree, OPERATORS[GENERIC], given, goals)
        self._arrive(tree, node, tensors, named=False)
        return self._ends(node)

    def _layer(self, at: ast.AST, name: str) -> Node:
        """The layer of an attribute, which forward comes to once."""
        own = name.removeprefix("self.")
        if own not in self.body.made or "." in own:
            raise refused(
                at, "there is no layer {name} that was not called.", name=own[:60]
            )
        node = self.body.entered(own)
        assert node is not None  # noqa: S101 - it was there
        return node

    def _function(self, call: ast.Call, goals: list[str]) -> list[End]:
        path, args = target(call.func), list(call.args)
        if path in functions("call"):
            row = functions("call")[path]
        elif path in functions("gather"):
            row = functions("gather")[path]
            joined = args.pop(0) if args else call
            if not isinstance(joined, ast.Tuple):
                raise refused(call, "a tuple of tensors should stand here.")
            args = [*joined.elts, *args]
        elif path in functions("sized"):
            return self._sized(call, functions("sized")[path], goals)
        elif isinstance(call.func, ast.Attribute):
            row = self._method(call)
            args = [call.func.value, *args]
        else:
            raise refused(call, "{name} is no function that is known.", name=path[:60])
        tensors = [arg for arg in args if self._is_tensor(arg)]
        plain = args[len(tensors) :]
        given = self._options(call, row, plain)
        if row.param("inputs"):
            given["inputs"] = len(tensors)
        node = self._operation(call, row, called_with(row, given) | given, goals)
        self._arrive(call, node, tensors)
        return self._ends(node)

    def _method(self, call: ast.Call) -> Operator:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        for path, row in functions("method").items():
            if path.endswith(f".{name}"):
                return row
        raise refused(call, "{name} is no function that is known.", name=name[:60])

    def _options(
        self, call: ast.Call, row: Operator, plain: list[ast.expr]
    ) -> dict[str, Value]:
        """The plain arguments of a call: those nobody names, and the named."""
        order = [param.name for param in row.params if param.name in POSITIONAL]
        if len(plain) > len(order):
            raise refused(call, "there are too many arguments.")
        found = {
            name: value(tree, self._known)
            for name, tree in zip(order, plain, strict=False)
        }
        for keyword in call.keywords:
            if row.param(str(keyword.arg)):
                found[str(keyword.arg)] = value(keyword.value, self._known)
        return found

    def _sized(self, call: ast.Call, row: Operator, goals: list[str]) -> list[End]:
        """A function of the size of an axis: arange(x.shape[1])."""
        size = call.args[0] if len(call.args) == 1 else call
        shape = size.value if isinstance(size, ast.Subscript) else size
        if not (
            isinstance(size, ast.Subscript)
            and isinstance(shape, ast.Attribute)
            and _is_shape(shape)
        ):
            raise refused(call, "the size of an axis should stand here.")
        node = self._operation(call, row, {"dim": whole(size.slice)}, goals)
        self._arrive(call, node, [shape.value], named=False)
        return self._ends(node)

    def _sum(self, tree: ast.BinOp, goals: list[str]) -> list[End]:
        """Terms with one sign between them."""
        sign = SIGNS.get(type(tree.op), "")
        if sign not in signs():
            raise refused(tree, "this sign is not known.")
        row, terms = signs()[sign], list(_terms(tree, type(tree.op)))
        given: dict[str, Value] = {"inputs": len(terms)} if row.param("inputs") else {}
        node = self._operation(tree, row, given, goals)
        self._arrive(tree, node, terms)
        return self._ends(node)

    def _index(self, tree: ast.Subscript, goals: list[str]) -> list[End]:
        """A place or a slice of one axis."""
        parts = tree.slice.elts if isinstance(tree.slice, ast.Tuple) else [tree.slice]
        whole_axes = [part for part in parts if _is_whole(part)]
        chosen = [part for part in parts if not _is_whole(part)]
        from_end = isinstance(parts[0], ast.Constant) and parts[0].value is ...
        chosen = chosen[1:] if from_end else chosen
        if not chosen and whole_axes:  # all of an axis: the last that is named
            chosen = [whole_axes.pop() if not from_end else whole_axes.pop(0)]
        if len(chosen) != 1:
            raise refused(tree, "one place or one slice should stand here.")
        dim = -1 - len(whole_axes) if from_end else len(whole_axes)
        row, given = self._part(chosen[0])
        node = self._operation(tree, row, {"dim": dim, **given}, goals)
        self._arrive(tree, node, [tree.value])
        return self._ends(node)

    def _part(self, tree: ast.expr) -> tuple[Operator, dict[str, Value]]:
        if not isinstance(tree, ast.Slice):
            return OPERATORS["select"], {"index": value(tree, self._known)}
        found: dict[str, Value] = {}
        for name, part in (("start", tree.lower), ("stop", tree.upper)):
            if part is not None:
                found[name] = value(part, self._known)
        if tree.step is not None:
            found["step"] = value(tree.step, self._known)
        return OPERATORS["slice"], found

    def _operation(
        self,
        at: ast.AST,
        row: Operator,
        given: Mapping[str, Value],
        goals: list[str],
    ) -> Node:
        """The node of a function, called as its variable or a comment says."""
        node = Node("", row.kind, "", kept(at, row, given))
        ports = [port.name for port in node.outputs]
        if goals and len(goals) != len(ports):
            raise refused(at, "it has {count} results.", count=len(ports))
        name = self._said() or node_name(goals, ports, row.kind, self.taken)
        if names.fault(name) or name in self.taken:
            raise refused(
                at, "{name} cannot be the name of a node here.", name=name[:60]
            )
        self.taken.add(name)
        return self._add(at, Node("", row.kind, name, node.params))

    def _add(self, at: ast.AST, node: Node) -> Node:
        if names.fault(node.name) or node.name in self.body.names():
            raise refused(
                at, "{name} cannot be the name of a node here.", name=node.name[:60]
            )
        return self.body.add(node)

    def _arrive(
        self, at: ast.AST, node: Node, args: list[ast.expr], *, named: bool = True
    ) -> None:
        """Wire what a call is given, and keep its plain arguments."""
        row = self._row(node)
        fresh = Node("", node.kind, node.name, node.params)
        ports = row.input_ports(fresh.args if not self._is_block(node) else {})
        wired: dict[str, End] = {}
        takes: Nest = row.takes or tuple(p.name for p in ports if not p.keyword)
        if len(args) > len(takes):
            raise refused(at, "there are too many arguments.")
        for port, tree in zip(takes, args, strict=False):
            self._pair(tree, port, wired)
        if isinstance(at, ast.Call) and named:
            self._keywords(at, node, row, wired)
        entries = {port.name for port in ports}
        for port in ports[::-1]:  # what an open port would follow by itself
            if port.follows in wired and wired[port.follows] == wired.get(port.name):
                del wired[port.name]
        for name, end in wired.items():
            if name not in entries:
                raise refused(
                    at, "{title} takes no {name}.", title=row.title, name=name[:60]
                )
            self.body.wires.append(Wire(*end, node.id, name))

    def _keywords(
        self, call: ast.Call, node: Node, row: Operator, wired: dict[str, End]
    ) -> None:
        """Tensors that are named, and the options of a layer's call."""
        options: dict[str, Value] = {}
        for keyword in call.keywords:
            name = str(keyword.arg)
            if self._is_tensor(keyword.value):
                wired[name] = self._end(keyword.value)
            elif row.param(name):
                options[name] = value(keyword.value, self._known)
        if row.role != "operation" and not self._is_block(node):
            given = {**node.params, **kept(call, row, called_with(row, options))}
            self.body.nodes[node.id] = _with(node, given)

    def _pair(self, tree: ast.expr, port: Any, wired: dict[str, End]) -> None:
        if isinstance(port, str):
            wired[port] = self._end(tree)
            return
        if not isinstance(tree, ast.Tuple) or len(tree.elts) != len(port):
            raise refused(
                tree, "a tuple of {count} tensors should stand here.", count=len(port)
            )
        for part, inner in zip(tree.elts, port, strict=True):
            self._pair(part, inner, wired)

    def _row(self, node: Node) -> Operator:
        if self._is_block(node):
            return self.blocks[self.body.uses[node.id]].row
        return OPERATORS[node.kind]

    def _is_block(self, node: Node) -> bool:
        return node.id in self.body.uses

    def _ends(self, node: Node) -> list[End]:
        """The results of a node, in the order that torch returns them."""
        row = self._row(node)
        args = {} if self._is_block(node) else self.body.nodes[node.id].args
        order = row.returns or tuple(port.name for port in row.output_ports(args))
        return [(node.id, str(port)) for port in _leaves(order)]

    def _is_tensor(self, tree: ast.expr) -> bool:
        if isinstance(tree, ast.Name):
            late = self.returned is not None and tree.id.rstrip("_") == RETURNED
            return late or tree.id in self.values
        own = dotted(tree).removeprefix("self.")
        return isinstance(tree, ast.Attribute) and own in self.body.names()

    def _end(self, tree: ast.expr) -> End:
        """The value that a name stands for."""
        if isinstance(tree, ast.Name) and tree.id in self.values:
            return self.values[tree.id]
        if self.returned and self._is_tensor(tree) and isinstance(tree, ast.Name):
            return self.returned
        own = dotted(tree).removeprefix("self.")
        node = self.body.entered(own) if isinstance(tree, ast.Attribute) else None
        if node is None or OPERATORS[node.kind].style != "value":
            raise refused(tree, "there is no tensor of this name.")
        return node.id, "output"

    @property
    def _known(self) -> Known:
        return self.body.known._replace(sizes=self.sizes)

    def _returned(self, last: ast.Return) -> list[End]:
        tree = last.value
        assert tree is not None  # noqa: S101 - it was looked at
        if isinstance(tree, ast.Tuple):
            return [self._end(part) for part in tree.elts]
        self.line = last.lineno
        return self._called(tree, [])[:1]

    def _leave(self, at: ast.AST, results: list[End]) -> None:
        exits = self.body.said.exits
        if len(exits) != len(results):
            raise refused(at, "its docstring should say the shape of each result.")
        for name, end in zip(exits, results, strict=True):
            if name:
                node = self._add(at, Node("", "output", name))
                self.body.wires.append(Wire(*end, node.id, "input"))

    def _aside(self, function: ast.FunctionDef) -> None:
        """What leads nowhere stands in comments before the last line."""
        first, last = function.lineno, function.end_lineno or function.lineno
        inside = range(first, last + 1)
        begin = next((n for n in inside if self.comments.get(n) == ASIDE), 0)
        if not begin:
            return
        rows = []
        while begin + 1 in self.comments and begin < last:
            begin += 1
            rows.append(self.comments[begin].removeprefix("# "))
        if rows and rows[-1].startswith(NAMED.removeprefix("# ")):
            rows.pop()  # the name of what is returned
        try:
            lines = ast.parse("\n".join(rows)).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise refused(
                function, "what leads to no result is not written as code."
            ) from None
        # their lines are counted anew
        self.comments = {
            number: f"# {row.removeprefix('# ')}" for number, row in enumerate(rows, 1)
        }
        for line in lines:
            self._line(line)


def _with(node: Node, params: Mapping[str, Value]) -> Node:
    return Node(
        node.id, node.kind, node.name, dict(sorted(params.items())), frozen=node.frozen
    )


def _variable(tree: ast.expr) -> str:
    if not isinstance(tree, ast.Name):
        raise refused(tree, "a variable should stand here.")
    return tree.id


def _flat(tree: ast.expr) -> Iterator[ast.expr]:
    """The variables of an assignment, nested ones too."""
    if isinstance(tree, ast.Tuple):
        for part in tree.elts:
            yield from _flat(part)
    else:
        yield tree


def _leaves(nest: Any) -> Iterator[str]:
    if isinstance(nest, str):
        yield nest
    else:
        for part in nest:
            yield from _leaves(part)


def _terms(tree: ast.expr, sign: type[ast.operator]) -> Iterator[ast.expr]:
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, sign):
        yield from _terms(tree.left, sign)
        yield tree.right
    else:
        yield tree


def _is_shape(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Attribute) and tree.attr == "shape"


def _is_whole(tree: ast.expr) -> bool:
    """Whether it is a bare colon."""
    return isinstance(tree, ast.Slice) and not (tree.lower or tree.upper or tree.step)
