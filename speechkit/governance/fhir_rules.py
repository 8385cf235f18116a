"""What a FHIR Consent permits: a whitelist of elements, R4B and R5.

https://hl7.org/fhir/R4B/consent.html, https://hl7.org/fhir/R5/consent.html. Whatever else stands in
the resource narrows it in a way that is not known here, so that it refuses the resource.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Literal

import msgspec

from speechkit.core.errors import InputError
from speechkit.governance.consent import Status

Version = Literal["R4B", "R5"]

# Elements that say who, when and where it is written down, and take nothing back.
_DESCRIPTIVE = frozenset(
    "resourceType id meta language text identifier extension category dateTime date "
    "sourceAttachment sourceReference verification status provision".split()
)
_ROOT: dict[Version, frozenset[str]] = {
    "R4B": _DESCRIPTIVE | {"scope", "patient", "performer", "organization", "policy", "policyRule"},
    "R5": _DESCRIPTIVE
    | {"subject", "grantor", "manager", "controller", "policyBasis", "decision", "period"},
}
_PROVISION: dict[Version, frozenset[str]] = {
    "R4B": frozenset({"id", "type", "period", "purpose"}),
    "R5": frozenset({"id", "period", "purpose"}),
}
_CODING = frozenset({"id", "system", "version", "code", "display", "userSelected"})
# https://hl7.org/fhir/R4B/valueset-consent-state-codes.html, https://hl7.org/fhir/R5/…
_STATUSES: dict[Version, dict[str, Status]] = {
    "R4B": {
        "draft": "draft",
        "proposed": "draft",
        "active": "active",
        "rejected": "rejected",
        "inactive": "inactive",
        "entered-in-error": "rejected",
    },
    "R5": {
        "draft": "draft",
        "active": "active",
        "inactive": "inactive",
        "not-done": "rejected",
        "entered-in-error": "rejected",
        "unknown": "inactive",
    },
}
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_OPT_IN = (f"{_TERMINOLOGY}/v3-ActCode", "OPTIN")
# Kinds of consent that are about the use of data, as a whole. Others are about treatment, or are
# narrower than a record can say (`rsdid`: research on data without identifiers).
_KINDS = frozenset(
    {
        (f"{_TERMINOLOGY}/consentscope", "research"),
        (f"{_TERMINOLOGY}/consentscope", "patient-privacy"),
        (f"{_TERMINOLOGY}/consentcategorycodes", "research"),
        (f"{_TERMINOLOGY}/v3-ActCode", "RESEARCH"),
        (f"{_TERMINOLOGY}/v3-ActCode", "IDSCL"),
        (f"{_TERMINOLOGY}/v3-ActCode", "INFA"),
        *(("http://loinc.org", code) for code in ("59284-0", "64292-6", "57016-8", "57017-6")),
    }
)
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<time>\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(?:Z|[+-]\d\d:\d\d)?)?)?)?"
)


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a resource permits: purposes as codings, first and last day, the policy it names."""

    status: Status
    purposes: tuple[dict[str, Any], ...] = ()
    valid_from: str = ""
    valid_until: str = ""
    policy: str = ""


def not_understood(where: str, element: str) -> InputError:
    """Return the error for an element that may narrow the consent."""
    return InputError(
        f"{where}: {element} is not understood and may narrow the consent; it is not imported"
    )


def read_rules(resource: Mapping[str, Any], version: Version, where: str) -> Rules:
    """Read what a Consent permits.

    Raises:
        InputError: for an element, code or date that is not understood, or no permission.
    """
    _only(resource, _ROOT[version], where, "")
    status = resource.get("status")
    if not isinstance(status, str) or status not in _STATUSES[version]:
        known = ", ".join(_STATUSES[version])
        raise InputError(f"{where}: status is not one of FHIR {version}'s: {known}")
    for name in ("scope", "category"):
        for concept in _list(resource.get(name)):
            _check_kind(concept, name, where)
    for check in _list(resource.get("verification")):
        if not isinstance(check, dict) or check.get("verified") is not True:
            raise not_understood(where, "verification that is not positive")
    provision = _provision(resource, version, where)
    _check_permits(resource, provision, version, where)
    periods = [_period(each, where) for each in (provision.get("period"), resource.get("period"))]
    starts, ends = ([period[side] for period in periods if period[side]] for side in (0, 1))
    return Rules(
        status=_STATUSES[version][status],
        purposes=tuple(_purposes(provision, where)),
        valid_from=max(starts, default=""),
        valid_until=min(ends, default=""),
        policy=_policy(resource, version, where),
    )


def _provision(resource: Mapping[str, Any], version: Version, where: str) -> dict[str, Any]:
    provisions = _list(resource.get("provision"))
    if len(provisions) > 1:
        raise not_understood(where, "more than one provision")
    provision = provisions[0] if provisions else {}
    if not isinstance(provision, dict):
        raise not_understood(where, "provision")
    _only(provision, _PROVISION[version], where, "provision.")
    return provision


def _check_permits(
    resource: Mapping[str, Any], provision: Mapping[str, Any], version: Version, where: str
) -> None:
    if version == "R5":
        if resource.get("decision") != "permit":
            raise InputError(
                f"{where}: decision is not 'permit'; rules that deny are not understood"
            )
        return
    kind = provision.get("type")
    if kind not in (None, "permit"):
        raise InputError(
            f"{where}: provision.type is not 'permit'; rules that deny are not understood"
        )
    rule = resource.get("policyRule")
    if rule is not None:
        _check_opt_in(rule, where)
    elif kind is None:
        raise InputError(
            f"{where}: neither provision.type 'permit' nor policyRule OPTIN; silence denies"
        )


def _check_opt_in(rule: Any, where: str) -> None:
    codings = rule.get("coding") if isinstance(rule, dict) else None
    if not isinstance(codings, list) or not codings:
        raise not_understood(where, "policyRule")
    _only(rule, frozenset({"id", "coding", "text"}), where, "policyRule.")
    for coding in codings:
        if not isinstance(coding, dict) or (coding.get("system"), coding.get("code")) != _OPT_IN:
            code = str(coding.get("code", "")) if isinstance(coding, dict) else ""
            shown = f" {code}" if re.fullmatch(r"[A-Z]{1,12}", code) else ""
            raise not_understood(where, f"policyRule{shown}, which is not OPTIN,")
        _only(coding, _CODING, where, "policyRule.coding.")


def _check_kind(concept: Any, name: str, where: str) -> None:
    if not isinstance(concept, dict):
        raise not_understood(where, name)
    _only(concept, frozenset({"id", "coding", "text"}), where, f"{name}.")
    for coding in _list(concept.get("coding")):
        pair = (coding.get("system"), coding.get("code")) if isinstance(coding, dict) else None
        if pair not in _KINDS:
            raise not_understood(where, f"{name} of this code")


def _purposes(provision: Mapping[str, Any], where: str) -> Iterable[dict[str, Any]]:
    for coding in _list(provision.get("purpose")):
        if not isinstance(coding, dict) or not coding.get("code"):
            raise not_understood(where, "provision.purpose without a code")
        _only(coding, _CODING, where, "provision.purpose.")
        yield coding


def _policy(resource: Mapping[str, Any], version: Version, where: str) -> str:
    policies = _list(resource.get("policy" if version == "R4B" else "policyBasis"))
    if len(policies) > 1:
        raise not_understood(where, "more than one policy")
    for policy in policies:
        name = "policy." if version == "R4B" else "policyBasis."
        if not isinstance(policy, dict):
            raise not_understood(where, name.rstrip("."))
        _only(policy, frozenset({"id", "authority", "uri", "url"}), where, name)
        return str(policy.get("uri") or policy.get("url") or "")
    return ""


# ---- dates


def _period(period: Any, where: str) -> tuple[str, str]:
    """Return the first and the last day of a period that lie in it as a whole; empty is open."""
    if period is None:
        return "", ""
    if not isinstance(period, dict):
        raise not_understood(where, "period")
    _only(period, frozenset({"id", "start", "end"}), where, "period.")
    return (
        _day(period.get("start"), where, last=False),
        _day(period.get("end"), where, last=True),
    )


def _day(said: Any, where: str, *, last: bool) -> str:
    """Return a day, `YYYY-MM-DD`, of a FHIR dateTime, which may be a year or a month."""
    if said is None:
        return ""
    match = _DATE.fullmatch(said) if isinstance(said, str) else None
    try:
        if match is None:
            raise ValueError
        year = int(match["year"])
        month = int(match["month"] or (12 if last else 1))
        day = int(match["day"] or (calendar.monthrange(year, month)[1] if last else 1))
        whole = date(year, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InputError(f"{where}: period holds no date (2024, 2024-06, 2024-06-30)") from error
    time = match["time"] or ""
    # A record counts days: of one that the period only touches, nothing is permitted.
    if time and last and not time.startswith("23:59"):
        whole -= timedelta(days=1)
    if time and not last and time.replace("0", "").strip(":."):
        whole += timedelta(days=1)
    return whole.isoformat()


def _only(element: Mapping[str, Any], known: frozenset[str], where: str, path: str) -> None:
    for name in element:
        if name not in known:
            raise not_understood(where, f"{path}{name}")


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
