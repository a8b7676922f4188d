"""What all tests stand on: no screen, a home of their own, profiles of hypothesis."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

# Before Qt: a test never opens a window on somebody's desk, nor reads their settings.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_HOME = tempfile.mkdtemp(prefix="fanin-tests-")
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
    os.environ[_name] = str(Path(_HOME) / _name.lower())
os.environ["FANIN_HOME"] = _HOME
os.environ.setdefault("OMP_NUM_THREADS", "1")  # torch's threads, in the child too

import shutil  # noqa: E402
from collections.abc import Iterator  # noqa: E402

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

settings.register_profile(
    "quick",
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session", autouse=True)
def _home() -> Iterator[None]:
    """The home goes with the session."""
    yield
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """All cores for the whole suite; a few tests start sooner in one process."""
    return 0 if config.invocation_params.args else min(4, os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Qt's messages fail a test; this one says only that there is no screen."""
    offscreen = "This plugin does not support "
    config.addinivalue_line("qt_log_ignore", offscreen)
