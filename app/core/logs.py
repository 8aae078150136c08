"""Logs: one line an event, as JSON or for eyes. Refuses secrets, addresses and forged lines."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from app.core.settings import Settings

HIDDEN = "[hidden]"

# Values under these names are never written, whatever they hold.
_SECRET_NAMES = re.compile(
    r"authorization|cookie|token|secret|password|passwd|api_?key|csrf|signature|recipient|email|smtp_url|"
    r"database_url",
    re.IGNORECASE,
)
# Shapes that give a secret away wherever they stand: personal links, keys, passwords in URLs, e-mails.
_SECRET_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"/(after|brief|gift|join|setup|sign-in|calendar|notice|mine)/[A-Za-z0-9_\-]{16,}"),
        r"/\1/" + HIDDEN,
    ),
    (re.compile(r"\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{6,}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=\-]{8,}"), r"\1 " + HIDDEN),
    (re.compile(r"://[^\s/:@]*:[^\s/@]+@"), f"://{HIDDEN}@"),
    (re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"), "[e-mail]"),
)


def clean(text: str) -> str:
    """A text without what looks like a secret."""
    for shape, instead in _SECRET_SHAPES:
        text = shape.sub(instead, text)
    return text


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: HIDDEN if _SECRET_NAMES.search(str(key)) else _safe(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else clean(str(value))


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The processor that hides secrets, by the name of the value and by its shape."""
    for key, value in event.items():
        if key == "event":
            event[key] = clean(str(value))
        elif key not in ("timestamp", "level", "logger"):
            event[key] = HIDDEN if _SECRET_NAMES.search(key) else _safe(value)
    return event


def one_line(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For eyes: line breaks and control characters in values become visible, so no line can be forged."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = re.sub(r"[\x00-\x1f\x7f]", lambda found: repr(found[0])[1:-1], value)
    return event


def configure(settings: Settings) -> None:
    """Send our own events and those of every library through the same processors, to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    safe: list[Any] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
    ]
    if settings.log_format == "json":
        safe.append(structlog.processors.JSONRenderer(ensure_ascii=False))
    else:
        safe += [one_line, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()], processors=safe
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for noisy in (
        "uvicorn.error",
        "uvicorn.access",
        "alembic",
        "stripe",
        "httpx",
        "httpx2",
        "PIL",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # A tick that is still at work when the next is due is no news: /readyz and /metrics tell when work is late.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
