"""Which identifiers are removed: policies as data, the named ones in `policies/*.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

import msgspec

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.types import Identifier, PhiSpan

NAMES = ("gdpr", "limited", "safe-harbor", "strict")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes. Finds scored below `least_score` stay; `any_language` allows languages without
    tables, by written patterns alone."""

    title: str
    remove: frozenset[Identifier]
    source: str = ""
    least_score: float = 0.5
    any_language: bool = False


def load_policy(name: str) -> Policy:
    """Return a named policy, or the one of a TOML file.

    Raises:
        UsageError: if there is none, or the file is no policy; says what is wrong.
    """
    if name in NAMES:
        data = (files("speechkit.deidentify") / "policies" / f"{name}.toml").read_bytes()
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
        return msgspec.toml.decode(data, type=Policy)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise UsageError(f"policy {name}: {error}") from error


def apply_policy(policy: Policy, spans: Iterable[PhiSpan]) -> tuple[PhiSpan, ...]:
    """Return the spans that a policy removes."""
    return tuple(
        span
        for span in spans
        if span.identifier in policy.remove and span.score >= policy.least_score
    )
