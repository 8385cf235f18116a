"""The policy as Rego, for Open Policy Agent: the same reasons, from `regopy` or a sidecar.

https://www.openpolicyagent.org/docs/policy-language. What cannot be asked is denied.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import msgspec

from speechkit.core.digest import canonical_json
from speechkit.core.errors import MissingExtraError
from speechkit.governance.policy import Decision, Policy, Request

PACKAGE = "speechkit"
_TIMEOUT = 5  # seconds

_MODULE = """\
package speechkit

import rego.v1

policy := {policy}

default allow := false

allow if count(deny) == 0

actions := policy.roles[input.role]

consent := input.consent

deny contains "the role is not known" if not policy.roles[input.role]

deny contains "the role may not do this" if {{
	policy.roles[input.role]
	not actions[input.action]
}}

deny contains "the role may not do this with such data" if {{
	actions[input.action]
	not input.phi in actions[input.action]
}}

deny contains "the purpose is not one of the policy" if not input.purpose in policy.purposes

deny contains "no agreement is named" if {{
	input.action in policy.agreements_for
	count(input.agreements) == 0
	not consent_names_agreement
}}

consent_names_agreement if count(consent.agreements) > 0

deny contains "no consent is on record" if {{
	not input.synthetic
	is_null(consent)
}}

deny contains reason if {{
	asked
	consent.status != "active"
	reason := concat(" ", ["the consent is", consent.status])
}}

deny contains "the consent does not permit the purpose" if {{
	asked
	not input.purpose in consent.purposes
}}

deny contains "the consent is not valid yet" if {{
	asked
	consent.valid_from != ""
	input.on < consent.valid_from
}}

deny contains "the consent has run out" if {{
	asked
	consent.valid_until != ""
	input.on > consent.valid_until
}}

deny contains "the consent was withdrawn" if {{
	asked
	consent.withdrawn_on != ""
	input.on >= consent.withdrawn_on
}}

deny contains "no legal basis of the policy is named" if {{
	asked
	count(policy.legal_bases) > 0
	not basis_named
}}

basis_named if {{
	some basis in policy.legal_bases
	basis in consent.legal_basis
}}

basis_named if {{
	some basis in policy.legal_bases
	basis in input.legal_basis
}}

asked if {{
	not input.synthetic
	not is_null(consent)
}}
"""


def to_rego(policy: Policy) -> str:
    """Return the policy as a Rego module; `data.speechkit.deny` is the set of reasons against."""
    return _MODULE.format(policy=canonical_json(policy).decode())


def evaluate_rego(policy: Policy, request: Request) -> Decision:
    """Decide with regopy, in this process.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        from regopy import Interpreter
    except ModuleNotFoundError as error:
        raise MissingExtraError("regopy", extra="policy") from error
    interpreter = Interpreter()
    interpreter.add_module(PACKAGE, to_rego(policy))
    interpreter.set_input(msgspec.to_builtins(request))
    found = msgspec.json.decode(str(interpreter.query(f"data.{PACKAGE}.deny")))
    return _decision(found["expressions"][0])


def ask_sidecar(url: str, request: Request) -> Decision:
    """Ask an OPA sidecar (`http://127.0.0.1:8181`); one that does not answer denies."""
    body = msgspec.json.encode({"input": msgspec.to_builtins(request)})
    ask = urllib.request.Request(  # noqa: S310
        f"{url.rstrip('/')}/v1/data/{PACKAGE}/deny",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(ask, timeout=_TIMEOUT) as answer:  # noqa: S310
            found = msgspec.json.decode(answer.read())
    except (OSError, ValueError, urllib.error.URLError):
        return Decision(allowed=False, reasons=("the policy server did not answer",))
    if not isinstance(found, dict) or "result" not in found:
        return Decision(allowed=False, reasons=("the policy server has no such policy",))
    return _decision(found["result"])


def _decision(reasons: Any) -> Decision:
    if not isinstance(reasons, list) or not all(isinstance(item, str) for item in reasons):
        return Decision(allowed=False, reasons=("the answer is not a list of reasons",))
    return Decision(allowed=not reasons, reasons=tuple(sorted(reasons)))
