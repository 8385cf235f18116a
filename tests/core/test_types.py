"""No repr shows what was said."""

from speechkit.core.types import Audio, Layer, Provenance, RedactedCopy, Segment, Word

CANARY = "Zebulonia"


def test_text_is_in_no_repr() -> None:
    word = Word(text=CANARY, start=0.0, end=1.0)
    segment = Segment(id="s", start=0.0, end=1.0, text=CANARY, words=(word,))
    layer = Layer(
        name="draft",
        kind="segments",
        recording="rec-1",
        items=(segment,),
        provenance=Provenance(stage="t", version="1"),
    )
    audio = Audio(sha256="0", uri="u", sample_rate=1, num_samples=1, num_channels=1, codec="c")
    copy = RedactedCopy(audio=audio, segments=(segment,), redactions=(), verdict="clean")
    for value in (word, segment, layer, copy, [segment], {"a": word}):
        assert CANARY not in repr(value)
        assert CANARY not in f"{value!s}"
    assert "start=0.0" in repr(word)
