"""The text read off a mail's HTML."""

import pytest

from app.core import i18n
from app.mail.plain import halves, subject_of

READ = [
    ("<p>One\n  line</p><p>Another</p>", "One line\n\nAnother\n"),
    ("<p>One<br>two</p>", "One\ntwo\n"),
    ("<p><b>Bold</b> and <i>not</i></p>", "Bold and not\n"),
    ("<p>1 &lt; 2 &amp; 3</p>", "1 < 2 & 3\n"),
    ("<p>25\u202f000\u00a0€</p>", "25\u202f000\u00a0€\n"),
    ("<p>Before:</p><ul><li>a</li><li>b</li></ul><p>After</p>", "Before:\n\n– a\n– b\n\nAfter\n"),
    (
        '<table class="facts"><tr><td>Hour</td><td>18:30</td></tr><tr><td colspan="2">Alone</td></tr></table>',
        "– Hour: 18:30\n– Alone\n",
    ),
    ("<table><tr><td><table><tr><td>Frame</td></tr></table></td></tr></table>", "Frame\n"),
    ('<p><a href="https://x/a?b=1&amp;c=2">Open it</a></p>', "Open it:\nhttps://x/a?b=1&c=2\n"),
    ('<p><a href="https://x/">https://x/</a></p>', "https://x/\n"),
    ('<p>See <a href="https://x/">this</a>, and more</p>', "See this, and more\nhttps://x/\n"),
    ('<p><a href="https://x/">Did it last?</a></p>', "Did it last?\nhttps://x/\n"),
    ('<p><a href="https://x/">Mine: all of it</a></p>', "Mine: all of it\nhttps://x/\n"),
    ('<ul><li><a href="https://x/">Card</a></li></ul>', "– Card:\nhttps://x/\n"),
    ('<p><img src="https://x/i" alt="A chair"></p>', "[A chair]\nhttps://x/i\n"),
    ('<p><img src="https://x/i" alt=""></p>', "[Picture]\nhttps://x/i\n"),
    ('<div class="pre">Hidden <div>twice</div></div><style>p { x: y }</style><p>Shown</p>', "Shown\n"),
    ("<h1>The subject</h1><p>Words</p>", "Words\n"),
    ("<h1>Another heading</h1><p>Words</p>", "Another heading\n\nWords\n"),
]


@pytest.mark.parametrize(("html", "text"), READ)
def test_what_is_read(html: str, text: str) -> None:
    with i18n.speaking("en"):
        made = halves(f"<html><head><title>The\nsubject</title></head><body>{html}</body></html>")
    assert (made.subject, made.text) == ("The subject", text)


def test_colons_stand_as_the_language_wants() -> None:
    with i18n.speaking("fr"):
        assert halves('<p><a href="https://x/">Ouvrir</a></p>').text == "Ouvrir\u00a0:\nhttps://x/\n"


@pytest.mark.parametrize("line", ["one\r\nBcc: x", "one\u2028Bcc: x", "one\x0bBcc: x"])
def test_a_subject_is_one_line(line: str) -> None:
    assert subject_of(line) == "one Bcc: x"
    assert len(subject_of("x" * 400)) == 200
