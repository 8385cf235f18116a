"""Consent is asked when a recording is opened, whoever opens it."""

from __future__ import annotations

import json

import msgspec

from speechkit.storage.corpus import Corpus


def test_without_consent_a_recording_is_not_opened(client, task: str, corpus: Corpus) -> None:
    """Default deny where there is a register; made-up recordings need none."""
    register = corpus.root / "vault" / "consents.jsonl"
    register.write_text("")
    tess = client("tess")
    sound = f"/api/tasks/{task}/audio"
    assert tess.get(sound, params={"variant": "raw"}).status_code == 200
    (session,) = corpus.sessions()
    real = msgspec.structs.replace(session.recording, synthetic=False, consent="c")
    corpus.put_session(msgspec.structs.replace(session, recording=real))
    for variant in ("raw", "redacted", "preview"):
        assert tess.get(sound, params={"variant": variant}).status_code == 403
    answer = tess.get(f"/api/tasks/{task}")
    assert answer.status_code == 403
    assert "no consent is on record" in answer.text
    register.write_text(
        json.dumps({"id": "c", "status": "active", "purposes": ["research"]}) + "\n"
    )
    assert tess.get(sound, params={"variant": "raw"}).status_code == 200
