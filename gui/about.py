"""What this program is, and where it keeps things."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.crash import log_path
from gui.rescue import home

VERSION = "0.1.0"  # as in pyproject.toml


def show_about(window: QWidget) -> None:
    """Show it beside the window, which stays usable."""
    box = QMessageBox(window)
    box.setObjectName("about")
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setTextFormat(Qt.TextFormat.PlainText)
    tr = window.tr
    box.setWindowTitle(tr("About Fanin"))
    box.setText(tr("Fanin {version}").format(version=VERSION))
    lines = (
        tr("Draw a neural network; see what its choices do; take the code away."),
        "",
        tr("Python {python}, Qt {qt}").format(
            python=platform.python_version(), qt=qVersion()
        ),
        tr("Unsaved work is kept in {path}").format(path=home()),
        tr("Errors are written to {path}").format(path=log_path()),
        "",
        tr("MIT licence. Inter and JetBrains Mono: SIL Open Font License."),
        tr("Icons: Lucide, ISC licence."),
    )
    box.setInformativeText("\n".join(lines))
    box.setModal(False)
    box.show()
