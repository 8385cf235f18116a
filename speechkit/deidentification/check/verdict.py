"""Two findings of one copy: what was proved, and what is estimated; and the verdict they add up to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.core.time import Interval, duration, round_ms
from speechkit.core.types import Discovery, Removal, Verdict
from speechkit.deidentification.text.residual import Left


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Above these a recording waits for a person.

    `max_doubt`: share of words that are probably wrong. `max_unwritten`: share of the speech for
    which nobody wrote words. `max_left`: identifiers that are probably left.
    """

    max_doubt: float = 0.25
    max_unwritten: float = 0.5
    max_left: float = 3.0


def discovery(
    *,
    doubt: float,
    speech: Sequence[Interval],
    faint: Sequence[Interval],
    unwritten: Sequence[Interval],
    num_words: int,
    added: int,
    keyed: int,
    unsettled: int,
    languages: Sequence[str],
    sounds: bool,
    limits: Limits,
    left: Left | None = None,
) -> Discovery:
    """Return what is estimated about what was found, and why a person has to look.

    Args:
        doubt: share of words that are probably wrong.
        speech: where there is speech, in seconds; so are `faint` and `unwritten`, see `Discovery`.
        faint: of it, what was understood only when turned up.
        unwritten: the part of it without words.
        num_words: in the transcript.
        added: stretches that a listener's transcript added.
        keyed: numbers keyed on a telephone.
        unsettled: identifiers that listeners still found the last time.
        languages: of the words.
        sounds: whether anything sounds that rises and falls as speech does.
        limits: above which a person has to look.
        left: estimate of identifiers that are left.
    """
    reasons = []
    if doubt > limits.max_doubt:
        reasons.append(f"{doubt:.0%} of the draft is probably wrong")
    seconds, silent = duration(speech), duration(unwritten)
    if silent > 0 and (num_words == 0 or silent > limits.max_unwritten * seconds):
        reasons.append(
            f"speech without words at {clock(unwritten[0][0])}: {silent:.0f} of {seconds:.0f} s"
        )
    elif num_words == 0 and sounds:
        reasons.append("there is sound that may be speech, and no words were written")
    if unsettled:
        reasons.append("listening again went on to find identifiers")
    if left is not None and left.expected > limits.max_left:
        reasons.append(f"{left.expected:.1f} identifiers are probably left")
    return Discovery(
        verdict="doubtful" if reasons else "within-limits",
        doubt=doubt,
        speech=round_ms(seconds),
        faint=round_ms(duration(faint)),
        unwritten=round_ms(silent),
        added=added,
        keyed=keyed,
        languages=tuple(sorted(set(languages))),
        left=left.expected if left else None,
        spread=left.spread if left else None,
        reasons=tuple(reasons),
    )


def verdict_of(removal: Removal, found: Discovery) -> Verdict:
    """Return the verdict that two findings add up to: the worse one.

    >>> verdict_of(Removal(verdict="clean"), Discovery(verdict="doubtful"))
    'doubtful'
    """
    if removal.verdict == "failed":
        return "failed"
    return "doubtful" if found.verdict == "doubtful" else "clean"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds.

    >>> clock(723.4)
    '12:03'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
