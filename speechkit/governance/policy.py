"""Who may do what with which data, for which purpose: denied unless everything permits it.

`evaluate` returns every reason against, not just the first. The same policy as Rego is in `rego`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from speechkit.core.digest import digest_of
from speechkit.core.errors import InputError
from speechkit.governance.consent import ConsentRecord

Action = Literal["read", "listen", "edit", "export", "release"]
Phi = Literal["raw", "redacted", "none"]


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules. `roles`: role → action → PHI states; all else is denied.

    `legal_bases`: one of them must be named by the consent or the request; empty asks for none.
    `agreements_for`: actions that need the id of an agreement (DUA, BAA).
    """

    roles: dict[str, dict[str, tuple[str, ...]]]
    purposes: tuple[str, ...]
    legal_bases: tuple[str, ...] = ()
    agreements_for: tuple[str, ...] = ()

    def digest(self) -> str:
        """Return the digest by which a release names this policy."""
        return digest_of(self)


_SAFE = ("redacted", "none")
_ALL = ("raw", *_SAFE)

DEFAULT_POLICY = Policy(
    roles={
        "engineer": {"read": _ALL, "release": _SAFE, "export": _SAFE},
        "transcriptionist": {"read": _ALL, "listen": _ALL, "edit": _ALL},
        "evaluator": {"read": _SAFE, "listen": _SAFE},
        "privacy-officer": {"read": _ALL, "listen": _ALL, "release": _SAFE, "export": _SAFE},
    },
    purposes=("research", "model-training", "quality", "demonstration"),
)


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants to do. `on` is the day, `YYYY-MM-DD`; `synthetic` data has no patient."""

    role: str
    action: Action
    purpose: str
    phi: Phi
    on: str
    consent: ConsentRecord | None = None
    legal_basis: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    synthetic: bool = False


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Allowed or not; `reasons` are all that speak against, sorted, none if allowed."""

    allowed: bool
    reasons: tuple[str, ...]


def evaluate(policy: Policy, request: Request) -> Decision:
    """Decide a request; whatever is not known to be permitted is denied."""
    reasons = set()
    actions = policy.roles.get(request.role)
    if actions is None:
        reasons.add("the role is not known")
    elif request.action not in actions:
        reasons.add("the role may not do this")
    elif request.phi not in actions[request.action]:
        reasons.add("the role may not do this with such data")
    if request.purpose not in policy.purposes:
        reasons.add("the purpose is not one of the policy")
    if request.action in policy.agreements_for and not (
        request.agreements or (request.consent is not None and request.consent.agreements)
    ):
        reasons.add("no agreement is named")
    if not request.synthetic:
        reasons |= _consent_reasons(policy, request)
    return Decision(allowed=not reasons, reasons=tuple(sorted(reasons)))


def _consent_reasons(policy: Policy, request: Request) -> set[str]:
    consent = request.consent
    if consent is None:
        return {"no consent is on record"}
    reasons = set()
    if consent.status != "active":
        reasons.add(f"the consent is {consent.status}")
    if request.purpose not in consent.purposes:
        reasons.add("the consent does not permit the purpose")
    if consent.valid_from and request.on < consent.valid_from:
        reasons.add("the consent is not valid yet")
    if consent.valid_until and request.on > consent.valid_until:
        reasons.add("the consent has run out")
    if consent.withdrawn_on and request.on >= consent.withdrawn_on:
        reasons.add("the consent was withdrawn")
    if policy.legal_bases and not set(policy.legal_bases) & {
        *consent.legal_basis,
        *request.legal_basis,
    }:
        reasons.add("no legal basis of the policy is named")
    return reasons


def read_policy(path: Path) -> Policy:
    """Read a policy from TOML or JSON.

    Raises:
        InputError: with file and reason.
    """
    decode = msgspec.toml.decode if path.suffix.lower() == ".toml" else msgspec.json.decode
    try:
        return decode(path.read_bytes(), type=Policy)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a policy ({error})") from error
