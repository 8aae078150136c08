"""Reads bank statements: CSV by columns somebody named once, and CAMT.053. Keeps what came in, booked and for good.

Refuses files it cannot read for sure, XML with a document type (no entity of its own, so none that grows or
reads a file), and anything deeper or larger than a statement is.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree as ET
from xml.parsers import expat

from app.core.i18n import Message, mark
from app.core.money import minor_digits

LARGEST = 900_000  # bytes: some ten thousand lines
DEEPEST = 60
COLUMNS = ("date", "amount", "payer", "text", "id")
NEEDED = ("date", "amount", "text")


class Unreadable(ValueError):
    """The file is no statement that can be read for sure; `said` tells why."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text)
        self.said = said


@dataclass(frozen=True)
class Line:
    """Money that came in. `bank_id` is the bank's own, or made of the line where it gives none."""

    bank_id: str
    booked_on: date
    amount_minor: int
    currency: str
    payer: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """A CSV file before its columns are known: the names of its columns and its rows."""

    header: list[str]
    rows: list[list[str]]

    @property
    def mark(self) -> str:
        """What stands for this layout, to know it again."""
        return hashlib.sha256("\x1f".join(self.header).encode()).hexdigest()[:16]


def text_of(data: bytes) -> str:
    """A file of a bank as text: UTF-8, or what French banks still write. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(mark("This file is too large. Export a shorter period."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def sheet_of(text: str) -> Sheet:
    """The table in a CSV file, whatever stands above it. Raises Unreadable."""
    found: list[list[list[str]]] = []
    for sign in ";,\t":
        try:
            rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=sign)]
        except csv.Error:
            continue
        found.append([row for row in rows if any(row)])
    best, width = [], 0
    for rows in found:
        widths = Counter(len(row) for row in rows if len(row) > 2)
        common = widths.most_common(1)[0][0] if widths else 0
        if common > width:
            best, width = rows, common
    table = [row for row in best if len(row) == width]
    if len(table) < 2:
        raise Unreadable(
            mark("No table was found in this file: a line of column names, then one line a movement.")
        )
    names = [name or f"#{number}" for number, name in enumerate(table[0], 1)]
    if len(set(names)) != len(names):
        names = [f"{name} ({number})" for number, name in enumerate(names, 1)]
    return Sheet(names, table[1:])


def read_csv(sheet: Sheet, columns: Mapping[str, str], currency: str) -> tuple[list[Line], int]:
    """What came in, by the names of the columns; and how many lines could not be read. Raises Unreadable."""
    places = {use: sheet.header.index(name) for use, name in columns.items() if name in sheet.header}
    if any(use not in places for use in NEEDED):
        raise Unreadable(mark("Say which columns hold the date, the amount and the text."))
    lines, unread = [], 0
    seen: Counter[str] = Counter()
    for row in sheet.rows:
        cells = {use: row[place] for use, place in places.items()}
        try:
            on, minor = _date(cells["date"]), _minor(cells["amount"], currency)
        except ValueError:
            unread += bool(cells["amount"])  # a column of credits is empty beside a debit
            continue
        if minor <= 0:
            continue
        own = "|".join((on.isoformat(), str(minor), cells.get("payer", ""), cells["text"]))
        seen[own] += 1
        made = hashlib.sha256(f"{own}|{seen[own]}".encode()).hexdigest()[:32]
        bank_id = cells.get("id", "")[:100] or f"csv:{made}"
        lines.append(Line(bank_id, on, minor, currency, cells.get("payer", "")[:120], cells["text"][:400]))
    return lines, unread


def _date(text: str) -> date:
    """A date as banks write it: 2027-03-01, 01/03/2027, 01.03.27; the day stands before the month."""
    if match := re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?", text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    match = re.fullmatch(r"(\d\d?)[/. -](\d\d?)[/. -](\d{4}|\d\d)", text)
    if match is None:
        raise ValueError(text)
    year = int(match[3])
    return date(year + 2000 if year < 100 else year, int(match[2]), int(match[1]))


def _minor(text: str, currency: str) -> int:
    """A signed amount as banks write it; of two signs the last one is the decimal's. Raises ValueError."""
    bare = re.sub(r"[\s\u00a0\u202f'’]|€|£|\$|[A-Z]{3}", "", text)
    decimals = max(2, minor_digits(currency))
    match = re.fullmatch(rf"([+-]?)(\d+|[1-9]\d{{0,2}}(?:[.,]\d{{3}})+)(?:[.,](\d{{1,{decimals}}}))?", bare)
    if match is None:
        raise ValueError(text)
    whole = re.sub(r"[.,]", "", match[2])
    return _whole(f"{match[1]}{whole}.{match[3] or 0}", currency)


def _whole(text: str, currency: str) -> int:
    try:
        minor = Decimal(text).scaleb(minor_digits(currency))
    except InvalidOperation:
        raise ValueError(text) from None
    if not minor.is_finite() or minor != minor.to_integral_value() or abs(minor) > 10**15:
        raise ValueError(text)
    return int(minor)


def read_camt(data: bytes) -> tuple[str, list[Line]]:
    """The account's IBAN and what came in, of a CAMT.053 statement (ISO 20022). Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable(mark("This file is too large. Export a shorter period."))
    root = _tree(data)
    statements = root.findall(".//Stmt")
    ibans = {iban for one in statements if (iban := _said(one, "Acct/Id/IBAN"))}
    if len(ibans) != 1:
        raise Unreadable(mark("This is no statement of one account in the CAMT.053 format."))
    lines = []
    for statement in statements:
        for place, entry in enumerate(statement.findall("Ntry")):
            lines += _entry(entry, f"{_said(statement, 'Id')}:{place}")
    return ibans.pop(), lines


def _tree(data: bytes) -> ET.Element:
    builder, depth = ET.TreeBuilder(), 0
    parser = expat.ParserCreate()
    said = mark("This file is no bank statement in the CAMT.053 format.")

    def refuse(*_: object) -> None:
        raise Unreadable(said)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(said)
        builder.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    try:
        parser.ParseFile(io.BytesIO(data))
        return builder.close()
    except expat.ExpatError as error:
        raise Unreadable(said) from error


def _said(node: ET.Element, *paths: str) -> str:
    """The first of some texts that stands in a node."""
    return next((found.strip() for path in paths if (found := node.findtext(path)) and found.strip()), "")


def _entry(entry: ET.Element, place: str) -> list[Line]:
    """The credits of one booked entry; a batch has one line for each payment in it."""
    status = _said(entry, "Sts/Cd", "Sts")
    if _said(entry, "CdtDbtInd") != "CRDT" or _said(entry, "RvslInd") == "true" or status not in ("BOOK", ""):
        return []
    own = _said(entry, "AcctSvcrRef", "NtryRef") or place
    details = entry.findall("NtryDtls/TxDtls")
    parts = [one for one in details if _amount(one) is not None] if len(details) > 1 else []
    if not parts:
        return [_line(entry, details[0] if details else entry, own)]
    return [_line(entry, one, f"{own}#{number}") for number, one in enumerate(parts, 1)]


def _amount(node: ET.Element) -> ET.Element | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = node.find(path)
        if found is not None:
            return found
    return None


def _line(entry: ET.Element, detail: ET.Element, own: str) -> Line:
    amount = _amount(detail) if "#" in own else entry.find("Amt")
    try:
        minor, currency = _credit(amount)
        on = _said(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        day = datetime.fromisoformat(on).date()
    except ValueError as error:
        raise Unreadable(mark("An entry of this statement has no amount or no date.")) from error
    words = [_said(detail, "RmtInf/Strd/CdtrRefInf/Ref")]
    words += [found.text.strip() for found in detail.findall("RmtInf/Ustrd") if found.text]
    words.append(_said(entry, "AddtlNtryInf"))
    payer = _said(detail, "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm")
    return Line(own[:120], day, minor, currency, payer[:120], " ".join(filter(None, words))[:400])


def _credit(amount: ET.Element | None) -> tuple[int, str]:
    currency = "" if amount is None else amount.get("Ccy", "")
    if amount is None or not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(currency)
    minor = _whole((amount.text or "").strip(), currency)
    if minor <= 0:
        raise ValueError(amount.text)
    return minor, currency


def looks_like_camt(data: bytes) -> bool:
    """Whether a file is to be read as XML."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def guess(header: Sequence[str]) -> dict[str, str]:
    """The likely use of columns, by the words French and English banks name them with."""
    hints = {
        "date": ("date de comptabilisation", "date opération", "date operation", "booking date", "date"),
        "amount": ("crédit", "credit", "montant", "amount", "paid in"),
        "payer": ("émetteur", "emetteur", "donneur", "nom", "payer", "name", "counterparty"),
        "text": ("libellé", "libelle", "motif", "communication", "description", "reference", "details"),
        "id": ("référence banque", "identifiant", "transaction id", "id"),
    }
    found: dict[str, str] = {}
    for use, words in hints.items():
        for word in words:
            for name in header:
                if use not in found and name not in found.values() and word in name.lower():
                    found[use] = name
    return found
