"""Kokoro-82M (Apache-2.0), called in place: one model of 41 voices, and a row of style for each.

espeak-ng, out of piper-tts (GPL-3.0; called, never shipped), says how words are pronounced;
`kokoro.toml` holds the model's own symbols. The model has no chance in it: the same text sounds the
same every time. It says how long each symbol lasts, in frames of 25 ms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.core.errors import InputError, MissingExtraError, UsageError, did_you_mean
from speechkit.storage.models import get_model, resolve

from .people import Sex
from .voices import Speech, timed_words, with_output

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE = 24_000
MOST_SYMBOLS = 510  # of one run of the model, and rows of a voice: one for each length
_STYLE = 256  # numbers in a row
_FRAME = 600  # samples that the model makes for a step of its durations
_DURATIONS = "/encoder/Clip_output_0"
_SPEEDS = (0.5, 2.0)  # beyond, words can no longer be understood
_HUM = re.compile(r"(m+(?=-?h))?-?(h?)m+([.?!,;:…]*)")
_STOPS = (".?!…", ",;:—")  # ends of sentences, and where else a long one is cut

Say = Callable[[str], list[str]]


class Accent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the voices of one first letter speak; `speak` is a voice of espeak-ng."""

    language: str
    accent: str
    speak: str


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kokoro.toml`."""

    accents: dict[str, Accent]
    spelling: dict[str, dict[str, str]]
    inside: dict[str, dict[str, str]]
    symbols: dict[str, int]


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """A voice of the model: its name as in `af_heart`, what it speaks, and who it sounds like."""

    name: str
    language: str
    accent: str
    sex: Sex


@cache
def voices() -> dict[str, Voice]:
    """Return all voices that are pinned, by name; whether they are on this machine or not."""
    found = {}
    for file in get_model("kokoro").file:
        name = Path(file.name).stem
        if file.name.startswith("voices/"):
            about = _table().accents[name[0]]
            sex: Sex = "female" if name[1] == "f" else "male"
            found[name] = Voice(name=name, language=about.language, accent=about.accent, sex=sex)
    return found


def load(spec: str, timed: bool) -> Callable[[str], Speech]:
    """Load a voice: `af_heart`, `am_adam,accent=fr-FR`, `bf_emma,speed=0.9`.

    Args:
        spec: a name; then, if wished, the accent to speak with in place of its own, which decides
            the language too, and how fast, 1 being the model's own pace.
        timed: say words one by one where espeak-ng would run some together.

    Raises:
        UsageError: if there is no such voice or accent, or the speed is out of range.
        MissingExtraError: if piper-tts or onnxruntime is not installed.
        ModelError: if the weights have not been fetched.
    """
    name, about, speed = _parsed(spec)
    try:
        import onnxruntime  # noqa: F401 (said before weights are looked for)
        from piper.phonemize_espeak import EspeakPhonemizer
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "piper-tts", extra="demo") from error
    folder = resolve("kokoro")
    style = np.fromfile(folder / f"voices/{name}.bin", np.float32)
    espeak = EspeakPhonemizer()

    def pronounce(text: str) -> str:
        return " ".join("".join(part) for part in espeak.phonemize(about.speak, text))

    run, say = session(folder / "model.onnx"), in_symbols(pronounce, about)
    return Kokoro(run, style.reshape(MOST_SYMBOLS, 1, _STYLE), say, speed=speed, timed=timed)


def in_symbols(pronounce: Callable[[str], str], about: Accent) -> Say:
    """Make what espeak-ng does with a text into words of the model's symbols.

    espeak-ng would spell humming out, letter by letter; and it says some words otherwise when they
    stand alone.
    """
    inside = _table().inside.get(about.language, {})

    def say(text: str) -> list[str]:
        tokens = text.split()
        if len(tokens) > 1 and any(map(hummed, tokens)):
            return [word for token in tokens for word in say(token)]
        if len(tokens) == 1 and (tune := hummed(text) or inside.get(text)):
            return [tune]
        return spelled(pronounce(text), about).split()

    return say


def hummed(word: str) -> str:
    """Return how a word sounds that is hummed, as "Mm-hm.", in symbols; "" if it is not.

    >>> hummed("Hmm,"), hummed("him")
    ('hˈᵊm,', '')
    """
    match = _HUM.fullmatch(word.strip().lower())
    if match is None:
        return ""
    first, breath, stop = match.groups()
    hum = f"{breath}ˈᵊm"
    return f"{'ˌᵊm' if first else ''}{hum}{stop}"


def _parsed(spec: str) -> tuple[str, Accent, float]:
    name, *options = spec.split(",")
    if name not in voices():
        raise UsageError(f"kokoro has no voice {name!r}; {did_you_mean(name, voices())}")
    about, speed = _table().accents[name[0]], 1.0
    for option in options:
        key, _, value = option.partition("=")
        if key == "accent":
            about = _accent(value)
        elif key == "speed":
            speed = _speed(value)
        else:
            raise UsageError(
                f"a kokoro voice has no option {key!r}; {did_you_mean(key, ('accent', 'speed'))}"
            )
    return name, about, speed


def _accent(name: str) -> Accent:
    known = {about.accent: about for about in _table().accents.values()}
    if name not in known:
        raise UsageError(f"kokoro has no accent {name!r}; {did_you_mean(name, known)}")
    return known[name]


def _speed(text: str) -> float:
    low, high = _SPEEDS
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not low <= speed <= high:
        raise UsageError(f"the speed of a kokoro voice is a number from {low:g} to {high:g}")
    return speed


@cache
def session(path: Path) -> Any:
    """Open the model on one thread, once for all voices; its durations become an output."""
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    model = with_output(path.read_bytes(), _DURATIONS)
    return onnxruntime.InferenceSession(model, settings, providers=["CPUExecutionProvider"])


class Kokoro:
    """A voice that speaks.

    Args:
        session: takes tokens (1, n), style (1, 256) and speed (1,); gives samples and durations.
        style: rows of the voice (510, 1, 256); row n - 1 is for n symbols.
        say: pronounces a text in the model's symbols, a string for each word or run of words.
        speed: 1 is the model's own.
        timed: pronounce words one by one where `say` runs some together.
    """

    def __init__(
        self, session: Any, style: NDArray[np.float32], say: Say, *, speed: float, timed: bool
    ) -> None:
        self._session, self._style, self._say = session, style, say
        self._speed, self._timed = np.array([speed], np.float32), timed

    def __call__(self, text: str) -> Speech:
        """Speak a text; one longer than the model takes is cut at its sentences.

        Raises:
            InputError: if there is nothing in it to pronounce.
        """
        tokens = text.split()
        spoken = self._say(text)
        if self._timed and len(spoken) != len(tokens):
            spoken = ["".join(self._say(token)) for token in tokens]
        if not any(map(_is_sound, "".join(spoken))):
            raise InputError("there is nothing to speak in a text: no word in it has a sound")
        pieces: list[NDArray[np.float32]] = []
        words: list[tuple[float, float]] = []
        begun = 0
        for chunk in chunks(spoken):
            samples, sounds = self._run(chunk)
            pieces.append(samples)
            words += timed_words(sounds, begun, SAMPLE_RATE, edges=("^", "$"))
            begun += samples.size
        known = tuple(words) if len(words) == len(tokens) else ()
        return Speech(samples=np.concatenate(pieces), sample_rate=SAMPLE_RATE, words=known)

    def _run(self, symbols: str) -> tuple[NDArray[np.float32], list[tuple[str, int]]]:
        numbers = [0, *(_table().symbols[symbol] for symbol in symbols), 0]
        samples, durations = self._session.run(
            None,
            {
                "tokens": np.array([numbers], np.int64),
                "style": self._style[len(symbols) - 1],
                "speed": self._speed,
            },
        )
        lengths = (durations.ravel().astype(int) * _FRAME).tolist()
        sounds = list(zip(("^", *symbols, "$"), lengths, strict=True))
        return np.asarray(samples, np.float32).ravel(), sounds


def spelled(spoken: str, about: Accent) -> str:
    """Write what espeak-ng says in the model's symbols; what it has none for is left out.

    >>> spelled("tʃˈɛst pˈeɪn", _accent("en-US"))
    'ʧˈɛst pˈAn'
    """
    symbols = _table().symbols
    return "".join(symbol for symbol in respelled(spoken, about) if symbol in symbols)


def respelled(spoken: str, about: Accent) -> str:
    """Write what espeak-ng says as the model was taught to read it, before anything is left out."""
    table = _table().spelling
    spelling = {
        unicodedata.normalize("NFD", old): new
        for part in ("all", about.language, about.accent)
        for old, new in table.get(part, {}).items()
    }
    text = unicodedata.normalize("NFD", spoken)
    for old in sorted(spelling, key=len, reverse=True):
        text = text.replace(old, spelling[old])
    return text


def chunks(words: Sequence[str], limit: int = MOST_SYMBOLS) -> list[str]:
    """Join words into sentences; one of more than `limit` symbols is cut at a comma, or a blank."""
    found: list[str] = []
    rest = [word[at : at + limit] for word in words for at in range(0, len(word), limit)]
    while rest:
        count = _fitting(rest, limit)
        ends = [n for n in range(1, count + 1) if rest[n - 1][-1] in _STOPS[0]]
        if ends:
            count = ends[0]
        elif count < len(rest):
            pauses = [n for n in range(1, count + 1) if rest[n - 1][-1] in _STOPS[1]]
            count = pauses[-1] if pauses else count
        found.append(" ".join(rest[:count]))
        rest = rest[count:]
    return found


def _fitting(words: Sequence[str], limit: int) -> int:
    """Return how many words have at most `limit` symbols with the blanks between them."""
    length, count = -1, 0
    for word in words:
        length += 1 + len(word)
        if length > limit:
            break
        count += 1
    return count


def _is_sound(symbol: str) -> bool:
    return symbol.isalpha()


@cache
def _table() -> _Table:
    data = (files(__package__) / "kokoro.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Table)
