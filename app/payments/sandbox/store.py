"""The sandbox's own little database: objects, kept answers, deliveries and switches, in one SQLite file.

Every change happens inside one immediate transaction, so that a process killed at any moment leaves either
all of a payment or nothing of it, and several processes may share the file.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS open_sessions ON objects (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    claimed_until REAL NOT NULL DEFAULT 0,
    answer TEXT NOT NULL DEFAULT '',
    endpoint TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state, next_at);
CREATE INDEX IF NOT EXISTS deliveries_by_subject ON deliveries (subject);
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS endpoints (url TEXT PRIMARY KEY, secret TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS objects_by_page ON objects (kind, json_extract(body, '$._page'));
CREATE INDEX IF NOT EXISTS objects_by_payout ON objects (kind, json_extract(body, '$._payout'));
"""

DeliveryState = Literal["queued", "held", "done", "dead"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook on its way: which event, to which attempt it has come and what the receiver last said."""

    seq: int
    event: str
    subject: str
    state: DeliveryState
    attempts: int
    answer: str
    endpoint: str  # empty: the one the sandbox was made with


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Somewhere else notifications go, and the secret they are signed with."""

    url: str
    secret: str


class Store:
    """Opens the file; ``transaction`` is the only way in."""

    def __init__(self, data_file: Path) -> None:
        self._file = data_file
        data_file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)
            columns = {row["name"] for row in connection.execute("PRAGMA table_info(deliveries)")}
            if "endpoint" not in columns:  # a file from before there could be several
                connection.execute("ALTER TABLE deliveries ADD COLUMN endpoint TEXT NOT NULL DEFAULT ''")

    @contextmanager
    def transaction(self) -> Iterator["Book"]:
        """One write transaction: committed when the block ends well, undone when it raises."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Book(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=20, isolation_level=None)
        connection.row_factory = sqlite3.Row
        # Safe against a killed process, which is what a test bench meets; a power cut may cost it a step.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class Book:
    """What can be read and written inside one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def get(self, object_id: str) -> dict[str, Any] | None:
        """The object with this id."""
        row = self._db.execute("SELECT body FROM objects WHERE id = ?", (object_id,)).fetchone()
        return _object(row) if row else None

    def put(self, item: Mapping[str, Any]) -> None:
        """Keep an object, new or changed. Its place in the order of creation never changes."""
        self._db.execute(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (item["id"], item["object"], item["created"], json.dumps(item)),
        )

    def newest(
        self,
        kind: str,
        where: Mapping[str, str] | None = None,
        *,
        types: Sequence[str] = (),
        created: Mapping[str, int] | None = None,
        after: str | None = None,
        before: str | None = None,
        limit: int = 10,
    ) -> tuple[list[dict[str, Any]], bool]:
        """Objects of a kind, newest first, and whether more follow in the direction of reading.

        ``where`` compares top-level fields, ``types`` the field ``type``; ``created`` holds bounds by name
        (gt, gte, lt, lte); ``after`` and ``before`` are the ids that page cursors point at.
        """
        sql, values = ["SELECT body FROM objects WHERE kind = ?"], [kind]
        for name, value in (where or {}).items():
            sql.append("AND json_extract(body, ?) = ?")
            values += [f"$.{name}", value]
        if types:
            sql.append("AND json_extract(body, '$.type') IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(list(types)))
        for bound, moment in (created or {}).items():
            sql.append(f"AND created {_BOUNDS[bound]} CAST(? AS INTEGER)")
            values.append(str(moment))
        if after:
            sql.append("AND seq < (SELECT seq FROM objects WHERE id = ?)")
            values.append(after)
        if before:
            sql.append("AND seq > (SELECT seq FROM objects WHERE id = ?)")
            values.append(before)
        sql.append("ORDER BY seq ASC" if before else "ORDER BY seq DESC")
        sql.append(f"LIMIT {int(limit) + 1}")
        found = [_object(row) for row in self._db.execute(" ".join(sql), values)]
        page, more = found[:limit], len(found) > limit
        return (page[::-1] if before else page), more

    def overdue_sessions(self, now: int) -> list[dict[str, Any]]:
        """Payment pages still open though their time is over."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE kind = 'checkout.session'"
            " AND json_extract(body, '$.status') = 'open' AND json_extract(body, '$.expires_at') <= ?",
            (now,),
        )
        return [_object(row) for row in rows]

    def kept_answer(self, key: str) -> tuple[str, int, str] | None:
        """Fingerprint, status and body of the answer first given under an idempotency key."""
        row = self._db.execute(
            "SELECT fingerprint, status, body FROM answers WHERE key = ?", (key,)
        ).fetchone()
        return tuple(row) if row else None

    def keep_answer(self, key: str, fingerprint: str, status: int, body: str, now: int) -> None:
        """Remember an answer for 30 days, Stripe for at least one."""
        self._db.execute("DELETE FROM answers WHERE created < ?", (now - 30 * 86400,))
        self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", (key, fingerprint, status, body, now))

    def enqueue(self, event: str, subject: str, now: float) -> None:
        """Put an event on its way, or aside when webhooks are held back."""
        state: DeliveryState = "held" if self.switch("hold") else "queued"
        targets = ["", *(endpoint.url for endpoint in self.endpoints())]
        self._db.executemany(
            "INSERT INTO deliveries (event, subject, state, next_at, endpoint) VALUES (?, ?, ?, ?, ?)",
            [(event, subject, state, now, target) for target in targets],
        )

    def claim_delivery(self, now: float, lease_s: float) -> Delivery | None:
        """Take the oldest delivery that is due, for a while: nobody else gets it before the lease ends."""
        row = self._db.execute(
            "UPDATE deliveries SET claimed_until = ?, attempts = attempts + 1 WHERE seq = ("
            " SELECT seq FROM deliveries WHERE state = 'queued' AND next_at <= ? AND claimed_until <= ?"
            " ORDER BY next_at, seq LIMIT 1) RETURNING seq, event, subject, state, attempts, answer, endpoint",
            (now + lease_s, now, now),
        ).fetchone()
        return Delivery(*row) if row else None

    def settle_delivery(self, seq: int, state: DeliveryState, answer: str, next_at: float) -> None:
        """Record what the receiver said and when to try again, and give the claim back."""
        self._db.execute(
            "UPDATE deliveries SET state = ?, answer = ?, next_at = ?, claimed_until = 0 WHERE seq = ?",
            (state, answer, next_at, seq),
        )

    def release_held(self, now: float) -> int:
        """Send what was held back; returns how many."""
        changed = self._db.execute(
            "UPDATE deliveries SET state = 'queued', next_at = ? WHERE state = 'held'", (now,)
        )
        return changed.rowcount

    def deliveries(self, subject: str) -> list[Delivery]:
        """Everything sent about one payment page, oldest first."""
        rows = self._db.execute(
            "SELECT seq, event, subject, state, attempts, answer, endpoint FROM deliveries WHERE subject = ?"
            " ORDER BY seq",
            (subject,),
        )
        return [Delivery(*row) for row in rows]

    def endpoints(self) -> list[Endpoint]:
        """Where notifications go besides the first receiver."""
        return [Endpoint(*row) for row in self._db.execute("SELECT url, secret FROM endpoints ORDER BY url")]

    def add_endpoint(self, endpoint: Endpoint) -> None:
        """Send every later notification there too; a known address gets the new secret."""
        self._db.execute("INSERT OR REPLACE INTO endpoints VALUES (?, ?)", (endpoint.url, endpoint.secret))

    def unpaid_lines(self, currency: str) -> list[dict[str, Any]]:
        """The balance transactions in a currency that no payout has taken yet, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM objects WHERE kind = 'balance_transaction'"
            " AND json_extract(body, '$._payout') IS NULL AND json_extract(body, '$.currency') = ? ORDER BY seq",
            (currency,),
        )
        return [_object(row) for row in rows]

    def switch(self, name: str) -> bool:
        """Whether a switch of the test bench is on."""
        row = self._db.execute("SELECT value FROM switches WHERE name = ?", (name,)).fetchone()
        return bool(row and row["value"])

    def set_switch(self, name: str, *, on: bool) -> None:
        """Turn a switch of the test bench on or off."""
        self._db.execute("INSERT OR REPLACE INTO switches VALUES (?, ?)", (name, int(on)))


_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _object(row: sqlite3.Row) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(row["body"])
    return found
