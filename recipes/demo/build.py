"""Write the demo's audio, references and metadata table into one folder.

    call.wav           call.rttm           call.stm           call.phi.jsonl
    consultation.wav   consultation.rttm   consultation.stm   consultation.phi.jsonl
    table.csv          pseudonym.key      built.json          consultation.keep.jsonl

A line of `*.phi.jsonl` says which line of the STM holds an identifier, when that line is spoken
and where in its text the identifier stands (code points, end outside); `consultation.keep.jsonl`
says the same of what looks like an identifier and must stay. RTTM turns join the sentences of a
speaker that lie less than half a second apart.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.core.digest import canonical_json, digest_file
from speechkit.core.engines import SAMPLE_RATE
from speechkit.core.errors import MissingExtraError
from speechkit.core.time import round_ms, union
from speechkit.storage.files import atomic_path, write_bytes

from ..synth.mix import Spoken, mix  # noqa: TID252 (one package, two names)
from ..synth.script import Script  # noqa: TID252 (one package, two names)
from ..synth.voices import load_voice  # noqa: TID252 (one package, two names)

if TYPE_CHECKING:
    from ..synth.mix import Samples  # noqa: TID252 (one package, two names)

_HERE = Path(__file__).parent
_VOICES = {"doctor": "piper:joe", "patient": "hibari:heart"}
_JOIN = 0.5  # seconds
_SHARED = ("mix", "script", "voices")
_BUILT = "built.json"  # digests of the recipe and of what it wrote: speaking takes half a minute

# What must not leave of the real call. States may stay under Safe Harbor (B): they are not listed.
_CALL_PHI = {"Diane": "NAME", "Sheila": "NAME", "Chicago": "LOCATION"}

_TABLE: tuple[dict[str, str], ...] = (
    {
        "audio": "call.wav",
        "language": "en",
        "consent": "public-sample",
        "synthetic": "false",
        "modality": "phone",
        "collection_intent": "speech-research",
        "device": "telephone",
        "reference_rttm": "call.rttm",
        "reference_stm": "call.stm",
    },
    {
        "audio": "consultation.wav",
        "language": "en",
        "consent": "made-up",
        "synthetic": "true",
        "modality": "in-person",
        "encounter_class": "AMB",
        "specialty": "general practice",
        "collection_intent": "demonstration",
        "device": "neural voices",
        "doctor_id": "demo-doctor",
        "doctor_sex": "male",
        "doctor_accent": "en-US",
        "patient_id": "demo-patient",
        "patient_sex": "female",
        "patient_accent": "en-US",
        "reference_rttm": "consultation.rttm",
        "reference_stm": "consultation.stm",
    },
)


def build(dest: Path) -> Path:
    """Write both recordings, their references and `table.csv` into `dest`; return `dest`.

    The same machine writes the same bytes each time; what is there already is not made again.

    Raises:
        MissingExtraError: if a voice or pyannote.audio is not installed.
        StoreError: if `dest` cannot be written.
    """
    if _is_built(dest):
        return dest
    _write_call(dest)
    script = msgspec.toml.decode((_HERE / "script.toml").read_bytes(), type=Script)
    voices = {role: load_voice(voice, timed=False) for role, voice in _VOICES.items()}
    samples, spoken = mix(script, voices)
    _write_consultation(dest, samples, spoken)
    write_bytes(dest / "table.csv", _table(_TABLE))
    # There is nobody to protect here: a public key gives the release the same bytes everywhere.
    write_bytes(dest / "pseudonym.key", b"de" * 32 + b"\n")
    write_bytes(dest / _BUILT, canonical_json(_digests(dest)))
    return dest


def _is_built(dest: Path) -> bool:
    """Say whether all files are there as this very recipe wrote them."""
    built = dest / _BUILT
    return built.exists() and built.read_bytes() == canonical_json(_digests(dest))


def _digests(dest: Path) -> dict[str, str]:
    here = [*_HERE.iterdir(), *(_HERE.parent / "synth" / f"{name}.py" for name in _SHARED)]
    sources = [path for path in here if path.suffix in (".py", ".toml")]
    written = [path for path in dest.iterdir() if path.is_file() and path.name != _BUILT]
    return {path.name: digest_file(path) for path in sorted(sources + written)}


def _write_call(dest: Path) -> None:
    spec = find_spec("pyannote.audio")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("pyannote.audio", extra="diarize")
    sample = Path(spec.submodule_search_locations[0]) / "sample"
    for name in ("wav", "rttm", "stm"):
        with atomic_path(dest / f"call.{name}") as temporary:
            if name == "wav":
                shutil.copyfile(sample / "sample.wav", temporary)
            else:
                text = (sample / f"sample.{name}").read_text("utf-8")
                temporary.write_text(_renamed(text, name), "utf-8")
    write_bytes(
        dest / "call.phi.jsonl", _lines(_call_marks((dest / "call.stm").read_text("utf-8")))
    )


def _renamed(text: str, kind: str) -> str:
    """Call the recording `call` where the packaged file says `sample`."""
    before, after = ("SPEAKER sample ", "SPEAKER call ") if kind == "rttm" else ("sample ", "call ")
    return "".join(
        after + line.removeprefix(before) if line.startswith(before) else line
        for line in text.splitlines(keepends=True)
    )


def _call_marks(stm: str) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(stm.splitlines(), start=1):
        _, _, _, start, end, text = line.split(" ", 5)
        for phrase, identifier in _CALL_PHI.items():
            at = text.find(phrase)
            if at >= 0:
                yield _mark(number, float(start), float(end), at, at + len(phrase), identifier)


def _write_consultation(dest: Path, samples: Samples, spoken: Sequence[Spoken]) -> None:
    import soundfile

    with atomic_path(dest / "consultation.wav") as temporary:
        pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
        soundfile.write(temporary, pcm, SAMPLE_RATE, subtype="PCM_16", format="WAV")
    write_bytes(dest / "consultation.rttm", _rttm("consultation", spoken))
    write_bytes(dest / "consultation.stm", _stm("consultation", spoken))
    marks = [
        _mark(number, line.start, line.end, mark.start_char, mark.end_char, mark.kind)
        for number, line in enumerate(spoken, start=1)
        for mark in line.sentence.marks
    ]
    phi = [mark for mark in marks if mark["identifier"] != "KEEP"]
    keep = [mark for mark in marks if mark["identifier"] == "KEEP"]
    write_bytes(dest / "consultation.phi.jsonl", _lines(phi))
    write_bytes(dest / "consultation.keep.jsonl", _lines(keep))


def _rttm(name: str, spoken: Sequence[Spoken]) -> bytes:
    turns = sorted(
        (start, end, role)
        for role in {line.role for line in spoken}
        for start, end in union(((s.start, s.end) for s in spoken if s.role == role), gap=_JOIN)
    )
    return "".join(
        f"SPEAKER {name} 1 {start:.3f} {round_ms(end - start):.3f} <NA> <NA> {role} <NA> <NA>\n"
        for start, end, role in turns
    ).encode()


def _stm(name: str, spoken: Sequence[Spoken]) -> bytes:
    return "".join(
        f"{name} 1 {line.role} {line.start:.3f} {line.end:.3f} {line.sentence.text}\n"
        for line in spoken
    ).encode()


def _mark(
    line: int, start: float, end: float, start_char: int, end_char: int, identifier: str
) -> dict[str, Any]:
    return {
        "line": line,
        "start": start,
        "end": end,
        "start_char": start_char,
        "end_char": end_char,
        "identifier": identifier,
    }


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(canonical_json(row) + b"\n" for row in rows)


def _table(rows: Sequence[dict[str, str]]) -> bytes:
    columns = list(dict.fromkeys(column for row in reversed(rows) for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
