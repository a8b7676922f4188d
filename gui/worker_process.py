"""What runs in the engine's own process: torch, and no Qt.

Frozen requests come in, plain data goes out, one at a time. The process ends with
the window: when its end of the pipe closes, or when the window's process is gone.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from types import FrameType
from typing import Any, Literal

from engine.errors import EngineError, Message

Outcome = Literal["ready", "progress", "done", "refused", "stopped", "bug"]


@dataclass(frozen=True)
class Reply:
    """What the window is told.

    Args:
        number: which request it answers; 0 is none.
        outcome: "ready" once; then for each request one of the others, after any number
            of "progress".
        value: the answer, for "done"; how far it is, for "progress".
        message: why it was refused, or what broke, in one sentence.
        details: the traceback of a "bug".
    """

    number: int
    outcome: Outcome
    value: Any = None
    message: Message | None = None
    details: str = ""


class _Stopped(BaseException):
    """Somebody no longer wants the answer; no `except Exception` may swallow it."""


class _Stopper:
    """Raises `_Stopped` in the middle of an answer, and never outside of one.

    Only in the service's own code, and not in an import: a module half imported, or
    torch with its gradients half turned off, would stay so for every later answer. The
    window asks again until it is heard, and in the end kills.

    Args:
        service: the module that answers; its package is its own code.
    """

    def __init__(self, service: str) -> None:
        self.answering = False
        self._own = (service.rpartition(".")[0] or service).split(".")
        if hasattr(signal, "SIGUSR1"):  # Windows has none: there the window kills
            signal.signal(signal.SIGUSR1, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.answering and self._owns(frame) and not _importing(frame):
            self.answering = False
            raise _Stopped

    def _owns(self, frame: FrameType | None) -> bool:
        name = frame.f_globals.get("__name__", "") if frame else ""
        return str(name).split(".")[: len(self._own)] == self._own


def _importing(frame: FrameType | None) -> bool:
    """Whether this call was made, at any depth, by an import."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def serve(connection: Connection, service: str) -> None:
    """Answer requests until the other end closes.

    Args:
        connection: our end of the pipe.
        service: the module with `answer(request)` and, optionally, `warm()`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window
    stopper = _Stopper(service)
    threading.Thread(target=_end_with_window, daemon=True).start()
    try:
        module = importlib.import_module(service)
        getattr(module, "warm", lambda: None)()
    except Exception as error:  # noqa: BLE001 - whatever it is, the window is told
        _send(connection, _bug(0, error))
        return
    _send(connection, Reply(0, "ready"))
    while True:
        try:
            number, request = connection.recv()
        except (EOFError, OSError):
            return
        tell = partial(_tell, connection, number)
        setattr(module, "progress", tell)  # noqa: B010 - a service may do without
        _send(connection, _reply(module.answer, number, request, stopper))


def _tell(connection: Connection, number: int, value: Any) -> None:
    """Say how far an answer is."""
    _send(connection, Reply(number, "progress", value))


def _reply(
    answer: Callable[[Any], Any], number: int, request: object, stopper: _Stopper
) -> Reply:
    try:
        stopper.answering = True
        value = answer(request)
        stopper.answering = False
        return Reply(number, "done", value)
    except _Stopped:
        return Reply(number, "stopped")
    except EngineError as error:
        stopper.answering = False
        return Reply(number, "refused", message=error.message)
    except MemoryError:
        too_large = Message("This design needs more memory than there is.")
        return Reply(number, "refused", message=too_large)
    except Exception as error:  # noqa: BLE001 - a bug here must not end the process
        stopper.answering = False
        return _bug(number, error)
    finally:
        stopper.answering = False


def _bug(number: int, error: Exception) -> Reply:
    text = "".join(traceback.format_exception(error))
    said = Message(
        "The engine could not answer: {kind}: {error}",
        {"kind": type(error).__name__, "error": str(error).partition("\n")[0]},
    )
    return Reply(number, "bug", message=said, details=text)


def _send(connection: Connection, reply: Reply) -> None:
    try:
        data = ForkingPickler.dumps(reply)
    except Exception as error:  # noqa: BLE001 - an answer that cannot travel is a bug
        data = ForkingPickler.dumps(_bug(reply.number, error))
    try:
        connection.send_bytes(data)
    except OSError:  # the window closed; the next recv ends us
        return


def _end_with_window() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)
