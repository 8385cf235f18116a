"""speechkit's detector and Presidio as functions from a text to what goes."""

from __future__ import annotations

from collections.abc import Callable

from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.deidentification.policy import apply_policy, load_policy
from speechkit.deidentification.text.baseline import make as make_baseline
from speechkit.deidentification.text.evaluate import Place
from speechkit.deidentification.text.learned import make_combined

Detect = Callable[[str, str], list[Place]]


def combined() -> Detect:
    """Return rules and tagger, as the policy `safe-harbor` sets them."""
    policy = load_policy("safe-harbor")
    detect = make_combined("", {}).open(Resources()).__enter__()

    def find(text: str, language: str) -> list[Place]:
        spans = detect((Segment(id="", start=0, end=0, text=text),), language)
        return [(span.start_char, span.end_char) for span in apply_policy(policy, spans)]

    return find


def presidio() -> Detect:
    """Return Presidio with en_core_web_md, whatever the language."""
    detect = make_baseline("", {}).open(Resources()).__enter__()

    def find(text: str, _language: str) -> list[Place]:
        spans = detect((Segment(id="", start=0, end=0, text=text),), "en")
        return [(span.start_char, span.end_char) for span in spans]

    return find
