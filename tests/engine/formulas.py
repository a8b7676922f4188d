"""LaTeX, set as the window does, and read as a person does."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Callable, Mapping
from itertools import pairwise

with warnings.catch_warnings():  # ziamath reads its font by a deprecated call
    warnings.simplefilter("ignore", DeprecationWarning)
    import ziamath

ziamath.config.svg2 = False


def drawn(latex: str) -> bool:
    """Whether the formula can be set, and something of it is seen."""
    return "<path" in ziamath.Latex(latex).svg()


NAMES: dict[str, object] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "erf": math.erf,
    "max": max,
    "min": min,
    "abs": abs,
    "nan": math.nan,
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "Phi": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
    "varphi": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
}

_SPELLED = {
    r"\left|x\right|": "abs(x)",
    r"\left": "",
    r"\right": "",
    r"\,": " ",
    r"\operatorname{erf}": "erf",
    r"\le": "<=",
    r"\ge": ">=",
    r"\text{otherwise}": "True",
    r"\quad": " ",
}


def sides(latex: str) -> list[Callable[[float, Mapping[str, float]], float]]:
    """The functions of x that stand between the equals signs of "f(x) = ... = ..."."""
    chain = latex.partition(r"\qquad")[0]
    for spelled, meant in _SPELLED.items():
        ends = r"(?![a-zA-Z])" if spelled[-1].isalpha() else ""  # \le is not \left
        chain = re.sub(re.escape(spelled) + ends, meant, chain)
    return [_function(part) for part in re.split(r"(?<![<>])=", chain)[1:]]


def _function(latex: str) -> Callable[[float, Mapping[str, float]], float]:
    code = compile(_python(latex).strip(), latex, "eval")
    return lambda x, values: eval(code, {**NAMES, **values, "x": x})


def _python(latex: str) -> str:
    if r"\begin{cases}" in latex:
        before, _, rest = latex.partition(r"\begin{cases}")
        inside, _, after = rest.partition(r"\end{cases}")
        assert not before.strip(), "a factor before the cases would be lost"
        assert not after.strip(), "a term after the cases would be lost"
        branches = [line.split("&") for line in inside.split(r"\\")]
        chosen = [f"({_python(x)}) if {_python(when)} else " for x, when in branches]
        return "".join(chosen) + "nan"
    latex = re.sub(r"\\(\w+)\^2(\([^()]*\))", r"(\\\1\2)^2", latex)  # tanh²(x)
    for command, form in (("frac", "(({})/({}))"), ("sqrt", "sqrt({})")):
        while f"\\{command}" in latex:
            latex = _braced(latex, f"\\{command}", form)
    while "e^{" in latex:
        latex = _braced(latex, "e^", "exp({})")
    return _multiplied(latex.replace("^", "**").replace("\\", " "))


def _braced(latex: str, command: str, form: str) -> str:
    """The last `command` with its {groups} put into `form`."""
    before, _, rest = latex.rpartition(command)
    groups = []
    for _ in range(form.count("{}")):
        rest = rest.lstrip()
        depth = [
            rest[: end + 1].count("{") - rest[: end + 1].count("}")
            for end in range(len(rest))
        ]
        end = depth.index(0)
        groups.append(rest[1:end])
        rest = rest[end + 1 :]
    return before + form.format(*groups) + rest


def _multiplied(text: str) -> str:
    """`text` with a * wherever two factors stand side by side."""
    tokens = re.findall(r"[A-Za-z]+|\d+\.?\d*|\*\*|[<>]=?|\S", text)
    tokens = ["lambda_" if token == "lambda" else token for token in tokens]
    made = tokens[:1]
    for left, right in pairwise(tokens):
        ends = left == ")" or (left[-1].isalnum() or left[-1] == "_")
        starts = right == "(" or right[0].isalnum()
        if ends and starts and not (left in NAMES and right == "("):
            made.append("*")
        made.append(right)
    return " ".join(made)
