"""Consent: one element beyond a plain permit never gives a wider record, R4B and R5."""

from __future__ import annotations

from typing import Any

import pytest

from speechkit.core.errors import InputError, UsageError
from speechkit.formats.columns import map_columns
from speechkit.governance.fhir import from_fhir
from speechkit.governance.fhir_rules import Version

TERMS = "http://terminology.hl7.org/CodeSystem"
RESEARCH = {"coding": [{"system": f"{TERMS}/consentscope", "code": "research"}]}
PURPOSE = {"system": f"{TERMS}/v3-ActReason", "code": "HRESCH"}
OPT_IN = {"coding": [{"system": f"{TERMS}/v3-ActCode", "code": "OPTIN"}]}
OPT_OUT = {"coding": [{"system": f"{TERMS}/v3-ActCode", "code": "OPTOUT"}]}
ACCESS = [{"coding": [{"system": f"{TERMS}/consentaction", "code": "access"}]}]
CODED = [{"coding": [{"system": "http://loinc.org", "code": "34117-2"}]}]
LABEL = [{"system": f"{TERMS}/v3-Confidentiality", "code": "N"}]
DATA = [{"meaning": "instance", "reference": {"reference": "DocumentReference/d"}}]
ACTOR = [{"role": CODED[0], "reference": {"reference": "Organization/o"}}]
EXTENSION = [{"url": "urn:example:not", "valueBoolean": True}]
YEAR = {"start": "2018-01-01", "end": "2018-12-31"}


def plain(version: Version, root: dict[str, Any], provision: dict[str, Any]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Consent",
        "id": "c",
        "status": "active",
        "category": [RESEARCH],
    }
    rule = {"purpose": [PURPOSE], **provision}
    if version == "R4B":
        resource |= {"scope": RESEARCH, "patient": {"reference": "Patient/p"}}
        resource["provision"] = {"type": "permit", **rule}
    else:
        resource |= {"subject": {"reference": "Patient/p"}, "decision": "permit"}
        resource["provision"] = [rule]
    merged = {**resource, **root}
    return {name: value for name, value in merged.items() if value is not None}


# (version, elements of the root, elements of the provision, what the refusal names)
NARROWER: list[tuple[Version, dict[str, Any], dict[str, Any], str]] = [
    ("R4B", {"policyRule": OPT_OUT}, {}, "policyRule OPTOUT"),
    ("R4B", {"policyRule": OPT_OUT, "provision": None}, {}, "policyRule OPTOUT"),
    ("R4B", {"policyRule": {"text": "as agreed"}}, {}, "policyRule"),
    ("R4B", {"policyRule": {**OPT_IN, "extension": EXTENSION}}, {}, "policyRule.extension"),
    ("R4B", {"provision": None}, {}, "silence denies"),
    ("R4B", {"provision": {"purpose": [PURPOSE]}}, {}, "silence denies"),
    ("R4B", {}, {"type": "deny"}, "provision.type"),
    ("R4B", {"modifierExtension": EXTENSION}, {}, "modifierExtension"),
    ("R4B", {"implicitRules": "urn:example:rules"}, {}, "implicitRules"),
    ("R4B", {"contained": [{"resourceType": "Group"}]}, {}, "contained"),
    ("R4B", {"extension": EXTENSION}, {}, "extension"),
    ("R4B", {"_status": {"extension": EXTENSION}}, {}, "_status"),
    ("R4B", {"verification": [{"verified": False}]}, {}, "verification"),
    ("R4B", {"policy": [{"uri": "urn:a"}, {"uri": "urn:b"}]}, {}, "more than one policy"),
    (
        "R4B",
        {"scope": {"coding": [{"system": f"{TERMS}/consentscope", "code": "adr"}]}},
        {},
        "scope",
    ),
    (
        "R4B",
        {"category": [{"coding": [{"system": f"{TERMS}/consentcategorycodes", "code": "rsdid"}]}]},
        {},
        "category",
    ),
    *(
        ("R4B", {}, {name: value}, f"provision.{name}")
        for name, value in {
            "dataPeriod": YEAR,
            "actor": ACTOR,
            "action": ACCESS,
            "class": LABEL,
            "code": CODED,
            "data": DATA,
            "securityLabel": LABEL,
            "provision": [{"type": "deny", "action": ACCESS}],
            "modifierExtension": EXTENSION,
            "extension": EXTENSION,
            "_type": {"extension": EXTENSION},
        }.items()
    ),
    ("R4B", {}, {"purpose": [{**PURPOSE, "extension": EXTENSION}]}, "purpose.extension"),
    ("R4B", {}, {"period": {**YEAR, "extension": EXTENSION}}, "period.extension"),
    ("R5", {"decision": None}, {}, "decision"),
    ("R5", {"decision": "deny"}, {}, "decision"),
    ("R5", {"modifierExtension": EXTENSION}, {}, "modifierExtension"),
    ("R5", {"grantee": [{"reference": "Organization/o"}]}, {}, "grantee"),
    ("R5", {"regulatoryBasis": CODED}, {}, "regulatoryBasis"),
    ("R5", {"policyText": [{"reference": "DocumentReference/d"}]}, {}, "policyText"),
    ("R5", {"policyBasis": {"reference": {"reference": "Basic/b"}}}, {}, "policyBasis.reference"),
    ("R5", {"provision": [{}, {}]}, {}, "more than one provision"),
    *(
        ("R5", {}, {name: value}, f"provision.{name}")
        for name, value in {
            "actor": ACTOR,
            "action": ACCESS,
            "securityLabel": LABEL,
            "documentType": LABEL,
            "resourceType": LABEL,
            "code": CODED,
            "dataPeriod": YEAR,
            "data": DATA,
            "expression": {"language": "text/fhirpath", "expression": "false"},
            "provision": [{"action": ACCESS}],
            "modifierExtension": EXTENSION,
        }.items()
    ),
]


@pytest.mark.parametrize(("version", "root", "provision", "element"), NARROWER)
def test_what_may_narrow_refuses_the_resource_by_name(
    version: Version, root: dict[str, Any], provision: dict[str, Any], element: str
) -> None:
    with pytest.raises(InputError) as caught:
        from_fhir(plain(version, root, provision), version)
    assert element in str(caught.value)


def test_forty_variants_are_tried() -> None:
    assert len(NARROWER) >= 40


@pytest.mark.parametrize("version", ["R4B", "R5"])
def test_a_plain_permit_is_imported(version: Version) -> None:
    record = from_fhir(plain(version, {}, {}), version)
    assert (record.status, record.purposes) == ("active", ("research",))


def test_opting_in_permits_without_a_type() -> None:
    resource = plain("R4B", {"policyRule": OPT_IN, "provision": {"purpose": [PURPOSE]}}, {})
    assert from_fhir(resource, "R4B").purposes == ("research",)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ({"start": "2024", "end": "2030-06"}, ("2024-01-01", "2030-06-30")),
        ({"start": "2024-02", "end": "2024"}, ("2024-02-01", "2024-12-31")),
        ({"end": "2024-02"}, ("", "2024-02-29")),
        (
            {"start": "2024-03-01T00:00:00Z", "end": "2024-03-31T23:59:59+01:00"},
            ("2024-03-01", "2024-03-31"),
        ),
        # Of a day that is not whole in the period, nothing is permitted.
        (
            {"start": "2024-03-01T12:00:00Z", "end": "2024-03-31T12:00:00Z"},
            ("2024-03-02", "2024-03-30"),
        ),
    ],
)
def test_partial_dates_are_first_and_last_days(
    period: dict[str, str], days: tuple[str, str]
) -> None:
    record = from_fhir(plain("R4B", {}, {"period": period}), "R4B")
    assert (record.valid_from, record.valid_until) == days


def test_the_period_of_the_consent_and_of_its_rule_both_hold() -> None:
    root = {"period": {"start": "2024-06", "end": "2025"}}
    record = from_fhir(plain("R5", root, {"period": {"start": "2024", "end": "2025-03"}}), "R5")
    assert (record.valid_from, record.valid_until) == ("2024-06-01", "2025-03-31")


@pytest.mark.parametrize("end", ["2024-13", "2024-02-30", "soon", 2024])
def test_dates_that_are_none_are_refused(end: object) -> None:
    with pytest.raises(InputError, match="period"):
        from_fhir(plain("R4B", {}, {"period": {"end": end}}), "R4B")


def test_a_column_that_may_narrow_consents_is_not_passed_over() -> None:
    with pytest.raises(UsageError, match="'Consent scope' may narrow"):
        map_columns(["file", "consent", "Consent scope"], {})
    kept = map_columns(["file", "consent", "Consent scope"], {}, ["Consent scope"])
    assert set(kept) == {"audio", "consent"}
