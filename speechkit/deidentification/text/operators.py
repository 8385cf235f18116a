"""What comes instead of what was found: a policy's actions, applied to one patient's text."""

from __future__ import annotations

import hmac

from speechkit.core.types import Identifier
from speechkit.deidentification.policy import Policy
from speechkit.deidentification.text.cues import has_tables
from speechkit.deidentification.text.moved_dates import only_year, shift_date
from speechkit.deidentification.text.surrogates import Surrogates
from speechkit.deidentification.text.tagging import Tags
from speechkit.language import primary_subtag

_LONGEST_SHIFT = 365  # days, either way
_OVER = {"en": "over 89", "es": "más de 89", "fr": "plus de 89", "de": "über 89"}
# Three-digit postcodes of areas with 20,000 people or fewer (HHS guidance on 164.514, census 2000).
_SMALL_AREAS = frozenset(
    "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split()
)


class Replacer:
    """Replaces one patient's identifiers; the key is only needed for surrogates and shifts."""

    def __init__(self, policy: Policy, language: str, key: bytes | None = None) -> None:
        if key is None and policy.needs_key:
            raise ValueError("this policy needs a key")
        self._policy = policy
        self._language = primary_subtag(language)
        self._tags = Tags()
        self._surrogates = Surrogates(key, language) if key else None
        self._days = shift_of(key) if key else 0

    def __repr__(self) -> str:
        return f"Replacer({self._policy.title!r}, {self._language!r})"

    def replace(self, identifier: Identifier, text: str) -> str:
        """Return what a span becomes; a tag where its action does not apply to it."""
        action = self._policy.action(identifier)
        made: str | None = None
        if action == "surrogate" and self._surrogates is not None:
            made = self._surrogates.replace(identifier, text)
        elif action == "shift" and has_tables(self._language):
            made = shift_date(text, self._language, self._days)
        elif action == "generalise":
            made = self._generalise(identifier, text)
        return self._tags.tag(identifier, text) if made is None or made == text else made

    def _generalise(self, identifier: Identifier, text: str) -> str | None:
        if identifier is Identifier.AGE:
            return _OVER.get(self._language)
        if identifier is Identifier.DATE and has_tables(self._language):
            return only_year(text, self._language)
        if identifier is Identifier.LOCATION and len(text) == 5 and text.isdecimal():
            return f"{'000' if text[:3] in _SMALL_AREAS else text[:3]}**"
        return None


def shift_of(key: bytes) -> int:
    """Return how many days a patient's dates move: 1 to 365, back or forth.

    >>> shift_of(b"a") == shift_of(b"a") != 0
    True
    """
    drawn = int.from_bytes(hmac.digest(key, b"days", "sha256")[:8], "big")
    days = drawn % (2 * _LONGEST_SHIFT) - _LONGEST_SHIFT
    return days + 1 if days >= 0 else days
