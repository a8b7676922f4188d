"""The engine's process as the window sees it: ask, and be told later."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal
from shiboken6 import isValid

from engine.errors import Message
from gui.words import say

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from gui.worker_process import Reply

BUSY_AFTER = 100  # ms until an answer under way is worth showing
PATIENCE = 300  # ms a cancelled call has to stop before its process is killed
OUTDATED = 5_000  # ms likewise for one that a newer question made useless
NAG = 25  # ms between requests to stop: one that comes before the call is not heard
LIMIT = 120_000  # ms after which a request is given up
REST = 10_000  # ms after which an engine that did not start is tried again,
LONGEST = 600_000  # each time twice as long, up to this
TRIES = 2  # lives of the process that one request may cost

_NO_START = Message("The engine does not start.")

log = logging.getLogger(__name__)


class Request(Protocol):
    """A frozen, picklable question; the newest of a slot wins."""

    @property
    def slot(self) -> str: ...


@dataclass
class _Job:
    request: Request
    done: Callable[[Any], None]
    failed: Callable[[str], None] | None
    owner: QObject
    progress: Callable[[Any], None] | None = None
    deaths: int = 0
    wanted: bool = True


class Worker(QObject):
    """Keeps one process with torch, and at most one question in it.

    Args:
        service: the module whose `answer(request)` answers.
    """

    state = Signal(str)  # "off", "starting", "ready", "busy", "lost"
    lost = Signal(str)  # the process died and why, one sentence

    def __init__(
        self, parent: QObject | None = None, *, service: str = "engine.service"
    ) -> None:
        super().__init__(parent)
        self.current = "off"
        self._service = service
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._ears: QObject | None = None
        self._waiting: dict[str, _Job] = {}  # by slot, oldest first
        self._flying: _Job | None = None
        self._number = 0
        self._ready = False
        self._killed = False  # by us, on purpose
        self._stillborn = 0
        self._unanswered: dict[str, _Job] = {}  # asked while nothing starts, by slot
        self._rest = REST
        self._again = self._timer(REST, self._try_again)
        self._busy = self._timer(BUSY_AFTER, self._show_busy)
        self._patience = self._timer(PATIENCE, self._kill)
        self._nag = QTimer(self, interval=NAG)
        self._nag.timeout.connect(self._interrupt)
        self._limit = self._timer(LIMIT, self._give_up)

    @property
    def pid(self) -> int | None:
        """The process's id, while there is one."""
        return self._process.pid if self._process else None

    @property
    def idle(self) -> bool:
        """Whether nothing is asked or under way."""
        return self._flying is None and not self._waiting

    def start(self) -> None:
        """Start the process; what was asked before waits for it."""
        if self._process is not None:
            return
        import multiprocessing  # after the first paint is early enough

        from gui import worker_process

        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=worker_process.serve,
            args=(theirs, self._service),
            name="fanin-engine",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._ready = self._killed = False
        self._listen(self._pipe)
        self._set("starting")

    def stop(self) -> None:
        """End the process; nothing that was asked will be answered."""
        self._waiting.clear()
        self._flying = None
        self._again.stop()
        self._end()
        self._set("off")

    def ask(
        self,
        request: Request,
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
        *,
        owner: QObject,
        progress: Callable[[Any], None] | None = None,
    ) -> None:
        """Ask; `done(answer)` or `failed(sentence)` is called unless a newer one wins.

        Args:
            request: replaces an unanswered one of the same slot.
            done: takes the answer.
            failed: takes the reason why there is none.
            owner: nothing is called once it is gone.
            progress: takes what is told of how far the answer is.
        """
        self._waiting.pop(request.slot, None)
        job = _Job(request, done, failed, owner, progress)
        if self._again.isActive():
            self._unanswered[request.slot] = job
            _fail(job, say(_NO_START))
            return
        flying = self._flying
        if flying is not None and flying.request.slot == request.slot:
            flying.wanted = False
            self._stop_soon(OUTDATED)
        self._waiting[request.slot] = job
        self._next()

    def cancel(self, slot: str) -> None:
        """Forget a slot's request; neither of its functions will be called."""
        self._waiting.pop(slot, None)
        self._unanswered.pop(slot, None)
        if self._flying is not None and self._flying.request.slot == slot:
            self._flying.wanted = False
            self._stop_soon()

    def cancel_all(self) -> None:
        """Stop everything, and say so to those who asked."""
        jobs = list(self._waiting.values())
        self._waiting.clear()
        if self._flying is not None and self._flying.wanted:
            jobs.insert(0, self._flying)
        if self._flying is not None:
            self._flying.wanted = False
            self._stop_soon()
        for job in jobs:
            _fail(job, self.tr("Stopped."))

    def _timer(self, after: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=after)
        timer.timeout.connect(act)
        return timer

    def _listen(self, pipe: Connection) -> None:
        if sys.platform == "win32":  # a pipe there is no socket: look now and then
            timer = QTimer(self, interval=15)
            timer.timeout.connect(self._poll)
            timer.start()
            self._ears = timer
            return
        kind = QSocketNotifier.Type.Read
        notifier = QSocketNotifier(pipe.fileno(), kind, self)
        notifier.activated.connect(self._poll)
        self._ears = notifier

    def _next(self) -> None:
        """Send the oldest question, if the process is free."""
        if not self._ready or self._flying is not None:
            return
        for slot in list(self._waiting):
            job = self._waiting.pop(slot)
            if isValid(job.owner):
                self._send(job)
                return
        self._set("ready")

    def _send(self, job: _Job) -> None:
        if self._pipe is None:
            return
        self._flying = job
        self._number += 1
        self._busy.start()
        self._limit.start()
        try:
            self._pipe.send((self._number, job.request))
        except OSError:
            self._died()

    def _poll(self) -> None:
        """Take what has arrived; an end of file is a death."""
        while self._pipe is not None:
            try:
                if not self._pipe.poll():
                    return
                reply = self._pipe.recv()
            except (EOFError, OSError):
                self._died()
                return
            self._hear(reply)

    def _hear(self, reply: Reply) -> None:
        if reply.details:
            log.error("%s", reply.details)
        if reply.outcome == "progress":
            self._told(reply)
            return
        if reply.outcome == "ready":
            self._ready = True
            self._stillborn, self._rest = 0, REST
            self._waiting = {**self._unanswered, **self._waiting}
            self._unanswered.clear()
        elif reply.number == 0:  # it could not even start; its end follows
            self._refuse_all(reply.message)
        else:
            self._land(reply)
        self._next()

    def _told(self, reply: Reply) -> None:
        """Pass on how far an answer is; one that gets on is not given up."""
        job = self._flying
        self._limit.start()
        if job is None or not job.wanted or not isValid(job.owner):
            return
        if job.progress is not None and reply.number == self._number:
            job.progress(reply.value)

    def _land(self, reply: Reply) -> None:
        job, self._flying = self._flying, None
        self._calm()
        if job is None or not job.wanted or not isValid(job.owner):
            return
        if reply.outcome == "done":
            job.done(reply.value)
        elif reply.message is not None:
            _fail(job, say(reply.message))

    def _died(self) -> None:
        """The process is gone: say so, start another, ask again."""
        on_purpose, was_ready = self._killed, self._ready
        job, self._flying = self._flying, None
        self._end()
        self._stillborn = 0 if was_ready else self._stillborn + 1
        if job is not None and job.wanted and not on_purpose:
            self._ask_again(job)
        if not on_purpose:
            self._set("lost")
            if self._rest == REST:  # said once, not at every try
                self.lost.emit(self._obituary())
        if self._stillborn < TRIES:
            self.start()
        else:
            self._refuse_all(_NO_START)
            self._again.start(self._rest)
            self._rest = min(2 * self._rest, LONGEST)

    def _ask_again(self, job: _Job) -> None:
        job.deaths += 1
        slot = job.request.slot
        if job.deaths >= TRIES:
            _fail(job, self.tr("The engine was lost twice over this; it was given up."))
        elif slot not in self._waiting:
            self._waiting[slot] = job

    def _obituary(self) -> str:
        if self._stillborn >= TRIES:
            return self.tr("The engine does not start; curves and tables stay empty.")
        return self.tr("The engine stopped unexpectedly and was started again.")

    def _try_again(self) -> None:
        """Start once more what did not start before, and ask again."""
        self._stillborn = TRIES - 1
        self.start()

    def _refuse_all(self, why: Message | None) -> None:
        """Refuse all that waits; it is asked again if the engine starts after all."""
        jobs = list(self._waiting.values())
        self._unanswered.update(self._waiting)
        self._waiting.clear()
        for job in jobs:
            _fail(job, say(why or _NO_START))

    def _stop_soon(self, patience: int = PATIENCE) -> None:
        """Ask the process to drop its call, and end it when it does not."""
        if not hasattr(signal, "SIGUSR1"):
            patience = 0
        if not self._patience.isActive() or self._patience.remainingTime() > patience:
            self._patience.start(patience)
        self._nag.start()
        self._interrupt()

    def _interrupt(self) -> None:
        if self.pid is not None and hasattr(signal, "SIGUSR1"):
            os.kill(self.pid, signal.SIGUSR1)

    def _give_up(self) -> None:
        if self._flying is not None and self._flying.wanted:
            self._flying.wanted = False
            minutes = LIMIT // 60_000
            said = self.tr("This took over {minutes} minutes and was given up.")
            _fail(self._flying, said.format(minutes=minutes))
        self._stop_soon()

    def _kill(self) -> None:
        if self._process is not None:
            self._killed = True
            self._process.kill()

    def _calm(self) -> None:
        for timer in (self._busy, self._patience, self._nag, self._limit):
            timer.stop()

    def _show_busy(self) -> None:
        self._set("busy")

    def _end(self) -> None:
        """Close the pipe and reap the process."""
        self._calm()
        if isinstance(self._ears, QSocketNotifier):
            self._ears.setEnabled(False)
        elif isinstance(self._ears, QTimer):
            self._ears.stop()
        if self._ears is not None:
            self._ears.deleteLater()
            self._ears = None
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.kill()  # it holds nothing that could be lost
            self._process.join()
            self._process.close()
            self._process = None
        self._ready = False

    def _set(self, state: str) -> None:
        if state != self.current:
            self.current = state
            self.state.emit(state)


def _fail(job: _Job, sentence: str) -> None:
    if job.failed is not None and isValid(job.owner):
        job.failed(sentence)
