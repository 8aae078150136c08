"""The house's own rules of style, read from the source."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]
LIMIT = 350
# Assets come from memory: their route touches no database and may answer on the loop.
ROUTES = [name for name in NAMES if re.search(r"/routes(\.py|/)", name) and name != "app/core/routes.py"]
COMMITS = {"app/core/db.py", "app/core/deps.py"}


def _tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(_tree(name)), "a module opens with one sentence"


@pytest.mark.parametrize("name", NAMES)
def test_length(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LIMIT


@pytest.mark.parametrize("name", NAMES)
def test_calls(name: str) -> None:
    for node in ast.walk(_tree(name)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        called = node.func.attr
        where = f"{name}:{node.lineno}"
        if called == "commit":
            assert name in COMMITS, f"{where}: commits happen at the edge"
        if called in ("now", "utcnow", "today") and ast.unparse(node.func.value) in ("datetime", "date"):
            assert name == "app/core/clock.py", f"{where}: ask core.clock"
        if called == "sleep":
            assert name == "app/worker.py", f"{where}: nobody sleeps"


@pytest.mark.parametrize("name", ROUTES)
def test_routes_hold_no_query_and_run_in_threads(name: str) -> None:
    tree = _tree(name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "select", f"{name}:{node.lineno}: reads belong in queries"
    routed = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.AsyncFunctionDef)
        and any("router." in ast.unparse(mark) for mark in node.decorator_list)
    ]
    assert routed == [], "routes that touch the database are plain functions"


def test_money_is_never_a_float() -> None:
    for path in FILES:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not re.search(r"float\([^)]*minor", line), f"{path}:{number}"
