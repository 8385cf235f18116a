"""Which identifiers go, and what comes instead: policies as data, named ones in `policies/*.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.types import Identifier, PhiSpan

Action = Literal["tag", "surrogate", "shift", "generalise", "keep"]
NAMES = ("gdpr", "limited", "safe-harbor", "strict", "surrogate")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes, and how.

    `actions` says what comes instead of an identifier in `remove`: a tag (where nothing is said),
    a surrogate of the same kind, a date moved by the patient's own number of days, something less
    precise, or itself. Finds scored below `least_score` stay; `keep_towns` leaves towns and
    postcodes, not streets; `any_language` allows languages without tables, by patterns alone.
    """

    title: str
    remove: frozenset[Identifier]
    source: str = ""
    least_score: float = 0.5
    any_language: bool = False
    keep_towns: bool = False
    actions: dict[Identifier, Action] = {}

    def action(self, identifier: Identifier) -> Action:
        """What comes instead of an identifier."""
        if identifier not in self.remove:
            return "keep"
        return self.actions.get(identifier, "tag")

    @property
    def needs_key(self) -> bool:
        """Whether replacements depend on a secret of the patient's."""
        return any(self.action(one) in ("surrogate", "shift") for one in self.remove)


_TOWN_DETECTORS = frozenset(("places", "postcodes"))


def load_policy(name: str) -> Policy:
    """Return a named policy, or the one of a TOML file.

    Raises:
        UsageError: if there is none, or the file is not a policy; says what is wrong.
    """
    if name in NAMES:
        data = (files("speechkit.deidentification") / "policies" / f"{name}.toml").read_bytes()
    elif name.endswith(".toml"):
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read policy {name}: {error.strerror or error}") from error
    else:
        raise UsageError(
            f"no policy named {name!r}; {did_you_mean(name, NAMES)}; or give a .toml file"
        )
    try:
        policy = msgspec.toml.decode(data, type=Policy)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(f"policy {name}: {error}") from error
    if odd := sorted(one for one, action in policy.actions.items() if not _can(one, action)):
        raise UsageError(
            f"policy {name}: {odd[0]} cannot be {_PAST[policy.actions[odd[0]]]}; only DATE can be "
            "shifted, and DATE, AGE and LOCATION generalised"
        )
    if odd := sorted(set(policy.actions) - policy.remove):
        raise UsageError(f"policy {name}: {odd[0]} has an action but is not in remove")
    return policy


_PAST = {"shift": "shifted", "generalise": "generalised"}
_GENERAL = (Identifier.DATE, Identifier.AGE, Identifier.LOCATION)


def _can(identifier: Identifier, action: Action) -> bool:
    if action == "shift":
        return identifier is Identifier.DATE
    if action == "generalise":
        return identifier in _GENERAL
    return action != "surrogate" or identifier not in (Identifier.DATE, Identifier.UNCERTAIN)


def policy_digest(policy: Policy) -> str:
    """Return a digest of all that a policy says; part of the cache key of what depends on it."""
    return digest_of(msgspec.to_builtins(policy, order="sorted", str_keys=True))


def apply_policy(policy: Policy, spans: Iterable[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Return the spans that a policy removes."""
    return tuple(
        span
        for span in spans
        if policy.action(span.identifier) != "keep"
        and span.score >= policy.least_score
        and not (
            policy.keep_towns
            and span.identifier is Identifier.LOCATION
            and span.detector in _TOWN_DETECTORS
        )
    )
