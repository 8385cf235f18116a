"""Policies as data, what comes instead of a find, and keys that can be destroyed."""

from __future__ import annotations

import datetime as dt
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.core.errors import UsageError
from speechkit.core.types import Identifier, PhiSpan
from speechkit.deidentification.keys import KeyStore
from speechkit.deidentification.policy import NAMES, apply_policy, load_policy
from speechkit.deidentification.text.moved_dates import only_year, shift_date
from speechkit.deidentification.text.operators import Replacer, shift_of
from speechkit.deidentification.text.surrogates import Surrogates
from speechkit.deidentification.text.tagging import Tags, replace_spans

KEY = b"k" * 32
SAFE_HARBOR = set(Identifier)


def span(identifier, detector="names", score=1.0) -> PhiSpan:
    return PhiSpan(
        segment="s", start_char=0, end_char=1, identifier=identifier, score=score, detector=detector
    )


def kept(policy, *spans):
    gone = apply_policy(load_policy(policy), spans)
    return [one for one in spans if one not in gone]


@pytest.mark.parametrize("name", NAMES)
def test_named_policies_load_and_remove_names_and_numbers(name) -> None:
    policy = load_policy(name)
    assert {Identifier.NAME, Identifier.SSN, Identifier.PHONE, Identifier.EMAIL} <= policy.remove


def test_safe_harbor_and_gdpr_remove_every_identifier_gdpr_less_sure_ones_too() -> None:
    assert load_policy("safe-harbor").remove == SAFE_HARBOR == load_policy("gdpr").remove
    doubtful = span(Identifier.NAME, score=0.4)
    assert kept("safe-harbor", doubtful) == [doubtful]
    assert kept("gdpr", doubtful) == []


def test_a_limited_data_set_keeps_dates_ages_towns_and_postcodes_but_no_street() -> None:
    stays = [
        span(Identifier.DATE, "dates"),
        span(Identifier.AGE, "ages"),
        span(Identifier.LOCATION, "places"),
        span(Identifier.LOCATION, "postcodes"),
    ]
    goes = [span(Identifier.LOCATION, "addresses"), span(Identifier.NAME)]
    assert kept("limited", *stays, *goes) == stays


def test_a_custom_policy_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(
        'title = "own"\nremove = ["NAME", "DATE", "AGE"]\n'
        '[actions]\nDATE = "generalise"\nAGE = "keep"\n'
    )
    policy = load_policy(str(path))
    replacer = Replacer(policy, "en")
    assert replacer.replace(Identifier.DATE, "3 May 1981") == "1981"
    assert replacer.replace(Identifier.DATE, "third of May") == "[DATE_1]"
    age = span(Identifier.AGE)
    assert apply_policy(policy, [age, span(Identifier.ORG), span(Identifier.NAME)]) == (
        span(Identifier.NAME),
    )
    assert not policy.needs_key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('title = "x"\nremove = ["NAEM"]', "NAEM"),
        ('title = "x"\nremove = ["NAME"]\nactions = {NAME = "shift"}', "NAME cannot be shifted"),
        ('title = "x"\nremove = ["NAME"]\nactions = {DATE = "shift"}', "not in remove"),
        ('title = "x"\nremove = ["NAME"]\nsurprise = 1', "surprise"),
        ("title = [", "policy"),
    ],
)
def test_a_wrong_policy_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=re.escape(reason)):
        load_policy(str(path))


def test_an_unknown_policy_gets_close_matches() -> None:
    with pytest.raises(UsageError, match="safe-harbor"):
        load_policy("safe-harbour")


# ---- dates


@pytest.mark.parametrize(
    ("said", "language", "days", "moved"),
    [
        ("31 December 2019", "en", 1, "1 January 2020"),
        ("the third of may", "en", 30, "the second of june"),
        ("June third, nineteen eighty one", "en", -3, "May thirty first, nineteen eighty one"),
        ("2021-02-28", "en", 1, "2021-03-01"),
        ("31/01/2021", "es", 1, "01/02/2021"),
        ("veintiocho de febrero de dos mil uno", "es", 1, "uno de marzo de dos mil uno"),
        ("le 14 juillet 1989", "fr", 18, "le 1 août 1989"),
        ("4. März 2019", "de", 30, "3. April 2019"),
        ("1.12.2020", "de", 31, "1.1.2021"),
    ],
)
def test_dates_move_in_the_form_in_which_they_were_said(
    said: str, language: str, days: int, moved: str
) -> None:
    assert shift_date(said, language, days) == moved


@pytest.mark.parametrize(
    "said", ["may", "thirty second of May 1990", "soon", "", "30 February 2001"]
)
def test_what_is_no_whole_date_is_not_moved(said: str) -> None:
    assert shift_date(said, "en", 5) is None


DAYS = st.dates(dt.date(1931, 1, 1), dt.date(2029, 12, 31))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(one=DAYS, other=DAYS, days=st.integers(-365, 365))
def test_a_shift_keeps_intervals(one, other, days) -> None:
    def moved(day):
        text = shift_date(f"{day:%B} {day.day}, {day.year}", "en", days)
        return dt.datetime.strptime(text, "%B %d, %Y").date()

    assert moved(other) - moved(one) == other - one


def test_only_the_year_is_kept() -> None:
    assert only_year("doce de marzo de mil novecientos setenta", "es") == "mil novecientos setenta"
    assert only_year("12/03/58", "en") is None


def test_the_shift_is_the_patients_own_and_never_none() -> None:
    shifts = {shift_of(bytes([n]) * 32) for n in range(200)}
    assert len(shifts) > 100
    assert 0 not in shifts
    assert all(-365 <= days <= 365 for days in shifts)


# ---- surrogates


def test_the_same_name_is_the_same_surrogate_spelled_or_said_cased_or_not() -> None:
    made = Surrogates(KEY, "en")
    last = made.replace(Identifier.NAME, "Brandvold")
    assert made.replace(Identifier.NAME, "Mrs Brandvold") == f"Mrs {last}"
    assert made.replace(Identifier.NAME, "brandvold") == last.lower()
    spelled = made.replace(Identifier.NAME, "B-R-A-N-D-V-O-L-D")
    assert spelled.replace("-", "") == last.upper()
    assert "brandvold" not in last.lower()


def test_another_key_is_another_surrogate() -> None:
    one, other = (Surrogates(key, "en") for key in (KEY, b"x" * 32))
    names = ("Brandvold", "Okonjo", "Petersen", "Quist")
    assert any(
        one.replace(Identifier.NAME, name) != other.replace(Identifier.NAME, name) for name in names
    )


@pytest.mark.parametrize(("name", "gender"), [("Margaret", "female"), ("Robert", "male")])
def test_a_first_name_keeps_its_gender(name: str, gender: str) -> None:
    from speechkit.deidentification.text.surrogates import _first_names

    made = Surrogates(KEY, "en").replace(Identifier.NAME, name)
    assert made.lower() in _first_names("en", gender)


@pytest.mark.parametrize(
    ("identifier", "text", "form"),
    [
        (Identifier.PHONE, "(614) 555-0142", r"\(\d{3}\) \d{3}-\d{4}"),
        (Identifier.VEHICLE, "KL62 TXP", r"[A-Z]{2}\d{2} [A-Z]{3}"),
        (Identifier.MRN, "seven seven, one", r"[a-z]+ [a-z]+, [a-z]+"),
        (Identifier.EMAIL, "jo.quist@example.org", r"[a-z]+\.[a-z]+@[a-z]+\.org"),
        (Identifier.LOCATION, "forty two Maple Street", r"[a-z]+ [a-z]+ [A-Z][a-z]+ Street"),
        (Identifier.ORG, "Thornfield General Hospital", r"[A-Z][a-z]+ General Hospital"),
    ],
)
def test_surrogates_keep_the_form(identifier, text: str, form: str) -> None:
    made = Surrogates(KEY, "en").replace(identifier, text)
    assert re.fullmatch(form, made)
    assert made != text


def test_equal_digits_do_not_become_equal_digits() -> None:
    made = Surrogates(KEY, "en").replace(Identifier.PHONE, "five five five five five five five")
    assert len(set(made.split())) > 1


@settings(max_examples=80, deadline=None, derandomize=True)
@given(text=st.text(min_size=1, max_size=30), identifier=st.sampled_from(sorted(Identifier)))
def test_any_text_can_be_replaced(text, identifier) -> None:
    replacer = Replacer(load_policy("surrogate"), "en", KEY)
    made = replace_spans(f"a {text} b", [(2, 2 + len(text), identifier)], replacer.replace)
    assert made.startswith("a ")
    assert made.endswith(" b")


def test_without_a_key_there_are_no_surrogates() -> None:
    with pytest.raises(ValueError, match="key"):
        Replacer(load_policy("surrogate"), "en")


# ---- keys


def test_a_key_lasts_until_it_is_destroyed(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "keys")
    key = store.key("Hedda Brandvold")
    assert store.key("Hedda Brandvold") == key != store.key("another")
    files = list((tmp_path / "keys").iterdir())
    assert not any("Hedda" in file.name for file in files)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert store.destroy("Hedda Brandvold")
    assert not store.destroy("Hedda Brandvold")
    assert store.key("Hedda Brandvold") != key


def test_nothing_shows_what_it_replaced() -> None:
    tags, made = Tags(), Surrogates(KEY, "en")
    tags.tag(Identifier.NAME, "Hedda")
    made.replace(Identifier.NAME, "Hedda")
    shown = repr(tags) + repr(made) + repr(Replacer(load_policy("surrogate"), "en", KEY))
    assert "Hedda" not in shown
    assert "kkk" not in shown
