"""Export and import: lossless formats lose nothing, other tools load the rest, bad files say where."""

from __future__ import annotations

import contextlib
import json
import random
import tempfile
from pathlib import Path
from types import ModuleType

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechkit.audio.encode import write_audio
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import Code, Context, Identifier, Participant, Recording, Word
from speechkit.formats.uem import format_uem, parse_uem
from speechkit.manifest.export.bundle import Bundle, no_audio, write_bundle
from speechkit.manifest.export.exchange import export_release, load_bundle
from speechkit.manifest.export.registry import FORMATS, LOSSLESS
from speechkit.manifest.importer import ImportOptions, import_release
from speechkit.manifest.schema import ReleasedRedaction, ReleasedSegment
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release

OPTIONS = ImportOptions(phi="redacted", vouched_by="the tests")

# What a person may have said: any script, quotes, tabs, commas; no control characters.
SAID = st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), max_size=20)
NAMES = st.sampled_from(["", "p-0123456789ab", "p-ffffffffffff", "SPEAKER_01"])
SHARES = st.none() | st.integers(0, 10_000).map(lambda n: n / 10_000)


@st.composite
def rows(draw, recording):
    at, found = 0, []
    for index in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 5_000))
        end = at + draw(st.integers(0, 5_000))
        words = tuple(
            Word(
                text=draw(SAID),
                start=at / 1000,
                end=end / 1000,
                confidence=draw(SHARES),
                speaker=draw(NAMES),
            )
            for _ in range(draw(st.integers(0, 2)))
        )
        found.append(
            ReleasedSegment(
                id=f"{recording}-{index:04d}",
                recording=recording,
                start=at / 1000,
                end=end / 1000,
                speaker=draw(NAMES),
                role=draw(st.sampled_from(["doctor", "patient", "unknown"])),
                text=draw(SAID),
                channel=draw(st.sampled_from([None, 0, 1])),
                language=draw(st.sampled_from(["", "en", "es-MX"])),
                words=words,
                confidence=draw(SHARES),
                labels=draw(st.sampled_from([(), ("overlap",), ("overlap", "aligned:ctc")])),
                review=draw(st.sampled_from(["draft", "corrected"])),
            )
        )
        at = end
    return tuple(found)


@st.composite
def bundles(draw) -> Bundle:
    recordings, segments = [], []
    for name in ("rec-0000000000000001", "rec-0000000000000002"):
        mine = draw(rows(name))
        segments += mine
        recordings.append(
            Recording(
                id=name,
                audio=no_audio(max((s.end for s in mine), default=0)),
                context=Context(
                    languages=("en",),
                    specialty=Code(code="394814009", system="http://snomed.info/sct"),
                ),
                participants=(Participant(id="p-0123456789ab", role="doctor", accent="en-GB"),),
                phi="redacted",
            )
        )
    return Bundle(
        name="clinic",
        version="1.0.0",
        recordings=tuple(recordings),
        segments=tuple(segments),
        splits={r.id: draw(st.sampled_from(["train", "dev", "test"])) for r in recordings},
        redactions={
            recordings[0].id: (
                ReleasedRedaction(
                    recording=recordings[0].id,
                    start=0.0,
                    end=0.001,
                    identifier=Identifier.NAME,
                    method="silence",
                    margin=0.05,
                    verdict="clean",
                ),
            )
        },
    )


@pytest.mark.parametrize("name", LOSSLESS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(bundle=bundles())
def test_lossless_formats_lose_nothing(name, bundle) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_bundle(FORMATS[name], bundle, Path(folder))
        back = FORMATS[name].read(Path(folder))
    assert back.segments == bundle.segments
    assert back.recordings == bundle.recordings
    assert back.redactions == bundle.redactions
    assert back.splits == bundle.splits


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two recordings with sound, words and redactions, imported from CSV."""
    root = tmp_path_factory.mktemp("clinic")
    segments, sounds, recordings, redactions = [], {}, [], {}
    for number in (1, 2):
        name = f"visit-{number}"
        sounds[name] = root / f"{name}.flac"
        tone = np.sin(np.arange(16_000) * 0.05 * number, dtype=np.float32)[None] * 0.3
        write_audio(sounds[name], tone, 8_000)
        for index, (role, text) in enumerate(
            [
                ("doctor", f"Good morning, [NAME_{number}]."),
                ("patient", 'It\'s fine, "thanks"; señor'),
            ]
        ):
            start = index * 0.9
            words = tuple(
                Word(text=word, start=start + 0.1 * i, end=start + 0.1 * i + 0.1, confidence=0.5)
                for i, word in enumerate(text.split())
            )
            words = tuple(
                msgspec.structs.replace(w, start=round(w.start, 3), end=round(w.end, 3))
                for w in words
            )
            segments.append(
                ReleasedSegment(
                    id=f"{name}-{index}",
                    recording=name,
                    start=start,
                    end=start + 0.8,
                    speaker=f"Dr {number}" if role == "doctor" else "patient",
                    role=role,
                    text=text,
                    language="en",
                    words=words,
                    confidence=0.75,
                )
            )
        recordings.append(
            Recording(id=name, audio=no_audio(2.0), context=Context(languages=("en",)))
        )
        redactions[name] = (
            ReleasedRedaction(
                recording=name,
                start=0.2,
                end=0.3,
                identifier=Identifier.NAME,
                method="silence",
                margin=0.05,
                verdict="clean",
            ),
        )
    bundle = Bundle(
        name="x",
        recordings=tuple(recordings),
        segments=tuple(segments),
        splits={"visit-1": "train", "visit-2": "test"},
        sounds=sounds,
        redactions=redactions,
    )
    write_bundle(FORMATS["csv"], bundle, root / "csv")
    return import_release(root / "csv", "csv", "clinic", "1.0.0", root / "out", OPTIONS)


def test_an_import_is_a_release_and_says_that_it_is_one(release: Path) -> None:
    assert verify_release(release) == ()
    made = read_release(release)
    assert made.origin == "imported"
    assert made.deidentified_by == "the tests"
    assert "Nothing was checked" in made.statement.check
    assert made.counts.splits == {"train": 1, "dev": 0, "test": 1}
    bundle = load_bundle(release)
    # Foreign names lead nowhere: neither the file's nor the doctor's is anywhere in the release.
    everything = b"".join(p.read_bytes() for p in release.iterdir())
    assert b"visit-" not in everything
    assert b"Dr 1" not in everything
    assert {s.speaker[:2] for s in bundle.segments} == {"p-"}
    assert len({p.id for r in bundle.recordings for p in r.participants}) == 4


@pytest.mark.parametrize("name", LOSSLESS)
def test_exported_and_imported_again_it_is_the_same(release: Path, tmp_path: Path, name) -> None:
    made = export_release(release, name, tmp_path / "there")
    assert made.drops == ()
    back = import_release(tmp_path / "there", name, "clinic", "1.0.0", tmp_path / "back", OPTIONS)
    assert verify_release(back) == ()
    for file in ("recordings.jsonl", "segments.jsonl", "redactions.jsonl", "splits.jsonl"):
        assert (back / file).read_bytes() == (release / file).read_bytes(), file


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(LOSSLESS) - {"uem"}))
def test_lossy_formats_keep_the_words_or_say_so(release: Path, tmp_path: Path, name) -> None:
    made = export_release(release, name, tmp_path / "there")
    back = import_release(tmp_path / "there", name, "clinic", "1.0.0", tmp_path / "back", OPTIONS)
    assert verify_release(back) == ()
    words = lambda path: sorted(w for s in load_bundle(path).segments for w in s.text.split())  # noqa: E731
    assert made.drops
    if name == "rttm":
        assert "all words" in made.drops
    else:
        assert words(back) == words(release)


def test_the_same_release_gives_the_same_bytes(release: Path, tmp_path: Path) -> None:
    for name in FORMATS:
        for folder in ("a", "b"):
            export_release(release, name, tmp_path / folder / name)
        a, b = (
            {
                str(p.relative_to(tmp_path / folder)): p.read_bytes()
                for p in sorted((tmp_path / folder / name).rglob("*"))
                if p.is_file()
            }
            for folder in ("a", "b")
        )
        assert a
        assert a == b, name


def test_lhotse_loads_it(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    export_release(release, "lhotse", tmp_path / "l")
    recordings = lhotse.RecordingSet.from_file(tmp_path / "l" / "recordings.jsonl")
    supervisions = lhotse.SupervisionSet.from_file(tmp_path / "l" / "supervisions.jsonl")
    cuts = lhotse.CutSet.from_manifests(
        recordings=recordings.with_path_prefix(tmp_path / "l"), supervisions=supervisions
    )
    lhotse.validate(cuts)
    bundle = load_bundle(release)
    assert len(cuts) == 2
    for cut in cuts:
        mine = [s for s in bundle.segments if s.recording == cut.recording_id]
        assert [s.text for s in cut.supervisions] == [s.text for s in mine]
        words = cut.supervisions[0].alignment["word"]
        assert [(w.symbol, w.start) for w in words] == [(w.text, w.start) for w in mine[0].words]
        assert cut.load_audio().shape == (1, 16_000)


def test_lhotse_loads_shar(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    export_release(release, "shar", tmp_path / "s")
    cuts = lhotse.CutSet.from_shar(
        fields={
            "cuts": [str(tmp_path / "s" / "cuts.000000.jsonl.gz")],
            "recording": [str(tmp_path / "s" / "recording.000000.tar")],
        }
    )
    assert [cut.load_audio().shape for cut in cuts] == [(1, 16_000)] * 2
    assert sum(len(cut.supervisions) for cut in cuts) == 4


def test_lhotse_loads_a_kaldi_directory(release: Path, tmp_path: Path) -> None:
    kaldi = pytest.importorskip("lhotse.kaldi")
    export_release(release, "kaldi", tmp_path / "k")
    scp = (
        tmp_path / "k" / "wav.scp"
    )  # its paths are relative to it, as Kaldi's are to where it runs
    lines = [line.split(" ", 1) for line in scp.read_text().splitlines()]
    scp.write_text("".join(f"{name} {tmp_path / 'k' / path}\n" for name, path in lines))
    recordings, supervisions, _ = kaldi.load_kaldi_data_dir(tmp_path / "k", 8_000)
    assert [r.num_samples for r in recordings] == [16_000] * 2
    found = {(s.recording_id, s.start, s.end, s.text, s.speaker) for s in supervisions}
    assert found == {
        (s.recording, s.start, s.end, s.text, s.speaker) for s in load_bundle(release).segments
    }


def test_shar_has_placeholders_where_there_is_no_sound(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    bundle = load_bundle(release)
    first, second = bundle.recordings
    less = msgspec.structs.replace(bundle, sounds={second.id: bundle.sounds[second.id]})
    write_bundle(FORMATS["shar"], less, tmp_path / "s")
    cuts = lhotse.CutSet.from_shar(
        fields={
            "cuts": [str(tmp_path / "s" / "cuts.000000.jsonl.gz")],
            "recording": [str(tmp_path / "s" / "recording.000000.tar")],
        }
    )
    assert {cut.id: cut.has_recording for cut in cuts} == {first.id: False, second.id: True}
    back = FORMATS["shar"].read(tmp_path / "s")
    assert back.segments == bundle.segments
    assert set(back.sounds) == {second.id}


def test_lhotse_written_by_lhotse_is_read(release: Path, tmp_path: Path) -> None:
    lhotse = pytest.importorskip("lhotse")
    sound = next(iter(load_bundle(release).sounds.values()))
    recording = lhotse.Recording.from_file(sound, recording_id="one")
    lhotse.RecordingSet.from_recordings([recording]).to_file(tmp_path / "x_recordings.jsonl.gz")
    supervision = lhotse.SupervisionSegment(
        id="u", recording_id="one", start=0.5, duration=1.0, text="hola", speaker="1272"
    )
    lhotse.SupervisionSet.from_segments([supervision]).to_file(tmp_path / "x_supervisions.jsonl.gz")
    made = import_release(tmp_path, "lhotse", "c", "1.0.0", tmp_path / "out", OPTIONS)
    (segment,) = load_bundle(made).segments
    assert (segment.start, segment.end, segment.text) == (0.5, 1.5, "hola")
    assert segment.speaker.startswith("p-")


@pytest.mark.parametrize("name", ["audiofolder", "parquet"])
def test_datasets_loads_it(release: Path, tmp_path: Path, datasets: ModuleType, name: str) -> None:
    export_release(release, name, tmp_path / "d")
    loaded = datasets.load_dataset(str(tmp_path / "d"), streaming=True)
    assert set(loaded) == {"train", "test"}
    assert isinstance(loaded["train"].features["audio"], datasets.Audio)
    (row,) = loaded["train"].cast_column("audio", datasets.Audio(decode=False))
    assert row["segments"][0]["text"] == "Good morning, [NAME_1]."
    assert (row["audio"]["bytes"] or Path(row["audio"]["path"]).read_bytes())[:4] == b"fLaC"


def test_praatio_loads_textgrids(release: Path, tmp_path: Path) -> None:
    textgrid = pytest.importorskip("praatio.textgrid")
    export_release(release, "textgrid", tmp_path / "t")
    bundle = load_bundle(release)
    for recording, mine in bundle.by_recording():
        grid = textgrid.openTextgrid(
            str(tmp_path / "t" / f"{recording.id}.TextGrid"), includeEmptyIntervals=False
        )
        found = sorted(
            (e.start, e.end, name, e.label) for name in grid.tierNames for e in grid.getTier(name)
        )
        assert found == [(s.start, s.end, s.speaker, s.text) for s in mine]


def test_pympi_loads_eaf(release: Path, tmp_path: Path) -> None:
    elan = pytest.importorskip("pympi.Elan")
    export_release(release, "eaf", tmp_path / "e")
    for recording, mine in load_bundle(release).by_recording():
        eaf = elan.Eaf(str(tmp_path / "e" / f"{recording.id}.eaf"))
        found = sorted(
            (start, end, tier, text)
            for tier in eaf.get_tier_names()
            for start, end, text in eaf.get_annotation_data_for_tier(tier)
        )
        assert found == [
            (round(s.start * 1000), round(s.end * 1000), s.speaker, s.text) for s in mine
        ]


def test_meeteval_loads_seglst_stm_ctm_rttm(release: Path, tmp_path: Path) -> None:
    meeteval = pytest.importorskip("meeteval")
    for name in ("seglst", "stm", "ctm", "rttm"):
        export_release(release, name, tmp_path / name)
        (file,) = (tmp_path / name).glob("clinic*")
        loaded = meeteval.io.load(file).to_seglst()
        assert len({row["session_id"] for row in loaded}) == 2
        assert len(loaded) == (14 if name == "ctm" else 4)


def test_pandas_loads_tables(release: Path, tmp_path: Path) -> None:
    import pandas as pd

    export_release(release, "csv", tmp_path / "c")
    export_release(release, "table", tmp_path / "t")
    a = pd.read_csv(tmp_path / "c" / "segments.csv", keep_default_na=False)
    b = pd.read_parquet(tmp_path / "t" / "segments.parquet")
    assert list(a.text) == list(b.text) == [s.text for s in load_bundle(release).segments]
    assert b.end.dtype == float


def test_kaldi_files_are_sorted_as_kaldi_wants_them(release: Path, tmp_path: Path) -> None:
    export_release(release, "kaldi", tmp_path)
    for name in ("wav.scp", "segments", "text", "utt2spk", "spk2utt", "utt2lang"):
        lines = (tmp_path / name).read_bytes().splitlines()
        keys = [line.split()[0] for line in lines]
        assert keys == sorted(keys), name
    for line in (tmp_path / "utt2spk").read_text().splitlines():
        utterance, speaker = line.split()
        assert utterance.startswith(speaker)


def test_labelbox_knows_all_features_it_is_sent(release: Path, tmp_path: Path) -> None:
    export_release(release, "labelbox", tmp_path / "l")
    ontology = json.loads((tmp_path / "l" / "ontology.json").read_text())
    (feature,) = ontology["classifications"]
    speaker, _ = feature["options"]
    known = {option["value"] for option in speaker["options"]}
    keys = [
        json.loads(row) for row in (tmp_path / "l" / "data_rows.ndjson").read_text().splitlines()
    ]
    for line in (tmp_path / "l" / "annotations.ndjson").read_text().splitlines():
        row = json.loads(line)
        assert row["name"] == feature["name"]
        assert row["dataRow"]["globalKey"] in {key["global_key"] for key in keys}
        for answer in row["answer"]:
            inside = {one["name"]: one["answer"][0] for one in answer["classifications"]}
            assert set(inside) <= {option["name"] for option in feature["options"]}
            assert inside["speaker"]["name"] in known
            assert all(isinstance(at, int) for at in answer["frames"][0].values())


def test_an_llm_conversation_names_its_source(release: Path, tmp_path: Path) -> None:
    export_release(release, "instruct", tmp_path)
    row = json.loads((tmp_path / "train.jsonl").read_text())
    assert [m["role"] for m in row["messages"]] == ["assistant", "user"]
    assert row["version"] == "1.0.0"
    assert row["recording"] in row["citation"]


def test_uem_reads_back(tmp_path: Path) -> None:
    parts = {"a": ((0.0, 1.5), (2.0, 3.25)), "b": ((0.0, 10.0),)}
    assert parse_uem(format_uem(parts), tmp_path) == parts
    with pytest.raises(InputError, match="line 2: ends before"):
        parse_uem("a 1 0 1\na 1 2 1\n", tmp_path)


SUPERVISION = {"id": "u", "recording_id": "r", "start": 0, "duration": 1, "text": "x"}
LHOTSE = {"id": "r", "sampling_rate": 8000, "num_samples": 8000, "sources": []}


@pytest.mark.parametrize(
    ("name", "files", "reason"),
    [
        (
            "lhotse",
            {
                "recordings.jsonl": {**LHOTSE, "sources": [{"type": "command", "source": "rm x"}]},
                "supervisions.jsonl": SUPERVISION,
            },
            r"recordings.jsonl, line 1: the source is a command",
        ),
        (
            "lhotse",
            {"recordings.jsonl": LHOTSE, "supervisions.jsonl": {**SUPERVISION, "duration": -1}},
            "supervisions.jsonl, line 1: 'duration' is not a time",
        ),
        (
            "lhotse",
            {"recordings.jsonl": LHOTSE, "supervisions.jsonl": {**SUPERVISION, "recording_id": 7}},
            "of no recording",
        ),
        (
            "nemo",
            {"a_manifest.json": '{"audio_filepath": "x.wav"}\n'},
            "line 1: no field|not a time",
        ),
        ("nemo", {"a_manifest.json": '{"audio_filepath": "x"'}, "line 1: not JSON"),
        ("kaldi", {"text": "u1 hello\n", "wav.scp": "r1 sox x |\n"}, "wav.scp, line 1: a pipe"),
        ("kaldi", {"text": "u1 a\nu1 b\n"}, "text, line 2: the same key twice"),
        ("kaldi", {"text": "u1 a\n", "segments": "u1 r 0 x\n"}, "segments, line 1: 'x'"),
        ("kaldi", {"text": "u1 a\n", "segments": "u2 r 0 1\n"}, "text, line 1: segments does not"),
        ("espnet", {"x": ""}, "no data/train"),
        ("audiofolder", {"data/train/metadata.jsonl": '{"recording": "r"}'}, "line 1: no field"),
        ("parquet", {"data/train-0.parquet": "nonsense"}, "train-0.parquet: not Parquet"),
        ("csv", {"segments.csv": "recording,start,end\nr,0,1\n"}, "line 2: no column 'text'"),
        (
            "csv",
            {"segments.csv": "recording,start,end,text\nr,0,1,a\nr,0\n"},
            "line 3: not as many",
        ),
        ("csv", {"segments.csv": "recording,start,end,text\nr,2,1,a\n"}, "line 2: ends before"),
        ("table", {"segments.parquet": "nonsense"}, "segments.parquet: not Parquet"),
        ("webdataset", {"a.tar": "nonsense"}, "a.tar: not a tar file"),
        ("shar", {"x": ""}, r"no recording"),
        ("labelstudio", {"tasks.json": "{}"}, "tasks.json: not a list"),
        ("labelstudio", {"tasks.json": '[{"data": {}}]'}, "line 1: the task names no"),
        (
            "labelbox",
            {"annotations.ndjson": '{"name": "transcript"}'},
            "line 1: no field 'dataRow'",
        ),
        (
            "labelbox",
            {
                "annotations.ndjson": '{"name": "transcript", "dataRow": {"globalKey": "r"}, '
                '"answer": [{"value": "a", "frames": [{"start": 1.5, "end": 2}]}]}'
            },
            "line 1: 'start' is not a number of milliseconds",
        ),
        ("doccano", {"doccano.jsonl": '{"text": "a"}'}, "line 1: no field 'segment'"),
        ("instruct", {"a.jsonl": '{"messages": [{"role": "user"}]}'}, "line 1: no field 'content'"),
        ("eaf", {"a.eaf": "<a>\n<b>\n</a>"}, "a.eaf, line 3: not well-formed"),
        ("eaf", {"a.eaf": '<!DOCTYPE x [<!ENTITY a "b">]><a/>'}, "document type"),
        ("textgrid", {"a.TextGrid": "nonsense"}, "line 1: not a TextGrid"),
        ("rttm", {"a.rttm": "SPEAKER a"}, "line 1: 2 fields"),
    ],
)
def test_malformed_files_say_file_line_and_reason(
    tmp_path: Path, name: str, files, reason: str
) -> None:
    for file, content in files.items():
        path = tmp_path / "in" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(InputError, match=reason) as caught:
        import_release(tmp_path / "in", name, "c", "1.0.0", tmp_path / "out", OPTIONS)
    assert str(tmp_path / "in") in str(caught.value)
    assert not list((tmp_path / "out").rglob("*.jsonl"))


def test_wrong_use(release: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean kaldi"):
        export_release(release, "kalid", tmp_path / "x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(UsageError, match="not empty"):
        export_release(release, "kaldi", tmp_path / "full")
    with pytest.raises(UsageError, match="vouches"):
        import_release(
            tmp_path, "csv", "c", "1.0.0", tmp_path, ImportOptions(phi="none", vouched_by="")
        )
    with pytest.raises(UsageError, match="holds no conversations"):
        import_release(tmp_path, "uem", "c", "1.0.0", tmp_path, OPTIONS)


def test_altered_text_without_audio_is_found(tmp_path: Path) -> None:
    (tmp_path / "a_doctor.txt").write_text("take one")
    made = import_release(tmp_path, "txt", "c", "1.0.0", tmp_path / "out", OPTIONS)
    assert verify_release(made) == ()
    (recording,) = load_bundle(made).recordings
    assert recording.participants[0].role == "doctor"
    text = (made / "segments.jsonl").read_text()
    (made / "segments.jsonl").write_text(text.replace("take one", "take two"))
    reasons = {finding.reason for finding in verify_release(made)}
    assert "its id does not come from its segments" in reasons


JUNK = [None, 3, -1.5, "x", [], {}, [3], {"a": 1}, True]


def spoiled(value, rng):
    """The same JSON with one value lost, or replaced by one of another kind."""
    box = [value]
    places = [(box, 0)]
    for holder, key in places:  # grows while it is walked
        inner = holder[key]
        if isinstance(inner, dict | list):
            places += [
                (inner, at) for at in (inner if isinstance(inner, dict) else range(len(inner)))
            ]
    holder, key = rng.choice(places)
    if isinstance(holder, dict) and rng.random() < 0.3:
        holder.pop(key)
    else:
        holder[key] = rng.choice(JUNK)
    return box[0]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("lhotse", "supervisions.jsonl"),
        ("lhotse", "recordings.jsonl"),
        ("nemo", "train_manifest.json"),
        ("audiofolder", "data/train/metadata.jsonl"),
        ("labelstudio", "tasks.json"),
        ("labelbox", "annotations.ndjson"),
        ("doccano", "doccano.jsonl"),
        ("instruct", "train.jsonl"),
        ("csv", "speechkit.jsonl"),
    ],
)
def test_values_of_another_kind_are_errors_not_crashes(
    release: Path, tmp_path: Path, name: str, file: str
) -> None:
    export_release(release, name, tmp_path)
    first, *rest = (tmp_path / file).read_text().split("\n")
    if name == "labelstudio":
        first, rest = (tmp_path / file).read_text(), []
    rng = random.Random(name + file)
    refused = 0
    for _ in range(60):
        spoilt = json.dumps(spoiled(json.loads(first), rng))
        (tmp_path / file).write_text("\n".join([spoilt, *rest]))
        try:
            FORMATS[name].read(tmp_path)
        except InputError as error:
            refused += 1
            assert str(tmp_path) in str(error)
    assert refused > 5


@given(data=st.binary(max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize(
    "name", ["parquet", "table", "webdataset", "shar", "eaf", "textgrid", "csv"]
)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, data
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    file = {
        "parquet": "data/train-0.parquet",
        "table": "segments.parquet",
        "webdataset": "a.tar",
        "shar": "recording.0.tar",
        "csv": "segments.csv",
        "eaf": "a.eaf",
        "textgrid": "a.TextGrid",
    }[name]
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_bytes(data)
    with contextlib.suppress(InputError):
        FORMATS[name].read(folder)
