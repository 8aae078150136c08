"""Every page of the demo, in both languages, on a phone and on a desk, by day and by night."""

import pytest

from tests.journeys.cast import Demo
from tests.journeys.conftest import Browsers, Witness
from tests.journeys.looking import (
    DESK,
    NARROW,
    PHONE,
    findings,
    findings_by_day_and_night,
    resize,
    small_boxes,
    too_wide,
)
from tests.journeys.pages import VIEWS, View

LOOKED_AT = {"fr": (PHONE, "light"), "en": (DESK, "dark")}


@pytest.mark.parametrize("language", LOOKED_AT)
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_nobody_is_kept_out(
    lived_in: Demo,
    browsers: Browsers,
    view: View,
    language: str,
    *,
    exhaustive: bool,
) -> None:
    """0 violations of axe, nothing to press too small, nothing that scrolls sideways, no CSP violation.

    Axe looks at the phone by day in French and at the desk by night in English, unless it is asked for everything.
    """
    page = browsers(view.who, language).new_page()
    witness = Witness()
    witness.watch(page, lived_in.running.url)
    path = lived_in.path(view.path)
    answer = page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer is not None
    assert answer.status == view.status, page.url
    assert page.locator("html").get_attribute("lang") == (view.speaks or language)
    troubles = []
    for size in (PHONE, DESK):
        resize(page, size)
        if exhaustive:
            troubles += [f"{size[0]} {found}" for found in findings_by_day_and_night(page)]
        elif size == LOOKED_AT[language][0]:
            page.emulate_media(color_scheme=LOOKED_AT[language][1], reduced_motion="reduce")
            troubles += [f"{size[0]} {found}" for found in findings(page)]
        troubles += [f"{size[0]} {found}" for found in small_boxes(page, view.least)]
    resize(page, NARROW)
    troubles += [f"{NARROW[0]} {found}" for found in too_wide(page)]
    page.close()
    troubles += witness.troubles
    assert not troubles, "\n".join(troubles)
