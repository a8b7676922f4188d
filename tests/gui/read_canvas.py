"""Reads a canvas as a screen reader would, in a process of its own.

Qt, Python and the reader hold the same objects, and a mistake there ends the program:
so that is done where it ends no other test. Prints JSON.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication

from engine.design import edits, file
from gui.canvas.accessible import NodeInterface
from gui.canvas.view import CanvasView
from gui.document import Document
from gui.files import EXAMPLES
from gui.library import Library
from gui.selection import Selection
from gui.session import Session
from gui.theme import Theme


def nodes(canvas: CanvasView) -> list[QAccessibleInterface]:
    """The children of the canvas that are nodes."""
    whole = QAccessible.queryAccessibleInterface(canvas)
    children = [whole.child(place) for place in range(whole.childCount())]
    role = QAccessible.Role.ListItem
    found = [child for child in children if child and child.role() == role]
    assert all(whole.indexOfChild(one) >= 0 for one in found)
    return found


def said(node: QAccessibleInterface) -> dict[str, Any]:
    """What would be read out of one."""
    state, rect = node.state(), node.rect()
    return {
        "name": node.text(QAccessible.Text.Name),
        "description": node.text(QAccessible.Text.Description),
        "selected": bool(state.selected),
        "focused": bool(state.focused),
        "wide": rect.width() > 20 and rect.height() > 20,
        "actions": node.actions.actionNames(),
    }


def main() -> None:
    app = QApplication(sys.argv[:1])
    document = Document(file.load(EXAMPLES / "tutorial.fanin"))
    theme = Theme("light")
    selection = Selection(document, document)
    session = Session(document, selection, None, theme, Library())  # type: ignore[arg-type]
    canvas = CanvasView(session)
    canvas.resize(900, 500)
    canvas.show()
    canvas.activateWindow()
    canvas.setFocus()
    app.processEvents()
    QAccessible.setActive(True)
    report: dict[str, Any] = {"first": [said(node) for node in nodes(canvas)]}

    third = nodes(canvas)[2]
    third.actions.doAction(third.actions.pressAction())
    report["pressed"] = said(third)
    report["canvas"] = canvas.accessibleDescription()
    focus = QAccessible.queryAccessibleInterface(canvas).focusChild()
    report["focus"] = focus.text(QAccessible.Text.Name) if focus else ""

    last = list(document.design.nodes)[-1]
    wires = [w for w in document.design.wires if w.target == last]
    document.attempt(edits.disconnect, wires, text="Disconnect")
    report["broken"] = [said(node) for node in nodes(canvas)]

    for _ in range(60):  # come and go, with a reader that holds on to all of them
        held = nodes(canvas)
        document.attempt(edits.add, "relu", (0.0, 300.0), text="Add")
        key = document.design.newest
        selection.set([key])
        [one.text(QAccessible.Text.Name) for one in nodes(canvas)]
        document.attempt(edits.remove, [key], text="Remove")
        gc.collect()
        assert all(one.isValid() for one in held)
    report["left"] = len(nodes(canvas))
    objects = gc.get_objects()
    made = [one for one in objects if isinstance(one, NodeInterface)]
    report["invalid"] = sum(not one.isValid() for one in made)

    canvas.close()
    canvas.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    app.processEvents()
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main()
