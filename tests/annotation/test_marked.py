"""The reader of dialogues that people marked, and what is counted of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.dialogue.dialogue import WRITTEN, f1, negation, score
from benchmarks.dialogue.marked import read_marked

TALK = """# A talk
== history
D <closed_question> Any [fever](SYMPTOM;negated), [NAME_1]?
P <answer@1> No, Doctor.
== medication
P <open_question;intent=refill> Could I have my [Tablets](DRUG)?

# Another
D <greeting> Hello.
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "talk.txt"
    path.write_text(text, "utf-8")
    return path


def test_marks_become_offsets(tmp_path: Path) -> None:
    first, second = read_marked(_file(tmp_path, TALK))
    question, answer, request = first.turns
    assert question.segment.text == "Any fever, [NAME_1]?"
    (entity,) = question.entities
    assert (entity.start_char, entity.end_char, entity.attributes) == (4, 9, ("negated",))
    assert (answer.answers, request.intent, request.section) == (1, "refill", "medication")
    assert [turn.section for turn in second.turns] == ["other"]


def test_as_recognizers_write_only_tags_keep_their_case(tmp_path: Path) -> None:
    first, _ = read_marked(_file(tmp_path, TALK), as_recognized=True)
    assert first.turns[0].segment.text == "any fever [NAME_1]"
    (entity,) = first.turns[2].entities
    assert first.turns[2].segment.text[entity.start_char : entity.end_char] == "tablets"


@pytest.mark.parametrize(
    "line",
    ["D <shout> Hello.", "Hello.", "D <answer> [Secret](DRUGS)", "D <answer> [Secret](DRUG;maybe)"],
)
def test_a_line_out_of_the_format_is_named_and_not_quoted(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"talk\.txt:2") as caught:
        list(read_marked(_file(tmp_path, f"# A talk\n{line}\n")))
    assert "Secret" not in str(caught.value)


def test_an_entity_counts_only_with_its_edges_and_type(tmp_path: Path) -> None:
    text = "# T\nP <answer> I have [asthma](CONDITION), my [bad chest pain](SYMPTOM) is [gone](DRUG).\n"
    counts, words, _ = score(list(read_marked(_file(tmp_path, text))))
    assert words == 9
    assert (counts["condition", "right"], counts["symptom", "right"]) == (1, 0)
    # One right, two found (asthma, chest pain), three marked.
    assert f1(counts) == pytest.approx(2 * 1 / (2 + 3))
    assert negation(counts) == "1.000"


def test_all_that_was_written_is_in_the_format() -> None:
    for path in WRITTEN.glob("*.txt"):
        assert list(read_marked(path))
