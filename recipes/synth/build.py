"""Write made-up consultations: sound, references with words, identifiers, and the table.

    synthetic-0001.wav              synthetic-0001.phi.jsonl    identifiers that are said
    references/synthetic-0001.json  synthetic-0001.keep.jsonl   what looks like one and must stay
    references/synthetic-0001.rttm  synthetic-0001.script.json  what was asked for
    table.csv                       pseudonym.key

A line of `*.phi.jsonl` says which segment of the JSON holds an identifier, where in its text it
stands (code points, end outside) and when it is said.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from speechkit.core.digest import canonical_json
from speechkit.core.errors import UsageError, did_you_mean
from speechkit.core.files import atomic_path, write_bytes
from speechkit.core.time import round_ms, union
from speechkit.core.types import Segment, Turn
from speechkit.pipeline.prepared import Clip, Prepared, write_prepared

from . import spoken
from .acoustics import CONDITIONS, Condition, record
from .consultation import compose, find_case, specialties
from .mix import Spoken, place
from .people import Sex, make_cast
from .voices import Speak, Speech, load_voice

_JOIN = 0.5  # seconds between sentences of one turn
# Voice → sex and accent, by language; doctors and patients take them in turn.
_VOICES: dict[str, dict[str, tuple[Sex, str]]] = {
    "en": {
        "piper:joe": ("male", "en-US"),
        "hibari:heart": ("female", "en-US"),
        "espeak:gmw/en+f4": ("female", "en-GB"),
        "espeak:gmw/en+m3": ("male", "en-GB"),
    },
    "es": {
        "espeak:roa/es+m3": ("male", "es-ES"),
        "espeak:roa/es+f2": ("female", "es-ES"),
        "espeak:roa/es-419+f4": ("female", "es-419"),
        "espeak:roa/es-419+m7": ("male", "es-419"),
    },
    "fr": {
        "espeak:roa/fr+m3": ("male", "fr-FR"),
        "espeak:roa/fr+f2": ("female", "fr-FR"),
        "espeak:roa/fr-BE+f4": ("female", "fr-BE"),
        "espeak:roa/fr-CH+m7": ("male", "fr-CH"),
    },
    "de": {
        "espeak:gmw/de+m3": ("male", "de-DE"),
        "espeak:gmw/de+f2": ("female", "de-DE"),
        "espeak:gmw/de+f4": ("female", "de-DE"),
        "espeak:gmw/de+m7": ("male", "de-DE"),
    },
}
_NEURAL = ("piper:joe", "hibari:heart")


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for.

    Attributes:
        languages: each gets the same number of consultations, in turn.
        count: how many; 0 to go on until `minutes` are full.
        minutes: of all recordings together.
        specialty: only cases of it.
        condition: only recordings of that kind; empty for all in turn.
        voices: role → voice, in place of those of the language.
        patient_sex, patient_ages: of the patient, where the voices do not decide.
        seed: another one makes others.
    """

    languages: tuple[str, ...] = spoken.LANGUAGES
    count: int = 0
    minutes: float = 0.0
    specialty: str = ""
    condition: str = ""
    voices: dict[str, str] = {}
    patient_sex: str = ""
    patient_ages: tuple[int, int] = (19, 89)
    seed: int = 1


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """One consultation that was written."""

    name: str
    language: str
    specialty: str
    condition: Condition
    seconds: float
    words: int
    identifiers: int


def build(dest: Path, request: Request, progress: Callable[[Made], None] | None = None) -> Prepared:
    """Write what is asked for into `dest`.

    The same machine with the same voices writes the same bytes.

    Raises:
        UsageError: for a language, specialty, condition or voice that does not exist.
        MissingExtraError: if a voice or Faker is not installed.
        StoreError: if `dest` cannot be written.
    """
    _check(request)
    studio = _Studio()
    clips, minutes, number = [], 0.0, 0
    while number < request.count or minutes < request.minutes:
        number += 1
        clip, made = _consultation(dest, request, number, studio)
        clips.append(clip)
        minutes += made.seconds / 60
        if progress is not None:
            progress(made)
    # Nobody here needs hiding: a key known to all gives the release the same bytes everywhere.
    write_bytes(dest / "pseudonym.key", b"5e" * 32 + b"\n")
    return write_prepared(dest, dest, clips, notes=["all recordings are synthetic, nobody exists"])


class _Studio:
    """Voices that are loaded once, and say the same words the same way."""

    def __init__(self) -> None:
        self._voices: dict[str, Speak] = {}

    def voice(self, spec: str) -> Speak:
        if spec not in self._voices:
            speak, said = load_voice(spec), dict[str, Speech]()

            def remembered(text: str) -> Speech:
                if text not in said:
                    said[text] = speak(text)
                return said[text]

            self._voices[spec] = remembered
        return self._voices[spec]


def _check(request: Request) -> None:
    for language in request.languages:
        if language not in _VOICES:
            raise UsageError(f"no scripts in {language!r}; {did_you_mean(language, _VOICES)}")
        find_case(language, request.specialty, 0)
    if request.condition and request.condition not in CONDITIONS:
        hint = did_you_mean(request.condition, CONDITIONS)
        raise UsageError(f"no condition {request.condition!r}; {hint}")
    for role in request.voices:
        if role not in ("doctor", "patient"):
            raise UsageError(f"no role {role!r}; {did_you_mean(role, ('doctor', 'patient'))}")
    low, high = request.patient_ages
    if not 18 <= low <= high <= 120:
        raise UsageError("ages of patients: two numbers from 18 to 120, the lower one first")


def _consultation(dest: Path, request: Request, number: int, studio: _Studio) -> tuple[Clip, Made]:
    turn, which = divmod(number - 1, len(request.languages))
    language = request.languages[which]
    seed = request.seed * 1_000_003 + number
    case = find_case(language, request.specialty, turn)
    condition: Condition = request.condition or CONDITIONS[(turn + which) % len(CONDITIONS)]  # type: ignore[assignment]
    voices, sexes, accents = _cast_voices(request, language, turn)
    cast = make_cast(seed, language, sexes["doctor"], sexes["patient"], request.patient_ages)
    script = compose(seed, language, case, cast)
    timeline = place(script, {role: studio.voice(spec) for role, spec in voices.items()})
    samples, rate = record(timeline, condition, seed)
    name = f"synthetic-{number:04d}"
    _write_sound(dest / f"{name}.wav", samples, rate)
    segments = _segments(name, language, timeline.spoken, condition)
    marks = list(_marks(timeline.spoken, segments))
    phi = [mark for mark in marks if mark["identifier"] != "KEEP"]
    write_bytes(dest / f"{name}.phi.jsonl", _lines(phi))
    write_bytes(dest / f"{name}.keep.jsonl", _lines(m for m in marks if m["identifier"] == "KEEP"))
    asked = {"seed": seed, "language": language, "case": case.title, "voices": voices}
    write_bytes(dest / f"{name}.script.json", canonical_json({**asked, "synthetic": True}) + b"\n")
    told = {
        "language": language,
        "consent": "made-up",
        "synthetic": "true",
        "specialty": case.specialty,
        "modality": {"room": "in-person", "phone": "phone", "headset": "video"}[condition],
        "collection_intent": "made-up consultation",
        "device": f"synthetic {condition}",
        **_people(voices, sexes, accents, cast.patient_age, condition),
    }
    clip = Clip(
        audio=f"{name}.wav", told=told, segments=segments, turns=_turns(timeline.spoken, condition)
    )
    made = Made(
        name=name,
        language=language,
        specialty=case.specialty,
        condition=condition,
        seconds=round_ms(samples.shape[1] / rate),
        words=sum(len(segment.text.split()) for segment in segments),
        identifiers=len(phi),
    )
    return clip, made


def _cast_voices(
    request: Request, language: str, turn: int
) -> tuple[dict[str, str], dict[str, Sex], dict[str, str]]:
    """Choose two voices; say their sexes and accents."""
    known = _VOICES[language]
    dice = random.Random(request.seed * 7919 + turn)
    patients = [v for v, (sex, _) in known.items() if request.patient_sex in ("", sex)]
    patient = request.voices.get("patient") or dice.choice(patients)
    others = [voice for voice in known if voice != patient]
    doctor = request.voices.get("doctor") or dice.choice(others)
    voices = {"doctor": doctor, "patient": patient}
    unknown: tuple[Sex, str] = ("female", "")
    about = {role: known.get(voice, unknown) for role, voice in voices.items()}
    return (
        voices,
        {role: sex for role, (sex, _) in about.items()},
        {role: accent for role, (_, accent) in about.items()},
    )


def _people(
    voices: dict[str, str],
    sexes: dict[str, Sex],
    accents: dict[str, str],
    age: int,
    condition: Condition,
) -> dict[str, str]:
    told = {}
    for channel, role in enumerate(("doctor", "patient")):
        # The person of a recording is its voice: whoever evaluates must not count it twice.
        told[f"{role}_id"] = voices[role]
        told[f"{role}_sex"] = sexes[role]
        told[f"{role}_accent"] = accents[role]
        if condition == "headset":
            told[f"{role}_channel"] = str(channel)
    return {**told, "patient_age": str(age)}


def _write_sound(target: Path, samples: Any, rate: int) -> None:
    import soundfile

    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16).T
    with (
        atomic_path(target) as temporary,
        soundfile.SoundFile(
            temporary, "w", rate, pcm.shape[1], subtype="PCM_16", format="WAV"
        ) as file,
    ):
        file.comment = "synthetic: made-up consultation, nobody in it exists"
        file.write(pcm)


def _segments(
    name: str, language: str, said: Sequence[Spoken], condition: Condition
) -> tuple[Segment, ...]:
    return tuple(
        Segment(
            id=f"{name}-{index:04d}",
            start=line.start,
            end=line.end,
            text=line.sentence.text,
            language=language,
            speaker=line.role,
            channel=_channel(line.role, condition),
            words=line.words,
            labels=("synthetic",),
        )
        for index, line in enumerate(said)
    )


def _turns(said: Sequence[Spoken], condition: Condition) -> tuple[Turn, ...]:
    return tuple(
        Turn(start=start, end=end, speaker=role, channel=_channel(role, condition))
        for role in ("doctor", "patient")
        for start, end in union(((s.start, s.end) for s in said if s.role == role), gap=_JOIN)
    )


def _channel(role: str, condition: Condition) -> int | None:
    return ("doctor", "patient").index(role) if condition == "headset" else None


def _marks(said: Sequence[Spoken], segments: Sequence[Segment]) -> Iterator[dict[str, Any]]:
    for line, segment in zip(said, segments, strict=True):
        for mark in line.sentence.marks:
            start, end = _heard(line, mark.start_char, mark.end_char)
            yield {
                "segment": segment.id,
                "start_char": mark.start_char,
                "end_char": mark.end_char,
                "start": start,
                "end": end,
                "identifier": mark.kind,
            }


def _heard(line: Spoken, start_char: int, end_char: int) -> tuple[float, float]:
    """When the words of a mark are said; the whole sentence where the voice does not tell."""
    if not line.words:
        return line.start, line.end
    text, at, inside = line.sentence.text, 0, []
    for word in line.words:
        first = text.index(word.text, at)
        at = first + len(word.text)
        if first < end_char and at > start_char:
            inside.append(word)
    return inside[0].start, inside[-1].end


def _lines(rows: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(canonical_json(row) + b"\n" for row in rows)


__all__ = ["Made", "Request", "build", "specialties"]
