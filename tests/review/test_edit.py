"""What edits do to text, words and marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechkit.core.types import Identifier, Word
from speechkit.review import edit
from speechkit.review.line import Line, Mark
from speechkit.review.masked_view import TAG, MaskedView


def line(text: str, *said: str) -> Line:
    words = tuple(
        Word(text=word, start=float(i), end=i + 0.9, confidence=0.5)
        for i, word in enumerate(text.split())
    )
    marks = tuple(
        Mark(start=text.index(one), end=text.index(one) + len(one), identifier=Identifier.NAME)
        for one in said
    )
    return Line(
        id="s", start=0, end=max(1.0, float(len(words))), text=text, words=words, marks=marks
    )


def covered(one: Line) -> list[str]:
    return [one.text[mark.start : mark.end] for mark in one.identifiers]


def test_words_that_stay_keep_time_and_confidence() -> None:
    changed = edit.set_text(line("my nane is Ann"), "my name really is Ann")
    assert [(w.text, w.start, w.confidence) for w in changed.words] == [
        ("my", 0.0, 0.5), ("name", 1.0, None), ("really", 1.45, None), ("is", 2.0, 0.5),
        ("Ann", 3.0, 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("so Ann is here", "so now Ann is here", ["Ann"]),
        ("so Ann is here", "so Ann is not here", ["Ann"]),
        ("so Ann is here", "so Anna is here", ["Anna"]),
        ("so Ann is here", "so Joann is here", ["Joann"]),
        ("so Ann is here", "so is here", []),
    ],
)
def test_marks_follow_the_text(before: str, after: str, expected: list[str]) -> None:
    assert covered(edit.set_text(line(before, "Ann"), after)) == expected


_WORDS = st.lists(st.sampled_from(["a", "Ann", "bb", "Lee", "ccc"]), min_size=2, max_size=8)


@given(_WORDS, st.data())
def test_split_and_merge_are_inverse(words: list[str], data: st.DataObject) -> None:
    whole = line(" ".join(words))
    cut = data.draw(st.integers(1, len(words) - 1))
    at = len(" ".join(words[:cut])) + 1
    left, right = edit.split(whole, at, "new")
    assert (left.text, right.text) == (" ".join(words[:cut]), " ".join(words[cut:]))
    assert left.end == right.start
    again = edit.merge(left, right)
    assert (again.text, again.words, again.start, again.end) == (
        whole.text, whole.words, whole.start, whole.end,
    )  # fmt: skip


@pytest.mark.parametrize("at", [0, 5, 2])
def test_no_split_at_ends_or_in_identifiers(at: int) -> None:
    with pytest.raises(edit.EditError):
        edit.split(line("Ann a", "Ann"), at, "new")


def test_a_rejected_mark_hides_nothing_and_is_kept() -> None:
    one = edit.unmark(line("so Ann is", "Ann"), 3, 6)
    assert covered(one) == [] and one.marks[0].rejected
    again = edit.mark(one, 3, 6, Identifier.LOCATION)
    assert [mark.identifier for mark in again.marks] == [Identifier.LOCATION]


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (5, 1), (0, 99)])
def test_times_outside_the_recording_are_refused(start: float, end: float) -> None:
    with pytest.raises(edit.EditError):
        edit.retime(line("a b"), start, end, 10)


def test_free_labels_that_leave_are_slugs() -> None:
    assert edit.set_labels(line("a"), ["symptom:chest-pain", "note:call back"]).labels
    with pytest.raises(edit.EditError):
        edit.set_labels(line("a"), ["symptom:Mrs Lee hurts"])


# ---- what is hidden


def test_a_hidden_view_shows_no_word_of_it() -> None:
    shown = MaskedView(line("so Ann Lee is Bo", "Ann Lee", "Bo"), hidden=True).line()
    assert shown.text == "so ⟦NAME·1⟧ is ⟦NAME·2⟧"
    assert [w.text for w in shown.words] == ["so", "⟦NAME·1⟧", "is", "⟦NAME·2⟧"]
    assert [shown.text[m.start : m.end] for m in shown.marks] == ["⟦NAME·1⟧", "⟦NAME·2⟧"]


@given(_WORDS, st.sets(st.integers(0, 7)))
def test_what_is_hidden_comes_back(words: list[str], hidden: set[int]) -> None:
    text = " ".join(words)
    starts = [len(" ".join(words[:i])) + (i > 0) for i in range(len(words))]
    marks = tuple(
        Mark(start=starts[i], end=starts[i] + len(words[i]), identifier=Identifier.NAME)
        for i in sorted(hidden)
        if i < len(words)
    )
    view = MaskedView(Line(id="s", start=0, end=1, text=text, marks=marks), hidden=True)
    back, kept = view.reveal(view.text)
    assert (back, kept) == (text, marks)
    for i, start in enumerate(starts):
        if i not in hidden:
            assert view.text[_shown(view.text, i)] == text[start]
            assert view.offset(_shown(view.text, i)) == start


def _shown(text: str, word: int) -> int:
    tokens = text.split(" ")
    return len(" ".join(tokens[:word])) + (word > 0)


@pytest.mark.parametrize(
    "shown", ["so is Bo", "so ⟦NAME·2⟧ is", "so ⟦DATE·1⟧ is", "⟦NAME·1⟧ ⟦NAME·1⟧", "⟦x ⟦NAME·1⟧"]
)
def test_tags_cannot_be_dropped_made_up_or_changed(shown: str) -> None:
    with pytest.raises(edit.EditError):
        MaskedView(line("so Ann is", "Ann"), hidden=True).reveal(shown)


def test_editing_around_a_tag() -> None:
    view = MaskedView(line("so Ann is hear", "Ann"), hidden=True)
    text, marks = view.reveal("and  so ⟦NAME·1⟧ is here")
    changed = edit.set_text(line("so Ann is hear", "Ann"), text, marks)
    assert changed.text == "and so Ann is here"
    assert covered(changed) == ["Ann"]
    assert TAG.search(changed.text) is None


def test_the_same_words_are_marked_whatever_their_case() -> None:
    marked = edit.mark_same(line("ann and Ann but not Joann or Ann's"), "Ann", Identifier.NAME)
    assert [(m.start, m.end) for m in marked.identifiers] == [(0, 3), (8, 11), (29, 32)]


def test_a_longer_mark_stays_when_a_word_of_it_is_marked() -> None:
    before = line("Ann Lee knows Ann", "Ann Lee")
    after = edit.mark_same(before, "Ann", Identifier.ORG)
    assert [(m.start, m.end, m.identifier) for m in after.identifiers] == [
        (0, 7, Identifier.NAME), (14, 17, Identifier.ORG),
    ]  # fmt: skip


def test_unmarking_the_same_words_leaves_others() -> None:
    before = line("Lee met Ann Lee", "Lee", "Ann Lee")
    after = edit.unmark_same(before, "lee")
    assert covered(after) == ["Ann Lee"]
    assert [m.rejected for m in after.marks] == [True, False]
