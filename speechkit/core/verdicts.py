"""Why a redacted copy may not leave: one wording for everybody who has to say it."""

from __future__ import annotations

import msgspec

from speechkit.core.types import RedactedCopy


def refusal_of(copy: RedactedCopy) -> str:
    """Return why a copy is not clean, for a person who has to act on it; empty if it is.

    >>> from speechkit.core.types import Audio
    >>> audio = Audio(sha256="0", uri="", sample_rate=8000, num_samples=8000, num_channels=1, codec="")
    >>> def copy(verdict, **more):
    ...     return RedactedCopy(audio=audio, segments=(), redactions=(), verdict=verdict, **more)
    >>> refusal_of(copy("clean")), refusal_of(copy("failed", heard=2))
    ('', 'the check failed: 2 removed words are still heard')
    >>> refusal_of(copy("doubtful", doubt=0.4))
    'no clean copy: 40% of the draft is probably wrong; correct the draft, then run again'
    """
    masks_failed = any(redaction.verdict != "clean" for redaction in copy.redactions)
    if copy.verdict == "clean" and not masks_failed:
        return ""
    if copy.heard:
        return f"the check failed: {copy.heard} removed words are still heard"
    if copy.removal is not msgspec.UNSET and copy.removal.keys:
        return f"the check failed: {copy.removal.keys} keyed numbers still sound"
    if copy.verdict == "doubtful":
        return f"no clean copy: {why_doubtful(copy)}; correct the draft, then run again"
    return "the check of the redacted copy failed"


def why_doubtful(copy: RedactedCopy) -> str:
    """Return why it is not sure that everything was found in a doubtful copy."""
    if copy.discovery is not msgspec.UNSET and copy.discovery.reasons:
        return "; ".join(copy.discovery.reasons)
    return f"{copy.doubt:.0%} of the draft is probably wrong"
