"""`/studio/transfers`: the organisation's account, its statements, and the lines somebody has to decide about."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from app.campaigns import queries as campaigns
from app.campaigns.forms import CURRENCIES
from app.core.deps import Db
from app.core.errors import Conflict, NotFound
from app.core.forms import FormData, FormState
from app.core.i18n import Message, mark
from app.core.pages import page, redirect
from app.drive import forms, queries, rules, statements
from app.drive.models import BankLine
from app.drive.rules import LineState
from app.drive.service import transfers
from app.drive.service.transfers import Outcome
from app.drive.statements import Sheet, Unreadable
from app.people.access import Member, may
from app.people.rules import Actor, Permission

router = APIRouter()
ROOM = "/studio/transfers"
MONEY, ADMIN = [may(Permission.MONEY)], [may(Permission.ADMIN)]

USES = {
    "date": mark("Day"),
    "amount": mark("Amount, or what came in"),
    "text": mark("What the payer wrote"),
    "payer": mark("Who paid"),
    "id": mark("The bank’s own number of the line"),
}


def _line(lid: str, actor: Member, session: Db) -> BankLine:
    found = queries.line(session, actor.organisation_id, lid)
    if found is None:
        raise NotFound
    return found


OwnLine = Annotated[BankLine, Depends(_line)]


def _show(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    account: FormState | None = None,
    file: FormState | None = None,
    outcome: Outcome | None = None,
    unread: int = 0,
    refused: tuple[str, Message | str] | None = None,
    status: int = 200,
) -> Response:
    row = queries.account(session, actor.organisation_id)
    kept = {name: getattr(row, name) for name in ("holder", "iban", "bic", "currency")} if row else {}
    own = campaigns.own_campaigns(session, actor)
    context = {
        "account": row,
        "iban": rules.spaced(row.iban) if row else "",
        "form": account or (FormState(kept) if kept else None),
        "currencies": [(code, code) for code in CURRENCIES],
        "file_form": file,
        "outcome": outcome,
        "unread": unread,
        "open": queries.lines(session, actor.organisation_id, LineState.OPEN),
        "done": queries.lines(session, actor.organisation_id, LineState.TAKEN, LineState.ASIDE, limit=30),
        "campaigns": [(one.pid, one.title) for one in own],
        "references": [(one.title, rules.spaced(rules.reference(one.pid))) for one in own],
        "refused": refused,
    }
    return page(request, "drive/transfers.html", context, status=status)


@router.get(ROOM, name="drive:transfers", dependencies=MONEY)
def transfers_page(request: Request, session: Db, actor: Member) -> Response:
    """The account, the statements, the lines that wait."""
    return _show(request, session, actor)


@router.post(ROOM + "/account", name="drive:save-account", dependencies=ADMIN)
def save_account(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    parsed = form.parse(forms.AccountForm)
    if parsed.data is None:
        return _show(request, session, actor, account=parsed, status=422)
    transfers.keep_account(session, actor, **parsed.data.model_dump())
    return redirect(request, ROOM, ok="saved")


@router.post(ROOM + "/import", name="drive:import", dependencies=MONEY)
def take_in(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """Read a statement: at once when its layout is known, else after its columns were named."""
    account = queries.account(session, actor.organisation_id)
    file = form.files.get("statement")
    if account is None or file is None:
        said = mark("Name the account first.") if account is None else mark("Choose a file.")
        return _show(request, session, actor, file=FormState({}, {"statement": said}), status=422)
    data = file.file.read(statements.LARGEST + 1)
    try:
        if statements.looks_like_camt(data):
            iban, lines = statements.read_camt(data)
            transfers.check_account(account, iban)
            return _show(request, session, actor, outcome=transfers.take_in(session, actor, lines))
        text = statements.text_of(data)
        sheet = statements.sheet_of(text)
        known = account.columns.get(sheet.mark)
        if known is None:
            return _columns_page(request, sheet, text, statements.guess(sheet.header))
        lines, unread = statements.read_csv(sheet, known, account.currency)
    except Unreadable as wrong:
        return _show(request, session, actor, file=FormState({}, {"statement": wrong.said}), status=422)
    except Conflict as wrong:
        return _show(request, session, actor, file=FormState({}, {"statement": wrong.message}), status=409)
    outcome = transfers.take_in(session, actor, lines)
    return _show(request, session, actor, outcome=outcome, unread=unread)


def _columns_page(
    request: Request, sheet: Sheet, text: str, chosen: dict[str, str], wrong: Message | None = None
) -> Response:
    state = FormState(
        {f"column_{use}": name for use, name in chosen.items()}, {"form": wrong} if wrong else {}
    )
    context = {
        "sheet": sheet,
        "text": text,
        "form": state,
        "uses": USES,
        "needed": statements.NEEDED,
        "options": [(name, name) for name in sheet.header],
    }
    return page(request, "drive/columns.html", context, status=422 if wrong else 200)


@router.post(ROOM + "/columns", name="drive:columns", dependencies=MONEY)
def columns(request: Request, session: Db, actor: Member, form: FormData) -> Response:
    """The columns are named: remember them for this layout, and read the file."""
    parsed = form.parse(forms.ColumnsForm)
    account = queries.account(session, actor.organisation_id)
    if parsed.data is None or account is None:
        said = mark("Choose the file again.")
        return _show(request, session, actor, file=FormState({}, {"statement": said}), status=422)
    chosen = parsed.data.columns()
    try:
        sheet = statements.sheet_of(parsed.data.csv)
    except Unreadable as wrong:
        return _show(request, session, actor, file=FormState({}, {"statement": wrong.said}), status=422)
    try:
        lines, unread = statements.read_csv(sheet, chosen, account.currency)
    except Unreadable as wrong:
        return _columns_page(request, sheet, parsed.data.csv, chosen, wrong.said)
    transfers.remember_columns(session, account, sheet.mark, chosen)
    return _show(request, session, actor, outcome=transfers.take_in(session, actor, lines), unread=unread)


@router.post(ROOM + "/lines/{lid}/take", name="drive:take-line", dependencies=MONEY)
def take_line(request: Request, session: Db, actor: Member, line: OwnLine, form: FormData) -> Response:
    parsed = form.parse(forms.LineForm)
    campaign = campaigns.own_campaign(session, actor, parsed.data.campaign) if parsed.data else None
    if parsed.data is None or campaign is None:
        said = mark("Choose one of your campaigns.")
        return _show(request, session, actor, refused=(line.pid, said), status=422)
    try:
        transfers.decide(session, actor, line, campaign, donor_name=parsed.data.donor_name)
    except Conflict as wrong:
        return _show(request, session, actor, refused=(line.pid, wrong.message), status=409)
    return redirect(request, ROOM, ok="decided")


@router.post(ROOM + "/lines/{lid}/aside", name="drive:aside-line", dependencies=MONEY)
def aside_line(request: Request, session: Db, actor: Member, line: OwnLine) -> Response:
    transfers.set_aside(session, actor, line)
    return redirect(request, ROOM, ok="decided")


@router.post(ROOM + "/lines/{lid}/again", name="drive:again-line", dependencies=MONEY)
def again_line(request: Request, session: Db, actor: Member, line: OwnLine) -> Response:
    transfers.take_up(session, actor, line)
    return redirect(request, ROOM, ok="undone")
