"""The application object, or one sentence where Qt finds no screen to paint on."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

NO_SCREEN = "Fanin's window needs a display, and there is none here."


def application(no_screen: str) -> QApplication:
    """The application; without a screen it ends here, with exit code 2.

    Qt aborts the process when a display does not answer or a system library of its
    is missing, which only a message handler hears of in time.

    Args:
        no_screen: what is said then.
    """
    heard: list[str] = []

    def hear(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            heard.append(text)
            return
        missing = [line for line in heard if "is needed" in line]
        deaf = any("could not connect" in line for line in heard)
        said = [no_screen, *([] if deaf else missing)]
        sys.stderr.write(" ".join(said) + "\n")
        sys.stderr.flush()
        os._exit(2)

    qInstallMessageHandler(hear)
    # By argument: asking the application for its style costs 5 ms of the first paint.
    app = QApplication([*sys.argv[:1], "-style", "fusion"])
    qInstallMessageHandler(None)
    sys.stderr.writelines(f"{text}\n" for text in heard)
    return app
