"""The first minute: the server answers, speaks both languages, and stops as it is told."""

import pytest

from tests.journeys.conftest import Visit
from tests.journeys.stage import Instance


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_the_front_page_greets_in_the_readers_language(
    demo: Instance, visit: Visit, language: str, *, javascript: bool
) -> None:
    page = visit(demo, "/", language=language, javascript=javascript)
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    other = {"fr": "en", "en": "fr"}[language]
    page.locator(f'a[hreflang="{other}"]').first.click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == other


def test_an_instance_is_ready_and_survives_the_power_cut(fresh: Instance) -> None:
    assert fresh.troubles() == []
    assert "Set up (first organiser)" in fresh.links
    fresh.kill()
    fresh.start()
    assert fresh.troubles() == []
    assert fresh.stop() == 0
