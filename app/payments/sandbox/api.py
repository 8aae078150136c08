"""The HTTP API of the sandbox: who asks, with which parameters, for the how-manieth time; then one bank step.

Order of refusals as at Stripe: no key, no such address, bad parameters, a used idempotency key.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe import params as sdk
from stripe.params import checkout as sdk_checkout

from app.payments.sandbox import checks
from app.payments.sandbox.bank import Bank
from app.payments.sandbox.errors import ApiError, missing
from app.payments.sandbox.expand import expand
from app.payments.sandbox.params import check, decode
from app.payments.sandbox.shapes import Item
from app.payments.sandbox.store import Store

Params = Mapping[str, Any]
Step = Callable[[Bank, Params, str], Item]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing that can be asked: an HTTP method, a path with at most one id, the kit's schema, the step."""

    method: str
    path: str
    schema: type
    step: Step


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
            self._admit(ask.authorization)
            call, object_id = _find(ask.method, ask.path)
            params = check(call.schema, decode(ask.encoded))
            with self._store.transaction() as book:
                bank = Bank(book, int(self._now()), self._public_base)
                key = f"{ask.method} {ask.idempotency_key}" if ask.method == "POST" else ""
                if key and ask.idempotency_key and (kept := book.kept_answer(key)):
                    return _replay(kept, ask, headers)
                body = json.dumps(expand(bank, call.step(bank, params, object_id), params.get("expand", [])))
                if key and ask.idempotency_key:
                    book.keep_answer(key, _fingerprint(ask), 200, body, bank.now)
                return Answer(200, body, headers)
        except ApiError as error:
            return Answer(error.status, json.dumps(error.body), headers)

    def _admit(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise ApiError(
                "You did not provide an API key. You need to provide your API key in the Authorization"
                " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
                status=401,
            )
        if not hmac.compare_digest(key.encode(), self._secret_key.encode()):
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


def _open_session(bank: Bank, params: Params, _: str) -> Item:
    checks.checkout(params, bank.now)
    return bank.open_session(params)


def _expire_session(bank: Bank, _: Params, session_id: str) -> Item:
    _retrieve("checkout.session")(bank, {}, session_id)
    return bank.expire(session_id)


def _refund(bank: Bank, params: Params, _: str) -> Item:
    checks.refund(params)
    return bank.refund(params)


def _retrieve(kind: str) -> Step:
    def step(bank: Bank, _: Params, object_id: str) -> Item:
        found = bank.book.get(object_id)
        if found is None or found["object"] != kind:
            raise missing(kind, object_id)
        return bank.fresh(found) if kind == "checkout.session" else found

    return step


def _list(kind: str, path: str, *comparable: str) -> Step:
    """A list step; ``comparable`` are the filters that are top-level fields of the object."""
    paging = {"limit", "starting_after", "ending_before", "created", "expand", "types"}

    def step(bank: Bank, params: Params, _: str) -> Item:
        for name in params.keys() - paging - set(comparable):
            raise ApiError(f"The sandbox does not play this filter: {name}", code="sandbox_only", param=name)
        if kind == "checkout.session":
            bank.expire_due()
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise ApiError("Invalid limit: must be between 1 and 100", param="limit")
        data, more = bank.book.newest(
            kind,
            {name: params[name] for name in comparable if name in params},
            types=params.get("types", ()),
            created=_bounds(params.get("created")),
            after=params.get("starting_after"),
            before=params.get("ending_before"),
            limit=limit,
        )
        return {"object": "list", "url": f"/v1/{path}", "has_more": more, "data": data}

    return step


def _bounds(created: Any) -> dict[str, int]:
    if isinstance(created, int):
        return {"gte": created, "lte": created}
    return dict(created or {})


CALLS: tuple[Call, ...] = (
    Call("POST", "v1/checkout/sessions", sdk_checkout.SessionCreateParams, _open_session),
    Call(
        "GET",
        "v1/checkout/sessions",
        sdk_checkout.SessionListParams,
        _list("checkout.session", "checkout/sessions", "payment_intent", "status"),
    ),
    Call(
        "GET",
        "v1/checkout/sessions/{id}",
        sdk_checkout.SessionRetrieveParams,
        _retrieve("checkout.session"),
    ),
    Call("POST", "v1/checkout/sessions/{id}/expire", sdk_checkout.SessionExpireParams, _expire_session),
    Call("GET", "v1/payment_intents/{id}", sdk.PaymentIntentRetrieveParams, _retrieve("payment_intent")),
    Call("GET", "v1/charges", sdk.ChargeListParams, _list("charge", "charges", "payment_intent")),
    Call("GET", "v1/charges/{id}", sdk.ChargeRetrieveParams, _retrieve("charge")),
    Call("POST", "v1/refunds", sdk.RefundCreateParams, _refund),
    Call("GET", "v1/refunds", sdk.RefundListParams, _list("refund", "refunds", "charge", "payment_intent")),
    Call("GET", "v1/refunds/{id}", sdk.RefundRetrieveParams, _retrieve("refund")),
    Call(
        "GET",
        "v1/balance_transactions",
        sdk.BalanceTransactionListParams,
        _list("balance_transaction", "balance_transactions", "currency", "source", "type"),
    ),
    Call(
        "GET",
        "v1/balance_transactions/{id}",
        sdk.BalanceTransactionRetrieveParams,
        _retrieve("balance_transaction"),
    ),
    Call("GET", "v1/events", sdk.EventListParams, _list("event", "events", "type")),
    Call("GET", "v1/events/{id}", sdk.EventRetrieveParams, _retrieve("event")),
)
