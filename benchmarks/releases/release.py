"""A synthetic corpus of a million segments made, verified, compared, filtered: `make bench-release`.

Prints seconds, peak memory of the making, and the ratio to lhotse's eager JSONL in the same run.
`--segments N` for a smaller one, `--words 0` for one without timed words. Audio is a few tiny files:
what is measured are manifests.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np

from speechkit.audio.encode import write_audio
from speechkit.core.digest import digest_file, recording_id
from speechkit.core.types import (
    Audio,
    Context,
    Layer,
    Participant,
    Provenance,
    Recording,
    RedactedCopy,
    Segment,
    Session,
    Word,
)
from speechkit.manifest.diff import diff_releases
from speechkit.manifest.filter import count_segments
from speechkit.manifest.verify import verify_release
from speechkit.storage.corpus import Corpus

TEXT = "and how long have you had that pain in your knee would you say doctor".split()


def make_corpus(root: Path, num_segments: int, num_words: int, a_recording: int) -> Corpus:
    """A corpus as the pipeline leaves it: sessions, and for each a redacted layer."""
    corpus = Corpus.create(root)
    scratch = root / "sound.flac"
    for number in range(num_segments // a_recording):
        write_audio(scratch, np.full((1, 8), number / 2**23, dtype=np.float32), 8, bits=24)
        sha = digest_file(scratch)
        uri = corpus.put_audio(scratch, sha, area="redacted")
        raw_sha = hashlib.sha256(str(number).encode()).hexdigest()
        # The file says 8 samples; the manifest says an hour, so that segments fit into it.
        audio = Audio(
            sha256=raw_sha,
            uri="x",
            sample_rate=8,
            num_samples=8 * 3600,
            num_channels=1,
            codec="flac/pcm_24",
        )
        language = ("en", "es", "fr")[number % 3]
        people = (
            Participant(id=f"p-{number % 997:012x}", role="doctor"),
            Participant(id=f"p-{number + 5000:012x}", role="patient"),
        )
        recording = Recording(
            id=recording_id(raw_sha),
            audio=audio,
            participants=people,
            context=Context(languages=(language,)),
        )
        segments = []
        for index in range(a_recording):
            at = round(index * 3.137, 3)
            words = tuple(
                Word(
                    text=TEXT[(index + i) % len(TEXT)],
                    start=round(at + 0.21 * i, 3),
                    end=round(at + 0.21 * i + 0.2, 3),
                    confidence=0.9123,
                    speaker="S1",
                )
                for i in range(num_words)
            )
            text = " ".join(TEXT[(index + i) % len(TEXT)] for i in range(12))
            segments.append(
                Segment(
                    id=f"{recording.id}-{index:04d}",
                    start=at,
                    end=round(at + 2.9, 3),
                    text=text,
                    language=language,
                    speaker=("S1", "S2")[index % 2],
                    words=words,
                    confidence=0.87,
                )
            )
        copy = RedactedCopy(
            audio=Audio(
                sha256=sha,
                uri=uri,
                sample_rate=8,
                num_samples=8 * 3600,
                num_channels=1,
                codec="flac/pcm_24",
            ),
            segments=tuple(segments),
            redactions=(),
            verdict="clean",
        )
        corpus.put_session(Session(recording=recording))
        layer = Layer(
            name="redacted",
            kind="redacted",
            recording=recording.id,
            items=(copy,),
            provenance=Provenance(stage="redact", version="1"),
        )
        corpus.add_layer(recording.id, layer)
    scratch.unlink()
    return corpus


_CREATE = """
import resource, sys
from pathlib import Path
from speechkit.storage.corpus import Corpus
from speechkit.manifest.release import create_release
create_release(Corpus.open(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def create(corpus: Corpus, version: str, out: Path) -> tuple[float, int]:
    """Make a release in a process of its own; return seconds and its peak memory in MiB."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _CREATE, str(corpus.root), version, str(out)],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - begun, int(done.stdout.split()[-1])


def write_lhotse(release: Path, target: Path, num_segments: int) -> None:
    """The first segments as lhotse's SupervisionSet, plain JSON lines."""
    from speechkit.core.types import Recording as Stored
    from speechkit.manifest.export.lhotse import supervision_row
    from speechkit.manifest.export.rows import write_json_lines
    from speechkit.manifest.lines import read_lines
    from speechkit.manifest.schema import RECORDINGS, SEGMENTS, ReleasedSegment

    recordings = {r.id: r for r in read_lines(release, RECORDINGS, Stored)}
    write_json_lines(
        target,
        (
            supervision_row(segment, recordings[segment.recording])
            for segment in islice(read_lines(release, SEGMENTS, ReleasedSegment), num_segments)
        ),
    )


def lhotse_count(path: Path, language: str) -> int:
    """load → filter by language → count, as lhotse does it eagerly."""
    from lhotse import SupervisionSet

    return len(SupervisionSet.from_jsonl(path).filter(lambda s: s.language == language))


def timed(what: str, target: str, function, *args):
    """Run, print one line, return result and seconds."""
    begun = time.perf_counter()
    result = function(*args)
    seconds = time.perf_counter() - begun
    print(f"{what:<44}{seconds:8.1f} s   {target}", flush=True)
    return result, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--segments", type=int, default=1_000_000)
    parser.add_argument("--words", type=int, default=12, help="timed words a segment")
    parser.add_argument("--a-recording", type=int, default=500)
    parser.add_argument(
        "--eager",
        type=int,
        default=50_000,
        help="segments that lhotse loads, which keeps all in memory",
    )
    parser.add_argument("--folder", type=Path, help="keep the corpus here, or take the one there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        kept = (args.folder or root) / "big"
        if not kept.exists():
            make_corpus(kept, args.segments, args.words, args.a_recording)
        measure(Corpus.open(kept), root, args)


def measure(corpus: Corpus, root: Path, args: argparse.Namespace) -> None:
    """Do it all once and print it."""
    print(f"{args.segments:,} segments, {args.words} timed words each\n")
    seconds, memory = create(corpus, "1.0.0", root / "out")
    print(f"{'create':<44}{seconds:8.1f} s   ≤ 60 s")
    print(f"{'  peak memory':<44}{memory:8d} MiB ≤ 1024 MiB", flush=True)
    release = root / "out" / "big" / "1.0.0"
    findings, _ = timed("verify", "≤ 20 s", verify_release, release)
    assert findings == (), findings[:3]
    # A second version with the same content: the audio beside it is the same.
    shutil.copytree(release, release.parent / "1.1.0")
    found, _ = timed("diff", "≤ 20 s", diff_releases, release, release.parent / "1.1.0")
    assert found.segments_same == args.segments
    ours, mine = timed("filter by language, count", "≤ 20 s", count_segments, release, "en")
    num_eager = min(args.eager, args.segments)
    write_lhotse(release, root / "supervisions.jsonl", num_eager)
    what = f"  lhotse, eager JSONL, {num_eager:,} of them"
    theirs, eager = timed(what, "", lhotse_count, root / "supervisions.jsonl", "en")
    assert num_eager < args.segments or ours == theirs
    ratio = (eager / num_eager) / (mine / args.segments)
    print(f"{'  times faster than lhotse, a segment':<44}{ratio:8.1f}     ≥ 5")
    size = sum(p.stat().st_size for p in release.iterdir()) / 2**20
    print(f"{'size on disk':<44}{size:8.0f} MiB")


if __name__ == "__main__":
    main()
