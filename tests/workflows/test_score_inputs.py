"""What `bench score` reads: folders and files of every format, corpus layers, tables of fields."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from speechkit.cli.bench import command
from speechkit.core.errors import InputError, UsageError
from speechkit.core.types import (
    Audio,
    Context,
    Layer,
    Participant,
    Provenance,
    Recording,
    Segment,
    Session,
    Turn,
)
from speechkit.storage.corpus import Corpus
from speechkit.workflows.score_inputs import open_side, read_references, read_systems

TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "speech"
        xmin = 0
        xmax = 2
        intervals: size = 1
        intervals [1]:
            xmin = {start}
            xmax = {end}
            text = "{text}"
"""


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def run(*arguments: object) -> dict:
    result = CliRunner().invoke(command, ["score", *map(str, arguments), "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_text_folders_score_and_are_called_after_their_folder(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", a__txt="no chest pain", b__txt="yes")
    first = write(tmp_path / "systems" / "first", a__txt="chest pain", b__txt="yes")
    write(tmp_path / "systems" / "second", a__txt="no chest pain", b__txt="yes")
    found = run(reference, first)
    assert [(row["system"], row["wer"]) for row in found["systems"]] == [("first", 0.25)]
    found = run(reference, tmp_path / "systems")
    assert [row["system"] for row in found["systems"]] == ["second", "first"]
    assert found["systems"][0]["wer_interval"] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("all.stm", "a 1 d 0.00 1.00 <o> any pain\na 1 p 1.00 2.00 <o> none\n"),
        (
            "all.ctm",
            "a 1 0.0 0.3 any 1.0\na 1 0.3 0.3 pain 1.0\na 1 1.0 0.5 none 1.0\n",
        ),
        (
            "all.seglst.json",
            '[{"session_id":"a","speaker":"d","start_time":0,"end_time":1,"words":"any pain"},'
            '{"session_id":"a","speaker":"p","start_time":1,"end_time":2,"words":"none"}]',
        ),
        (
            "all.json",
            '[{"session_id":"a","speaker":"d","start_time":0,"end_time":1,"words":"any pain"},'
            '{"session_id":"a","speaker":"p","start_time":1,"end_time":2,"words":"none"}]',
        ),
        (
            "all.jsonl",
            '{"recording":"a","start":0,"end":1,"speaker":"d","text":"any pain"}\n'
            '{"recording":"a","start":1,"end":2,"speaker":"p","text":"none"}\n',
        ),
        ("all.jsonl", '{"id":"a","text":"any pain none","accent":"Welsh"}\n'),
        ("a.txt", "any pain\nnone\n"),
        ("a.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nany pain none\n"),
    ],
)
def test_every_format_says_the_same(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    hypothesis = write(tmp_path / "hyp", a__txt="any pain none")
    for where in (tmp_path / name, hypothesis):
        assert run(hypothesis, where)["systems"][0]["wer"] == 0
    assert run(tmp_path / name, hypothesis)["systems"][0]["num_words"] == 3


def test_a_textgrid_a_speaker_is_one_recording(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "grids",
        c1_doctor__TextGrid=TEXTGRID.format(start=0, end=1, text="any <UNSURE>pain</UNSURE>"),
        c1_patient__TextGrid=TEXTGRID.format(start=1, end=2, text="none <UNIN/>"),
    )
    side = open_side(str(folder), reference=True)
    assert side.names == ("c1",)
    assert [segment.speaker for segment in side.segments("c1")] == ["doctor", "patient"]
    assert run(folder, write(tmp_path / "hyp", c1__txt="any pain none"))["systems"][0]["wer"] == 0


def test_turns_come_from_rttm_beside_the_words(tmp_path: Path) -> None:
    stm = "a 1 d 0.00 1.00 <o> any pain\na 1 p 1.00 2.00 <o> none\n"
    rttm = "SPEAKER a 1 0.0 1.5 <NA> <NA> x <NA> <NA>\nSPEAKER a 1 1.5 0.5 <NA> <NA> y <NA> <NA>\n"
    reference = write(tmp_path / "ref", a__stm=stm)
    hypothesis = write(tmp_path / "hyp", a__stm=stm, a__rttm=rttm)
    row = run(reference, hypothesis)["systems"][0]
    assert (row["wer"], row["cpwer"], row["der"]) == (0, 0, 0.25)


def test_names_with_different_endings_are_matched(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", d1_c01_pure__txt="a", d1_c02_pure__txt="b")
    write(tmp_path / "hyp", d1_c01_conv__txt="a", d1_c02_conv__txt="x")
    found = run(reference, tmp_path / "hyp")
    assert found["systems"][0]["wer"] == 0.5
    assert not found["missing"]


def test_missing_is_refused_and_named(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", a__txt="a", b__txt="b")
    hypothesis = write(tmp_path / "hyp", a__txt="a", z__txt="z")
    with pytest.raises(UsageError, match="hyp lacks 1 of 2: b"):
        run(reference, hypothesis)
    found = run(reference, hypothesis, "--allow-missing")
    assert found["missing"] == [{"system": "hyp", "recording": "b"}]
    assert found["extra"] == [{"system": "hyp", "recording": "z"}]


def test_metadata_gives_fields(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", a__txt="x y", b__txt="x y")
    hypothesis = write(tmp_path / "hyp", a__txt="x y", b__txt="x z")
    table = tmp_path / "about.csv"
    table.write_text("file,accent\na.wav,Welsh\nb.wav,Irish\n")
    found = run(reference, hypothesis, "--metadata", table, "--by", "accent", "--min-cell", "1")
    assert {c["values"]["accent"]: c["wer"] for c in found["slices"]} == {"Irish": 0.5, "Welsh": 0}
    assert found["gaps"][0]["worst"] == "Irish"
    with pytest.raises(InputError, match="none of its 2 rows"):
        read_references(str(write(tmp_path / "other", q__txt="x")), table)


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({"a__jsonl": '{"text": "x"}\n'}, r"a\.jsonl, line 1: none of recording"),
        ({"a__jsonl": "nonsense\n"}, r"a\.jsonl, line 1: not a JSON object"),
        ({"a__stm": "a 1 d zero 1.0 <o> x\n"}, r"a\.stm, line 1"),
        ({"a__wav": ""}, "no transcripts in it"),
    ],
)
def test_bad_files_are_named_by_file_and_line(
    tmp_path: Path, files: dict[str, str], error: str
) -> None:
    folder = write(tmp_path / "bad", **files)
    with pytest.raises((InputError, UsageError), match=error):
        references = read_references(str(folder))
        dict(references.items())


def corpus(root: Path) -> Corpus:
    made = Corpus.create(root)
    recording = Recording(
        id="rec-1",
        audio=Audio(
            sha256="0" * 64, uri="x", sample_rate=1000, num_samples=4000, num_channels=1, codec="x"
        ),
        context=Context(languages=("en",), device="phone", tags={"ward": "A"}),
        participants=(
            Participant(id="p1", role="doctor", accent="Welsh"),
            Participant(id="p2", role="patient", accent="Irish"),
        ),
    )
    made.put_session(Session(recording=recording))

    def add(name: str, kind: str, items: tuple) -> None:
        made.add_layer(
            "rec-1",
            Layer(
                name=name,
                kind=kind,  # type: ignore[arg-type]
                recording="rec-1",
                items=items,
                provenance=Provenance(stage="test", version="1"),
            ),
        )

    def segments(*parts: tuple[str, str]) -> tuple[Segment, ...]:
        return tuple(
            Segment(id=f"s{i}", start=2.0 * i, end=2.0 * i + 2, text=text, speaker=speaker)
            for i, (speaker, text) in enumerate(parts)
        )

    add("reference", "segments", segments(("doctor", "any pain"), ("patient", "none at all")))
    add("attributed", "segments", segments(("S0", "any pain"), ("S1", "none")))
    add(
        "turns",
        "turns",
        (Turn(start=0, end=2, speaker="S0"), Turn(start=2, end=3, speaker="S1")),
    )
    return made


def test_corpus_layers_give_wer_cpwer_der_and_slices(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    corpus(root)
    found = run(f"{root}#reference", f"{root}#attributed", "--by", "role,device,ward,accent")
    row = found["systems"][0]
    assert row["system"] == "mine#attributed"
    assert (row["wer"], row["cpwer"], row["der"]) == (0.4, 0.4, 0.25)
    cells = {(c["by"], *c["values"].values()): c["wer"] for c in found["slices"]}
    assert cells["role", "patient"] == pytest.approx(2 / 3, abs=1e-6)
    assert cells["accent", "Welsh"] == 0
    assert cells["device", "phone"] == cells["ward", "A"] == 0.4


def test_corpus_needs_a_layer_that_is_there(tmp_path: Path) -> None:
    root = tmp_path / "mine"
    corpus(root)
    with pytest.raises(UsageError, match="say which layer"):
        open_side(str(root), reference=True)
    with pytest.raises(UsageError, match="did you mean reference"):
        open_side(f"{root}#referense", reference=True)


def test_hypotheses_are_read_one_at_a_time(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", a__txt="x")
    hypothesis = write(tmp_path / "hyp", a__txt="x")
    systems = read_systems((str(hypothesis),), read_references(str(reference)))
    (hypothesis / "a.txt").write_text("y")
    assert systems[0].hypotheses["a"].segments[0].text == "y"


def test_compare_gates(tmp_path: Path) -> None:
    reference = write(tmp_path / "ref", **{f"r{i}__txt": "a b c d e" for i in range(9)})
    good = write(tmp_path / "one" / "sys", **{f"r{i}__txt": "a b c d e" for i in range(9)})
    bad = write(tmp_path / "two" / "sys", **{f"r{i}__txt": "a b x y z" for i in range(9)})
    for name, folder in (("good", good), ("bad", bad)):
        (tmp_path / f"{name}.json").write_bytes(msgspec.json.encode(run(reference, folder)))
    runner = CliRunner()
    files = [str(tmp_path / f"{name}.json") for name in ("good", "bad")]
    assert runner.invoke(command, ["compare", *files]).exit_code == 1
    assert runner.invoke(command, ["compare", *reversed(files)]).exit_code == 0
    assert runner.invoke(command, ["compare", files[0], files[0]]).exit_code == 0


@pytest.mark.data
def test_the_12_systems_of_primock57(shared_data: Path) -> None:
    """Equal to jiwer on Whisper-normalized text, as measured apart from speechkit's own code."""
    folder = shared_data / "primock57_12_systems"
    found = run(
        folder / "reference",
        folder / "hypotheses",
        "--allow-missing",
        "--draws",
        "50",
        "--normalizer",
        "en@1",
    )
    wers = {row["system"]: row["wer"] for row in found["systems"]}
    assert len(wers) == 12
    assert wers["groq-whisper-large-v3"] == pytest.approx(0.1590, abs=5e-5)
    assert wers["parakeet-parakeet-tdt-0.6b-v3"] == pytest.approx(0.1262, abs=5e-5)
    assert wers["mms-1b-all"] == pytest.approx(0.4012, abs=5e-5)
    assert {m["system"] for m in found["missing"]} == set(wers) - {
        "kyutai-stt-pytorch-stt-2.6b-en",
        "google-gemini-2.5-pro",
    }


def test_a_release_scores_and_is_cited_by_its_digest(tmp_path: Path) -> None:
    from speechkit.core.digest import canonical_json, digest_file
    from speechkit.manifest.schema import Counts, Policy, Release, ReleasedSegment, Statement

    root = tmp_path / "mine"
    recording = corpus(root).session("rec-1").recording
    folder = tmp_path / "mine-1.0.0"
    folder.mkdir()
    release = Release(
        schema_version=1,
        corpus="mine",
        version="1.0.0",
        parent=None,
        speechkit="0",
        counts=Counts(
            recordings=1,
            segments=2,
            words=5,
            redactions=0,
            participants=2,
            synthetic=0,
            seconds=4.0,
            splits={},
        ),
        policy=Policy(licence="x", split_shares=(1.0, 0.0, 0.0), synthetic_in_test=False, tags=()),
        statement=Statement(
            standard="x", method="x", check="x", checked_by=(), caveat="x", removed={}
        ),
        tools=(),
        withheld=(),
    )
    segments = [
        ReleasedSegment(
            id=f"s{i}", recording="rec-1", start=i, end=i + 1, speaker=who, role=role, text=text
        )
        for i, (who, role, text) in enumerate(
            [("p1", "doctor", "any pain"), ("p2", "patient", "none at all")]
        )
    ]
    (folder / "release.json").write_bytes(canonical_json(release))
    (folder / "recordings.jsonl").write_bytes(canonical_json(recording) + b"\n")
    (folder / "segments.jsonl").write_bytes(b"\n".join(map(canonical_json, segments)) + b"\n")
    (folder / "SHA256SUMS.txt").write_text("sums\n")
    found = run(folder, f"{root}#attributed", "--by", "role")
    assert found["systems"][0]["wer"] == 0.4
    assert {c["values"]["role"] for c in found["slices"]} == {"doctor", "patient"}
    digest = digest_file(folder / "SHA256SUMS.txt")[:16]
    assert found["reference"] == f"mine 1.0.0 (sha256 {digest})"


def test_recordings_with_turns_but_no_text_are_scored_on_who_speaks_only(tmp_path: Path) -> None:
    """Nobody wrote down the words: what a system writes there is no insertion."""
    corpus = Corpus.create(tmp_path / "c")
    audio = Audio(
        sha256="1" * 64, uri="x", sample_rate=8, num_samples=160, num_channels=1, codec="p"
    )
    context = Context(languages=("en",))
    session = Session(recording=Recording(id="rec-1", audio=audio, context=context))
    made = Provenance(stage="x", version="1")
    said = (Turn(start=0.0, end=10.0, speaker="A"), Turn(start=10.0, end=20.0, speaker="B"))
    found = (Turn(start=0.0, end=10.0, speaker="x"), Turn(start=10.0, end=18.0, speaker="y"))
    text = (Segment(id="s", start=0.0, end=18.0, text="words nobody checked", speaker="x"),)
    digests = {
        name: corpus.put_layer(
            Layer(name=name, kind=kind, recording="rec-1", items=items, provenance=made)
        )
        for name, kind, items in (
            ("reference_turns", "turns", said),
            ("turns", "turns", found),
            ("attributed", "segments", text),
        )
    }
    corpus.put_session(msgspec.structs.replace(session, layers=digests))
    place = tmp_path / "c"
    scores = run(f"{place}#reference", f"{place}#attributed", "--by", "language", "--draws", "0")
    (system,) = scores["systems"]
    assert (system["num_words"], system["insertions"]) == (0, 0)
    assert system["der"] == pytest.approx(2 / 20)
    (cell,) = scores["slices"]
    assert (cell["values"], cell["der"]) == ({"language": "en"}, pytest.approx(2 / 20))
