"""Qt's SVG made clean: no empty groups, no attribute twice, words as shapes or as text.

A journal, a slide or a word processor does not have our typefaces, and SVG cannot carry
them along so that every program reads them. So words are written as outlines, each with
itself as its label, and look alike everywhere; or, where a person wants to change them,
as text with other faces to fall back on.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainterPath

SPACE = "http://www.w3.org/2000/svg"
FALLBACK = {
    "Inter": "Inter, Helvetica, Arial, sans-serif",
    "JetBrains Mono": "'JetBrains Mono', Menlo, Consolas, monospace",
}
# What holds for every shape of the file unless it says another.
ROOT = {"fill": "none", "stroke": "none", "fill-rule": "evenodd"}
NEEDLESS = {"fill-opacity": "1", "stroke-opacity": "1", "opacity": "1"}
OF_STROKES = ("stroke-", "vector-effect")
_MOVED = re.compile(r"matrix\(1,0,0,1,([^,]+),([^)]+)\)")
_NUMBER = re.compile(r"-?\d*\.\d+(?:e-?\d+)?")


def clean(data: bytes, area: QRectF, title: str, *, outlines: bool = True) -> bytes:
    """What `QSvgGenerator` wrote, as a file that one can hand in.

    Args:
        data: its bytes.
        area: what it shows, in pixels of 96 to an inch.
        title: what the picture shows.
        outlines: words as shapes; else as text.
    """
    ET.register_namespace("", SPACE)
    left, top, wide, high = (f"{part:g}" for part in _rect(area))
    root = ET.Element(
        f"{{{SPACE}}}svg",
        {
            "version": "1.1",
            "width": wide,
            "height": high,
            "viewBox": f"{left} {top} {wide} {high}",
            "role": "img",
        },
    )
    ET.SubElement(root, f"{{{SPACE}}}title").text = title
    ET.SubElement(root, f"{{{SPACE}}}desc").text = "Drawn with Fanin"
    group = ET.SubElement(root, f"{{{SPACE}}}g", ROOT)
    for drawn in ET.fromstring(data):  # noqa: S314 -- our own, made a moment ago
        _flatten(drawn, {}, group, outlines=outlines)
    ET.indent(root, " ")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _rect(area: QRectF) -> tuple[float, float, float, float]:
    return area.x(), area.y(), area.width(), area.height()


def _flatten(
    element: ET.Element,
    around: dict[str, str],
    into: ET.Element,
    *,
    outlines: bool,
) -> None:
    """Add the shapes within an element, each with all that holds for it."""
    said = {**around, **element.attrib}
    if "transform" in around and "transform" in element.attrib:
        said["transform"] = f"{around['transform']} {element.attrib['transform']}"
    name = element.tag.rpartition("}")[2]
    if name == "g":
        for inner in element:
            _flatten(inner, said, into, outlines=outlines)
    elif name == "text":
        _word(element.text or "", said, into, outlines=outlines)
    elif name not in ("title", "desc", "defs"):
        kept = _kept(said)
        if "fill" in kept or "stroke" in kept or name == "image":
            ET.SubElement(into, f"{{{SPACE}}}{name}", kept)


def _kept(said: dict[str, str]) -> dict[str, str]:
    """The attributes that make a difference, numbers to a hundredth of a pixel."""
    strokes = said.get("stroke", "none") != "none"
    kept = {
        key: _NUMBER.sub(_rounded, value)
        for key, value in said.items()
        if ROOT.get(key) != value
        and NEEDLESS.get(key) != value
        and not key.startswith("font-")
        and (strokes or not key.startswith(OF_STROKES))
        and key != "vector-effect"
        and not key.startswith("{")
    }
    if "transform" in kept:
        moved = _MOVED.sub(r"translate(\1 \2)", kept.pop("transform"))
        if moved != "translate(0 0)":
            kept["transform"] = moved
    return kept


def _word(text: str, said: dict[str, str], into: ET.Element, *, outlines: bool) -> None:
    if not text.strip():
        return
    kept = _kept({**said, "stroke": "none"})
    x, y = float(said.get("x", "0")), float(said.get("y", "0"))
    if outlines:
        path = QPainterPath()
        path.addText(QPointF(x, y), _font(said), text)
        for key in ("x", "y"):
            kept.pop(key, None)
        kept |= {"d": outline(path), "fill-rule": "nonzero", "aria-label": text}
        ET.SubElement(into, f"{{{SPACE}}}path", kept)
        return
    for key in ("font-size", "font-weight"):
        kept[key] = said[key]
    family = said.get("font-family", "Inter")
    kept["font-family"] = FALLBACK.get(family, family)
    kept["style"] = "white-space: pre"
    ET.SubElement(into, f"{{{SPACE}}}text", kept).text = text


def _font(said: dict[str, str]) -> QFont:
    font = QFont(said.get("font-family", "Inter"))
    font.setPixelSize(round(float(said.get("font-size", "12"))))
    font.setWeight(QFont.Weight(int(said.get("font-weight", "400"))))
    font.setItalic(said.get("font-style") == "italic")
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def outline(path: QPainterPath) -> str:
    """A path as the "d" of an SVG path."""
    parts, kinds = [], QPainterPath.ElementType
    letters = {kinds.MoveToElement: "M", kinds.LineToElement: "L"}
    for place in range(path.elementCount()):
        at = path.elementAt(place)
        letter = letters.get(at.type, "")
        if at.type == kinds.CurveToElement:
            letter = "C"
        parts.append(f"{letter}{at.x:.2f} {at.y:.2f}")
    return " ".join(parts)


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")
