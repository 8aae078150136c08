"""A hand that uses a page as people do: by the words they read on it, in the language they read."""

import re

from playwright.sync_api import Locator, Page, expect

from app.core import i18n

GAP = re.compile(r"\[[^\[\]]*\]")


class Hand:
    """One person's browser: finds fields, buttons and links by the page's own words."""

    def __init__(self, page: Page, language: str, *, javascript: bool) -> None:
        self.page = page
        self.language = language
        self.javascript = javascript

    def words(self, text: str, **values: object) -> str:
        """A sentence of the interface, given in English as the source has it, in this person's language."""
        with i18n.speaking(self.language):
            said = i18n.gettext(text)
            if said == text:  # perhaps a sentence that counts: its singular
                said = i18n.ngettext(text, text, 1)
        return said % values if values else said

    def _shape(self, text: str) -> str:
        """The sentence as a pattern, whatever stands for its values; plain and no-break spaces are one."""
        parts = re.split(r"%\(\w+\)s", self.words(text))
        return ".+".join(r"\s+".join(re.escape(word) for word in re.split(r"\s+", part)) for part in parts)

    def _like(self, text: str) -> re.Pattern[str]:
        return re.compile(f"^{self._shape(text)}$")

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """The field of a label, optional or not."""
        optional = re.escape(self.words("optional"))
        shape = self._like(label).pattern.removesuffix("$")
        return (within or self.page.locator("main")).get_by_label(
            re.compile(rf"{shape}(\s*\({optional}\))?$")
        )

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        self.field(label, within).fill(value)

    def choose(self, label: str, value: str, within: Locator | None = None) -> None:
        """Pick an option of a list by its value."""
        self.field(label, within).select_option(value)

    def tick(self, words: str, within: Locator | None = None) -> None:
        """Choose among cards or short words side by side."""
        (within or self.page.locator("main")).get_by_role("radio", name=self._like(words)).first.check()

    def button(self, words: str, within: Locator | None = None) -> Locator:
        return (within or self.page.locator("body")).get_by_role("button", name=self._like(words))

    def press(self, words: str, within: Locator | None = None) -> None:
        """Press a button that sends a form, and wait for the answer: a page, or what htmx puts in this one."""
        self.send(self.button(words, within).filter(visible=True).first)

    def send(self, button: Locator) -> None:
        """Press this button, and wait for the answer."""
        form = button.locator("xpath=ancestor::form")
        if self.javascript and form.get_attribute("hx-post"):
            with self.page.expect_response(lambda answer: answer.request.method == "POST"):
                button.click()
        else:
            with self.page.expect_event("load"):
                button.click()

    def follow(self, words: str, within: Locator | None = None) -> None:
        """Follow a link to another page."""
        link = (within or self.page.locator("body")).get_by_role("link", name=self._like(words))
        link = link.filter(visible=True).first
        with self.page.expect_event("load"):
            link.click()

    def unfold(self, words: str, within: Locator | None = None) -> None:
        """Open what is folded behind these words, unless it stands open."""
        fold = (
            (within or self.page.locator("main"))
            .locator("details.fold")
            .filter(has=self.page.locator("summary", has_text=self.words(words)))
        )
        if fold.first.get_attribute("open") is None:
            fold.first.locator("summary").first.click()

    def sees(self, text: str, within: Locator | None = None) -> None:
        """The page shows a sentence of the interface."""
        shown = (within or self.page.locator("body")).get_by_text(re.compile(self._shape(text)))
        expect(shown.first).to_be_visible()

    def form(self, ending: str) -> Locator:
        """The form that goes to an address with this end."""
        return self.page.locator(f"main form[action*='{ending}']").first

    def fill_gaps(self, within: Locator, words: str) -> int:
        """Write words wherever the template left a gap; returns how many fields had one."""
        filled = 0
        for field in within.locator("input:not([type=hidden]), textarea").all():
            value = (
                field.input_value()
                if field.get_attribute("type") not in ("file", "radio", "checkbox")
                else ""
            )
            if GAP.search(value):
                field.fill(GAP.sub(words, value))
                filled += 1
        return filled
