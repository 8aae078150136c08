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


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_mailed_link_is_read_in_the_mailbox_and_followed(
    demo: Instance, visit: Visit, *, javascript: bool
) -> None:
    owner = next(label for label in demo.links if "with the password" in label).split()[2]
    page = visit(demo, "/studio/sign-in", javascript=javascript)
    page.locator("section form [name=email]").fill(owner)
    page.locator("section form button").click()
    page.goto("/sandbox/mail")
    page.locator(".mailbox a").first.click()
    page.locator(".mail a").first.click()
    page.locator("main form button").click()
    page.wait_for_url("**/studio")
    assert page.locator("h1").count() == 1
