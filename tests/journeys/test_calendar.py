"""The calendar under a real hand: dragged to another day, moved by its fields without a script, taken back."""

from playwright.sync_api import Page

from tests.journeys.cast import Demo
from tests.journeys.conftest import Browsers
from tests.journeys.looking import DESK, resize
from tests.journeys.pages import Who


def _day_of(page: Page, post: str) -> str:
    return str(page.locator(f".chips:has(#{post})").get_attribute("data-drop"))


def test_a_post_is_dragged_to_another_day_and_back(lived_in: Demo, browsers: Browsers) -> None:
    page = browsers(Who.ORGANISER, "fr").new_page()
    resize(page, DESK)
    page.goto(lived_in.path("/studio/campaigns/{live}/calendar?view=month"))
    pid = lived_in.places["planned_post"]
    post = f"post-{pid}"
    before = _day_of(page, post)
    lists = page.locator(".chips").all()
    days = [str(one.get_attribute("data-drop")) for one in lists]
    there = days[(days.index(before) + 1) % len(days)]
    page.locator(f"#{post}").hover()
    page.mouse.down()
    page.locator(f'[data-drop="{there}"]').hover()
    page.locator(f'[data-drop="{there}"]').hover(position={"x": 12, "y": 8})
    page.mouse.up()
    page.locator(f'[data-drop="{there}"] #{post}').wait_for()
    hour = page.locator(f"#{post} [name=at_time]").get_attribute("value")
    page.locator(f"#{post} summary").click()
    page.locator(f"#{post} [name=day]").fill(before)
    page.locator(f"#{post} form button").click()
    page.locator(f'[data-drop="{before}"] #{post}').wait_for()
    assert page.locator(f"#{post} [name=at_time]").get_attribute("value") == hour
    for _ in range(2):
        with page.expect_response("**/calendar/undo?*"):
            page.locator(".undo-line button").click()
    page.reload()
    assert _day_of(page, post) == before
    page.close()


def test_a_typed_text_is_counted(lived_in: Demo, browsers: Browsers) -> None:
    page = browsers(Who.ORGANISER, "fr").new_page()
    page.goto(lived_in.path("/studio/campaigns/{live}/posts/{planned_post}"))
    line = page.locator("#plan-count")
    around = int(page.locator("#f-text").get_attribute("data-around") or "")
    assert around > 0
    page.locator("#f-text").fill("Sept mots 👩‍👩‍👧 en tout")
    words = len("Sept mots x en tout")
    assert line.inner_text().startswith(f"{words + around} signes")
    page.close()
