"""A small corpus to release: two consultations, one of them with a canary in what may not leave."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from speechkit.audio.encode import write_audio
from speechkit.cli.release import command
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.types import (
    Audio,
    Context,
    Identifier,
    Layer,
    Participant,
    Provenance,
    Recording,
    RedactedCopy,
    Redaction,
    Segment,
    Session,
    SpeakerRole,
    Word,
)
from speechkit.storage.corpus import Corpus

CANARY = "Zebulonia"


DOCTOR = Participant(id="p-doctor", role="doctor", accent="en-GB")


def add(
    corpus: Corpus,
    number: int,
    *,
    verdict: str = "clean",
    text: str = "Good morning, [NAME].",
    synthetic: bool = False,
    people: tuple[Participant, ...] | None = None,
    redacted: bool = True,
) -> str:
    """Put a recording with a redacted copy into a corpus; return its raw id."""
    sound = np.full((1, 16_000), number / 100, dtype=np.float32)
    path = corpus.root / f"new-{number}.flac"
    write_audio(path, sound, 8_000)
    sha = digest_file(path)
    raw_sha = hashlib.sha256(str(number).encode()).hexdigest()
    raw = recording_id(raw_sha)
    audio = Audio(
        sha256=raw_sha, uri="x", sample_rate=8_000, num_samples=16_000, num_channels=1, codec="wav"
    )
    people = people or (DOCTOR, Participant(id=f"p-{number}", role="patient"))
    corpus.put_session(
        Session(
            recording=Recording(
                id=raw,
                audio=audio,
                context=Context(
                    languages=("en",), period="2024-03-17", tags={"note": CANARY, "arm": "b"}
                ),
                participants=people,
                consent=f"consent-{number}",
                synthetic=synthetic,
            )
        )
    )
    if redacted:
        uri = corpus.put_audio(path, sha, area="redacted")
        segment = Segment(
            id=f"{raw}-0007",
            start=0.25,
            end=1.5,
            text=text,
            speaker="S1",
            words=(Word(text="Good", start=0.25, end=0.5, confidence=0.5, speaker="S1"),),
        )
        late = msgspec.structs.replace(segment, id=f"{raw}-0001", start=1.5, end=2.0, speaker="S2")
        copy = RedactedCopy(
            audio=msgspec.structs.replace(audio, sha256=sha, uri=uri, codec="flac/pcm_16"),
            segments=(late, segment) if verdict == "clean" else (),
            redactions=(
                Redaction(start=0.75, end=1.0, identifier=Identifier.NAME, verdict=verdict),
            ),
            verdict=verdict,
            heard=0 if verdict == "clean" else 2,
            checked_by=("ear:base",),
        )
        put(corpus, raw, "redacted", "redacted", (copy,))
        roles = (
            SpeakerRole(speaker="S1", role="doctor", confidence=0.9),
            SpeakerRole(speaker="S2", role="unknown", confidence=0.4),
        )
        put(corpus, raw, "roles", "roles", roles)
    path.unlink()
    return raw


def put(corpus: Corpus, raw: str, name: str, kind: str, items: tuple) -> None:
    made = Provenance(stage=name, version="1", engine="e:m", options={"margin": 0.05})
    corpus.add_layer(raw, Layer(name=name, kind=kind, recording=raw, items=items, provenance=made))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = Corpus.create(tmp_path / "clinic")
    for number in (1, 2, 3):
        add(corpus, number)
    return corpus


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def invoke(*args: object) -> tuple[int, str]:
    done = CliRunner().invoke(command, [str(arg) for arg in args])
    return done.exit_code, done.stdout


def mend(path: Path, name: str) -> None:
    """Put a file's present digest into SHA256SUMS.txt."""
    sums = (path / "SHA256SUMS.txt").read_text().splitlines()
    digest = digest_file(path / name)
    mended = [f"{digest}  {name}" if line.endswith(f"  {name}") else line for line in sums]
    (path / "SHA256SUMS.txt").write_text("\n".join(mended) + "\n")
