"""The bare names of functions."""

from __future__ import annotations


def word_of(target: str) -> str:
    """The bare name of a function: cat, view, add for add_ and __iadd__."""
    if target.endswith(".__get__"):
        return target.split(".")[-2]
    word = target.rpartition(".")[2]
    if word.startswith("__"):
        bare = word.strip("_")
        if bare in ("rsub", "rtruediv", "rpow", "rdiv"):
            return bare
        return {"radd": "add", "iadd": "add", "rmul": "mul", "imul": "mul",
                "isub": "sub", "itruediv": "truediv", "rmatmul": "matmul",
                "idiv": "div", "ipow": "pow"}.get(bare, bare)  # fmt: skip
    return word.rstrip("_") or word
