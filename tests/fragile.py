"""State that a context manager sets and resets in Python, as torch's no_grad does."""

import time

open_now: list[object] = []


class Fragile:
    def __enter__(self) -> None:
        open_now.append(self)
        busy(0.001)

    def __exit__(self, *raised: object) -> None:
        busy(0.001)
        open_now.pop()


def busy(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
