"""Pieces of LaTeX that rows share."""


def cases(left: str, *branches: tuple[str, str]) -> str:
    """LaTeX of `left` = a value for each condition, with room between the two."""
    lines = r" \\ ".join(rf"{value} & \quad {when}" for value, when in branches)
    return rf"{left} = \begin{{cases}} {lines} \end{{cases}}"
