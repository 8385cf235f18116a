"""Default deny: nothing passes that something speaks against; Rego and Python agree."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.cli.consent import command as consent_command
from speechkit.core.errors import InputError
from speechkit.core.types import Audio, Recording
from speechkit.governance.consent import ConsentRecord, ConsentRegister, read_records
from speechkit.governance.fhir import from_fhir, to_fhir
from speechkit.governance.gate import Asking, Gate
from speechkit.governance.policy import DEFAULT_POLICY, Policy, Request, evaluate, read_policy
from speechkit.governance.rego import ask_sidecar, evaluate_rego, to_rego

CONSENT = ConsentRecord(
    id="c1",
    status="active",
    purposes=("research",),
    valid_from="2024-01-01",
    valid_until="2026-12-31",
    legal_basis=("GDPR 6(1)(a)", "GDPR 9(2)(a)"),
    evidence="ab" * 32,
)
ASKED = Request(
    role="engineer",
    action="release",
    purpose="research",
    phi="redacted",
    on="2025-06-01",
    consent=CONSENT,
)
RECORDING = Recording(
    id="rec-1",
    audio=Audio(sha256="", uri="", sample_rate=8, num_samples=8, num_channels=1, codec=""),
)
STRICT = msgspec.structs.replace(
    DEFAULT_POLICY, legal_bases=("GDPR 9(2)(a)",), agreements_for=("export",)
)


def with_consent(**fields):
    return msgspec.structs.replace(ASKED, consent=msgspec.structs.replace(CONSENT, **fields))


@pytest.mark.parametrize(
    ("request_", "reasons"),
    [
        (ASKED, ()),
        (msgspec.structs.replace(ASKED, consent=None), ("no consent is on record",)),
        (msgspec.structs.replace(ASKED, consent=None, synthetic=True), ()),
        (msgspec.structs.replace(ASKED, role="visitor"), ("the role is not known",)),
        (msgspec.structs.replace(ASKED, role="evaluator"), ("the role may not do this",)),
        (msgspec.structs.replace(ASKED, phi="raw"), ("the role may not do this with such data",)),
        (
            msgspec.structs.replace(ASKED, purpose="advertising"),
            ("the consent does not permit the purpose", "the purpose is not one of the policy"),
        ),
        (with_consent(status="draft"), ("the consent is draft",)),
        (with_consent(valid_from="2025-06-02"), ("the consent is not valid yet",)),
        (with_consent(valid_from="2025-06-01"), ()),
        (with_consent(valid_until="2025-06-01"), ()),
        (with_consent(valid_until="2025-05-31"), ("the consent has run out",)),
        (
            with_consent(status="withdrawn", withdrawn_on="2025-06-01"),
            ("the consent is withdrawn", "the consent was withdrawn"),
        ),
        (with_consent(legal_basis=()), ("no legal basis of the policy is named",)),
        (msgspec.structs.replace(ASKED, action="export"), ("no agreement is named",)),
        (msgspec.structs.replace(ASKED, action="export", agreements=("DUA-7",)), ()),
    ],
)
def test_reasons(request_, reasons) -> None:
    decision = evaluate(STRICT, request_)
    assert decision.reasons == reasons
    assert decision.allowed == (not reasons)


DATES = st.sampled_from(["", "2024-01-01", "2025-06-01", "2025-06-02", "2026-12-31"])
CONSENTS = st.none() | st.builds(
    ConsentRecord,
    id=st.just("c"),
    status=st.sampled_from(["draft", "active", "withdrawn", "rejected", "inactive"]),
    purposes=st.sampled_from([(), ("research",), ("quality", "research")]),
    valid_from=DATES,
    valid_until=DATES,
    withdrawn_on=DATES,
    legal_basis=st.sampled_from([(), ("GDPR 9(2)(a)",), ("other",)]),
    agreements=st.sampled_from([(), ("BAA-1",)]),
)
REQUESTS = st.builds(
    Request,
    role=st.sampled_from(["engineer", "evaluator", "transcriptionist", "nobody"]),
    action=st.sampled_from(["read", "listen", "edit", "export", "release"]),
    purpose=st.sampled_from(["research", "quality", "advertising"]),
    phi=st.sampled_from(["raw", "redacted", "none"]),
    on=st.sampled_from(["2025-06-01", "2027-01-01"]),
    consent=CONSENTS,
    legal_basis=st.sampled_from([(), ("GDPR 9(2)(a)",)]),
    agreements=st.sampled_from([(), ("DUA-7",)]),
    synthetic=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(request_=REQUESTS)
def test_rego_decides_the_same(request_) -> None:
    pytest.importorskip("regopy")
    assert evaluate_rego(STRICT, request_) == evaluate(STRICT, request_)


def test_the_sidecar_is_asked_and_denies_when_silent(tmp_path: Path) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(
                (self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            )
            body = json.dumps({"result": [] if len(asked) == 1 else ["b", "a"]}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    assert ask_sidecar(url, ASKED).allowed
    assert ask_sidecar(url, ASKED).reasons == ("a", "b")
    server.shutdown()
    server.server_close()
    assert asked[0][0] == "/v1/data/speechkit/deny"
    assert asked[0][1]["input"]["purpose"] == "research"
    # A gate that asks there: what does not answer denies.
    gate = Gate(tmp_path, Asking(purpose="research", server=url))
    assert gate.refuse(RECORDING, "read", "raw") == "consent: the policy server did not answer"
    assert ask_sidecar(url, ASKED).reasons == ("the policy server did not answer",)


def test_the_policy_is_printed_as_rego() -> None:
    done = CliRunner().invoke(consent_command, ["rego"])
    assert done.stdout == to_rego(DEFAULT_POLICY)


def test_policies_are_read_from_toml(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(
        'purposes = ["research"]\n[roles.engineer]\nrelease = ["redacted"]\n'
    )
    policy = read_policy(tmp_path / "p.toml")
    assert evaluate(policy, ASKED).allowed
    assert policy == Policy(roles={"engineer": {"release": ("redacted",)}}, purposes=("research",))
    assert '"research"' in to_rego(policy)
    (tmp_path / "p.toml").write_text("purposes = 3")
    with pytest.raises(InputError, match=r"p.toml: not a policy"):
        read_policy(tmp_path / "p.toml")


def test_register_keeps_consents_and_refuses_nonsense(tmp_path: Path) -> None:
    register = ConsentRegister(tmp_path)
    assert not register.exists
    register.put(CONSENT)
    again = ConsentRegister(tmp_path)
    assert again.get("c1") == CONSENT
    assert again.digest() == register.digest()
    assert again.get("c2") is None
    for fields, reason in (
        ({"valid_from": "yesterday"}, "not a date"),
        ({"valid_until": "2023-01-01"}, "before valid_from"),
        ({"evidence": "abc"}, "not a SHA-256"),
        ({"status": "withdrawn"}, "withdrawn_on is empty"),
    ):
        with pytest.raises(InputError, match=reason):
            register.put(msgspec.structs.replace(CONSENT, **fields))
    (tmp_path / "c.jsonl").write_text('{"id":"a","status":"active"}\n{"id":"b","status":"yes"}\n')
    with pytest.raises(InputError, match=r"c.jsonl, line 2"):
        read_records(tmp_path / "c.jsonl")


@pytest.mark.parametrize("version", ["R4B", "R5"])
@pytest.mark.parametrize(
    "record",
    [
        CONSENT,
        msgspec.structs.replace(CONSENT, status="withdrawn", withdrawn_on="2025-01-01"),
        ConsentRecord(id="x", status="rejected", purposes=("model-training",), agreements=("D",)),
    ],
)
def test_fhir_there_and_back(version: str, record) -> None:
    pytest.importorskip("fhir.resources")
    if version == "R5":
        from fhir.resources.consent import Consent
    else:
        from fhir.resources.R4B.consent import Consent
    resource = to_fhir(record, version)
    oracle = Consent.model_validate(resource)
    assert oracle.status == resource["status"]
    assert from_fhir(json.loads(oracle.model_dump_json()), version) == record


def test_fhir_codes_are_checked() -> None:
    good = to_fhir(CONSENT, "R5")
    for fields, reason in (
        ({"status": "nonsense"}, "status is not one of FHIR R5"),
        ({"status": "proposed"}, "status is not one of FHIR R5"),  # R4B has it, R5 not
        ({"resourceType": "Patient"}, "not a FHIR Consent"),
        ({"decision": "deny"}, "not understood"),
        ({"provision": [{}, {}]}, "not understood"),
    ):
        with pytest.raises(InputError, match=reason):
            from_fhir({**good, **fields}, "R5")
