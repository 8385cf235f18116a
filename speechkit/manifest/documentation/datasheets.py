"""Sheets for those who must answer for data: datasheet, de-identification, AI Act, ISO evidence.

They tell what can be shown, where it is shown, and where there is nothing to show.
"""

from __future__ import annotations

from speechkit.core.types import Identifier
from speechkit.manifest.documentation.facts import Facts
from speechkit.manifest.findings import findings_in_words

# 45 CFR 164.514(b)(2)(i), paragraph by paragraph → our kinds of identifier.
_SAFE_HARBOR: tuple[tuple[str, str, tuple[Identifier, ...]], ...] = (
    ("A", "names", (Identifier.NAME,)),
    ("B", "places smaller than a state", (Identifier.LOCATION,)),
    ("C", "dates but the year; ages over 89", (Identifier.DATE, Identifier.AGE)),
    ("D", "telephone numbers", (Identifier.PHONE,)),
    ("E", "fax numbers", (Identifier.FAX,)),
    ("F", "e-mail addresses", (Identifier.EMAIL,)),
    ("G", "social security numbers", (Identifier.SSN,)),
    ("H", "medical record numbers", (Identifier.MRN,)),
    ("I", "health plan numbers", (Identifier.HEALTHPLAN,)),
    ("J", "account numbers", (Identifier.ACCOUNT,)),
    ("K", "certificate and licence numbers", (Identifier.LICENSE,)),
    ("L", "vehicle identifiers", (Identifier.VEHICLE,)),
    ("M", "device identifiers", (Identifier.DEVICE,)),
    ("N", "web addresses", (Identifier.URL,)),
    ("O", "IP addresses", (Identifier.IP,)),
    ("P", "biometric identifiers, voice prints among them", ()),
    ("Q", "full-face photographs", ()),
    ("R", "any other unique number or code", (Identifier.OTHER_ID, Identifier.ORG)),
)


def datasheet(facts: Facts) -> str:
    """Return DATASHEET.md, by the questions of Gebru et al., Datasheets for Datasets (2021)."""
    release, counts = facts.release, facts.release.counts
    kept = [
        ("people", facts.people),
        ("recordings", facts.contexts),
    ]
    tables = "\n\n".join(
        f"Of {what}, by {name}: " + ", ".join(f"{value or 'not said'} {n}" for value, n in found)
        for what, groups in kept
        for name, found in groups
    )
    return f"""\
# Datasheet: {facts.citation}

## Motivation

{facts.uses}

## Composition

{facts.summary} Train, dev and test hold {counts.splits["train"]}, {counts.splits["dev"]} and \
{counts.splits["test"]} recordings; no person is in two of them.

{tables}

{facts.sensitive} {facts.limits}

## Collection

{facts.collection}

## Preprocessing and labelling

{facts.preparation}

{facts.annotation}

## Uses

{facts.uses} {facts.biases}

## Distribution

Licence: {release.policy.licence} (LICENSE.txt), with the agreement in DUA.txt. Digests are in \
SHA256SUMS.txt; a signature, where there is one, in SHA256SUMS.txt.minisig.

## Maintenance

{facts.maintenance}
"""


def deidentification(facts: Facts) -> str:
    """Return DE-IDENTIFICATION.md: Safe Harbor line by line, and what GDPR makes of it."""
    statement, removed = facts.release.statement, facts.release.statement.removed
    imported = facts.release.origin == "imported"
    rows = []
    for letter, words, kinds in _SAFE_HARBOR:
        number = sum(removed.get(str(kind), 0) for kind in kinds)
        looked = "not by speechkit" if imported else "looked for in text and audio"
        if letter == "P":
            looked = "not removed: the voices are the data" if facts.has_audio else "no audio here"
        if letter == "Q":
            looked = "no pictures here"
        rows.append(f"| {letter} | {words} | {looked} | {number if kinds else '–'} |")
    uncertain = removed.get(str(Identifier.UNCERTAIN), 0)
    singled_out = (
        "A voice can single a person out, and so can"
        if facts.has_audio
        else "What is told can single a person out, as can"
    )
    checkers = ", ".join(statement.checked_by) or "no engine"
    findings = "".join(
        f"\n- **{name}**: {sentence}." for name, sentence in findings_in_words(statement)
    )
    findings += "\n" if findings else ""
    return f"""\
# De-identification of {facts.citation}

{statement.standard} {statement.method} {statement.check}

Checked by: {checkers}. Withheld: {len(facts.release.withheld)} recordings (release.json).
{findings}
## HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)

| | identifier | | removed |
|---|---|---|---|
{chr(10).join(rows)}

Removed because it was unclear what was said: {uncertain}.

Safe Harbor also asks that whoever releases has no actual knowledge that what is left could identify
somebody. No program can state that; the person who signs this release does.

## GDPR

De-identified is not anonymous. {singled_out} a rare history together with other data
(recital 26). This release is to be treated as pseudonymized personal data \
about health (Art. 4(5), Art. 9): it needs a legal basis, a purpose and a term of its own.
"""


def data_governance(facts: Facts) -> str:
    """Return DATA-GOVERNANCE.md: Regulation (EU) 2024/1689, Art. 10, item by item."""
    items = (
        ("10(2)(a) design choices", "README.md, release.json (policy, tools)"),
        ("10(2)(b) collection and origin, original purpose", f"{facts.collection} prov.json"),
        ("10(2)(c) preparation: annotation, labelling, cleaning", f"{facts.annotation}"),
        ("10(2)(d) assumptions: what is measured and represented", "DATASHEET.md"),
        ("10(2)(e) availability, quantity and suitability", facts.summary),
        ("10(2)(f) possible biases", facts.biases),
        ("10(2)(g) measures against biases", "`speechkit release stats --targets`: a plan"),
        ("10(2)(h) gaps and shortcomings", facts.limits),
        ("10(3) relevant, representative, free of errors as far as possible", "nothing claimed"),
        ("10(4) geographical, contextual, behavioral setting", "DATASHEET.md, Composition"),
        ("10(5) special categories of data", facts.sensitive),
    )
    rows = "\n".join(f"| {item} | {answer} |" for item, answer in items)
    return f"""\
# Data governance of {facts.citation}

What this release can show on Article 10 of the EU AI Act (Regulation 2024/1689). Whether that is
enough depends on the system it goes into; its provider decides and answers for it.

| item | what there is |
|---|---|
{rows}
"""


def evidence(facts: Facts) -> str:
    """Return EVIDENCE.md: controls of ISO standards → files and commands that show something."""
    consent = facts.release.consent
    asked = "release.json, consent" if consent is not None else "nothing: no register was asked"
    checked = "DE-IDENTIFICATION.md" if facts.release.origin == "pipeline" else "a person's word"
    chain = "release.json, parent" if facts.release.parent is not None else "no parent"
    rows = "\n".join(
        f"| {standard} | {control} | {where} |"
        for standard, control, where in (
            ("ISO/IEC 27001:2022", "A.5.33 protection of records", "SHA256SUMS.txt, `verify`"),
            ("ISO/IEC 27001:2022", "A.5.34 privacy and protection of PII", checked),
            ("ISO/IEC 27001:2022", "A.8.10 information deletion", "`release withdraw`"),
            ("ISO/IEC 27001:2022", "A.8.11 data masking", "redactions.jsonl"),
            ("ISO/IEC 27001:2022", "A.8.15 logging", "`speechkit audit verify`"),
            (
                "ISO/IEC 27001:2022",
                "A.8.24 use of cryptography",
                "SHA256SUMS.txt.minisig, if there",
            ),
            ("ISO/IEC 27701:2019", "7.2.4 obtain and record consent", asked),
            ("ISO/IEC 27701:2019", "7.3.4 modify or withdraw consent", "`release withdraw`"),
            ("ISO/IEC 27701:2019", "7.4.5 de-identification", checked),
            ("ISO/IEC 42001:2023", "A.7.4 quality of data", "`release stats`"),
            ("ISO/IEC 42001:2023", "A.7.5 data provenance", f"prov.json; {chain}"),
            ("ISO/IEC 42001:2023", "A.7.6 data preparation", "release.json, tools"),
        )
    )
    return f"""\
# Evidence in {facts.citation}

Where an auditor finds something about a control. It does not claim that the control is met, nor that
anybody is certified.

| standard | control | where |
|---|---|---|
{rows}
"""
