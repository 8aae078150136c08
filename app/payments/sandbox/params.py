"""What a caller may send: form bodies unpacked and checked against the kit's own typed parameters.

Stripe publishes its parameters as typed dictionaries; reading them here, and not a list of ours, keeps the
sandbox as strict as Stripe: an unknown name, a wrong type or a missing field is refused in Stripe's words.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from stripe import RequestOptions
from typing_extensions import is_typeddict

from app.payments.sandbox.errors import ApiError

Tree = dict[str, Any]

_KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
# Names the kit's annotations use without importing them at run time; neither travels in a body.
_SCOPE = {"StripeContext": str, "Mapping": Mapping, "UntypedStripeObject": dict}


def decode(body: str) -> Tree:
    """Unpack ``a[b][0]=c`` into nested dictionaries; lists stay keyed by index until they are checked."""
    tree: Tree = {}
    for name, value in parse_qsl(body, keep_blank_values=True, max_num_fields=1000):
        shape = _KEY.fullmatch(name)
        if not shape:
            raise ApiError(f"Invalid parameter name: {name}", param=name)
        path = [shape[1], *re.findall(r"\[([^\[\]]*)\]", shape[2])]
        branch = tree
        for step in path[:-1]:
            branch = branch.setdefault(step, {})
            if not isinstance(branch, dict):
                raise ApiError("Invalid object", param=name)
        last = path[-1] or str(len(branch))
        branch[last] = value
    return tree


def check(schema: type, tree: Tree) -> dict[str, Any]:
    """Check unpacked parameters against one of the kit's dictionaries and give them their types.

    Raises ApiError with ``parameter_unknown``, ``parameter_missing``, ``parameter_invalid_integer`` and the
    like, naming the parameter as Stripe does.
    """
    return _dictionary(schema, tree, "")


def _dictionary(schema: type, tree: Mapping[str, Any], path: str) -> dict[str, Any]:
    hints = _hints(schema)
    unknown = [_join(path, name) for name in tree if name not in hints]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise ApiError(
            f"Received unknown parameter{plural}: {', '.join(unknown)}",
            code="parameter_unknown",
            param=unknown[0],
        )
    for name in sorted(getattr(schema, "__required_keys__", ())):
        if name not in tree:
            wanted = _join(path, name)
            raise ApiError(f"Missing required param: {wanted}.", code="parameter_missing", param=wanted)
    return {name: _value(hints[name], value, _join(path, name)) for name, value in tree.items()}


@cache
def _hints(schema: type) -> dict[str, Any]:
    """The body parameters of a typed dictionary with their types; the kit's request options left out."""
    options = RequestOptions.__annotations__
    hints = get_type_hints(schema, localns=_SCOPE)
    top_level = options.keys() <= hints.keys()
    return {name: hint for name, hint in hints.items() if not (top_level and name in options)}


def _value(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(hint, value, path)
    if is_typeddict(hint):
        return _dictionary(hint, _branch(value, path), path)
    if origin is dict:
        return {key: _scalar(str, item, _join(path, key)) for key, item in _branch(value, path).items()}
    if origin is list:
        return _list(hint, value, path)
    return _scalar(hint, value, path)


def _one_of(hint: Any, value: Any, path: str) -> Any:
    """Try each member of a union; the kit adds ``str`` to every enumeration, which Stripe does not honour."""
    members = get_args(hint)
    if any(get_origin(member) is Literal and get_args(member) != ("",) for member in members):
        members = tuple(member for member in members if member is not str)
    nested = isinstance(value, dict)
    fitting = [member for member in members if _is_branch(member) == nested]
    refusal = ApiError("Invalid object" if nested else f"Invalid value: {value}", param=path)
    for member in fitting:
        try:
            return _value(member, value, path)
        except ApiError as error:
            refusal = error
    raise refusal


def _is_branch(hint: Any) -> bool:
    return is_typeddict(hint) or get_origin(hint) in (dict, list)


def _branch(value: Any, path: str) -> Tree:
    if not isinstance(value, dict):
        raise ApiError("Invalid object", param=path)
    return value


def _list(hint: Any, value: Any, path: str) -> list[Any]:
    if not isinstance(value, dict) or not all(key.isdigit() for key in value):
        raise ApiError("Invalid array", param=path)
    (member,) = get_args(hint)
    return [_value(member, value[key], f"{path}[{key}]") for key in sorted(value, key=int)]


def _scalar(hint: Any, value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise ApiError(f"Invalid string: {value}", param=path)
    if get_origin(hint) is Literal:
        return _choice(get_args(hint), value, path)
    if hint is bool:
        if value not in ("true", "false"):
            raise ApiError(f"Invalid boolean: {value}", code="parameter_invalid_boolean", param=path)
        return value == "true"
    if hint is int:
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
        return int(value)
    if hint in (float, Decimal):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ApiError(f"Invalid decimal: {value}", param=path) from None
    if not value:
        raise ApiError(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a"
            f" parameter; however '{path}' cannot be unset. You should remove '{path}' from your request or"
            " supply a non-empty value.",
            code="parameter_invalid_empty",
            param=path,
        )
    return value


def _choice(allowed: tuple[str, ...], value: str, path: str) -> str:
    if value in allowed:
        return value
    first, last = ", ".join(allowed[:-1]), allowed[-1]
    raise ApiError(f"Invalid {path}: must be one of {first}, or {last}", param=path)


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
