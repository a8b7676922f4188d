"""The newcomer's story, run by the system's Python: see `newcomer.py`."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mode

from desk import Eyes, Hands, until

ROOT = Path(__file__).parent.parent


class Newcomer:
    """What the person does, in the person's terms."""

    def __init__(self, *arguments: str) -> None:
        self.program = subprocess.Popen(
            [os.environ["FANIN_PYTHON"], str(ROOT / "main.py"), *arguments],
            stderr=sys.stderr,
            text=True,
        )
        self.hands = Hands(os.environ["DISPLAY"])
        self.eyes = Eyes(self.program.pid)
        self.eyes.find("Canvas")
        self.eyes.find("engine ready")
        self.spots: dict[str, tuple[int, int]] = {}

    @property
    def canvas(self) -> tuple[int, int, int, int]:
        return self.eyes.where("Canvas")

    def spot(self, column: float, row: float) -> tuple[int, int]:
        """A place on the canvas, by tenths of its width and height."""
        x, y, width, height = self.canvas
        return round(x + width * column / 10), round(y + height * row / 10)

    def add(self, called: str, what: str, column: float, row: float) -> None:
        """Point at an empty place, press Tab, say what, Enter."""
        x, y = self.spot(column, row)
        self.hands.click(x, y)
        self.hands.key("Tab")
        self.eyes.find("Search and add a node")
        self.hands.type(what)
        self.hands.key("Return")
        self.spots[called] = (x, y)
        self.eyes.find("Name", "text")

    def select(self, called: str) -> None:
        self.hands.click(*self.spots[called])

    def set(self, called: str, field: str, text: str) -> None:
        """Select a node and type into a field of the inspector."""
        self.select(called)
        self.hands.click(*self.eyes.where(field, "text").centre, times=3)
        self.hands.type(text)
        self.hands.key("Return")

    def tick(self, called: str, field: str) -> None:
        self.select(called)
        self.hands.click(*self.eyes.where(field, "check box").centre)

    def wire(self, source: str, target: str) -> None:
        """Drag from the rightmost port of one node to the middle of another."""
        self.hands.click(*self.spot(5, 9.6))  # nothing selected: ports are plain
        self.hands.drag(self.port(source), self.spots[target])

    def cut_between(self, source: str, target: str) -> None:
        """Click the wire between two neighbours and press Delete."""
        x, y = self.port(source)
        end = self.spots[target][0]
        self.hands.click((x + end) / 2 - 12, y - 4)  # on the shape that stands on it
        self.hands.key("Delete")

    def port(self, called: str) -> tuple[int, int]:
        """Where the output of a node is: on its right edge, where the canvas begins."""
        x, y = self.spots[called]
        ground = mode(_row_of_pixels(*self.spot(5, 9.6), 40))
        above = _row_of_pixels(x, y - 12, 200)
        edge = next(i for i in range(200) if set(above[i : i + 8]) == {ground})
        return x + edge - 1, y

    def error(self) -> str:
        """The sentence of the only error, as the problem list says it."""
        self.open_tab("Problems")
        return str(self.eyes.find("Error: ").name)

    def sees_no_error(self) -> None:
        """Looks at the problem list until no error stands there."""
        self.open_tab("Problems")
        until(lambda: not self.eyes.sees("Error: "), "the design to be clean")

    def open_tab(self, name: str) -> None:
        self.hands.click(*self.eyes.where(name, "page tab").centre)

    def quit(self) -> None:
        self.hands.key("ctrl+q")
        self.program.wait(20)


def _row_of_pixels(x: int, y: int, count: int) -> list[tuple[int, int, int]]:
    image = subprocess.run(
        [
            "import",
            "-window",
            "root",
            "-crop",
            f"{count}x1+{x}+{y}",
            "-depth",
            "8",
            "ppm:-",
        ],
        capture_output=True,
        check=True,
        timeout=30,
    ).stdout
    body = image[-3 * count :]
    return [tuple(body[i : i + 3]) for i in range(0, 3 * count, 3)]  # type: ignore[misc]


def _build(person: Newcomer, file: Path) -> None:
    """Builds two branches from an empty canvas and joins them."""
    person.hands.key("ctrl+n")
    person.eyes.find("Untitled")
    person.add("x", "input", 0.8, 2.5)
    person.set("x", "shape", "N, 16")
    person.add("fc", "linear", 2.6, 2.5)
    person.wire("x", "fc")
    person.add("act", "relu", 4.4, 2.5)
    person.wire("fc", "act")
    person.add("sum", "add", 6.0, 2.5)
    person.wire("act", "sum")
    person.wire("x", "sum")
    person.add("words", "input", 0.8, 7.0)
    person.set("words", "shape", "N, T, 8")
    person.add("lstm", "lstm", 2.8, 7.0)
    person.tick("lstm", "batch_first")
    person.wire("words", "lstm")
    person.set("lstm", "hidden_size", "16")
    person.add("mean", "mean", 5.0, 7.0)
    person.set("mean", "dim", "1")
    person.wire("lstm", "mean")
    person.add("join", "concatenate", 6.9, 4.8)
    person.wire("sum", "join")
    person.wire("mean", "join")
    person.add("out", "linear", 8.9, 4.8)
    person.set("out", "out_features", "4")
    person.wire("join", "out")
    person.sees_no_error()


def _break_and_mend(person: Newcomer, file: Path) -> None:
    """Breaks the residual branch, loses a wire, and does what the messages say."""
    person.set("fc", "out_features", "12")
    said = person.error()
    _tell(f"  reads: {said}")
    _expect("add1" in said, "a message that names the sum")
    here, there = re.findall(r"\b(12|16)\b", said)[:2]
    _expect({here, there} == {"12", "16"}, "a message that names both sizes")
    person.set("fc", "out_features", "16")
    person.sees_no_error()

    person.cut_between("act", "sum")
    said = person.error()
    _tell(f"  reads: {said}")
    _expect("Drag a wire from 'relu1'" in said, "a message that says what to drag")
    person.wire("act", "sum")
    person.sees_no_error()

    person.set("lstm", "hidden_size", "0")
    refusal = person.eyes.find("hidden_size is a whole number from 1")
    _tell(f"  reads: {refusal.name}")
    person.set("lstm", "hidden_size", "16")
    person.sees_no_error()


def _save(person: Newcomer, file: Path) -> None:
    """Saves under a name."""
    person.hands.key("ctrl+s")
    person.eyes.find("File name", "text")
    person.hands.type(str(file))
    person.hands.key("Return")
    _expect(file.exists(), "the saved file")


def _lose_the_worker(person: Newcomer, file: Path) -> None:
    """Loses the worker, and is told that it was started again."""
    person.select("lstm")
    os.kill(_worker(person.program.pid), signal.SIGKILL)
    said = person.eyes.find("started again")
    _tell(f"  reads: {said.name}")
    person.eyes.find("engine ready")


def _run_the_code(person: Newcomer, file: Path) -> None:
    """Copies the code and runs it without Fanin."""
    person.open_tab("Code")
    person.hands.click(*person.eyes.where("Copy", "push button").centre)
    code = until(person.hands.clipboard, "the copied code")
    path = file.with_suffix(".py")
    path.write_text(code)
    ran = subprocess.run(
        [os.environ["FANIN_PYTHON"], path],
        capture_output=True,
        text=True,
        cwd=path.parent,
        check=False,
    )
    _tell(f"  prints: {ran.stdout.strip() or ran.stderr}")
    last = ran.stdout.strip().rpartition("\n")[2]
    _expect(last == "(8, 4)", "a batch of 8 with 4 results each")


def _worker(pid: int) -> int:
    """The program's worker: of its children, the one that holds torch in memory."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    found = [(task / "children").read_text().split() for task in tasks]
    return max((int(child) for some in found for child in some), key=_resident)


def _resident(pid: int) -> int:
    """Pages of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


def _expect(held: bool, what: str) -> None:
    if not held:
        raise SystemExit(f"The newcomer expected {what}.")


def _tell(sentence: str | None) -> None:
    print(sentence, flush=True)


def main() -> int:
    subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    file = Path(os.environ["HOME"]) / "two-inputs.fanin"
    try:
        person = Newcomer()
        for step in (_build, _break_and_mend, _save, _lose_the_worker):
            _tell(step.__doc__)
            step(person, file)
        person.quit()
        _tell("Opens the file again and runs the copied code without Fanin.")
        person = Newcomer(str(file))
        _run_the_code(person, file)
        person.quit()
    except BaseException:
        picture = Path(tempfile.gettempdir()) / "newcomer.png"
        subprocess.run(["import", "-window", "root", str(picture)], check=False)
        _tell(f"It did not hold; the screen as it was: {picture}")
        raise
    _tell("The whole story held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
