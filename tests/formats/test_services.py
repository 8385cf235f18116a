"""What services wrote: found by content, kept with speakers, times and confidences, scored as by hand.

The fixtures in `services/` are made up, in the shapes that each reader's documentation shows: two
speakers, twelve words, one summary or translation that is no transcript.
"""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from speechkit.cli.main import cli
from speechkit.core.errors import InputError
from speechkit.formats import format_of_file, read_transcripts

FIXTURES = Path(__file__).parent / "services"
WORDS = "Good morning. What brings you in? My knee hurts, doctor. Since when?".split()

# The reference has nine words of the doctor and four of the patient; "today" was missed.
REFERENCE = [
    ("doctor", 0.5, 2.6, "Good morning. What brings you in today?"),
    ("patient", 3.2, 4.7, "My knee hurts, doctor."),
    ("doctor", 8.0, 8.7, "Since when?"),
]
BY_HAND = 1 / 13

WITH_SPEAKERS = {
    "assemblyai.json": "assemblyai",
    "aws_healthscribe.json": "aws-healthscribe",
    "aws_transcribe.json": "aws-transcribe",
    "aws_transcribe_medical.json": "aws-transcribe",
    "azure_batch.json": "azure-speech",
    "azure_fast.json": "azure-speech",
    "deepgram.json": "deepgram",
    "elevenlabs.json": "elevenlabs",
    "gladia.json": "gladia",
    "google_v1.json": "google-speech",
    "google_v2.json": "google-speech",
    "openai_diarized.json": "whisper",
    "rev.json": "rev",
    "soniox.json": "soniox",
    "speechmatics.json": "speechmatics",
    "vibevoice.json": "vibevoice",
    "whisperx.json": "whisper",
}
WITHOUT = {
    "kaldi.text": "kaldi",
    "nemo.jsonl": "nemo",
    "openai_verbose.json": "whisper",
    "sclite.trn": "trn",
    "table.csv": "csv",
    "whisper_cpp.json": "whisper",
    "whisper_tsv.tsv": "whisper-tsv",
}
NO_TIMES = {"kaldi.text", "sclite.trn", "table.csv"}
NO_WORD_TIMES = {
    *NO_TIMES, "nemo.jsonl", "openai_diarized.json", "vibevoice.json", "whisper_tsv.tsv",
}  # fmt: skip


def test_every_fixture_is_read() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {*WITH_SPEAKERS, *WITHOUT}


@pytest.mark.parametrize(("name", "format_"), [*WITH_SPEAKERS.items(), *WITHOUT.items()])
def test_a_service_is_found_by_content_and_kept(name: str, format_: str) -> None:
    path = FIXTURES / name
    assert format_of_file(path) == format_
    ((recording, segments),) = read_transcripts(path).recordings.items()
    assert recording == path.stem.removesuffix("_text") or name in ("sclite.trn", "table.csv")
    assert " ".join(s.text for s in segments).split() == WORDS
    if name not in NO_TIMES:
        assert [(s.start, s.end) for s in segments] == [(0.5, 2.4), (3.2, 4.7), (8.0, 8.7)]
    if name not in NO_WORD_TIMES:
        words = [word for s in segments for word in s.words]
        assert [word.text.strip(".,?") for word in words] == [w.strip(".,?") for w in WORDS]
        assert (words[8].start, words[8].end) == (3.7, 4.1)
    speakers = [s.speaker for s in segments]
    if name in WITH_SPEAKERS:
        assert speakers[0] == speakers[2] != speakers[1]
        assert all(speakers)
    else:
        assert not any(speakers)


@pytest.mark.parametrize("name", [*WITH_SPEAKERS, *WITHOUT])
@pytest.mark.parametrize("through_seglst", [True, False], ids=["seglst", "as-is"])
def test_scores_are_the_ones_computed_by_hand(
    name: str, through_seglst: bool, tmp_path: Path
) -> None:
    source = FIXTURES / name
    recording = next(iter(read_transcripts(source).recordings))
    (tmp_path / "reference").mkdir()
    rows = [
        {"session_id": recording, "speaker": who, "start_time": a, "end_time": b, "words": words}
        for who, a, b, words in REFERENCE
    ]
    (tmp_path / "reference" / "call.seglst.json").write_text(json.dumps(rows))
    hypothesis = source
    if through_seglst:
        hypothesis = tmp_path / "call.seglst.json"
        done = CliRunner().invoke(cli, ["convert", str(source), str(hypothesis)])
        assert done.exit_code == 0, done.output
    asked = ["bench", "score", str(tmp_path / "reference"), str(hypothesis), "--json"]
    done = CliRunner().invoke(cli, [*asked, "--draws", "0", "--workers", "1"])
    assert done.exit_code == 0, done.output
    (system,) = json.loads(done.stdout)["systems"]
    assert system["wer"] == pytest.approx(BY_HAND, abs=1e-6)
    # Where nobody is told apart, there is no cpWER.
    expected = pytest.approx(BY_HAND, abs=1e-6) if name in WITH_SPEAKERS else None
    assert system["cpwer"] == expected


def test_what_is_not_used_is_named() -> None:
    notes = {
        name: " ".join(map(str, read_transcripts(FIXTURES / name).notes)) for name in WITH_SPEAKERS
    }
    assert "'summary' of results" in notes["deepgram.json"]
    assert "'chapters'" in notes["assemblyai.json"]
    assert "'ClinicalInsights' of Conversation" in notes["aws_healthscribe.json"]
    assert "'summarization'" in notes["gladia.json"]
    assert "translation" in notes["soniox.json"]
    assert "no speech" in notes["elevenlabs.json"]
    assert "no speech" in notes["vibevoice.json"]
    assert "did not understand" in notes["rev.json"]
    assert not any("knee" in note.lower() for note in notes.values())


def test_confidences_languages_and_alternatives_are_kept() -> None:
    reading = read_transcripts(FIXTURES / "aws_transcribe.json")
    (segments,) = reading.recordings.values()
    assert segments[1].words[1].confidence == 0.92
    assert segments[1].confidence == pytest.approx((0.93 + 0.92 + 0.91 + 0.9) / 4)
    ((other,),) = reading.alternatives.values()
    assert (other.text, other.start, other.confidence) == ("neck", 3.4, 0.05)
    (segments,) = read_transcripts(FIXTURES / "openai_verbose.json").recordings.values()
    assert segments[0].language == "en"
    (segments,) = read_transcripts(FIXTURES / "elevenlabs.json").recordings.values()
    assert segments[0].words[0].confidence == pytest.approx(0.951229, abs=1e-5)


def read(tmp_path: Path, document: object, name: str = "call.json"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_transcripts(path)


def test_channels_are_told_apart(tmp_path: Path) -> None:
    def channel(*words: tuple[str, float]):
        timed = [{"word": w, "start": at, "end": at + 0.4, "confidence": 0.9} for w, at in words]
        text = " ".join(word for word, _ in words)
        return {"alternatives": [{"transcript": text, "confidence": 0.9, "words": timed}]}

    results = {"channels": [channel(("hello", 1.0)), channel(("good", 0.2), ("bye", 3.0))]}
    (segments,) = read(tmp_path, {"metadata": {}, "results": results}).recordings.values()
    heard = [(s.channel, s.start, s.text) for s in segments]
    assert heard == [(1, 0.2, "good"), (0, 1.0, "hello"), (1, 3.0, "bye")]

    several = [
        {
            "language_code": "en",
            "channel_index": n,
            "text": w,
            "words": [{"text": w, "start": n, "end": n + 1, "type": "word"}],
        }
        for n, w in enumerate(("hello", "bye"))
    ]
    (segments,) = read(tmp_path, {"transcripts": several}).recordings.values()
    assert [(s.channel, s.text) for s in segments] == [(0, "hello"), (1, "bye")]


def test_azure_words_as_spoken_get_the_form_of_the_text(tmp_path: Path) -> None:
    def phrase(display: str, *words: str):
        timed = [
            {"word": w, "offset": f"PT{n}S", "duration": "PT0.5S"} for n, w in enumerate(words)
        ]
        best = {"confidence": 0.9, "lexical": " ".join(words), "display": display, "words": timed}
        return {
            "recognitionStatus": "Success",
            "offset": "PT0S",
            "duration": "PT5S",
            "nBest": [best],
        }

    document = {"recognizedPhrases": [phrase("It's fine, really.", "it's", "fine", "really")]}
    (segments,) = read(tmp_path, document).recordings.values()
    assert [w.text for w in segments[0].words] == ["It's", "fine,", "really."]
    document = {"recognizedPhrases": [phrase("Take 10 mg.", "take", "ten", "milligrams")]}
    reading = read(tmp_path, document)
    (segments,) = reading.recordings.values()
    assert (segments[0].text, segments[0].words) == ("Take 10 mg.", ())
    assert "times of words" in str(reading.notes[0])


def test_google_in_an_operation_in_snake_case_and_in_batches(tmp_path: Path) -> None:
    word = {"word": "hello", "start_time": {"seconds": 1, "nanos": 500000000}, "end_time": "2s"}
    results = [
        {"alternatives": [{"transcript": "hello", "words": [word]}], "language_code": "en-us"}
    ]
    (segments,) = read(
        tmp_path, {"name": "1", "done": True, "response": {"results": results}}
    ).recordings.values()
    assert (segments[0].start, segments[0].end, segments[0].language) == (1.5, 2.0, "en-US")

    def file(text: str):
        transcript = {
            "results": [{"alternatives": [{"transcript": text}], "resultEndOffset": "3s"}]
        }
        return {"inlineResult": {"transcript": transcript}}

    batch = {"results": {"gs://b/one.wav": file("hello"), "gs://b/two.wav": file("bye")}}
    found = read(tmp_path, batch).recordings
    assert {name: each[0].text for name, each in found.items()} == {"one": "hello", "two": "bye"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"id": "1", "status": "error", "audio_url": "u", "error": "Quixotina"}, "'error'"),
        ({"status": "FAILED", "results": {"items": [], "transcripts": []}}, "not completed"),
        (
            {"id": "1", "request_id": "r", "status": "queued", "request_params": {}},
            "without a result",
        ),
        ({"monologues": [{"elements": [{"type": "text", "ts": "Quixotina"}]}]}, "float"),
        ({"tokens": [{"text": "a", "start_ms": -5, "end_ms": 3}]}, "before 0"),
    ],
)
def test_what_cannot_be_read_says_why_and_quotes_nothing(
    document: object, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        read(tmp_path, document)
    assert "Quixotina" not in str(raised.value)


def test_a_service_that_heard_nothing_heard_nothing(tmp_path: Path) -> None:
    for document in (
        {"results": {"channels": [{"alternatives": [{"transcript": "", "words": []}]}]}},
        {"status": "completed", "audio_url": "u", "text": "", "words": []},
        {"status": "COMPLETED", "results": {"transcripts": [{"transcript": ""}], "items": []}},
        {"durationMilliseconds": 9, "combinedPhrases": [], "phrases": []},
        {"results": []},
        {"language_code": "eng", "language_probability": 0.5, "text": "", "words": []},
        {"format": "2.9", "results": []},
        {"id": "1", "text": "", "tokens": []},
        {"result": {"transcription": {"full_transcript": "", "utterances": []}}},
        {"monologues": []},
    ):
        assert dict(read(tmp_path, document).recordings) == {"call": ()}


def test_kaldi_segments_beside_text_give_times_and_speakers(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a-1 good morning\nb-1 hello\nb-2\n")
    (tmp_path / "segments").write_text("a-1 call 0.5 1.5\nb-1 call 2.0 2.5\nb-2 call 3 4\n")
    (tmp_path / "utt2spk").write_text("a-1 A\nb-1 B\nb-2 B\n")
    reading = read_transcripts(tmp_path / "text")
    heard = [(s.start, s.speaker, s.text) for s in reading.recordings["call"]]
    assert heard == [(0.5, "A", "good morning"), (2.0, "B", "hello")]
    assert "without words" in str(reading.notes[0])


def test_tables_with_segments_and_without_a_header(tmp_path: Path) -> None:
    table = "file,start,end,speaker,hypothesis,note\nx/call.wav,1.0,2.0,A,good day,odd\n"
    reading = read(tmp_path, table, "t.csv")
    (segment,) = reading.recordings["call"]
    assert (segment.start, segment.end, segment.speaker, segment.text) == (
        1.0,
        2.0,
        "A",
        "good day",
    )
    assert "the column 'note'" in str(reading.notes[0])
    assert read(tmp_path, "a\tgood day\nb\tbye\n", "t.tsv").recordings["b"][0].text == "bye"


def test_a_table_about_recordings_in_a_folder_is_no_transcript(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "call.txt").write_text("good day\n")
    (folder / "metadata.csv").write_text("id,accent\ncall,Irish\n")
    done = CliRunner().invoke(cli, ["convert", str(folder), str(tmp_path / "out.seglst.json")])
    assert done.exit_code == 0, done.output
    assert "good day" in (tmp_path / "out.seglst.json").read_text()


def test_google_says_speakers_once_or_again_at_the_end(tmp_path: Path) -> None:
    def result(*words: tuple[str, int], transcript: str = ""):
        timed = [
            {"word": w, "startTime": f"{n}s", "endTime": f"{n + 0.5}s", "speakerTag": tag}
            for n, (w, tag) in enumerate(words)
        ]
        return {"alternatives": [{"transcript": transcript, "words": timed}]}

    again = [
        result(("hello", 0), transcript="hello"),
        result(("hello", 1), ("bye", 2), transcript="hello bye"),
    ]
    (segments,) = read(tmp_path, {"results": again}).recordings.values()
    assert [(s.speaker, s.text) for s in segments] == [("speaker_1", "hello"), ("speaker_2", "bye")]
    once = [
        result(("hello", 1), transcript="hello"),
        result(("bye", 2), ("now", 2), transcript="bye now"),
    ]
    (segments,) = read(tmp_path, {"results": once}).recordings.values()
    assert sorted(s.text for s in segments) == ["bye now", "hello"]


def test_fewer_fields_than_the_documentation_shows_are_enough(tmp_path: Path) -> None:
    word = {"text": "hello", "start": 1200, "end": 1500, "confidence": 0.9}
    (segments,) = read(
        tmp_path, {"id": "1", "status": "completed", "text": "hello", "words": [word]}
    ).recordings.values()
    assert (segments[0].start, segments[0].end) == (1.2, 1.5)
    phrase = {"text": "hello", "offsetMilliseconds": 1200, "durationMilliseconds": 300}
    (segments,) = read(
        tmp_path, {"durationMilliseconds": 9, "phrases": [phrase]}
    ).recordings.values()
    assert (segments[0].start, segments[0].end) == (1.2, 1.5)
