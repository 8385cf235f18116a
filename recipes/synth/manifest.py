"""The released manifest of synthetic consultations: `python -m speechkit._recipes.synth.manifest [DIR]`.

    manifests/synthetic/1.1.0/    made anew by a test, byte for byte; audio stays out of git
    manifests/synthetic/1.0.0/    the version before, as it was made

Four short consultations (`released/<language>.json`, drawn once and kept, so that they change with
no list of names) are spoken by espeak-ng. Words, speakers, roles and identifiers are those that were
put there; the redacted copy is made and listened to by the pipeline's own stage.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from speechkit.core.digest import digest_file, recording_id
from speechkit.core.stage import Resources, Stage, Task, Work, Writes
from speechkit.core.types import Identifier, Item, Kind, PhiSpan, Segment, SpeakerRole
from speechkit.deidentification.audio.redact_stage import RedactOptions, RedactStage
from speechkit.ingestion.ingest import IngestOptions, ingest_folder
from speechkit.manifest.release import ReleaseOptions, create_release
from speechkit.pipeline.executors.local import LocalExecutor
from speechkit.pipeline.runner import run
from speechkit.recipe.prepared import write_prepared
from speechkit.storage.corpus import Corpus

from .write import Consultation, Studio, write_consultation

NAME, VERSION = "synthetic", "1.1.0"
ESPEAK = "1.51"  # another version sounds otherwise
_RELEASED = Path(__file__).parent / "released"
# One who listens is enough where all identifiers are known; nothing is said that no text covers.
_REDACT = RedactOptions(second_engine="", uncovered=False)


class _Mark(msgspec.Struct, frozen=True):
    """A line of `*.phi.jsonl`; `segment` ends in the number of the sentence."""

    segment: str
    start_char: int
    end_char: int
    identifier: Identifier


class _NoOptions(msgspec.Struct, frozen=True):
    """There are no options."""


class _Told:
    """A stage that says what the script has told: a layer from the reference."""

    version, reads, engine, revision = "1", ("reference",), "", ""
    options = _NoOptions()

    def __init__(self, layer: str, kind: Kind, tell: Callable[[Task], tuple[Item, ...]]) -> None:
        self.name = f"script-{layer}"
        self.writes = Writes(name=layer, kind=kind)
        self._tell = tell

    @contextmanager
    def open(self, resources: Resources) -> Iterator[Work]:  # noqa: ARG002 (no model)
        """Yield a function from tasks to items."""
        yield lambda tasks: [self._tell(task) for task in tasks]


def build_manifest(dest: Path) -> Path:
    """Make `dest/synthetic/1.1.0` and the audio beside it; return the version's folder.

    Raises:
        SpeechkitError: if espeak-ng, the recognizer or its weights are not installed.
        StoreError: if that version is there.
    """
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "made"
        corpus = Corpus.create(Path(scratch) / NAME)
        marks = _speak(made)
        ingest_folder(
            made,
            corpus,
            IngestOptions(metadata=made / "table.csv", pseudonym_key=made / "pseudonym.key"),
        )
        run(corpus, _stages(marks), LocalExecutor(Resources(threads=1)))
        options = ReleaseOptions(licence="Apache-2.0", synthetic_in_test=True)
        return create_release(corpus, VERSION, dest, options)


def _speak(made: Path) -> dict[str, tuple[_Mark, ...]]:
    """Write the consultations; return the identifiers of each recording."""
    studio, clips, marks = Studio(), [], {}
    for path in sorted(_RELEASED.glob("*.json")):
        name = f"synthetic-{path.stem}"
        told = msgspec.json.decode(path.read_bytes(), type=Consultation)
        clip, _ = write_consultation(made, name, told, studio)
        clips.append(clip)
        lines = (made / f"{name}.phi.jsonl").read_bytes().splitlines()
        recording = recording_id(digest_file(made / f"{name}.wav"))
        marks[recording] = tuple(msgspec.json.decode(line, type=_Mark) for line in lines)
    # There is nobody to protect here: a public key gives the release the same bytes everywhere.
    (made / "pseudonym.key").write_text("5e" * 32 + "\n")
    write_prepared(made, made, clips)
    return marks


def _stages(marks: dict[str, tuple[_Mark, ...]]) -> Sequence[Stage]:
    def segments(task: Task) -> tuple[Segment, ...]:
        return tuple(task.layers["reference"].items)

    def phi(task: Task) -> tuple[PhiSpan, ...]:
        said = segments(task)
        return tuple(
            PhiSpan(
                segment=said[int(mark.segment.rpartition("-")[2])].id,
                start_char=mark.start_char,
                end_char=mark.end_char,
                identifier=mark.identifier,
                detector="script",
            )
            for mark in marks[task.recording.id]
        )

    def roles(_: Task) -> tuple[SpeakerRole, ...]:
        return tuple(
            SpeakerRole(speaker=role, role=role, confidence=1.0) for role in ("doctor", "patient")
        )

    return (
        _Told("attributed", "segments", segments),
        _Told("roles", "roles", roles),
        _Told("phi", "phi", phi),
        RedactStage(_REDACT),
    )


def main() -> None:
    """Make the newest version anew; earlier ones stay as they were released."""
    dest = Path(sys.argv[1] if len(sys.argv) > 1 else "manifests")
    shutil.rmtree(dest / NAME / VERSION, ignore_errors=True)
    print(build_manifest(dest))  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
