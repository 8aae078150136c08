"""Weeks later: the link of a mail, one tick, and the sum that everybody reads."""

import re

import pytest

from tests.journeys.cast import Demo
from tests.journeys.conftest import Visit
from tests.journeys.looking import PHONE, findings, resize, small_boxes


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_somebody_answers_what_lasted(
    lived_in: Demo, visit: Visit, language: str, *, javascript: bool
) -> None:
    path = lived_in.places["after_asked"]
    page = visit(
        lived_in.running, f"{path}?lang={language}&said=sometimes", language=language, javascript=javascript
    )
    resize(page, PHONE)
    assert page.locator("[name=lasted]:checked").get_attribute("value") == "sometimes"
    page.locator("label:has([value=still])").click()
    page.locator("[name=changed]").fill("Une page, le soir.")
    page.locator("form:has([name=lasted]) button").click()
    page.locator("h1", has_text={"fr": "Merci", "en": "Thank you"}[language]).wait_for()
    assert page.locator("[name=lasted]:checked").get_attribute("value") == "still"
    if javascript:
        assert findings(page) == []
        assert small_boxes(page, 24) == []
    page.goto(f"/c/douze-chaises/after?lang={language}")
    said = page.locator("section:has(#after-90)").inner_text()
    assert re.search(r"\b16\b", said), said
    assert "Une page, le soir." not in page.content()
