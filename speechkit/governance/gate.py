"""Consent, asked before something is done with a recording: read, released, exported.

A corpus with a consent register is asked about, always; one without only if a person names a
purpose, and then nothing passes. What was withdrawn never passes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from speechkit.core.types import Recording
from speechkit.governance.consent import ConsentRegister
from speechkit.governance.policy import DEFAULT_POLICY, Action, Phi, Request, evaluate, read_policy
from speechkit.governance.rego import ask_sidecar
from speechkit.governance.withdrawals import is_withdrawn, read_withdrawals

DEFAULT_PURPOSE = "research"


class Asking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks, what for, on which day (YYYY-MM-DD, today by default), under which policy file.

    Without a policy, the built-in one holds; an empty purpose is `research`. `server` is the URL of
    an OPA sidecar that decides instead, by what is loaded there (`rego.to_rego`).
    """

    purpose: str = ""
    role: str = "engineer"
    on: str = ""
    policy: Path | None = None
    server: str = ""


class Gate:
    """The consents of a corpus as they are now. Made once, asked for each recording."""

    def __init__(self, root: Path, asking: Asking = Asking()) -> None:  # noqa: B008
        self.register = ConsentRegister(root)
        self.policy = DEFAULT_POLICY if asking.policy is None else read_policy(asking.policy)
        self.purpose = asking.purpose or DEFAULT_PURPOSE
        self.asks = bool(asking.purpose) or self.register.exists
        self._role = asking.role
        self._server = asking.server
        self._on = asking.on or datetime.now(UTC).date().isoformat()
        self._withdrawals = read_withdrawals(root)

    @property
    def withdrawn(self) -> frozenset[str]:
        """Raw ids of recordings that were withdrawn."""
        return frozenset(name for one in self._withdrawals for name in one.recordings)

    def refuse(self, recording: Recording, action: Action, phi: Phi) -> str:
        """Say why something may not be done with a recording; nothing if it may."""
        if is_withdrawn(recording, self._withdrawals):
            return "consent was withdrawn"
        if not self.asks:
            return ""
        request = Request(
            role=self._role,
            action=action,
            purpose=self.purpose,
            phi=phi,
            on=self._on,
            consent=self.register.get(recording.consent),
            synthetic=recording.synthetic,
        )
        decision = (
            ask_sidecar(self._server, request) if self._server else evaluate(self.policy, request)
        )
        return "consent: " + ", ".join(decision.reasons) if decision.reasons else ""
