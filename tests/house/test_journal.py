"""Every action the rooms note in the audit log has its sentence, and every group its name."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.campaigns.rules import State
from app.people.wording import ACTIONS, KINDS

APP = Path(__file__).parents[2] / "app"


def _noted() -> Iterator[str]:
    """The literal actions given to `audit.record` and to the helpers that pass one on."""
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            if ast.unparse(node.func) in ("audit.record", "_note"):
                for argument in node.args:
                    yield from _literals(argument)


def _literals(argument: ast.expr) -> Iterator[str]:
    for node in ast.walk(argument):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            group, _, verb = node.value.partition(".")
            if group.isidentifier() and verb.isidentifier():
                yield node.value


def test_every_action_has_a_sentence() -> None:
    noted = set(_noted())
    assert len(noted) > 20
    assert noted <= set(ACTIONS)
    assert {f"campaign.{state.value}" for state in State} <= set(ACTIONS)


def test_every_group_has_a_name() -> None:
    assert {action.partition(".")[0] for action in ACTIONS} == set(KINDS)
