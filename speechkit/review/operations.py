"""Applies one edit in one transaction, with its audit row; or says why not."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from speechkit.core.digest import digest_of
from speechkit.core.errors import SpeechkitError
from speechkit.review import edit
from speechkit.review.access import RefusedError, UnknownError, hides, seen_task
from speechkit.review.accounts import Person
from speechkit.review.audit import record
from speechkit.review.leases import held
from speechkit.review.line import Line, decode, encode
from speechkit.review.masked_view import NOTE, MaskedView, show
from speechkit.review.mutes import keep_silent
from speechkit.review.requests import (
    Accept,
    AnyOperation,
    Batch,
    Delete,
    Insert,
    MarkPhi,
    Merge,
    NameSpeaker,
    Operation,
    Retime,
    SetLabels,
    SetSpeaker,
    SetText,
    SetTexts,
    Split,
    Undo,
    UnmarkPhi,
)
from speechkit.review.schema import LineRow, OperationRow, Task
from speechkit.review.speaker_names import real_label, shown_speakers
from speechkit.review.tasks import lines_of_task, present_rows

SPEAKERS = "@speakers"  # in place of a line's id, in edits that name a speaker
Change = dict[str, Line | None]  # id → the line as it becomes; None: gone


class StaleError(SpeechkitError):
    """The line changed since. `base` is what the edit was made on (None: erased), `theirs` what
    stands now (None: gone), both as the person may see them."""

    def __init__(self, base: dict[str, Any] | None, theirs: dict[str, Any] | None) -> None:
        super().__init__("the line was changed in the meantime")
        self.base, self.theirs = base, theirs


class ReusedError(SpeechkitError):
    """An `op_id` that stands for another edit already."""


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an edit: the lines as they are now, the ids that are gone."""

    op_id: str
    lines: list[dict[str, Any]]
    removed: list[str]
    speakers: dict[str, dict[str, str]]
    replayed: bool
    num_edits: int


def apply_batch(db: Db, person: Person, task_id: str, batch: Batch) -> list[Applied]:
    """Apply edits one after another, as far as they fit; those before one that does not are kept.

    Raises:
        what `apply` does, if the first one does not fit
    """
    answers: list[Applied] = []
    touched: set[str] = set()
    for asked in batch.operations:
        try:
            with db.begin_nested():
                answer = apply(db, person, task_id, asked, known=touched)
        except SpeechkitError:
            if not answers:
                raise
            break
        answers.append(answer)
        touched |= {line["id"] for line in answer.lines}
    return answers


def apply(
    db: Db,
    person: Person,
    task_id: str,
    asked: AnyOperation,
    *,
    known: Collection[str] = (),
) -> Applied:
    """Apply an edit, once: a replay answers with the present state of the lines.

    Args:
        db: a transaction that writes.
        person: whose edit it is.
        task_id: the task.
        asked: the edit.
        known: ids of lines whose revision is not checked: the sender's own edits, just applied,
            made them what they are.

    Raises:
        LeaseError, StaleError, EditError, RefusedError, UnknownError, ReusedError
    """
    digest = _digest(task_id, person, asked)
    # Under the lock of the task: of two equal requests at once, the second one sees the first.
    task = seen_task(db, person, task_id, lock=True)
    done = db.get(OperationRow, asked.op_id)
    if done is not None:
        if done.asked != digest:
            raise ReusedError("this op_id stands for another edit")
        return _answer(db, person, task, asked.op_id, done.touched, replayed=True)
    held(db, person, task_id, asked.lease_epoch)
    if isinstance(asked, NameSpeaker):
        before = {SPEAKERS: _speakers(task)}
        label = _label(db, person, task, asked.speaker)
        name = asked.name
        if hides(person):  # they see a role in place of the name, and would write it over that
            name = task.speakers.get(label, {}).get("name", asked.role or label)
        task.speakers = {**task.speakers, label: {"name": name, "role": asked.role}}
        return _keep(db, person, task, asked, digest, before, {SPEAKERS: _speakers(task)})
    if isinstance(asked, Undo) and (answer := _undo_name(db, person, task, asked, digest)):
        return answer
    rows, change = _change(db, person, task, asked, known)
    before = {key: _state(rows.get(key)) for key in change}
    keep_silent(
        task,
        [decode(row.content) for key, row in rows.items() if key in change and not row.gone],
        [line for line in change.values() if line is not None],
        hidden=hides(person),
        moves=asked.kind in ("retime", "split") and getattr(asked, "time", 0.0) is not None,
    )
    after = {}
    for key, line in change.items():
        row = rows.get(key)
        if row is None:
            assert line is not None
            row = LineRow(task=task.id, id=key, rev=0, start=line.start, content=encode(line))
            db.add(row)
        row.rev += 1
        row.gone = line is None
        if line is not None:
            row.start, row.done, row.content = line.start, line.state != "draft", encode(line)
        after[key] = _state(row)
    return _keep(db, person, task, asked, digest, before, after)


def _digest(task_id: str, person: Person, asked: AnyOperation) -> str:
    """Return what an `op_id` stands for: the same edit may be sent again under a later lease."""
    leave: dict[str, Any] = {"lease_epoch": True, "base_rev": True, "next_rev": True}
    nested = {"changes": {"__all__": {"base_rev"}}} if isinstance(asked, SetTexts) else {}
    return digest_of([task_id, person.id, asked.model_dump(mode="json", exclude=leave | nested)])


def _keep(
    db: Db,
    person: Person,
    task: Task,
    asked: AnyOperation,
    digest: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Applied:
    """Write down an edit that was applied, and answer it."""
    task.num_edits += 1
    db.add(
        OperationRow(
            op_id=asked.op_id,
            task=task.id,
            number=task.num_edits,
            user=person.id,
            kind=asked.kind,
            segment=asked.segment,
            asked=digest,
            touched=list(after),
            undoes=asked.undoes if isinstance(asked, Undo) else "",
            before=msgspec.json.encode(before).decode(),
            after=msgspec.json.encode(after).decode(),
            when=time.time(),
        )
    )
    record(
        db,
        person.name,
        "edit",
        task=task.id,
        op=asked.op_id,
        kind=asked.kind,
        epoch=asked.lease_epoch,
        revs={key: state["rev"] for key, state in after.items()},
    )
    db.flush()
    return _answer(db, person, task, asked.op_id, list(after), replayed=False)


def _change(
    db: Db, person: Person, task: Task, asked: AnyOperation, known: Collection[str]
) -> tuple[dict[str, LineRow], Change]:
    """Return the rows an edit touches and what becomes of them."""
    if isinstance(asked, Undo):
        return _undo(db, person, task, asked)
    if isinstance(asked, SetTexts):
        return _set_texts(db, person, task, asked, known)
    row = db.get(LineRow, (task.id, asked.segment))
    if isinstance(asked, Insert):
        if row is not None:
            raise edit.EditError("a line with that id exists already")
        speaker = _label(db, person, task, asked.speaker)
        new = Line(id=asked.segment, start=0, end=1, text="", speaker=speaker)
        new = replace(new, language=task.language)
        return {}, {asked.segment: edit.retime(new, asked.start, asked.end, task.duration)}
    if row is None:
        raise UnknownError("there is no such line")
    rows = {row.id: row}
    _fresh(db, person, row, asked.base_rev, known)
    line = decode(row.content)
    if isinstance(asked, Merge):
        other = db.get(LineRow, (task.id, asked.next))
        if other is None or other.id == row.id:
            raise UnknownError("there is no such line")
        _fresh(db, person, other, asked.next_rev, known)
        rows[other.id] = other
        return rows, {row.id: edit.merge(line, decode(other.content)), other.id: None}
    if isinstance(asked, Split):
        if db.get(LineRow, (task.id, asked.new)) is not None:
            raise edit.EditError("a line with that id exists already")
        at = MaskedView(line, hidden=hides(person)).offset(asked.at)
        left, right = edit.split(line, at, asked.new, asked.time)
        return rows, {row.id: left, asked.new: right}
    if isinstance(asked, SetSpeaker) and asked.everywhere:
        rows |= {one.id: one for one in present_rows(db, task.id) if one.id != row.id}
        found = {key: decode(one.content) for key, one in rows.items()}
        return rows, {
            key: replace(one, speaker=_label(db, person, task, asked.speaker))
            for key, one in found.items()
            if one.speaker == line.speaker
        }
    if isinstance(asked, MarkPhi | UnmarkPhi) and asked.everywhere:
        same = _same_words(line, person, asked)
        first = _edited(line, person, task, asked)
        assert first is not None
        rows |= {one.id: one for one in present_rows(db, task.id) if one.id != row.id}
        found = {key: decode(one.content) for key, one in rows.items()} | {row.id: first}
        changed = {key: same(one) for key, one in found.items()}
        return rows, {k: one for k, one in changed.items() if k == row.id or one != found[k]}
    if isinstance(asked, SetSpeaker):
        return rows, {row.id: replace(line, speaker=_label(db, person, task, asked.speaker))}
    return rows, {row.id: _edited(line, person, task, asked)}


def _same_words(line: Line, person: Person, asked: MarkPhi | UnmarkPhi) -> Callable[[Line], Line]:
    """Return what becomes of every line when the words of an edit are marked, or are none, anywhere."""
    view = MaskedView(line, hidden=hides(person))
    start, end = view.offset(asked.start), view.offset(asked.end)
    touched = [m for m in line.identifiers if m.start < end and m.end > start]
    if isinstance(asked, MarkPhi):
        words, identifier = line.text[start:end], asked.identifier
        # Where hidden words stand elsewhere would tell what they are.
        if touched and hides(person):
            raise RefusedError(
                "only people who may hear the unredacted audio can mark hidden words everywhere"
            )
        return lambda one: edit.mark_same(one, words, identifier, over=not hides(person))
    texts = [line.text[m.start : m.end] for m in touched]

    def unmarked(one: Line) -> Line:
        for text in texts:
            one = edit.unmark_same(one, text)
        return one

    return unmarked


def _edited(line: Line, person: Person, task: Task, asked: Operation) -> Line | None:
    """Return what one line becomes by an edit that touches no other."""
    view = MaskedView(line, hidden=hides(person))
    match asked:
        case SetText():
            return _retyped(line, person, asked.text)
        case Retime():
            return edit.retime(line, asked.start, asked.end, task.duration)
        case SetLabels():
            unseen = [label for label in line.labels if label.startswith(NOTE)]
            labels = [*asked.labels, *(unseen if hides(person) else ())]
            return edit.set_labels(line, labels)
        case MarkPhi():
            return edit.mark(
                line, view.offset(asked.start), view.offset(asked.end), asked.identifier
            )
        case UnmarkPhi():
            if hides(person):
                raise RefusedError(
                    "only people who may hear the unredacted audio can take a mark away"
                )
            return edit.unmark(line, asked.start, asked.end)
        case Accept():
            return replace(line, state="accepted" if asked.accepted else "draft")
        case Delete():
            if line.identifiers and hides(person):
                raise RefusedError(
                    "only people who may hear the unredacted audio can delete this line"
                )
            return None
    raise AssertionError(asked)


def _undo(db: Db, person: Person, task: Task, asked: Undo) -> tuple[dict[str, LineRow], Change]:
    done = db.get(OperationRow, asked.undoes)
    if done is None or done.task != task.id or done.user != person.id or not done.before:
        raise UnknownError("there is no such edit of yours to undo")
    before: dict[str, Any] = msgspec.json.decode(done.before)
    after: dict[str, Any] = msgspec.json.decode(done.after)
    rows: dict[str, LineRow] = {}
    for key in done.touched:
        row = db.get_one(LineRow, (task.id, key))
        rows[key] = row
        if _state(row)["content"] != after[key]["content"]:
            raise StaleError(None, _shown(row, person))
    return rows, {
        key: decode(state["content"]) if state["content"] else None for key, state in before.items()
    }


def _set_texts(
    db: Db, person: Person, task: Task, asked: SetTexts, known: Collection[str]
) -> tuple[dict[str, LineRow], Change]:
    rows: dict[str, LineRow] = {}
    change: Change = {}
    for one in asked.changes:
        row = db.get(LineRow, (task.id, one.segment))
        if row is None:
            raise UnknownError("there is no such line")
        _fresh(db, person, row, one.base_rev, known)
        line = decode(row.content)
        rows[row.id] = row
        change[row.id] = _retyped(line, person, one.text)
    return rows, change


def _label(db: Db, person: Person, task: Task, shown: str) -> str:
    """Return the speaker's label that a person means by what they are shown."""
    if not hides(person):
        return shown
    return real_label(task, shown, (line.speaker for line in lines_of_task(db, task.id)))


def _retyped(line: Line, person: Person, text: str) -> Line:
    revealed, marks = MaskedView(line, hidden=hides(person)).reveal(text)
    return replace(edit.set_text(line, revealed, marks), state="draft")


def _undo_name(db: Db, person: Person, task: Task, asked: Undo, digest: str) -> Applied | None:
    """Take back the naming of a speaker; None if `asked` undoes something else."""
    done = db.get(OperationRow, asked.undoes)
    if done is None or done.task != task.id or done.user != person.id or not done.before:
        return None
    if done.touched != [SPEAKERS]:
        return None
    if _speakers(task)["content"] != msgspec.json.decode(done.after)[SPEAKERS]["content"]:
        raise StaleError(None, None)
    before = {SPEAKERS: _speakers(task)}
    task.speakers = msgspec.json.decode(done.before)[SPEAKERS]["content"]
    return _keep(db, person, task, asked, digest, before, {SPEAKERS: _speakers(task)})


def _speakers(task: Task) -> dict[str, Any]:
    return {"rev": 0, "content": dict(task.speakers)}


def _fresh(db: Db, person: Person, row: LineRow, base_rev: int, known: Collection[str]) -> None:
    if (row.rev == base_rev or row.id in known) and not row.gone:
        return
    raise StaleError(_at_revision(db, person, row, base_rev), _shown(row, person))


def _at_revision(db: Db, person: Person, row: LineRow, rev: int) -> dict[str, Any] | None:
    """Return the line as it was at a revision, from the edits that are kept until hand-over."""
    edits = select(OperationRow).where(OperationRow.task == row.task)
    for done in db.scalars(edits.order_by(OperationRow.number.desc()).limit(200)):
        if row.id not in done.touched or not done.before:
            continue
        for kept in (done.before, done.after):
            state = msgspec.json.decode(kept)[row.id]
            if state["rev"] == rev and state["content"]:
                return show(row.task, decode(state["content"]), rev, hidden=hides(person))
    return None


def _state(row: LineRow | None) -> dict[str, Any]:
    if row is None:
        return {"rev": 0, "content": None}
    return {"rev": row.rev, "content": None if row.gone else row.content}


def _shown(row: LineRow, person: Person) -> dict[str, Any] | None:
    if row.gone:
        return None
    return show(row.task, decode(row.content), row.rev, hidden=hides(person))


def _answer(
    db: Db, person: Person, task: Task, op_id: str, touched: list[str], *, replayed: bool
) -> Applied:
    query = select(LineRow).where(LineRow.task == task.id, LineRow.id.in_(touched))
    rows = db.scalars(query).all()
    return Applied(
        op_id=op_id,
        lines=[shown for row in rows if (shown := _shown(row, person)) is not None],
        removed=[row.id for row in rows if row.gone],
        speakers=shown_speakers(task, hidden=hides(person)),
        replayed=replayed,
        num_edits=task.num_edits,
    )
