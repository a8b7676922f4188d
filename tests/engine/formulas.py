"""Setting LaTeX as the window does."""

import warnings

with warnings.catch_warnings():  # ziamath reads its font by a deprecated call
    warnings.simplefilter("ignore", DeprecationWarning)
    import ziamath

ziamath.config.svg2 = False


def drawn(latex: str) -> bool:
    """Whether the formula can be set, and something of it is seen."""
    return "<path" in ziamath.Latex(latex).svg()
