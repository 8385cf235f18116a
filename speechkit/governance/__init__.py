"""Consent, purpose, policy and the audit log: asked before anything is read, released or exported."""

from typing import TYPE_CHECKING

from speechkit.core.lazy import lazy_names

if TYPE_CHECKING:
    from speechkit.governance.audit import (
        LOG,
        Checkpoint,
        Proof,
        make_checkpoint,
        prove_line,
        read_events,
        verify_log,
    )
    from speechkit.governance.consent import ConsentRecord, ConsentRegister, read_records
    from speechkit.governance.encounter import from_encounter, identifiers_of, to_encounter
    from speechkit.governance.fhir import from_fhir, read_resources, to_fhir
    from speechkit.governance.fhir_rules import Version
    from speechkit.governance.gate import DEFAULT_PURPOSE, Asking, Gate
    from speechkit.governance.omop import read_omop, to_omop, write_omop
    from speechkit.governance.policy import DEFAULT_POLICY, read_policy
    from speechkit.governance.rego import to_rego
    from speechkit.governance.signing import (
        SUFFIX,
        PublicKey,
        SecretKey,
        has_password,
        make_key,
        read_public_key,
        read_secret_key,
        sign_file,
        verify_file,
    )
    from speechkit.governance.withdrawals import Withdrawal, add_withdrawal

__all__ = [
    "DEFAULT_POLICY",
    "DEFAULT_PURPOSE",
    "LOG",
    "SUFFIX",
    "Asking",
    "Checkpoint",
    "ConsentRecord",
    "ConsentRegister",
    "Gate",
    "Proof",
    "PublicKey",
    "SecretKey",
    "Version",
    "Withdrawal",
    "add_withdrawal",
    "from_encounter",
    "from_fhir",
    "has_password",
    "identifiers_of",
    "make_checkpoint",
    "make_key",
    "prove_line",
    "read_events",
    "read_omop",
    "read_policy",
    "read_public_key",
    "read_records",
    "read_resources",
    "read_secret_key",
    "sign_file",
    "to_encounter",
    "to_fhir",
    "to_omop",
    "to_rego",
    "verify_file",
    "verify_log",
    "write_omop",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Asking": "gate",
        "Checkpoint": "audit",
        "ConsentRecord": "consent",
        "ConsentRegister": "consent",
        "DEFAULT_POLICY": "policy",
        "Gate": "gate",
        "LOG": "audit",
        "Proof": "audit",
        "PublicKey": "signing",
        "SUFFIX": "signing",
        "SecretKey": "signing",
        "Version": "fhir_rules",
        "Withdrawal": "withdrawals",
        "add_withdrawal": "withdrawals",
        "from_encounter": "encounter",
        "from_fhir": "fhir",
        "has_password": "signing",
        "identifiers_of": "encounter",
        "make_checkpoint": "audit",
        "make_key": "signing",
        "prove_line": "audit",
        "read_events": "audit",
        "read_omop": "omop",
        "read_policy": "policy",
        "read_public_key": "signing",
        "read_records": "consent",
        "read_resources": "fhir",
        "read_secret_key": "signing",
        "sign_file": "signing",
        "to_encounter": "encounter",
        "to_fhir": "fhir",
        "to_omop": "omop",
        "to_rego": "rego",
        "verify_file": "signing",
        "verify_log": "audit",
        "write_omop": "omop",
        "DEFAULT_PURPOSE": "gate",
    },
)
