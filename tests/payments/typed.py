"""Every request the gateway makes is checked against the types Stripe publishes with its kit.

Keys that Stripe does not know, required ones left out and values of another type are refused, at any depth. What
changes something and may be repeated must carry a key of idempotency.
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints
from unittest.mock import patch

import typing_extensions as typing_more
from stripe import RequestOptions

from app.payments import stripe_gateway, stripe_line

NOT_REQUIRED = (NotRequired, typing_more.NotRequired)
CREATES = ("checkout._session_service.SessionService.create", "_refund_service.RefundService.create")


@contextmanager
def checked_requests() -> Iterator[set[str]]:
    """Check requests for the length of the block; the names of the methods that were called."""
    called: set[str] = set()
    real = stripe_line.ask

    def ask(call: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        if inspect.ismethod(call):
            called.add(check(call, inspect.signature(call).bind(*given, **named).arguments))
        return real(call, *given, **named)

    with patch.object(stripe_gateway, "ask", ask):
        yield called


def check(call: Any, given: dict[str, Any]) -> str:
    """Raise AssertionError unless a call of the kit is as its types have it; the method's name."""
    name = f"{call.__module__.removeprefix('stripe.')}.{call.__qualname__}"
    params = given.get("params")
    if params is not None:
        fits(dict(params), _params_type(call.__func__), name)
    if name in CREATES:
        assert given["options"]["idempotency_key"], f"{name} without a key"
    return name


def fits(value: Any, wanted: Any, where: str) -> None:
    """Raise AssertionError unless a value is of a type of the kit."""
    origin = get_origin(wanted)
    if origin in NOT_REQUIRED or origin is Annotated:
        fits(value, get_args(wanted)[0], where)
    elif typing_more.is_typeddict(wanted):
        _fits_keys(value, wanted, where)
    elif origin in (Union, UnionType):
        _fits_one(value, get_args(wanted), where)
    elif origin is Literal:
        assert value in get_args(wanted), f"{where}: {value!r} is not of {get_args(wanted)}"
    elif origin is list:
        assert isinstance(value, list), f"{where}: {value!r} is no list"
        for number, item in enumerate(value):
            fits(item, get_args(wanted)[0], f"{where}[{number}]")
    elif origin is dict:
        assert isinstance(value, dict), f"{where}: {value!r} is no mapping"
        for key, item in value.items():
            fits(key, get_args(wanted)[0], where)
            fits(item, get_args(wanted)[1], f"{where}.{key}")
    else:
        assert wanted in (str, int, bool, float, NoneType), f"{where}: {wanted} is not understood"
        assert type(value) is wanted, f"{where}: {value!r} is not {wanted.__name__}"


def _fits_one(value: Any, members: tuple[Any, ...], where: str) -> None:
    """The kit adds ``str`` to every enumeration, which Stripe does not honour."""
    if any(get_origin(one) is Literal and get_args(one) != ("",) for one in members):
        members = tuple(one for one in members if one is not str)
    problems = []
    for one in members:
        try:
            fits(value, one, where)
        except AssertionError as problem:
            problems.append(str(problem))
        else:
            return
    raise AssertionError(f"{where}: {value!r} is none of these: {problems}")


def _fits_keys(value: Any, wanted: Any, where: str) -> None:
    assert isinstance(value, dict), f"{where}: {value!r} is no mapping"
    hints = _hints(wanted)
    unknown = set(value) - set(hints)
    assert not unknown, f"{where}: Stripe knows no {sorted(unknown)}"
    missing = {key for key, one in hints.items() if get_origin(one) not in NOT_REQUIRED} - set(value)
    assert not missing, f"{where}: {sorted(missing)} left out"
    for key, item in value.items():
        fits(item, hints[key], f"{where}.{key}")


@cache
def _hints(wanted: Any) -> dict[str, Any]:
    only_for_checkers = {"StripeContext": str, "Mapping": dict}
    hints = get_type_hints(wanted, localns=only_for_checkers, include_extras=True)
    # The kit's older calls took both in one mapping; ours are given apart.
    return {name: hint for name, hint in hints.items() if name not in RequestOptions.__annotations__}


@cache
def _params_type(method: Callable[..., Any]) -> Any:
    """The type a method of the kit names for its parameters; the kit imports it for type checkers only."""
    named = re.search(r"\w+Params", str(inspect.get_annotations(method)["params"]))
    assert named is not None
    source = inspect.getsource(sys.modules[method.__module__])
    place = re.search(rf"from (stripe\.params[\w.]*) import \(?\s*{named[0]}\b", source)
    assert place is not None, named[0]
    return getattr(import_module(place[1]), named[0])
