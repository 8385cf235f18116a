"""Recognizers by library, each on a tiny model in its own form that is written here.

The weights are random: what is shown is that the library gets what it wants, and that its words come
through. `nemo` is too large to be installed for tests: a module with its documented interface stands in.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.fixtures import recognizers, sherpa_recognizers
from benchmarks.fixtures.whisper_checkpoints import for_transformers
from speechkit.core import engines
from speechkit.core.engines import SAMPLE_RATE, make_engine
from speechkit.core.errors import (
    InputError,
    MissingExtraError,
    ModelError,
    UsageError,
    WrongDigestError,
)
from speechkit.core.stage import Resources
from speechkit.testing import demand_engine
from speechkit.testing.sounds import noise, sample_speech, silence
from speechkit.transcription.library_engine import Heard
from speechkit.transcription.postprocess import DecodedWord
from tests.nemo_stand_in import StandIn, install_nemo

ALL_OF_IT = {"vad": "false"}  # noise is no speech
ONE = Resources(threads=1)
MODELS: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "nemo-ctc": ("onnx-asr", recognizers.nemo_ctc, "onnx_asr"),
    "nemo-tdt": ("onnx-asr", recognizers.nemo_tdt, "onnx_asr"),
    "nemo-aed": ("onnx-asr", recognizers.nemo_aed, "onnx_asr"),
    "sherpa-onnx-nemo-ctc": ("sherpa-onnx", sherpa_recognizers.sherpa_ctc, "sherpa_onnx"),
    "sherpa-onnx-zipformer": ("sherpa-onnx", sherpa_recognizers.sherpa_transducer, "sherpa_onnx"),
    "sherpa-onnx-zipformer-ctc": (
        "sherpa-onnx",
        sherpa_recognizers.sherpa_zipformer_ctc,
        "sherpa_onnx",
    ),
    "sherpa-onnx-wenet-ctc": ("sherpa-onnx", sherpa_recognizers.sherpa_wenet_ctc, "sherpa_onnx"),
    "sherpa-onnx-medasr-ctc": ("sherpa-onnx", sherpa_recognizers.sherpa_medasr_ctc, "sherpa_onnx"),
    "sherpa-onnx-sense-voice": (
        "sherpa-onnx",
        sherpa_recognizers.sherpa_sense_voice,
        "sherpa_onnx",
    ),
    "sherpa-onnx-whisper": ("sherpa-onnx", sherpa_recognizers.sherpa_whisper, "sherpa_onnx"),
    "sherpa-onnx-moonshine": ("sherpa-onnx", sherpa_recognizers.sherpa_moonshine, "sherpa_onnx"),
    "wav2vec2": ("transformers", recognizers.wav2vec2, "transformers"),
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Write a model once; return the name of its engine with its folder."""
    root, specs = tmp_path_factory.mktemp("models"), dict[str, str]()

    def spec(name: str) -> str:
        engine, write, library = MODELS[name]
        pytest.importorskip(library, reason=f"install speechkit[{engine}]")
        if name not in specs:
            specs[name] = f"{engine}:{write(root / name)}"
        return specs[name]

    return spec


def transcribed(spec: str, sound: Any, language: str | None = None, **options: str) -> Any:
    engine = make_engine("transcriber", spec, {**ALL_OF_IT, **options})
    with engine.open(ONE) as transcribe:
        return transcribe(sound, language)


def words_of(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("name", MODELS)
def test_contract(tiny: Callable[[str], str], name: str) -> None:
    demand_engine("transcriber", tiny(name), ALL_OF_IT, speech=noise(4))


@pytest.mark.parametrize("name", ["nemo-ctc", "nemo-tdt", "nemo-aed"])
def test_onnx_asr_writes_what_the_library_writes(tiny: Callable[[str], str], name: str) -> None:
    onnx_asr = pytest.importorskip("onnx_asr")
    spec, sound = tiny(name), noise(4)
    folder = spec.partition(":")[2]
    alone = onnx_asr.load_model(f"nemo-conformer-{name[-3:]}", folder).recognize(sound)
    heard = transcribed(spec, sound)
    assert words_of(alone)
    assert [w for s in heard.segments for w in words_of(s.text)] == words_of(alone)


def sherpa_alone(name: str, folder: Path) -> Any:
    """The model, loaded as the library's own manual does."""
    library = pytest.importorskip("sherpa_onnx").OfflineRecognizer
    files = {part: str(folder / f"{part}.onnx") for part in ("encoder", "decoder", "joiner")}
    if name == "zipformer":
        return library.from_transducer(**files, tokens=str(folder / "tokens.txt"))
    if name == "whisper":
        files = {part: str(folder / f"tiny-{part}.onnx") for part in ("encoder", "decoder")}
        return library.from_whisper(**files, tokens=str(folder / "tiny-tokens.txt"), language="en")
    if name == "moonshine":
        files = {
            "preprocessor": str(folder / "preprocess.onnx"), "encoder": str(folder / "encode.onnx"),
            "uncached_decoder": str(folder / "uncached_decode.onnx"),
            "cached_decoder": str(folder / "cached_decode.onnx"),
        }  # fmt: skip
        return library.from_moonshine(**files, tokens=str(folder / "tokens.txt"))
    load = getattr(library, f"from_{name.replace('-', '_')}")
    told = {"language": "en"} if name == "sense-voice" else {}
    return load(model=str(folder / "model.onnx"), tokens=str(folder / "tokens.txt"), **told)


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("sherpa-onnx")])
def test_sherpa_onnx_writes_what_the_library_writes(tiny: Callable[[str], str], name: str) -> None:
    spec, sound = tiny(name), noise(4)
    model = sherpa_alone(name.removeprefix("sherpa-onnx-"), Path(spec.partition(":")[2]))
    stream = model.create_stream()
    stream.accept_waveform(SAMPLE_RATE, sound)
    model.decode_stream(stream)
    heard = transcribed(spec, sound, "en")
    assert words_of(stream.result.text)
    assert [w for s in heard.segments for w in words_of(s.text)] == words_of(stream.result.text)


@pytest.mark.parametrize("name", ["sherpa-onnx-whisper", "sherpa-onnx-sense-voice"])
def test_sherpa_onnx_is_told_the_language_or_tells_it(
    tiny: Callable[[str], str], name: str
) -> None:
    spec = tiny(name)
    texts = {code: transcribed(spec, noise(3), code).segments[0].text for code in ("en", "yue")}
    assert texts["en"] != texts["yue"]
    found = transcribed(spec, noise(3))
    assert found.language in make_engine("transcriber", spec).info.languages
    assert found.segments[0].text == transcribed(spec, noise(3), found.language).segments[0].text


def test_transformers_writes_what_the_library_writes(tiny: Callable[[str], str]) -> None:
    transformers = pytest.importorskip("transformers")
    spec, sound = tiny("wav2vec2"), noise(4)
    alone = transformers.pipeline("automatic-speech-recognition", spec.partition(":")[2])
    text = alone({"raw": sound.copy(), "sampling_rate": SAMPLE_RATE})["text"]
    heard = transcribed(spec, sound)
    assert words_of(text)
    assert [w for s in heard.segments for w in words_of(s.text)] == words_of(text)


@pytest.mark.models
def test_transformers_on_the_pinned_whisper_weights(tmp_path: Path) -> None:
    """Real weights: the language is heard, the words are the pipeline's own, the terms are shown."""
    transformers = pytest.importorskip("transformers")
    speech = sample_speech()
    if speech is None:
        pytest.skip("no clip of speech: install speechkit[diarize]")
    folder = for_transformers(tmp_path / "base")
    alone = transformers.pipeline("automatic-speech-recognition", str(folder))
    text = alone(speech.copy(), generate_kwargs={"language": "en", "num_beams": 1})["text"]
    heard = transcribed(f"transformers:{folder}", speech, beam_size="1")
    assert heard.language == "en"
    assert [w for s in heard.segments for w in words_of(s.text)] == words_of(text)
    assert "Chicago" in text
    starts = [word.start for segment in heard.segments for word in segment.words]
    assert starts == sorted(starts)
    assert starts[-1] > 3


@pytest.mark.parametrize("name", ["nemo-ctc", "nemo-tdt", "sherpa-onnx-nemo-ctc"])
def test_in_batches_or_one_by_one_is_the_same(tiny: Callable[[str], str], name: str) -> None:
    sound = np.concatenate([noise(3), silence(3), noise(2)])
    one, many = (transcribed(tiny(name), sound, chunk="2", batch=n) for n in ("1", "4"))
    assert one.segments
    assert one == many


def test_stretches_are_short_and_in_their_place(tiny: Callable[[str], str]) -> None:
    heard = transcribed(tiny("nemo-ctc"), noise(7), chunk="2")
    assert len(heard.segments) >= 4
    assert all(s.end - s.start <= 2.8 for s in heard.segments)  # the surroundings included
    assert [s.start for s in heard.segments] == sorted(s.start for s in heard.segments)
    assert heard.segments[-1].end > 5


def test_a_voice_detector_decides_what_is_heard(tiny: Callable[[str], str]) -> None:
    """Silero finds no speech in noise: nothing is recognized in it."""
    resolve_or_skip("silero-vad")
    engine = make_engine("transcriber", tiny("sherpa-onnx-nemo-ctc"))
    with engine.open(ONE) as transcribe:
        assert transcribe(noise(3), "en").segments == ()


def resolve_or_skip(model: str) -> None:
    try:
        make_engine("voice-detector", "silero").revision  # noqa: B018
    except (MissingExtraError, ModelError) as error:
        pytest.skip(f"{model}: {error}")


def test_a_model_that_cannot_tell_the_language_is_labeled(tiny: Callable[[str], str]) -> None:
    spec = tiny("nemo-aed")
    heard = transcribed(spec, noise(2))
    assert (heard.language, heard.language_probability) == ("en", 0.0)
    assert heard.segments[0].labels == ("language-uncertain",)
    told = transcribed(spec, noise(2), "de")
    assert (told.language, told.segments[0].labels) == ("de", ())
    assert make_engine("transcriber", spec).info.languages == ("de", "en", "es", "fr")
    with pytest.raises(UsageError, match="no language 'ja'"):
        transcribed(spec, noise(2), "ja")


def test_words_to_expect_are_boosted(tiny: Callable[[str], str]) -> None:
    """With a heavy weight a term appears that is not heard without."""
    spec = tiny("sherpa-onnx-zipformer")
    plain = transcribed(spec, noise(3)).segments[0].text
    told = transcribed(spec, noise(3), vocabulary="kilo\t20").segments[0].text
    assert told.split().count("kilo") > plain.split().count("kilo")
    assert make_engine("transcriber", spec).info.vocabulary


@pytest.mark.parametrize("name", ["sherpa-onnx-nemo-ctc", "wav2vec2"])
def test_a_vocabulary_that_cannot_be_taken_is_refused(
    tiny: Callable[[str], str], name: str
) -> None:
    assert not make_engine("transcriber", tiny(name)).info.vocabulary
    with pytest.raises(UsageError, match="takes no vocabulary"):
        make_engine("transcriber", tiny(name), {"vocabulary": "metformin"})


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("onnx-asr", r"speechkit\[onnx-asr\]"),
        ("sherpa-onnx", r"speechkit\[sherpa-onnx\]"),
        ("transformers", r"speechkit\[transformers\]"),
        ("nemo", r"nemo-toolkit\[asr\]"),  # no extra: it asks for versions of its own
    ],
)
def test_a_missing_library_says_what_to_install(
    name: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=package):
        make_engine("transcriber", f"{name}:model")


def test_a_model_that_was_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnx_asr")
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path))
    engine = make_engine("transcriber", "onnx-asr:nemo-parakeet-tdt-0.6b-v3", ALL_OF_IT)
    assert engine.info.word_times
    assert "de" in engine.info.languages
    ask = "speechkit models fetch onnx-asr:nemo-parakeet-tdt-0.6b-v3"
    with pytest.raises(ModelError, match=ask), engine.open(ONE):
        pass
    with pytest.raises(ModelError, match=ask):
        engine.revision  # noqa: B018


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("onnx-asr:nemo-parakeet-tdt-0.6b-v8", "did you mean nemo-parakeet-tdt-0.6b-v3"),
        ("onnx-asr", "needs a model"),
        ("sherpa-onnx:no-such-folder", "no folder and no model"),
        ("transformers:no-such-folder", "no folder and no model"),
    ],
)
def test_a_model_that_does_not_exist(spec: str, says: str) -> None:
    pytest.importorskip(spec.partition(":")[0].replace("-", "_"))
    with pytest.raises(UsageError, match=says):
        make_engine("transcriber", spec)


def test_a_folder_that_does_not_say_what_it_is(tmp_path: Path) -> None:
    pytest.importorskip("onnx_asr")
    pytest.importorskip("sherpa_onnx")
    recognizers.nemo_ctc(tmp_path / "mine")
    (tmp_path / "mine" / "config.json").unlink()
    spec = f"onnx-asr:{tmp_path / 'mine'}"
    with pytest.raises(UsageError, match="names no model_type"):
        make_engine("transcriber", spec)
    assert transcribed(spec, noise(2), model_type="nemo-conformer-ctc").segments
    (tmp_path / "mine" / "tokens.txt").write_text("")
    with pytest.raises(UsageError, match="--set layout="):
        make_engine("transcriber", f"sherpa-onnx:{tmp_path / 'mine'}")
    with pytest.raises(UsageError, match=r"no config\.json"):
        pytest.importorskip("transformers")
        make_engine("transcriber", f"transformers:{tmp_path / 'mine'}")


def test_weights_that_are_broken(tmp_path: Path) -> None:
    pytest.importorskip("onnx_asr")
    folder = recognizers.nemo_ctc(tmp_path / "mine")
    (folder / "model.onnx").write_bytes(b"not a model")
    engine = make_engine("transcriber", f"onnx-asr:{folder}", ALL_OF_IT)
    with pytest.raises(ModelError, match="onnx-asr:mine on cpu"), engine.open(ONE):
        pass


def test_a_device_that_is_not_there(
    tiny: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine("transcriber", tiny("nemo-ctc"), ALL_OF_IT)
    onnxruntime = pytest.importorskip("onnxruntime")
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(ModelError, match="onnxruntime-gpu"), engine.open(Resources(device="cuda")):
        pass


@pytest.mark.parametrize(
    ("folder", "names", "layout"),
    [
        ("any", "encoder.int8.onnx decoder.onnx joiner.int8.onnx tokens.txt", "transducer"),
        ("any", "base-encoder.onnx base-decoder.onnx base-tokens.txt", "whisper"),
        ("sherpa-onnx-nemo-ctc-en-small", "model.onnx tokens.txt", "nemo-ctc"),
        ("sherpa-onnx-zipformer-ctc-zh", "model.int8.onnx tokens.txt", "zipformer-ctc"),
        ("sherpa-onnx-medasr-ctc-en", "model.int8.onnx tokens.txt", "medasr-ctc"),
        (
            "any",
            "preprocess.onnx encode.int8.onnx uncached_decode.int8.onnx cached_decode.int8.onnx "
            "tokens.txt",
            "moonshine",
        ),
        ("sherpa-onnx-sense-voice-zh-en", "model.onnx model.int8.onnx tokens.txt", "sense-voice"),
    ],
)
def test_layouts_are_seen_by_their_files(
    tmp_path: Path, folder: str, names: str, layout: str
) -> None:
    pytest.importorskip("sherpa_onnx")
    (tmp_path / folder).mkdir()
    for name in names.split():
        (tmp_path / folder / name).write_bytes(b"")
    seen = make_engine("transcriber", f"sherpa-onnx:{tmp_path / folder}")
    named = make_engine("transcriber", f"sherpa-onnx:{tmp_path / folder}", {"layout": layout})
    assert seen.info == named.info
    assert seen.info.word_times == (layout not in ("whisper", "moonshine"))
    assert bool(seen.info.languages) == (layout in ("whisper", "sense-voice", "medasr-ctc"))


def test_a_library_that_fails_on_a_recording_says_so_without_text(
    tiny: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx_asr = pytest.importorskip("onnx_asr")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the patient is called Canary")

    adapter = onnx_asr.adapters.TimestampedResultsAsrAdapter
    monkeypatch.setattr(adapter, "recognize", fail)
    with pytest.raises(InputError, match="RuntimeError") as caught:
        transcribed(tiny("nemo-ctc"), noise(1))
    assert "Canary" not in str(caught.value)


@pytest.fixture
def nemo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    return install_nemo(tmp_path, monkeypatch)


def test_nemo_as_its_guide_describes_it(nemo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    demand_engine("transcriber", nemo, ALL_OF_IT, speech=noise(2))
    heard = transcribed(nemo, noise(2), "en")
    assert [(w.text, w.start, w.end) for w in heard.segments[0].words] == [
        ("good", 0.0, 0.4),
        ("day.", 0.4, 0.8),
    ]
    assert "source_lang" not in StandIn.asked
    monkeypatch.setattr(StandIn, "cfg", {"prompt_format": "canary2"})
    assert transcribed(nemo, noise(2), "de").language == "de"
    assert (StandIn.asked["source_lang"], StandIn.asked["target_lang"]) == ("de", "de")
    assert transcribed(nemo, noise(2)).segments[0].labels == ("language-uncertain",)


def test_nothing_that_was_heard_is_in_a_repr() -> None:
    heard = Heard(text="Canary", pieces=(DecodedWord(text="Canary", start=0, end=1),))
    assert "Canary" not in repr(heard)


@pytest.mark.parametrize("engine", ["faster-whisper", "onnx-asr", "transformers"])
def test_models_are_fetched_once_and_pinned(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of the library's own, or a repository: what came first is what it is held to."""
    pytest.importorskip(engine.replace("-", "_"))
    from speechkit.storage import models, pins
    from speechkit.workflows.engines import fetch_weights

    sent = {"config.json": json.dumps({"model_type": "nemo-conformer-ctc"}), "model.bin": "weights"}

    def snapshot(
        repository: str, revision: str, local_dir: Path, allow_patterns: list[str]
    ) -> None:
        assert revision == "c0ffee"
        local_dir.mkdir(parents=True, exist_ok=True)
        for name, text in sent.items():
            (local_dir / name).write_text(text, encoding="utf-8")

    hub = SimpleNamespace(
        HfApi=lambda: SimpleNamespace(model_info=lambda _: SimpleNamespace(sha="c0ffee")),
        snapshot_download=snapshot,
    )
    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(models, "hub_answers", lambda: True)
    monkeypatch.setattr(pins, "_hub", lambda: hub)
    model = {"faster-whisper": "large-v3", "onnx-asr": "nemo-parakeet-ctc-0.6b"}.get(engine, "a/b")
    folder = fetch_weights(f"{engine}:{model}")
    made = make_engine("transcriber", f"{engine}:{model}", ALL_OF_IT)
    assert made.revision
    assert json.loads((folder / "pinned.json").read_text())["commit"] == "c0ffee"
    sent["model.bin"] = "other weights"  # the hub has something else by now
    with pytest.raises(WrongDigestError, match="wrong digest"):
        fetch_weights(f"{engine}:{model}")
    with pytest.raises(ModelError, match="wrong digest"), made.open(ONE):
        pass


def test_without_the_hub_nothing_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechkit.storage import models, pins

    monkeypatch.setenv("SPEECHKIT_CACHE", str(tmp_path))
    monkeypatch.setattr(models, "hub_answers", lambda: False)
    with pytest.raises(ModelError, match="cannot be reached"):
        pins.fetch("owner/model", ("*",))
    with pytest.raises(ModelError, match="is not on this machine"):
        pins.resolve("owner/model", "speechkit models fetch x")
