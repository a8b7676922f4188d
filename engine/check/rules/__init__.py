"""The rules of the advisor, by name."""

from collections.abc import Mapping

from engine.check.rules.drawing import DRAWING, FANS
from engine.check.rules.losses import LOSSES, STRETCHES
from engine.check.rules.measured import MEASURED
from engine.check.rules.meetings import MEETINGS
from engine.check.rules.rule import Rule
from engine.check.rules.stacks import STACKS
from engine.check.rules.wholes import UNUSED, WHOLES

__all__ = ["RULES", "Rule"]

RULES: Mapping[str, Rule] = {
    rule.name: rule
    for rule in (
        *DRAWING, FANS, *MEETINGS, *STACKS, *LOSSES, STRETCHES, *WHOLES, UNUSED,
        *MEASURED,
    )
}  # fmt: skip
