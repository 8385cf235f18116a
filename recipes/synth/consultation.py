"""A consultation out of parts: an opening, a case, an ending; slots filled, overlaps laid in."""

from __future__ import annotations

import random
import re
from functools import cache
from importlib.resources import files

import msgspec

from speechkit.core.errors import InputError, UsageError, did_you_mean

from .people import Cast
from .script import Aside, RoleName, Script, ScriptTurn

_SLOT = re.compile(r"\{([A-Z_]+)=([a-z.]+)\}")
_LINE = re.compile(r"([DPC]): (.*)")
_ROLES: dict[str, RoleName] = {"D": "doctor", "P": "patient", "C": "companion"}
_LONG = 16  # words: the listener says something meanwhile
OVERLAP = 0.12  # share of turns that begin before the other one ends
_JOINS_IN = 0.35  # share of the patient's turns after which a companion says something
_LISTENS = 0.6  # share of long turns with a backchannel


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of dialogue: lines `D: …`, `P: …` and, of a companion, `C: …`; `||` parts two ways
    to say a line."""

    lines: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a consultation is about."""

    specialty: str
    title: str
    lines: tuple[str, ...]


class Scripts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is written in a language."""

    backchannels: tuple[str, ...]
    opening: tuple[Part, ...]
    case: tuple[Case, ...]
    ending: tuple[Part, ...]
    companion: tuple[Part, ...]


@cache
def read_scripts(language: str) -> Scripts:
    """Return what is written in a language."""
    data = (files(__package__) / "scripts" / f"{language}.toml").read_bytes()
    return msgspec.toml.decode(data, type=Scripts)


def specialties(language: str) -> tuple[str, ...]:
    """Specialties that have a case, in order of the file, each once."""
    return tuple(dict.fromkeys(case.specialty for case in read_scripts(language).case))


def find_case(language: str, specialty: str, number: int) -> Case:
    """Return one of the cases of a specialty, or of any if it is empty.

    Raises:
        UsageError: if there is none; with close matches.
    """
    if specialty and specialty not in specialties(language):
        raise UsageError(
            f"no case of {specialty!r} in {language}; {did_you_mean(specialty, specialties(language))}"
        )
    cases = [c for c in read_scripts(language).case if specialty in ("", c.specialty)]
    return cases[number % len(cases)]


def compose(
    seed: int, language: str, case: Case, cast: Cast, *, overlap: float = OVERLAP
) -> Script:
    """Write the script of one consultation; the same seed writes the same.

    `overlap`: share of turns that begin before the one before has ended.
    """
    scripts = read_scripts(language)
    dice = random.Random(seed)
    lines = (
        *dice.choice(scripts.opening).lines,
        *case.lines,
        *dice.choice(scripts.ending).lines,
    )
    turns = [_turn(line, cast, scripts.backchannels, dice, overlap) for line in lines]
    return Script(title=case.title, default_pause=0.4, sentence_pause=0.25, turn=tuple(turns))


def accompany(
    seed: int, language: str, script: Script, cast: Cast, *, overlap: float = OVERLAP
) -> Script:
    """Let somebody who came along say something now and then, after a turn of the patient's."""
    scripts = read_scripts(language)
    dice = random.Random(f"companion {seed}")
    parts = dice.sample(scripts.companion, len(scripts.companion))
    turns: list[ScriptTurn] = []
    for turn in script.turn:
        turns.append(turn)
        first = parts and not any(one.role == "companion" for one in turns)
        if turn.role == "patient" and parts and (first or dice.random() < _JOINS_IN):
            lines = parts.pop().lines
            turns += [_turn(line, cast, scripts.backchannels, dice, overlap) for line in lines]
    return msgspec.structs.replace(script, turn=tuple(turns))


def _turn(
    line: str, cast: Cast, backchannels: tuple[str, ...], dice: random.Random, overlap: float
) -> ScriptTurn:
    match = _LINE.fullmatch(line)
    if match is None:
        raise InputError(f"a line of a script begins with none of D:, P: and C: ({line[:1]!r})")
    text = fill(dice.choice(match[2].split("||")).strip(), cast)
    overlaps = dice.random() < overlap
    pause = round(-dice.uniform(0.1, 0.4) if overlaps else dice.uniform(0.2, 0.9), 3)
    listener = []
    if len(text.split()) >= _LONG and dice.random() < _LISTENS:
        at = round(dice.uniform(0.3, 0.8), 3)
        listener.append(Aside(text=dice.choice(backchannels), at=at))
    return ScriptTurn(role=_ROLES[match[1]], text=text, pause=pause, listener=tuple(listener))


def fill(text: str, cast: Cast) -> str:
    """Put words into slots: `{NAME=patient.full}` becomes `{NAME:Ann Lee}`.

    Raises:
        InputError: for a slot that is not filled.
    """

    def words(match: re.Match[str]) -> str:
        kind, slot = match.groups()
        if slot not in cast.slots:
            raise InputError(f"a script asks for {slot!r}; {did_you_mean(slot, cast.slots)}")
        return f"{{{kind}:{cast.slots[slot]}}}"

    return _SLOT.sub(words, text)
