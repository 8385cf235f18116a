"""What every normalizer promises."""

from __future__ import annotations

from speechkit.benchmark.normalize import Normalizer, normalizer_for
from speechkit.testing.checks import Check, Outcome, demand, expect, outcomes

_TEXTS = (
    "Good morning, Mrs. Byron: your BP is 120 over 80.",
    "Mae'n ddrwg gen i — ¿qué tal? 你好 नमस्ते",
    "twenty-five mg twice a day",
)


def it_has_a_version(subject: Normalizer) -> None:
    """A change that can change a figure gets a new name."""
    rules, _, version = subject.name.partition("@")
    expect(rules and version.isdigit(), "its name is not RULES@VERSION")
    expect(subject.unit in ("word", "character"), "unit is neither word nor character")


def tokens_are_bare(subject: Normalizer) -> None:
    """Tokens are not empty and hold no spacing; nothing comes of nothing."""
    for text in _TEXTS:
        tokens = subject.tokens(text)
        expect(tokens, "a text has no tokens")
        expect(
            all(each and not any(map(str.isspace, each)) for each in tokens),
            "a token is empty or holds spacing",
        )
    for text in ("", " \n\t"):
        expect(subject.tokens(text) == [], "tokens come of no text")


def same_text_same_tokens(subject: Normalizer) -> None:
    """The same text gives the same tokens, whatever came before."""
    first = [subject.tokens(text) for text in _TEXTS]
    again = [subject.tokens(text) for text in reversed(_TEXTS)]
    expect(first == list(reversed(again)), "the same text gave other tokens")


def spacing_and_case_do_not_count(subject: Normalizer) -> None:
    """What is only written another way is compared alike."""
    for text in _TEXTS[::2]:
        spaced = "  ".join(text.split()) + " "
        expect(subject.tokens(spaced) == subject.tokens(text), "spacing changes tokens")


NORMALIZER_CHECKS: tuple[Check[Normalizer], ...] = (
    Check(it_has_a_version),
    Check(tokens_are_bare),
    Check(same_text_same_tokens),
    Check(spacing_and_case_do_not_count),
)


def check_normalizer(name: str, language: str = "en") -> tuple[Outcome, ...]:
    """Try all that a normalizer promises.

    Raises:
        UsageError: if there is no such normalizer.
    """
    return outcomes(NORMALIZER_CHECKS, normalizer_for(language, name))


def demand_normalizer(name: str, language: str = "en") -> None:
    """Do as `check_normalizer`, and raise a ContractError that lists what is broken."""
    demand(check_normalizer(name, language))
