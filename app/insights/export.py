"""The figures as files: CSV for machines, one sum a line, with codes; a workbook for people, in their language."""

import io
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from sqlmodel import Session

from app.campaigns.models import Campaign
from app.core.i18n import Message, mark
from app.core.money import decimal_string, minor_digits
from app.core.spreadsheet import inert, line
from app.insights import queries, telling
from app.insights.models import Tally
from app.insights.rules import METRICS, Dimension, Measure
from app.insights.telling import Line, Share
from app.insights.words import MEASURES

COLUMNS = (
    "date",
    "day",
    "measure",
    "influencer",
    "challenge_day",
    "frame",
    "channel",
    "language",
    "number",
    "amount",
    "currency",
)
MONEY = frozenset({Measure.GIFTS, Measure.BACK, Measure.FEES, Measure.MATCHED, Measure.DECLARED})


def csv_lines(session: Session, campaign: Campaign) -> Iterator[str]:
    """Every sum, one a line, the first day first; then what was typed of reach: UTF-8, CRLF, ISO dates."""
    yield line(COLUMNS)
    names = queries.influencer_names(session, campaign)
    days = {one.id: str(day.number) for one, day in queries.challenges(session, campaign)}
    frames = {one.id: f"{day.number}.{one.position + 1}" for one, day in queries.frames(session, campaign)}
    for row in queries.tallies(session, campaign):
        amount = decimal_string(row.amount_minor, campaign.currency) if row.measure in MONEY else ""
        yield line(
            [
                row.on_date.isoformat(),
                _number_of(campaign, row),
                row.measure.value,
                names.get(row.influencer_id, ""),
                days.get(row.challenge_id, ""),
                frames.get(row.frame_id, ""),
                row.channel,
                row.language,
                str(row.number),
                amount,
                campaign.currency if amount else "",
            ]
        )
    for reach in queries.all_reach(session, campaign):
        for metric in METRICS:
            value = getattr(reach, metric)
            if value is not None:
                who, frame = names.get(reach.influencer_id, ""), frames.get(reach.frame_id, "")
                day = frame.partition(".")[0]
                yield line(
                    ["", day, f"reach_{metric}", who, "", frame, reach.channel, "", str(value), "", ""]
                )


def _number_of(campaign: Campaign, row: Tally) -> str:
    number = (row.on_date - campaign.starts_on).days + 1
    return str(number) if 1 <= number <= campaign.length else ""


DAY_TITLES: Sequence[tuple[Message, int]] = (
    (mark("Day"), 24),
    (mark("Views"), 12),
    (mark("People"), 12),
    (mark("New people"), 12),
    (mark("Challenges"), 12),
    (mark("Testimonials"), 13),
    (mark("Questions"), 12),
    (mark("Follows"), 12),
    (mark("Gifts"), 12),
    (mark("Sum given"), 14),
    (mark("Middle"), 14),
)
SHEETS = (
    (Dimension.INFLUENCER, mark("By influencer")),
    (Dimension.FRAME, mark("By frame")),
    (Dimension.CHALLENGE, mark("By challenge")),
    (Dimension.CHANNEL, mark("By way")),
    (Dimension.LANGUAGE, mark("By language")),
)


def workbook(session: Session, campaign: Campaign, language: str) -> bytes:
    """The days on one sheet, each comparison on another, in the language spoken."""
    shown = telling.overview(session, campaign, language)
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        pen = _Pen(book, campaign.currency)
        pen.days([*shown.told_days, *shown.outside, shown.whole])
        for by, name in SHEETS:
            pen.shares(str(name), telling.shares(session, campaign, by))
    return file.getvalue()


class _Pen:
    """Writes typed cells: text is never a formula, an amount keeps its decimals."""

    def __init__(self, book: Any, currency: str) -> None:
        digits = minor_digits(currency)
        self._book, self._digits = book, digits
        self._bold = book.add_format({"bold": True, "bottom": 1})
        self._money = book.add_format({"num_format": f"#,##0.{'0' * digits}" if digits else "#,##0"})
        self._currency = currency

    def days(self, rows: Sequence[Line]) -> None:
        titles = [
            (f"{name} ({self._currency})" if place > 8 else str(name), width)
            for place, (name, width) in enumerate(DAY_TITLES)
        ]
        page = self._page(str(mark("Day by day")), titles)
        for place, one in enumerate(rows, 1):
            numbers = (one.views, one.people, one.newcomers, one.acts, one.testimonials, one.questions)
            cells = [*numbers, one.follows, one.gifts]
            self._row(page, place, one.name, cells, [one.given_minor, one.middle_minor])

    def shares(self, name: str, rows: Sequence[Share]) -> None:
        titles = [(str(mark("Name")), 40), (str(mark("Views")), 12)]
        titles += [(str(title), 14) for title in MEASURES.values()]
        page = self._page(name, [*titles, (f"{mark('Sum given')} ({self._currency})", 14)])
        for place, one in enumerate(rows, 1):
            numbers = [one.views, *(one.get(measure) for measure in MEASURES)]
            self._row(page, place, one.name, numbers, [one.given_minor])

    def _page(self, name: str, titles: Sequence[tuple[str, int]]) -> Any:
        page = self._book.add_worksheet(name[:31])
        for place, (title, width) in enumerate(titles):
            page.set_column(place, place, width)
            page.write_string(0, place, title, self._bold)
        page.freeze_panes(1, 1)
        return page

    def _row(
        self, page: Any, place: int, name: str, numbers: Sequence[int | None], amounts: Sequence[int | None]
    ) -> None:
        page.write_string(place, 0, inert(name))
        for column, number in enumerate(numbers, 1):
            if number is not None:
                page.write_number(place, column, number)
        for column, minor in enumerate(amounts, 1 + len(numbers)):
            if minor is not None:
                page.write_number(place, column, Decimal(minor).scaleb(-self._digits), self._money)


def file_name(campaign: Campaign, kind: str, on: date) -> str:
    """What a downloaded file is called."""
    return f"{campaign.slug}-insights-{on.isoformat()}.{kind}"
