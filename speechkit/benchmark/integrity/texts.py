"""Is a text in the script and language it is said to be in?

A system that writes Hindi in Arabic letters is 100 % wrong by any word error rate, and may be right
to the ear.
"""

from __future__ import annotations

from speechkit.benchmark.normalize import language_code
from speechkit.benchmark.results import Remark
from speechkit.benchmark.types import Hypothesis, Reference, ScoreOptions
from speechkit.language import main_script, script_of_language


def check_reference(name: str, reference: Reference, options: ScoreOptions) -> list[Remark]:
    """Remark on a reference in another script than its language has."""
    language = language_code(reference.language or options.language)
    wanted, script = script_of_language(language), main_script(reference.segments)
    if not (language and wanted and script) or script == wanted:
        return []
    text = (
        f"the reference is said to be {language!r}, which is written in {wanted.title()}, but it is "
        f"in {script.title()}: check --language and the reference"
    )
    return [Remark(kind="reference script", system="", recording=name, text=text)]


def check_hypothesis(
    name: str, system: str, reference: Reference, hypothesis: Hypothesis
) -> list[Remark]:
    """Remark on a hypothesis in another script than its reference."""
    said, wrote = main_script(reference.segments), main_script(hypothesis.segments)
    if not said or not wrote or said == wrote:
        return []
    text = (
        f"writes {wrote.title()} where the reference is in {said.title()}: its error rate says "
        "nothing about what it heard; transliterate it, or ask the system for the other script"
    )
    return [Remark(kind="script", system=system, recording=name, text=text)]
