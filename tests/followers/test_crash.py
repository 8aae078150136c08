"""Kill -9 on the way: two processes, a real mail server, every letter exactly once. The measure itself, made small."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench import followers

ROOT = Path(__file__).parents[2]
MANY = 300


def test_each_exactly_once_across_a_kill(own_database: Callable[[str], str], tmp_path: Path) -> None:
    """A letter missing, twice, or to who left, bounced or is leaving makes the measure end with 1."""
    settings = followers.environment(tmp_path, followers.free_port(), own_database("letters"))
    command = [sys.executable, "-m", "bench.followers", "--measure", str(tmp_path), "--kills", "1"]
    done = subprocess.run(  # noqa: S603 - ourselves
        [*command, "--followers", str(MANY)],
        cwd=ROOT,
        env=settings,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-2000:]}"
    assert "each exactly once" in done.stdout
