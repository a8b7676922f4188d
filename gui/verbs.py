"""What the menus do, one method for each action of `gui.acts`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QWidget

from engine.catalog.spec import Init
from engine.design import edits
from gui.canvas.marking import box_of
from gui.theme import Scheme
from gui.tidy import tidied, tidied_some

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.window import Window


class Verbs(QObject):
    """The slots of one window's actions."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.session = window.session
        self.document = window.document
        self._window = window

    @property
    def canvas(self) -> CanvasView:
        """Whose own slots some actions name."""
        return self._window.canvas

    @property
    def close(self) -> object:
        return self._window.close

    def new(self) -> None:
        self._window.files.new()
        self.to_canvas()  # the next key is meant for it

    def open(self) -> None:
        if self._window.files.open():
            self._window.canvas.fit()

    def templates(self) -> None:
        from gui.files import EXAMPLES
        from gui.gallery import Gallery

        gallery = Gallery(self.session.theme, EXAMPLES, self._window)
        gallery.chosen.connect(self._window.files.open_example)
        gallery.open()

    def import_blocks(self) -> None:
        self._window.docks.panel.blocks.mine.take_in()

    def save(self) -> None:
        self._window.files.save()

    def save_as(self) -> None:
        self._window.files.save_as()

    def export_python(self) -> None:
        self._window.files.export_python()

    def export_model(self) -> None:
        self._window.exchange.export_model()

    def export_training(self) -> None:
        self._window.exchange.export_training()

    def load_weights(self) -> None:
        self._window.exchange.load_weights()

    def export_picture(self) -> None:
        from gui.picture_dialog import PictureDialog

        dialog = PictureDialog(self.session, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(lambda _: self._window.files.export_picture(dialog))
        dialog.open()

    def copy_picture(self) -> None:
        """The selection, or all, in the window's look, to be pasted elsewhere."""
        from gui.canvas.picture import Picture, Shot
        from gui.canvas.picture_file import Form
        from gui.picture_dialog import selected, to_clipboard

        shot = selected(self.session, Shot())
        picture = Picture(self.document.design, self.session.theme, shot)
        to_clipboard(picture, Form(title=self.document.name))
        said = self.tr("A picture of the network is on the clipboard.")
        if shot.nodes is not None:
            said = self.tr("A picture of the selection is on the clipboard.")
        self.session.tell(said)

    def rename(self) -> None:
        one = self.session.selection.one
        if self.session.selection.one_mark:
            self._window.canvas.rename()
        elif one is None:
            self.session.tell(self.tr("Select one node to rename it."))
        else:
            self._window.canvas.rename(one)

    def commands(self) -> None:
        from gui.command_list import commands
        from gui.commands import CommandPalette

        found = self._window.findChild(CommandPalette)
        palette = found or CommandPalette(self.session.theme, self._window)
        palette.open(commands(self._window))

    def zoom_in(self) -> None:
        self._window.canvas.zoom_by(1.25)

    def zoom_out(self) -> None:
        self._window.canvas.zoom_by(0.8)

    def zoom_one(self) -> None:
        self._window.canvas.glide.actual()

    def look_system(self) -> None:
        self._choose_look("system")

    def look_light(self) -> None:
        self._choose_look("light")

    def look_dark(self) -> None:
        self._choose_look("dark")

    def show_palette(self, shown: bool) -> None:
        self._window.docks.palette.setVisible(shown)

    def show_inspector(self, shown: bool) -> None:
        self._window.docks.inspector.setVisible(shown)

    def show_insight(self, shown: bool) -> None:
        self._window.docks.insight.setVisible(shown)

    def arrange_panels(self, on: bool) -> None:
        self._window.docks.arrange(on)

    def usual_layout(self) -> None:
        """Every panel where it was on the first day."""
        self._window.docks.reset()
        for name, dock in self._window.docks.switched().items():
            self._window.actions_by_id[name].setChecked(not dock.isHidden())
        self._window.actions_by_id["show_history"].setChecked(False)

    def show_results(self, shown: bool) -> None:
        self._window.docks.results.setVisible(shown)

    def show_history(self, shown: bool) -> None:
        self._window.docks.show_history(shown)

    def tidy(self) -> None:
        """Lay out the whole level, or the selected nodes where they stand."""
        design, checked = self.document.design, self.document.checked
        canvas, chosen = self._window.canvas, self.session.selection.ids
        scene = canvas.canvas
        faces = scene.stage.faces
        if len(chosen) > 1:
            spots = tidied_some(design, checked, scene.inks, faces, chosen)
            text = self.tr("Tidy the selected nodes")
        else:
            spots = tidied(design, checked, scene.inks, faces)
            text = self.tr("Tidy the layout")
        spans = {key: box_of(face.space) for key, face in faces.items()}
        change = partial(self.document.attempt, edits.arrange, spots, spans, text=text)
        if canvas.moving.after(change) and len(chosen) < 2:
            canvas.glide.fit()

    def reroll(self) -> None:
        seed = self.session.document.design.settings.seed + 1
        text = self.tr("Re-roll with seed {seed}").format(seed=seed)
        self.session.document.attempt(edits.set_seed, seed, text=text, merge="seed")

    def settings(self) -> None:
        self._window.status.settings.showMenu()

    def see_summary(self) -> None:
        self._window.docks.see("summary")

    def see_signal(self) -> None:
        self._window.docks.see("signal")

    def see_lab(self) -> None:
        self._window.docks.see("lab")

    def see_problems(self) -> None:
        self._window.docks.see("problems")

    def see_parameters(self) -> None:
        self._window.docks.see("parameters")

    def see_code(self) -> None:
        self._window.docks.see("code")

    def see_activation(self) -> None:
        self._window.docks.look_at("activationPanel")

    def see_weights(self) -> None:
        self._window.docks.look_at("weightsPanel")

    def stop(self) -> None:
        self.session.worker.cancel_all()
        self.session.tell(self.tr("Stopped."))

    def reference(self) -> None:
        one = self.session.selection.one
        panel = self._window.docks.panel
        if panel.isAncestorOf(self._window.focusWidget() or self._window):
            panel.tree.explain()
        else:
            design = self.session.document.design
            self.help(design.nodes[one].kind if one else "linear")

    def help(self, kind: str) -> None:
        """Show the reference at an operator or initializer."""
        from gui.panels.help import show_help

        show_help(self.session, self._window, kind)

    def gestures(self) -> None:
        from gui.gesture_sheet import show_gestures

        show_gestures(self._window)

    def rules(self) -> None:
        from gui.rules_sheet import show_rules

        show_rules(self.session, self._window)

    def next_pane(self) -> None:
        """Give the keyboard to the next part of the window."""
        self._go(1)

    def previous_pane(self) -> None:
        self._go(-1)

    def to_canvas(self) -> None:
        """Give the keyboard to the canvas."""
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def edit_form(self) -> None:
        """Give the keyboard to the form of what is selected, at its first value."""
        docks = self._window.docks
        docks.inspector.show()
        place = docks.places[docks.inspector]
        values = [
            widget
            for widget in place.findChildren(QWidget)
            if widget.objectName().startswith("edit:") and _reached(widget)
        ]
        # Every node can be frozen; what tells it from others is what one comes for.
        values.sort(key=lambda widget: widget.objectName() == "edit:frozen")
        field = values[0] if values else _first_field(place)
        if field is not None:
            field.setFocus(Qt.FocusReason.TabFocusReason)

    def _go(self, by: int) -> None:
        """To a pane's own widget, or to the first in it that takes the keyboard."""
        docks = self._window.docks
        panes: list[QWidget] = [
            docks.panel,
            self.canvas,
            self.canvas.levels.breadcrumb,
            docks.places[docks.inspector],
            docks.column,
            docks.tabs,
            self._window.status,
        ]
        if docks.history is not None:
            panes.insert(1, docks.history)
        panes = [pane for pane in panes if pane.isVisible()]
        now = self._window.focusWidget() or self._window
        # The innermost: the breadcrumb lies on the canvas.
        at = [
            n for n, pane in enumerate(panes) if pane is now or pane.isAncestorOf(now)
        ]
        start = at[-1] if at else -1 if by > 0 else 0
        follow = panes[(start + by) % len(panes)]
        target = follow if _takes_keys(follow) else _first_field(follow) or follow
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def about(self) -> None:
        from gui.about import show_about

        show_about(self._window)

    def initialize(self, kind: str) -> None:
        """Give the selected nodes' weights this initializer."""
        ids = sorted(self.session.selection.ids)
        if not ids:
            self.session.tell(self.tr("Select the layers that it should initialize."))
            return
        text = self.tr("Initialize weights")
        self.session.document.attempt(
            edits.set_init, ids, "weight", Init(kind), text=text
        )

    def _choose_look(self, scheme: Scheme) -> None:
        QSettings().setValue("look", scheme)
        self.session.theme.choose(scheme)


def _takes_keys(widget: QWidget) -> bool:
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus or bool(widget.focusProxy())


def _first_field(pane: QWidget) -> QWidget | None:
    """The first widget in a pane that the Tab key would reach."""
    for widget in pane.findChildren(QWidget):
        if _reached(widget):
            return widget
    return None


def _reached(widget: QWidget) -> bool:
    """Whether the Tab key would reach it now."""
    tab = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(tab) and widget.isVisible() and widget.isEnabled()
