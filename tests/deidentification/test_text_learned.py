"""The tagger: it computes what was trained, finds what rules cannot, and only ever adds to them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speechkit.core.engines import make_engine
from speechkit.core.errors import ModelError, UsageError
from speechkit.core.stage import Resources
from speechkit.core.types import Segment
from speechkit.deidentification.text import learned, spoken
from speechkit.deidentification.text.candidate import Candidate
from speechkit.deidentification.text.cues import get_language
from speechkit.deidentification.text.tagger.features import encode
from speechkit.deidentification.text.tagger.network import load
from speechkit.deidentification.text.tokens import Conversation

WEIGHTS = Path(learned.__file__).parent / "tagger" / "en.npz"


def covered(text: str, candidates: tuple[Candidate, ...]) -> set[int]:
    return {
        place for one in candidates for place in range(one.start, one.end) if text[place].isalnum()
    }


def both(text: str) -> tuple[Candidate, ...]:
    options = spoken.SpokenOptions()
    return spoken.find_candidates(text, "en", options, also=(learned.TaggerRecognizer(0.5),))


def test_numpy_computes_what_torch_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from training.phi.documents import parse
    from training.phi.model import Tagger, batch
    from training.phi.train import encoded_dialogue, save

    torch.manual_seed(3)
    vectors = np.random.default_rng(3).integers(-120, 120, (9, 4)).astype(np.int8)
    words = ["", "my", "name", "is", "live", "in", "and", "street", "hello"]
    model = Tagger(6, vectors.astype(np.float32) * 0.05).eval()
    path = tmp_path / "en.npz"
    save(
        {
            **model.weights(),
            "language": np.array("en"),
            "threshold": np.array(0.5),
            "vocabulary": np.frombuffer("\n".join(words).encode(), np.uint8),
            "vectors": vectors,
            "vectors_scale": np.float32(0.05),
        },
        path,
    )
    network = load(path)
    line = "Hello, my name is [Zanele](NAME). / And you live? / In [Kaya Street 4](LOCATION)."
    pieces = parse(line, "x", "").pieces * 9
    _, encoded, kinds = encoded_dialogue(pieces, "en", network.vocabulary)
    with torch.no_grad():
        scores = model(*batch([encoded], [kinds])[:4])[0]
    assert np.allclose(network.probabilities(encoded), torch.softmax(scores, 1).numpy(), atol=0.02)


def test_names_that_no_list_has_and_no_cue_announces() -> None:
    """The words are not in the corpus, the places and what is said around them are new."""
    text = (
        "so how is zebulina getting on at the moment\nshe moved out and now she lives with "
        "tarkowsky over the bakery\nand do you still take the metformin five hundred twice a day"
    )
    found = covered(text, both(text))
    for name in ("zebulina", "tarkowsky"):
        start = text.index(name)
        assert found >= set(range(start, start + len(name))), name
    start = text.index("metformin five hundred")
    assert not found & set(range(start, start + 22))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=80), max_size=4))
def test_the_union_keeps_what_the_rules_find(lines: list[str]) -> None:
    text = "\n".join(lines)
    rules = spoken.find_candidates(text, "en", spoken.SpokenOptions())
    assert covered(text, both(text)) >= covered(text, rules)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Serial sevens: 93, 86, 79, 72, 65.", "93, 86, 79, 72, 65"),
        ("Cognitive screen, serial sevens: 93, 86, 80.", "93, 86, 80"),
        ("FEV1/FVC 0.68, PR 160 ms, QTc 450.", "450"),
        ("The trace shows QTc 470 and QRS 92.", "QTc 470"),
        ("He was born on Christmas Eve, 1962.", "1962"),
        ("It was Easter Monday, 2020.", "2020"),
    ],
)
def test_measures_readings_and_years_stay(text: str, stays: str) -> None:
    start = text.index(stays)
    assert not covered(text, both(text)) & set(range(start, start + len(stays)))


@pytest.mark.parametrize("said", ["Diane and New Jersey", "Sheila and North Dakota"])
def test_a_state_that_is_joined_to_a_name_stays(said: str) -> None:
    text = f"Hello. I didn't know you were there. This is {said}."
    found, start = covered(text, both(text)), text.index(said)
    name, state = said.split(" and ")
    assert set(range(start, start + len(name))) <= found
    assert not found & set(range(text.index(state), text.index(state) + len(state)))


@pytest.mark.parametrize("text", ["Ask for McKay.", "It's Dr. DeShawn O'Hare.", "MRN: 4417902."])
def test_names_with_capitals_inside_and_labeled_numbers_still_go(text: str) -> None:
    words = "McKay", "DeShawn O'Hare", "4417902"
    (word,) = [word for word in words if word in text]
    start = text.index(word)
    whole = {place for place in range(start, start + len(word)) if text[place].isalnum()}
    assert whole <= covered(text, both(text))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sevens: 93, 86", "93"),
        ("badge 88213, code: 4417", "badge"),
        ("Otis: 4417", "Otis"),
        ("four four: 17", "four"),
        ("K: 17", "K"),
    ],
)
def test_what_stands_before_a_colon_is_dropped_only_where_it_identifies_nobody(
    text: str, first: str
) -> None:
    conversation = Conversation(text, frozenset())
    start, _ = learned._without_labels(conversation, "en", 0, len(conversation.tokens), "NUMBER")
    assert conversation.tokens[start].text == first


def test_a_language_without_weights_is_left_to_the_rules_and_refused_alone() -> None:
    segments = [Segment(id="a", start=0, end=1, text="Hallo, 0171 4420187")]
    with (
        make_engine("phi-detector", "learned").open(Resources()) as detect,
        pytest.raises(UsageError, match="not trained"),
    ):
        detect(segments, "it")


def test_a_threshold_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        make_engine("phi-detector", "learned", {"threshold": "1.5"})


def test_weights_that_are_none_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "en.npz"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(ModelError, match=r"en\.npz"):
        load(path)


def test_length_does_not_change_results_and_ten_thousand_words_take_a_second() -> None:
    network = load(WEIGHTS)
    part = "And who is with you? / My sister Oluchi. / Take two tablets at night. / ".replace(
        " / ", "\n"
    )
    fillers = get_language("en").cues.fillers
    short = encode(Conversation(part * 4, fillers), "en", network.vocabulary)
    long = encode(Conversation(part * 900, fillers), "en", network.vocabulary)
    size = len(short.words)
    inner = slice(size // 4, size // 2)
    assert np.allclose(
        network.probabilities(short)[inner], network.probabilities(long)[inner], atol=1e-4
    )
    began = time.process_time()
    conversation = Conversation(part * 900, fillers)
    network.probabilities(encode(conversation, "en", network.vocabulary))
    assert len(conversation.tokens) / (time.process_time() - began) > 5_000
