"""What people type and paste is read as they mean it, or refused beside its field."""

import pytest

from app.core.fields import FormState
from app.insights import forms
from app.insights.forms import CostForm, ReachForm
from app.insights.rules import CostKind


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", None),
        ("–", None),
        ("0", 0),
        ("1240", 1240),
        ("1 240", 1240),
        ("1\u202f240", 1240),
        ("1,240", 1240),
        ("12.400", 12400),
        ("1.2K", 1200),
        ("1,2 k", 1200),
        ("12K", 12000),
        ("1.25M", 1_250_000),
    ],
)
def test_numbers_as_people_and_apps_write_them(text: str, number: int | None) -> None:
    assert forms.read_number(text) == number


@pytest.mark.parametrize("text", ["-3", "twelve", "1.5", "12,34", "9999999999", "1e5", "3K4"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        forms.read_number(text)


def test_each_frame_has_its_own_messages() -> None:
    form = ReachForm(
        day=3,
        channel="instagram",
        frame=["a", "b"],
        views=["100", "many"],
        reached=["120", ""],
        exits=["", "3"],
    )
    found, wrong = forms.frames_of(form)
    assert set(wrong) == {"reached-0", "views-1"}
    assert found["b"]["exits"] == 3
    assert found["a"]["exits"] is None


def test_a_pasted_table_in_the_order_of_the_form() -> None:
    read = forms.pasted("1\t1200\t1100\t800\n2\t1 050\t\t700")
    assert not read.wrong
    assert read.rows[1]["views"] == 1200
    assert read.rows[1]["forward"] == 800
    assert read.rows[2] == {**dict.fromkeys(read.rows[2]), "views": 1050, "forward": 700}


@pytest.mark.parametrize(
    "titles",
    ["Frame;Link taps;Views;Note;Replies", "Image ; Clics sur le lien ; Vues ; Remarque ; Réponses"],
)
def test_titles_say_the_order_in_both_languages(titles: str) -> None:
    read = forms.pasted(f"{titles}\nFrame 2;13;1.2K;;4")
    assert not read.wrong
    assert read.rows == {2: {"link_taps": 13, "views": 1200, "replies": 4}}


@pytest.mark.parametrize(
    ("text", "line"), [("first\t10", 1), ("1\t10\n1\t12", 2), ("1\t10\tlots", 1), ("1\t10\t12", 1)]
)
def test_a_line_that_cannot_be_read_is_named(text: str, line: int) -> None:
    assert [place for place, _ in forms.pasted(text).wrong] == [line]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("2", 120), ("2.5", 150), ("2,25", 135), ("2:30", 150), ("2 h 30", 150), ("2h", 120), ("", 0)],
)
def test_hours_as_people_write_them(text: str, minutes: int) -> None:
    assert forms.read_minutes(text) == minutes


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"kind": "hours", "hours": "2"}, set()),
        ({"kind": "hours", "hours": "2", "amount": "40"}, set()),
        ({"kind": "hours"}, {"hours"}),
        ({"kind": "goods"}, {"amount"}),
        ({"kind": "goods", "amount": "a lot"}, {"amount"}),
        ({"kind": "fee", "amount": "120", "hours": "3"}, {"hours"}),
    ],
)
def test_a_cost_has_what_its_kind_needs(values: dict[str, str], wrong: set[str]) -> None:
    form = CostForm.model_validate({"label": "Montage", "on_date": "2027-03-01", **values})
    _, _, found = forms.cost(form, "EUR")
    assert set(found) == wrong
    assert form.kind in CostKind


def test_messages_join_those_that_were_there() -> None:
    state = forms.with_errors(FormState({"a": "1"}, {"a": "no"}), {"b": forms.TOO_MANY})
    assert set(state.errors) == {"a", "b"}
