"""The HTTP API of the sandbox: who asks, with which parameters, for the how-manieth time; then one bank step.

Order of refusals as at Stripe: no key, no such address, a key that may not, bad parameters, a used idempotency
key. Which addresses there are is said in `calls`.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.payments.sandbox.bank import Bank
from app.payments.sandbox.calls import CALLS, Call
from app.payments.sandbox.errors import ApiError
from app.payments.sandbox.expand import expand
from app.payments.sandbox.keys import restricted_keys
from app.payments.sandbox.params import check, decode
from app.payments.sandbox.shapes import shown
from app.payments.sandbox.store import Store

# What the second of the two restricted keys may not do.
LESSER_LACKS = ("rak_refund_write", "rak_dispute_write", "rak_payout_read")


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, free of any web framework."""

    method: str
    path: str
    authorization: str
    idempotency_key: str
    encoded: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: status, JSON text and headers."""

    status: int
    body: str
    headers: Mapping[str, str]


class Api:
    """Answers requests over one store."""

    def __init__(self, store: Store, secret_key: str, public_base: str, now: Callable[[], float]) -> None:
        self._store = store
        self._secret_key = secret_key
        self._public_base = public_base
        self._now = now

    def answer(self, ask: Ask) -> Answer:
        """Carry out one request; a refusal is an answer too."""
        headers = {"Request-Id": f"req_{secrets.token_hex(7)}"}
        if ask.idempotency_key:
            headers["Idempotency-Key"] = ask.idempotency_key
        try:
            lacks = self._admit(ask.authorization)
            call, object_id = _find(ask.method, ask.path)
            if call.permission in lacks:
                raise _forbidden(call.permission)
            params = check(call.schema, decode(ask.encoded))
            with self._store.transaction() as book:
                bank = Bank(book, int(self._now()), self._public_base)
                key = f"{ask.method} {ask.idempotency_key}" if ask.method == "POST" else ""
                if key and ask.idempotency_key and (kept := book.kept_answer(key)):
                    return _replay(kept, ask, headers)
                found = expand(bank, call.step(bank, params, object_id), params.get("expand", []))
                body = json.dumps(shown(found))
                if key and ask.idempotency_key:
                    book.keep_answer(key, _fingerprint(ask), 200, body, bank.now)
                return Answer(200, body, headers)
        except ApiError as error:
            return Answer(error.status, json.dumps(error.body), headers)

    def _admit(self, authorization: str) -> tuple[str, ...]:
        """Let a known key in; returns the permissions it lacks."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization"
                " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        whole, lesser = restricted_keys(self._secret_key)
        if any(hmac.compare_digest(key.encode(), known.encode()) for known in (self._secret_key, whole)):
            return ()
        if hmac.compare_digest(key.encode(), lesser.encode()):
            return LESSER_LACKS
        raise ApiError(f"Invalid API Key provided: {key[:8]}****{key[-4:]}", status=401)


def _find(method: str, path: str) -> tuple[Call, str]:
    parts = path.strip("/").split("/")
    for call in CALLS:
        wanted = call.path.split("/")
        pairs = list(zip(wanted, parts, strict=False))
        fits = len(wanted) == len(parts) and all(name in ("{id}", part) for name, part in pairs)
        if fits and call.method == method:
            return call, next((part for name, part in pairs if name == "{id}"), "")
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the"
        " trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty)"
        " identifier.",
        status=404,
    )


def _forbidden(permission: str) -> ApiError:
    return ApiError(
        "The provided key does not have the required permissions for this endpoint. Having the"
        f" '{permission}' permission would allow this request to continue.",
        status=403,
    )


def _fingerprint(ask: Ask) -> str:
    return hashlib.sha256(f"{ask.path}\n{ask.encoded}".encode()).hexdigest()


def _replay(kept: tuple[str, int, str], ask: Ask, headers: Mapping[str, str]) -> Answer:
    fingerprint, status, body = kept
    if fingerprint != _fingerprint(ask):
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were first used"
            f" with. Try using a key other than '{ask.idempotency_key}' if you meant to execute a different"
            " request.",
            kind="idempotency_error",
        )
    return Answer(status, body, {**headers, "Idempotent-Replayed": "true"})
