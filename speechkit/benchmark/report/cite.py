"""A result as others take it up: BibTeX, a model card's `model-index`, a row of a leaderboard.

Layouts: https://huggingface.co/docs/hub/model-cards#evaluation-results and the result files of the
Open ASR Leaderboard (a list of dataset, task and value). Values are in percent, to two decimals.
They carry no date, so that the same result gives the same bytes: add it where it is asked for.
"""

from __future__ import annotations

import json
import re

from speechkit.benchmark.results import Scores, SystemScore

_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def bibtex(scores: Scores) -> str:
    """Return an entry that names what a reader needs to score the same: corpus, digest, normalizer."""
    digest = scores.reference_digest[:12]
    words = max((row.num_words for row in scores.systems), default=0)
    normalizers = ", ".join(sorted({row.normalizer for row in scores.systems}))
    number = len(scores.systems)
    systems = "one system" if number == 1 else f"{number} systems"
    reference = _latex(scores.reference or "an unnamed reference")
    return (
        f"@misc{{speechkit-{digest},\n"
        f"  title = {{{{Word error rates of {systems} on {reference}}}}},\n"
        f"  howpublished = {{speechkit {_latex(scores.version)}, bench score}},\n"
        f"  note = {{Normalizer {_latex(normalizers)}; {scores.num_recordings} recordings, "
        f"{words:,} words; reference {digest}}}\n"
        "}\n"
    )


def model_index(scores: Scores) -> str:
    """Return the `model-index` of each system's model card, as YAML."""
    lines = ["model-index:"]
    for row in scores.systems:
        lines += [
            f"- name: {_quoted(row.system)}",
            "  results:",
            "  - task:",
            "      type: automatic-speech-recognition",
            "      name: Automatic Speech Recognition",
            "    dataset:",
            f"      name: {_quoted(scores.reference)}",
            f"      type: {_quoted(task_of(scores.reference))}",
            f"      revision: {_quoted(scores.reference_digest)}",
            "    metrics:",
        ]
        for kind, value in _rates(row):
            lines += [
                f"    - type: {kind}",
                f"      name: {_quoted(f'{kind.upper()} % ({row.normalizer})')}",
                f"      value: {value:.2f}",
            ]
    return "\n".join(lines) + "\n"


def leaderboard_rows(scores: Scores) -> str:
    """Return each system's row as the Open ASR Leaderboard keeps them, a YAML document a system."""
    documents = []
    for row in scores.systems:
        lines = [f"# {_quoted(row.system)}, {row.normalizer}"]
        for kind, value in _rates(row):
            lines += [
                "- dataset:",
                f"    id: {_quoted(scores.reference)}",
                f"    task_id: {task_of(scores.reference)}_{kind}",
                f"  value: {value:.2f}",
                "  source:",
                f"    name: {_quoted(f'speechkit {scores.version}')}",
            ]
        documents.append("\n".join(lines))
    return "\n---\n".join(documents) + "\n"


def task_of(reference: str) -> str:
    """Return a name of a reference that may stand in an identifier.

    >>> task_of("PriMock57 day 1#reference")
    'primock57_day_1_reference'
    """
    return re.sub(r"[^a-z0-9]+", "_", reference.lower()).strip("_") or "reference"


def _rates(row: SystemScore) -> list[tuple[str, float]]:
    """Return WER and CER in percent; of a language that is counted in characters, CER alone."""
    rates = [("cer" if row.unit == "character" else "wer", row.wer)]
    if row.unit != "character":
        rates.append(("cer", row.cer))
    return [(kind, 100 * rate) for kind, rate in rates if rate is not None]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a string of JSON is one of YAML


def _latex(text: str) -> str:
    return "".join(_LATEX.get(c, f"\\{c}" if c in "{}&%$#_" else c) for c in text)
