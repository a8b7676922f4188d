"""What the menus View, Insight and Help show of a design."""

from __future__ import annotations

from gui.acts.kinds import Entry, act

VIEW: tuple[Entry, ...] = (
    act("zoom_in", "Zoom &in", "Come nearer", "Ctrl++", "Ctrl+=", icon="zoom-in"),
    act("zoom_out", "Zoom &out", "Step back", "Ctrl+-", icon="zoom-out"),
    act(
        "zoom_fit",
        "&Fit the design",
        "Show the whole design",
        "Ctrl+0",
        icon="maximize",
        slot="canvas.fit",
    ),
    act(
        "zoom_selection",
        "Fit the &selection",
        "Show all that is selected",
        "Ctrl+Shift+0",
        icon="scan",
        slot="canvas.fit_selection",
    ),
    act("zoom_one", "&100 %", "Show the design at its own size", "Ctrl+1"),
    None,
    act(
        "look_system",
        "Look of the s&ystem",
        "Light or dark as the desktop",
        icon="monitor",
        group="look",
    ),
    act("look_light", "&Light look", "Always light", icon="sun", group="look"),
    act("look_dark", "&Dark look", "Always dark", icon="moon", group="look"),
    None,
    act(
        "show_palette",
        "&Palette",
        "Show or hide what can be added",
        "Ctrl+Alt+P",
        checkable=True,
        icon="panel-left",
    ),
    act(
        "show_inspector",
        "&Inspector and insight",
        "Show or hide the panels on the right",
        "Ctrl+Alt+I",
        checkable=True,
        icon="panel-right",
    ),
    act(
        "show_results",
        "&Tables and code",
        "Show or hide the panels below",
        "Ctrl+Alt+T",
        checkable=True,
        icon="panel-bottom",
    ),
    act(
        "show_history",
        "&History",
        "Show every change, to go back to any of them",
        "Ctrl+H",
        checkable=True,
        icon="history",
    ),
)

INSIGHT: tuple[Entry, ...] = (
    act(
        "see_summary",
        "&Summary",
        "Show the table of layers",
        "Ctrl+Alt+1",
        icon="table",
    ),
    act(
        "see_problems",
        "&Problems",
        "Show what is wrong or unwise",
        "Ctrl+Alt+2",
        icon="triangle-alert",
    ),
    act(
        "see_parameters",
        "P&arameters",
        "Show every named parameter",
        "Ctrl+Alt+3",
        icon="list",
    ),
    act("see_code", "&Code", "Show the PyTorch source", "Ctrl+Alt+4", icon="code"),
    act(
        "see_activation",
        "Activation c&urve",
        "Show the curve of the selected activation",
        "Ctrl+Alt+5",
        icon="chart-spline",
    ),
    act(
        "see_weights",
        "&Weight histogram",
        "Show the weights of the selected layer",
        "Ctrl+Alt+6",
        icon="chart-column",
    ),
    None,
    act(
        "heat_none",
        "Heat: n&one",
        "Draw the nodes in their own colours",
        slot="canvas.heat.none",
        group="heat",
    ),
    act(
        "heat_parameters",
        "Heat: &parameters",
        "Tint each node by its share of the parameters",
        slot="canvas.heat.parameters",
        group="heat",
    ),
    act(
        "heat_mult_adds",
        "Heat: &mult-adds",
        "Tint each node by its share of the work",
        slot="canvas.heat.mult_adds",
        group="heat",
    ),
    act(
        "heat_memory",
        "Heat: m&emory",
        "Tint each node by its share of the memory that training takes",
        slot="canvas.heat.memory",
        group="heat",
    ),
    None,
    act(
        "stop",
        "S&top computing",
        "Stop what the engine is working on",
        "Esc",
        icon="circle-stop",
    ),
)

HELP: tuple[Entry, ...] = (
    act(
        "reference",
        "&Reference",
        "Explain what is selected",
        "F1",
        icon="circle-help",
    ),
    act(
        "next_pane",
        "&Next pane",
        "Move the keyboard to the next part of the window",
        "F6",
    ),
    None,
    act("about", "&About Fanin", "Version, licences and where files are", icon="info"),
)
