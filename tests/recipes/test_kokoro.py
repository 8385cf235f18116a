"""Kokoro's voices: symbols, style, pace and times, on a model so small that it can be counted."""

from __future__ import annotations

import importlib
import importlib.util
import re
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import InputError, ModelError, UsageError
from speechkit.core.stage import Resources
from speechkit.recipe.discovery import load_recipe
from speechkit.storage.models import get_model, resolve

pytest.importorskip("onnxruntime")
ROOT = Path(__file__).parents[2]
needs_piper = pytest.mark.skipif(
    importlib.util.find_spec("piper") is None,
    reason="piper-tts, which pronounces, is not installed",
)


def part(name: str) -> ModuleType:
    load_recipe("synth")
    return importlib.import_module(f"speechkit._recipes.synth.{name}")


# ---- a model in place of Kokoro: each symbol lasts two frames, all samples are the style's mean


def field(number: int, value: bytes | str | int) -> bytes:
    """A field of a protocol buffer, as ONNX files are made of."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    head = b""
    while value > 0x7F:
        head += bytes([value & 0x7F | 0x80])
        value >>= 7
    return head + bytes([value])


def node(kind: str, inputs: list[str], output: str, **attributes: int) -> bytes:
    parts = [field(1, name) for name in inputs] + [field(2, output), field(4, kind)]
    for name, value in attributes.items():
        parts.append(field(5, field(1, name) + field(3, value) + field(20, 2)))
    return field(1, b"".join(parts))


FLOAT, INT64 = 1, 7


def constant(name: str, value: float, *sizes: int) -> bytes:
    dims = b"".join(field(1, size) for size in sizes)
    return field(5, dims + field(2, FLOAT) + field(8, name) + field(9, struct.pack("<f", value)))


def value(number: int, name: str, kind: int, *sizes: int | str) -> bytes:
    dims = b"".join(
        field(1, field(1, size) if isinstance(size, int) else field(2, size)) for size in sizes
    )
    return field(number, field(1, name) + field(2, field(1, field(1, kind) + field(2, dims))))


def tiny_model(frames: float = 2.0) -> bytes:
    graph = [
        node("Cast", ["tokens"], "numbers", to=FLOAT),
        node("Clip", ["numbers", "frames", "frames"], "lasting"),
        node("Div", ["lasting", "speed"], "paced"),
        node("Ceil", ["paced"], "/encoder/Clip_output_0"),
        node("ReduceSum", ["/encoder/Clip_output_0"], "all", keepdims=1),
        node("Mul", ["all", "hop"], "length"),
        node("Cast", ["length"], "whole", to=INT64),
        node("Flatten", ["whole"], "flat", axis=0),
        node("Squeeze", ["flat"], "count_scalar"),
        node("ReduceMean", ["style"], "level", keepdims=0),
        node("Unsqueeze", ["count_scalar", "first"], "shape"),
        node("Expand", ["level", "shape"], "audio"),
        field(2, "tiny"),
        constant("frames", frames),
        constant("hop", 600.0),
        field(
            5, field(1, 1) + field(2, INT64) + field(8, "first") + field(9, struct.pack("<q", 0))
        ),
        value(11, "tokens", INT64, 1, "length"),
        value(11, "style", FLOAT, 1, 256),
        value(11, "speed", FLOAT, 1),
        value(12, "audio", FLOAT, "samples"),
    ]
    return field(1, 8) + field(8, field(1, "") + field(2, 13)) + field(7, b"".join(graph))


class Letters:
    """Pronounces each letter as a symbol, and notes what it was asked to say."""

    def __init__(self, together: str = "") -> None:
        self.said: list[str] = []
        self._together = together

    def __call__(self, text: str) -> list[str]:
        self.said.append(text)
        return text.replace(self._together, self._together.replace(" ", "")).split()


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a model of that kind; row n - 1 of `af_heart` holds n / 1000 everywhere."""
    (tmp_path / "voices").mkdir()
    (tmp_path / "model.onnx").write_bytes(tiny_model())
    rows = np.arange(1, 511, dtype=np.float32)[:, np.newaxis] / 1000
    np.repeat(rows, 256, axis=1).tofile(tmp_path / "voices/af_heart.bin")
    return tmp_path


def speaker(folder: Path, say: Any, *, speed: float = 1.0, timed: bool = True) -> Any:
    kokoro = part("kokoro")
    style = np.fromfile(folder / "voices/af_heart.bin", np.float32).reshape(510, 1, 256)
    return kokoro.Kokoro(
        kokoro.session(folder / "model.onnx"), style, say, speed=speed, timed=timed
    )


# ---- what is spoken


def test_length_rate_and_the_row_of_style(tiny: Path) -> None:
    said = speaker(tiny, Letters())("no pain")
    # Seven symbols and the two that frame them, each two frames of 25 ms at 24 kHz.
    assert (said.sample_rate, said.samples.size) == (24_000, 9 * 1200)
    assert said.samples.dtype == np.float32
    np.testing.assert_allclose(said.samples, 7 / 1000, rtol=1e-6)


def test_words_begin_and_end_where_their_symbols_do(tiny: Path) -> None:
    # After the framing symbol: n o (0.05–0.15), a blank of 0.05 halved between both, p a i n.
    said = speaker(tiny, Letters())("no pain")
    np.testing.assert_allclose(said.words, [(0.05, 0.175), (0.175, 0.4)])


def test_faster_is_shorter_and_slower_longer(tiny: Path) -> None:
    sizes = [speaker(tiny, Letters(), speed=s)("no pain").samples.size for s in (0.5, 1.0, 2.0)]
    assert sizes == [9 * 2400, 9 * 1200, 9 * 600]


def test_words_that_are_run_together_are_said_one_by_one(tiny: Path) -> None:
    letters = Letters(together="of it")
    assert len(speaker(tiny, letters)("some of it").words) == 3
    assert letters.said == ["some of it", "some", "of", "it"]
    untimed = speaker(tiny, Letters(together="of it"), timed=False)("some of it")
    assert untimed.words == ()


def test_a_long_text_is_cut_at_its_sentences(tiny: Path) -> None:
    sentence = "we will see you in two weeks."
    text = " ".join([sentence] * 30)
    said = speaker(tiny, Letters())(text)
    assert len(said.words) == 30 * 7
    # Each sentence is spoken by itself, in the style of its own length.
    np.testing.assert_allclose(said.samples, len(sentence) / 1000, rtol=1e-6)
    assert said.samples.size == 30 * (len(sentence) + 2) * 1200
    starts = [start for start, _ in said.words]
    assert starts == sorted(starts) and said.words[-1][1] <= said.samples.size / 24_000


def test_a_sentence_that_is_too_long_is_cut_at_a_pause() -> None:
    chunks = part("kokoro").chunks
    assert chunks(["one.", "two?", "three"], 20) == ["one.", "two?", "three"]
    assert chunks(["aaa,", "bbb", "ccc,", "ddd", "eee"], 14) == ["aaa, bbb ccc,", "ddd eee"]
    assert chunks(["aaa", "bbb", "ccc"], 8) == ["aaa bbb", "ccc"]
    assert chunks(["abcdefgh"], 3) == ["abc", "def", "gh"]
    assert chunks([], 3) == []


@pytest.mark.parametrize("text", ["", "   ", "… — .", "?!"])
def test_nothing_to_say_is_told(tiny: Path, text: str) -> None:
    with pytest.raises(InputError, match="nothing to speak"):
        speaker(tiny, Letters())(text)


# ---- which voices there are


def test_every_pinned_voice_says_what_it_is() -> None:
    voices = part("kokoro").voices()
    count: dict[tuple[str, str], int] = {}
    for voice in voices.values():
        count[voice.accent, voice.sex] = count.get((voice.accent, voice.sex), 0) + 1
    assert count == {
        ("en-US", "female"): 11, ("en-US", "male"): 9,
        ("en-GB", "female"): 4, ("en-GB", "male"): 4,
        ("es-ES", "female"): 1, ("es-ES", "male"): 2,
        ("fr-FR", "female"): 1,
        ("hi-IN", "female"): 2, ("hi-IN", "male"): 2,
        ("it-IT", "female"): 1, ("it-IT", "male"): 1,
        ("pt-BR", "female"): 1, ("pt-BR", "male"): 2,
    }  # fmt: skip
    assert get_model("kokoro").licence == "Apache-2.0"
    assert not get_model("kokoro").default, "114 MB that the default pipeline does not need"


def test_the_handbook_lists_every_voice_with_its_accent_and_sex() -> None:
    rows = {}
    for line in (ROOT / "docs/synth.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.fullmatch("[a-z]{2}-[A-Z]{2}", cells[0]):
            rows[cells[0]] = [re.findall(r"`(\w+)`", cell) for cell in cells[1:]]
    listed = {
        name: (accent, sex)
        for accent, columns in rows.items()
        for sex, names in zip(("female", "male"), columns, strict=True)
        for name in names
    }
    voices = part("kokoro").voices()
    assert listed == {name: (voice.accent, voice.sex) for name, voice in voices.items()}


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("af_hart", "kokoro has no voice 'af_hart'; did you mean af_heart"),
        ("", "kokoro has no voice ''"),
        ("af_heart,accent=fr-FT", "no accent 'fr-FT'; did you mean fr-FR"),
        ("af_heart,sped=1", "no option 'sped'; did you mean speed"),
        ("af_heart,speed=3", "a number from 0.5 to 2"),
        ("af_heart,speed=fast", "a number from 0.5 to 2"),
        ("af_heart,speed=nan", "a number from 0.5 to 2"),
    ],
)
def test_a_misspelt_voice(spec: str, hint: str) -> None:
    with pytest.raises(UsageError) as told:
        part("voices").load_voice(f"kokoro:{spec}")
    assert hint in str(told.value)


@needs_piper
def test_weights_that_are_not_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path))
    monkeypatch.delenv("SPEECHKIT_MODELS", raising=False)
    with pytest.raises(ModelError, match="speechkit models fetch kokoro"):
        part("voices").load_voice("kokoro:af_heart")


# ---- how words are pronounced

# By the lists that Kokoro's makers publish, written down by hand.
_CHEST = [0, 133, 156, 86, 61, 62, 0]  # ʧ ˈ ɛ s t, between the two that frame it


@needs_piper
def test_a_voice_by_name_speaks_in_the_models_own_symbols(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kokoro = part("kokoro")
    asked: list[list[int]] = []
    model = kokoro.session(tiny / "model.onnx")

    class Listening:
        def run(self, outputs: None, inputs: dict[str, Any]) -> list[Any]:
            asked.append(inputs["tokens"][0].tolist())
            return model.run(outputs, inputs)

    monkeypatch.setattr(kokoro, "resolve", lambda name: {"kokoro": tiny}[name])
    speak = part("voices").load_voice("kokoro:af_heart,speed=0.5")
    assert speak("chest").samples.size == 7 * 2400
    monkeypatch.setattr(kokoro, "session", lambda _: Listening())
    speech = part("voices").load_voice("kokoro:af_heart")("chest")
    assert asked == [_CHEST]
    np.testing.assert_allclose(speech.samples, 5 / 1000, rtol=1e-6)
    assert speech.words == ((0.05, 0.3),)


def pronounced(accent: str, text: str) -> str:
    from piper.phonemize_espeak import EspeakPhonemizer

    kokoro = part("kokoro")
    about = kokoro._accent(accent)
    said = EspeakPhonemizer().phonemize(about.speak, text)
    return str(kokoro.spelled(" ".join("".join(part) for part in said), about))


@needs_piper
@pytest.mark.parametrize(
    ("accent", "text", "symbols"),
    [
        ("en-US", "my chest pain", "mI ʧˈɛst pˈAn"),
        ("en-US", "go now, boy", "ɡˌO nˈW, bˈY"),
        ("en-US", "church", "ʧˈɜɹʧ"),
        ("en-US", "water", "wˈɔTəɹ"),
        ("en-GB", "go there", "ɡˌQ ðˈɛː"),
        ("es-ES", "mucho", "mˈuʧo"),
        ("fr-FR", "un bon vin", "œ̃ bˈɔ̃ vˈɛ̃"),
        ("it-IT", "pizza", "pˈiʦːa"),
        ("pt-BR", "mãe", "mˈɐ̃j"),
        ("hi-IN", "दर्द", "dˈʌɾd"),
    ],
)
def test_pronounced_as_the_model_was_taught(accent: str, text: str, symbols: str) -> None:
    assert pronounced(accent, text) == symbols


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mm-hm.", ["ˌᵊmhˈᵊm."]),
        ("Mhm", ["ˌᵊmhˈᵊm"]),
        ("Hmm, mm.", ["hˈᵊm,", "ˈᵊm."]),
        ("Hm? him hum m-", ["hˈᵊm?", "him", "hum", "m"]),
        ("him a hum", ["him", "a", "hum"]),
        ("a", ["ə"]),
    ],
)
def test_humming_is_hummed_not_spelled(text: str, words: list[str]) -> None:
    """`a` alone is its letter, and in a sentence that is said word by word it must not be."""
    kokoro = part("kokoro")
    say = kokoro.in_symbols(lambda text: text.casefold(), kokoro._accent("en-US"))
    assert say(text) == words


@needs_piper
@pytest.mark.parametrize(
    ("accent", "language"), [("en-US", "en"), ("en-GB", "en"), ("es-ES", "es"), ("fr-FR", "fr")]
)
def test_no_sound_of_the_scripts_is_lost(accent: str, language: str) -> None:
    """Whatever espeak-ng says of the scripts and their invented names has a symbol."""
    pytest.importorskip("faker")
    from piper.phonemize_espeak import EspeakPhonemizer

    kokoro, consultation, script = part("kokoro"), part("consultation"), part("script")
    about, espeak = kokoro._accent(accent), EspeakPhonemizer()
    symbols = set(kokoro._table().symbols)
    for seed in range(8):
        cast = part("people").make_cast(seed, language, "female", "male", (19, 89))
        case = consultation.find_case(language, "", seed)
        for turn in consultation.compose(seed, language, case, cast).turn:
            for sentence in espeak.phonemize(about.speak, script.unmark(turn.text)[0]):
                assert set(kokoro.respelled("".join(sentence), about)) <= symbols


# ---- the model itself


@pytest.fixture(scope="module")
def weights() -> None:
    pytest.importorskip("piper")
    pytest.importorskip("faster_whisper")
    for model in ("kokoro", "whisper-base"):
        try:
            resolve(model)
        except ModelError as error:
            pytest.skip(str(error))


_SENTENCES = {
    "af_heart": "Good morning, I have a pain in the chest that gets worse when I climb the stairs.",
    "bm_george": "I have been taking the tablets every morning, but I still feel dizzy after lunch.",
    "ef_dora": "Buenos días, la semana pasada me pasó cuatro veces y tuve que parar en la escalera.",
    "pf_dora": "Bom dia, estou com dor no peito e não consigo dormir de noite.",
}


@pytest.mark.models
@pytest.mark.parametrize("name", _SENTENCES)
def test_a_recognizer_understands_it(weights: None, name: str) -> None:
    """Whisper base, a small recognizer, has at most one word in ten wrong."""
    jiwer = pytest.importorskip("jiwer")
    from speechkit.audio.decode import resample

    text = _SENTENCES[name]
    speech = part("voices").load_voice(f"kokoro:{name}")(text)
    assert len(speech.words) == len(text.split())
    samples = resample(speech.samples[np.newaxis], speech.sample_rate, SAMPLE_RATE)[0]
    with make_engine("transcriber", "faster-whisper").open(Resources(threads=1)) as transcribe:
        heard = transcribe(samples, part("kokoro").voices()[name].language)
    said = " ".join(segment.text for segment in heard.segments)
    assert jiwer.wer(plain(text), plain(said)) <= 0.1, said


def plain(text: str) -> str:
    """Without case and punctuation."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
