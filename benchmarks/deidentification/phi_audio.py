"""Identifiers in spoken dialogues of unseen writers, sound to redacted sound: `python -m benchmarks phi-audio`.

Dialogues of `training/phi/held_out`, whose writers neither rules nor weights have seen, are spoken by
all voices of `speechkit synth`, two a dialogue, in turn in a room, over the telephone, and with a
headset each. `speechkit deidentify audio` takes them the whole way, as a user would.

    python -m benchmarks phi-audio [--language en] [--dialogues 24] [--rows FILE] [AUTHOR ...]

Of the copies that are written: how much of the time in which identifiers are spoken is masked, how
many mentions wholly (0.1 s at the edges aside), how many copies leave more than 0.3 s of a mention, and
how much innocent speech is muted. A withheld recording has no copy. `--rows` keeps a row a
recording and measures none again.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from speechkit._recipes.synth.acoustics import DRAWN, Condition
from speechkit._recipes.synth.casting import everything
from speechkit._recipes.synth.script import RoleName, Script, ScriptTurn
from speechkit._recipes.synth.write import Consultation, Studio, write_consultation

import speechkit
from speechkit.core.time import Interval, duration, subtract, union
from speechkit.core.types import Segment
from training.phi.documents import HELD_OUT, Dialogue, read_corpus

_BATCH = 4  # recordings that are de-identified together: engines are loaded once
_EDGE = 0.1  # seconds of a mention that may stay beside its mask
_AUDIBLE = 0.3  # seconds of a mention that somebody may understand
_LEAST_TURNS, _MOST_WORDS, _LEAST_MENTIONS = 4, 260, 3
_ROLES: tuple[RoleName, RoleName] = ("doctor", "patient")


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier that is said: its label, its length and what no mask covers, in seconds."""

    label: str
    seconds: float
    bare: float


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one dialogue. Seconds; `verdict` is the report's."""

    name: str
    condition: str
    voices: tuple[str, ...]
    verdict: str
    written: bool
    mentions: tuple[Mention, ...]
    innocent: float
    muted: float

    @property
    def audible(self) -> bool:
        """Say whether a copy was written in which a mention can be heard."""
        return self.written and any(mention.bare > _AUDIBLE for mention in self.mentions)


def main(arguments: Sequence[str]) -> None:
    """Print a row a dialogue, then the sums."""
    parser = ArgumentParser(prog="phi-audio", description=__doc__)
    parser.add_argument("authors", nargs="*", metavar="AUTHOR")
    parser.add_argument("--language", default="en")
    parser.add_argument("--dialogues", type=int, default=24)
    parser.add_argument("--rows", type=Path)
    given = parser.parse_args(arguments)
    chosen = drawn(read_corpus(given.language, HELD_OUT), given.authors, given.dialogues)
    rows = _known(given.rows)
    missing = [name for name in chosen if name not in rows]
    for start in range(0, len(missing), _BATCH):
        names = missing[start : start + _BATCH]
        for row in measure({name: chosen[name] for name in names}, given.language):
            rows[row.name] = row
            print(_line(row), flush=True)
            if given.rows is not None:
                with given.rows.open("ab") as file:
                    file.write(msgspec.json.encode(row) + b"\n")
    print(summary([rows[name] for name in chosen if name in rows]))


def drawn(
    dialogues: Sequence[Dialogue], authors: Sequence[str], number: int
) -> dict[str, Dialogue]:
    """Draw dialogues with enough identifiers, as many of each author, always the same ones."""
    by_author: dict[str, list[tuple[str, Dialogue]]] = {}
    for index, one in enumerate(dialogues):
        if (not authors or one.author in authors) and _fits(one):
            by_author.setdefault(one.author, []).append((f"{one.author}-{index}", one))
    for author, names in by_author.items():
        random.Random(author).shuffle(names)
    dealt = [
        names[turn] for turn in range(number) for names in by_author.values() if turn < len(names)
    ]
    return dict(dealt[:number])


def _fits(dialogue: Dialogue) -> bool:
    turns = dialogue.text.count("\n") + 1
    mentions = sum(bool(piece.label) for piece in dialogue.pieces)
    return (
        turns >= _LEAST_TURNS
        and mentions >= _LEAST_MENTIONS
        and len(dialogue.text.split()) <= _MOST_WORDS
    )


def measure(chosen: dict[str, Dialogue], language: str) -> Iterator[Row]:
    """Speak dialogues and redact them; yield a row each."""
    studio = Studio()
    with tempfile.TemporaryDirectory() as scratch:
        folder, out = Path(scratch) / "spoken", Path(scratch) / "out"
        told = {name: spoken(name, one, language) for name, one in chosen.items()}
        segments = {
            name: write_consultation(folder, name, one, studio)[0].segments
            for name, one in told.items()
        }
        paths = [folder / f"{name}.wav" for name in told]
        results = speechkit.deidentify_audio(paths, out, language=language)
        report = json.loads((out / "redactions.json").read_text("utf-8"))
        reported = {row["recording"]: row for row in report["recordings"]}
        for name, result in zip(told, results, strict=True):
            known = reported.get(result.recording, {})
            masks = [(mask["start"], mask["end"]) for mask in known.get("redactions", ())]
            marks = (folder / f"{name}.phi.jsonl").read_text("utf-8").splitlines()
            mentions, innocent = _bare([json.loads(line) for line in marks], segments[name], masks)
            yield Row(
                name=name,
                condition=told[name].condition,
                voices=tuple(told[name].voices.values()),
                verdict=known.get("verdict", "missing"),
                written=result.audio_path is not None,
                mentions=mentions,
                innocent=duration(innocent),
                muted=duration(innocent) - duration(subtract(innocent, masks)),
            )


def spoken(name: str, dialogue: Dialogue, language: str) -> Consultation:
    """Return who says a dialogue, and where: two voices drawn from all, roles in turn."""
    dice = random.Random(name)
    voices = dice.sample(sorted(everything(language)), 2)
    condition: Condition = dice.choice(DRAWN)
    marked = "".join(
        f"{{{piece.label}:{_one_sentence(piece.text)}}}" if piece.label else piece.text
        for piece in dialogue.pieces
    )
    turns = [text for text in marked.split("\n") if re.search(r"\w", text)]
    return Consultation(
        language=language,
        specialty="general",
        condition=condition,
        seed=dice.randrange(1 << 16),
        voices=dict(zip(_ROLES, voices, strict=True)),
        people={},
        script=Script(
            title=name,
            default_pause=0.5,
            sentence_pause=0.3,
            turn=tuple(
                ScriptTurn(role=_ROLES[index % 2], text=text) for index, text in enumerate(turns)
            ),
        ),
    )


def _one_sentence(text: str) -> str:
    """An identifier is said in one go: "St. Mary's" does not end a sentence."""
    return re.sub(r"\s+", " ", re.sub(r"[.?!](?=\s)", "", text))


def _bare(
    marks: Sequence[dict[str, Any]], segments: Sequence[Segment], masks: Sequence[Interval]
) -> tuple[tuple[Mention, ...], list[Interval]]:
    """Return what of each marked stretch no mask covers, and where innocent words are said."""
    said = [(mark["start"], mark["end"]) for mark in marks]
    mentions = tuple(
        Mention(
            label=mark["identifier"],
            seconds=span[1] - span[0],
            bare=duration(subtract([span], masks)),
        )
        for mark, span in zip(marks, said, strict=True)
    )
    words = [(word.start, word.end) for segment in segments for word in segment.words]
    return mentions, subtract(union(words), said)


def _known(path: Path | None) -> dict[str, Row]:
    if path is None or not path.exists():
        return {}
    rows = [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines()]
    return {row.name: row for row in rows}


def _line(row: Row) -> str:
    bare = sum(mention.bare for mention in row.mentions)
    return (
        f"{row.name:<36} {row.condition:<8} {row.verdict:<8} mentions {len(row.mentions):3}, "
        f"{sum(m.seconds for m in row.mentions):5.1f} s, bare {bare:5.2f} s, muted "
        f"{row.muted:5.2f} of {row.innocent:5.1f} s{'  AUDIBLE' if row.audible else ''}"
    )


def summary(rows: Sequence[Row]) -> str:
    """Return what the rows add up to, over the copies that were written, and by label."""
    written = [row for row in rows if row.written]
    mentions = [mention for row in written for mention in row.mentions]
    lines = [
        f"{len(rows)} dialogues, {len(rows) - len(written)} withheld, of the other {len(written)}:",
        f"identifier time masked {_masked(mentions)}, mentions wholly {_wholly(mentions)}, "
        f"copies with more than {_AUDIBLE} s of a mention {sum(row.audible for row in rows)}, "
        f"innocent speech muted "
        f"{sum(row.muted for row in written) / max(1e-9, sum(row.innocent for row in written)):.1%}",
    ]
    for label in sorted({mention.label for mention in mentions}):
        own = [mention for mention in mentions if mention.label == label]
        lines.append(f"{label:<12} time {_masked(own)}, wholly {_wholly(own)}")
    return "\n".join(lines)


def _masked(mentions: Sequence[Mention]) -> str:
    seconds = sum(mention.seconds for mention in mentions)
    bare = sum(mention.bare for mention in mentions)
    return f"{1 - bare / max(1e-9, seconds):.1%} of {seconds:.0f} s"


def _wholly(mentions: Sequence[Mention]) -> str:
    whole = sum(mention.bare <= _EDGE for mention in mentions)
    return f"{whole / max(1, len(mentions)):.2f} of {len(mentions)}"


if __name__ == "__main__":
    main(sys.argv[1:])
