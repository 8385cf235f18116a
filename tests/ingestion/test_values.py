"""Cells that fit, cells that do not, and no cell in any message."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from speechkit.core.errors import InputError
from speechkit.ingestion import values

CANARY = "Zebulonia Quackenbush of 12 Canary Row"


@pytest.mark.parametrize(
    ("read", "cell", "expected"),
    [
        (values.languages, "English", ("en",)),
        (values.languages, "pt-BR, es", ("pt", "es")),
        (values.languages, "zh_Hans_CN", ("zh",)),
        (values.languages, "en/en-GB", ("en",)),
        (values.age_band, "0", "0-9"),
        (values.age_band, "89", "80-89"),
        (values.age_band, "90", "90+"),
        (values.age_band, "104", "90+"),
        (values.age_band, "30 - 39", "30-39"),
        (values.age_band, "90-99", "90+"),
        (values.age_band, "20s", "20-29"),
        (values.age_band, "fourties", "40-49"),
        (values.age_band, "nineties", "90+"),
        (values.age_band, "95+", "90+"),
        (values.sex, "F", "female"),
        (values.sex, "male_masculine", "male"),
        (values.role, "GP", "doctor"),
        (values.role, "relative", "companion"),
        (values.modality, "In person", "in-person"),
        (values.modality, "telehealth", "video"),
        (values.period, "2024", "2024"),
        (values.period, "2024-03-17 00:00:00", "2024"),
        (values.period, "March 2021", "2021"),
        (values.phi, "none", "none"),
        (values.consent, "C-2024/17", "C-2024/17"),
    ],
)
def test_fits(read: Callable, cell: str, expected: object) -> None:
    assert read(cell) == expected


@pytest.mark.parametrize(
    ("read", "cell"),
    [
        (values.languages, CANARY),
        (values.age_band, CANARY),
        (values.age_band, "200"),
        (values.age_band, "40-30"),
        (values.age_band, "-5"),
        (values.sex, CANARY),
        (values.role, CANARY),
        (values.modality, CANARY),
        (values.period, "17/03/24"),
        (values.period, CANARY),
        (values.phi, "redacted"),
        (values.consent, CANARY),
        (lambda cell: values.label("accent", cell), CANARY * 2),
        (lambda cell: values.flag("synthetic", cell), CANARY),
        (lambda cell: values.code("specialty", cell), "system|"),
    ],
)
def test_does_not_fit_and_is_not_repeated(read: Callable, cell: str) -> None:
    with pytest.raises(InputError) as error:
        read(cell)
    assert "Zebulonia" not in str(error.value)


def test_codes() -> None:
    assert values.encounter_class("outpatient").code == "AMB"
    assert values.encounter_class("emer").display == "emergency"
    own = values.encounter_class("http://example.org/classes|X1|Special")
    assert (own.system, own.code, own.display) == ("http://example.org/classes", "X1", "Special")
    assert values.encounter_class("group visit").system == ""
