"""The documents of a release: dataset card (Hugging Face's too), licence note, use agreement."""

from __future__ import annotations

from speechkit.manifest.documentation.facts import NO_LICENCE, Facts
from speechkit.manifest.schema import Release

_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_SIZE_NAMES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "n>10M")

_CARD = """\
---
pretty_name: {corpus} {version}
license: other
license_name: {licence}
language:
{languages}
task_categories:
- automatic-speech-recognition
size_categories:
- {size}
tags:
- speech
- clinical-conversation
- speaker-diarization
- de-identified
---

# {corpus} {version}

{summary}

| | |
|---|---|
| recordings | {recordings} ({synthetic} of them synthetic) |
| audio | {minutes:.1f} min |
| segments | {segments} |
| words | {words} |
| participants known by pseudonym | {participants} |
| stretches removed | {redactions} |
| train / dev / test | {train} / {dev} / {test} recordings |
| withheld | {withheld} recordings; reasons in release.json |

## Files

- `recordings.jsonl`: a recording a line; `audio.uri` is relative to the folder above this one
- `segments.jsonl`: who said what, when; what was removed stands as a tag such as `[NAME]`
- `redactions.jsonl`: when something was removed and which identifier it was
- `splits.jsonl`: recordings that share a person are in the same split{split_note}
- `DE-IDENTIFICATION.md`, `DATA-GOVERNANCE.md`, `EVIDENCE.md`: for those who must answer for it
- `release.json`: counts, tools and their versions, policy, de-identification statement
- `SHA256SUMS.txt`: `sha256sum -c SHA256SUMS.txt` here, or `speechkit release verify`

## De-identification

{preparation} {caveat}

| removed | times |
|---|---|
{removed}

## How the text came about

{annotation}

{tools}

## Where it comes from, what it is for, what it lacks

{collection}

{uses} {biases}

{maintenance} DATASHEET.md tells more.
{withdrawn}"""

_LICENCE = """\
SPDX-License-Identifier: {licence}

{corpus} {version}: recordings, transcripts and metadata of this release.
{terms}
"""

_NO_LICENCE = (
    "No licence is granted. Use needs the written permission of whoever holds the rights, and the\n"
    "agreement in DUA.txt."
)
_SPDX = (
    "They may be used under the terms of {licence} (text: https://spdx.org/licenses/{licence}.html)\n"
    "and the agreement in DUA.txt."
)

_DUA = """\
Data use agreement for {corpus} {version}

Whoever uses this release agrees
1. to make no attempt to find out who a speaker is, nor to let others or other data do so;
2. to make no attempt to recover what was removed from audio or text;
3. to build no voice of a speaker and to recognize no speaker by their voice;
4. to pass it on only together with this agreement, and to keep it from those who do not agree;
5. to tell whoever provided it, without delay and without copying it further, where something is
   found that was not removed;
6. to delete recordings, and what was derived from them, when a later version says that they are
   withdrawn.

De-identified does not mean anonymous: a voice itself may be recognized.
"""


def dataset_card(facts: Facts) -> str:
    """Return README.md, which is also the Hugging Face card."""
    release = facts.release
    counts = release.counts
    removed = release.statement.removed
    synthetic_note = (
        "" if release.policy.synthetic_in_test else "; synthetic ones are never in test"
    )
    withdrawn = "\n".join(
        f"- {one.recording}, in {one.version} and before: {one.reason}; delete it"
        for one in release.withdrawn
    )
    return _CARD.format(
        corpus=release.corpus,
        version=release.version,
        licence=release.policy.licence,
        languages="\n".join(f"- {code}" for code in facts.languages or ("und",)),
        size=_SIZE_NAMES[sum(counts.segments >= size for size in _SIZES)],
        summary=facts.summary,
        recordings=counts.recordings,
        synthetic=counts.synthetic,
        minutes=counts.seconds / 60,
        segments=counts.segments,
        words=counts.words,
        participants=counts.participants,
        redactions=counts.redactions,
        train=counts.splits["train"],
        dev=counts.splits["dev"],
        test=counts.splits["test"],
        withheld=len(release.withheld),
        split_note=synthetic_note,
        preparation=facts.preparation,
        caveat=release.statement.caveat,
        removed="\n".join(f"| {kind} | {n} |" for kind, n in removed.items()) or "| nothing | 0 |",
        annotation=facts.annotation,
        tools="\n".join(
            f"- {tool.stage} {tool.version}" + (f": {tool.engine}" if tool.engine else "")
            for tool in release.tools
        ),
        uses=facts.uses,
        biases=facts.biases,
        collection=facts.collection,
        maintenance=facts.maintenance,
        withdrawn=f"\n## Withdrawn\n\n{withdrawn}\n" if withdrawn else "",
    )


def licence_text(release: Release) -> str:
    """Return LICENSE.txt."""
    licence = release.policy.licence
    terms = _NO_LICENCE if licence == NO_LICENCE else _SPDX.format(licence=licence)
    return _LICENCE.format(
        licence=licence, corpus=release.corpus, version=release.version, terms=terms
    )


def use_agreement(release: Release) -> str:
    """Return DUA.txt."""
    return _DUA.format(corpus=release.corpus, version=release.version)
