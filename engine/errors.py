"""What can be wrong, as data and as exceptions.

A `Problem` is a fact about a design: unfinished, impossible or unwise. An
`EngineError` is a request that was refused. Both speak in a `Message`, a template
and its values, so that the window can translate the template.

EngineError
├── EditError      an edit was refused; the design is as it was
├── FileError      a file could not be read or written; nothing was changed
├── ParamError     a value does not fit the parameter it was meant for
├── ShapeError     an operator cannot take the tensors that reach it
├── BuildError     no model can be made of this design, here and now
├── CaptureError   a model of Python is nothing that a design could say
└── MeasureError   a model cannot be measured, here and now
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Message:
    """One sentence for a person: an English template and what fills it."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)

    def filled(self, **values: object) -> Message:
        """The same sentence with further values."""
        return Message(self.template, {**self.values, **values})


class Severity(StrEnum):
    """How much a problem matters: an error stops the build, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


@dataclass(frozen=True)
class Fix:
    """What would help: a label for the button and the edit behind it."""

    label: Message
    edit: Callable[[Any], Any]  # Design -> Design, picklable: a partial of an edit


@dataclass(frozen=True)
class Problem:
    """Something wrong or unwise about a design, at a node or one of its inputs.

    Args:
        severity: how much it matters.
        rule: its name.
        node: id, or the path of ids to a node within blocks; "" is the whole design.
        message: what to tell.
        fix: what would help.
        port: the input at fault, where one is.
        block: id of the definition it stands in; "" is the design's own graph.
    """

    severity: Severity
    rule: str
    node: str
    message: Message
    fix: Fix | None = None
    port: str = ""
    block: str = ""


class EngineError(Exception):
    """A request was refused, in one sentence that names the node and what would help.

    Args:
        template: the sentence, with {names} for its values.
        values: what fills the template; `node` and `source` may be left to the caller
            that knows them (see `ShapeError`).
    """

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__(template, values)
        self.message = Message(template, values)

    def __str__(self) -> str:
        return str(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.message, self.__dict__)


class EditError(EngineError):
    """An edit was refused; the design is as it was."""


class FileError(EngineError):
    """A file could not be read or written; nothing was changed."""


class ParamError(EngineError):
    """A value does not fit the parameter it was meant for."""


class ShapeError(EngineError):
    """An operator cannot take the tensors that reach it.

    The template may use {node} and {source}, which the check fills in: the operator
    and what feeds the port at fault.

    Args:
        template: the sentence.
        port: the input at fault; "" when it is the operator's own parameters.
        fix: parameter values of this operator that would help.
        values: what fills the template.
    """

    def __init__(
        self,
        template: str,
        /,
        *,
        port: str = "",
        fix: Mapping[str, Any] | None = None,
        **values: object,
    ) -> None:
        super().__init__(template, **values)
        self.port = port
        self.fix = dict(fix or {})


class BuildError(EngineError):
    """No model can be made of this design, here and now."""


class CaptureError(EngineError):
    """A model of Python is nothing that a design could say."""


class MeasureError(EngineError):
    """A model cannot be measured, here and now."""


def _rebuilt(
    kind: type[EngineError], message: Message, state: dict[str, Any]
) -> EngineError:
    error = kind(message.template)
    error.__dict__.update(state)
    return error
