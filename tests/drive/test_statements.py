"""Statements of banks as they come: layouts, dates, amounts, batches; and what is refused."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.drive import statements
from app.drive.statements import Line, Unreadable

FRENCH = """Compte;FR76 3000 6000 0112 3456 7890 189
Solde au 08/03/2027;1 234,56

Date;Date valeur;Libellé;Débit;Crédit;Référence
06/03/2027;06/03/2027;VIR SEPA LEA MARTIN RF07 4S7Y 0T;;"1 250,00";A1
06/03/2027;06/03/2027;PRLV EDF;-84,10;;A2
7/3/27;07/03/2027;"VIR INST; PAUL";;12,5;A3
07/03/2027;07/03/2027;VIR INCONNU;;douze;A4
"""
FRENCH_COLUMNS = {"date": "Date", "amount": "Crédit", "text": "Libellé", "id": "Référence"}


def test_a_french_csv() -> None:
    sheet = statements.sheet_of(statements.text_of(FRENCH.encode("cp1252")))
    assert sheet.header == ["Date", "Date valeur", "Libellé", "Débit", "Crédit", "Référence"]
    lines, unread = statements.read_csv(sheet, FRENCH_COLUMNS, "EUR")
    assert [(line.bank_id, line.booked_on, line.amount_minor) for line in lines] == [
        ("A1", date(2027, 3, 6), 125_000),
        ("A3", date(2027, 3, 7), 1_250),
    ]
    assert lines[1].text == "VIR INST; PAUL"
    assert unread == 1
    assert statements.guess(sheet.header)["amount"] == "Crédit"
    assert statements.guess(sheet.header)["text"] == "Libellé"


def test_lines_without_a_number_are_told_apart_and_known_again() -> None:
    text = "Date,Amount,Details\n2027-03-06,10.00,tea\n2027-03-06,10.00,tea\n2027-03-07,-3.00,fee\n"
    columns = {"date": "Date", "amount": "Amount", "text": "Details"}
    sheet = statements.sheet_of(text)
    first, _ = statements.read_csv(sheet, columns, "GBP")
    again, _ = statements.read_csv(sheet, columns, "GBP")
    assert first == again
    assert len({line.bank_id for line in first}) == len(first) == 2


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("1 234,56", "EUR", 123_456),
        ("1.234,56", "EUR", 123_456),
        ("1,234.56", "EUR", 123_456),
        ("+12,5 €", "EUR", 1_250),
        ("1.234", "EUR", 123_400),
        ("1\u202f000", "XOF", 1_000),
        ("12,50", "EUR", 1_250),
        ("-0,10", "EUR", -10),
    ],
)
def test_amounts(typed: str, currency: str, minor: int) -> None:
    assert statements._minor(typed, currency) == minor


@pytest.mark.parametrize("typed", ["", "douze", "1,2,3,", "NaN", "1e400", "0,001 XOF"])
def test_amounts_that_are_none(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        statements._minor(typed, "XOF")


@pytest.mark.parametrize("text", ["", "a;b;c", "only words\nand more", "a,b\n1,2\n"])
def test_what_is_no_table(text: str) -> None:
    with pytest.raises(Unreadable):
        statements.sheet_of(text)


def test_columns_must_be_named() -> None:
    sheet = statements.sheet_of(FRENCH)
    with pytest.raises(Unreadable):
        statements.read_csv(sheet, {"date": "Date", "amount": "Crédit"}, "EUR")
    with pytest.raises(Unreadable):
        statements.read_csv(sheet, {**FRENCH_COLUMNS, "text": "Motif"}, "EUR")


def camt(entries: str, iban: str = "FR7630006000011234567890189") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(amount: str, more: str = "", *, side: str = "CRDT", state: str = "<Cd>BOOK</Cd>") -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{state}</Sts>'
        f"<BookgDt><Dt>2027-03-06</Dt></BookgDt>{more}</Ntry>"
    )


def detail(text: str, amount: str = "", who: str = "Léa Martin") -> str:
    amt = f'<Amt Ccy="EUR">{amount}</Amt>' if amount else ""
    return (
        f"<TxDtls>{amt}<RltdPties><Dbtr><Pty><Nm>{who}</Nm></Pty></Dbtr></RltdPties>"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def test_a_camt_statement() -> None:
    one = "<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>" + detail("don RF07 4S7Y 0T") + "</NtryDtls>"
    batch = (
        "<AcctSvcrRef>B2</AcctSvcrRef><NtryDtls>"
        + detail("un", "10.00")
        + detail("deux", "20.00", "Paul")
        + "</NtryDtls>"
    )
    entries = [
        entry("25.00", one),
        entry("30.00", batch),
        entry("84.10", side="DBIT"),
        entry("9.00", state="PDNG"),
        entry("9.00", "<RvslInd>true</RvslInd>"),
        entry("7.00"),
    ]
    iban, lines = statements.read_camt(camt("".join(entries)))
    assert iban == "FR7630006000011234567890189"
    day = date(2027, 3, 6)
    assert lines == [
        Line("B1", day, 2500, "EUR", "Léa Martin", "don RF07 4S7Y 0T"),
        Line("B2#1", day, 1000, "EUR", "Léa Martin", "un"),
        Line("B2#2", day, 2000, "EUR", "Paul", "deux"),
        Line("S1:5", day, 700, "EUR", "", ""),
    ]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<Document><Stmt>&b;</Stmt></Document>"""
READER = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document>&x;</Document>"""
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><Document/>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        READER,
        OUTSIDE,
        b"<a>" * 200 + b"</a>" * 200,
        b"<Document>",
        b"<Document/>",
        camt(entry("-4.00")),
        camt(entry("NaN")),
        camt(entry("4.001")),
        b"<" + b"a" * 1_000_000 + b"/>",
    ],
)
def test_xml_that_is_refused(data: bytes) -> None:
    assert statements.looks_like_camt(data)
    with pytest.raises(Unreadable):
        statements.read_camt(data)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    try:
        if statements.looks_like_camt(data):
            statements.read_camt(data)
        else:
            sheet = statements.sheet_of(statements.text_of(data))
            statements.read_csv(sheet, statements.guess(sheet.header), "EUR")
    except Unreadable:
        pass
