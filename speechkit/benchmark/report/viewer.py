"""What the alignment viewer gets: references line by line, and where each hypothesis differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from speechkit.benchmark.results import Alignment, Scores

_MOST = 4_000_000  # characters of JSON in the page; what does not fit is left out, and said so


def viewer_data(scores: Scores, audio: Mapping[str, str]) -> tuple[str, int]:
    """Return JSON for the page's script, and how many alignments did not fit in.

    Args:
        scores: with `contexts`, else there is nothing to show.
        audio: recording → address of its audio, from the page.

    The JSON is safe within a `<script>`: it holds no `<`.
    """
    lines = {
        (transcript.recording, transcript.system): [
            [line.speaker, line.start, line.end, line.words] for line in transcript.lines
        ]
        for transcript in scores.transcripts
    }
    by_recording: dict[str, list[Alignment]] = {}
    for alignment in scores.alignments:
        by_recording.setdefault(alignment.recording, []).append(alignment)
    recordings: dict[str, Any] = {}
    size = left_out = 0
    for name, own in sorted(by_recording.items()):
        one = {
            "audio": audio.get(name, ""),
            "lines": lines.get((name, ""), []),
            # Lines of its own only where the reference leaves a choice of wording.
            "systems": {a.system: [a.changes, lines.get((name, a.system))] for a in own},
        }
        length = len(msgspec.json.encode(one))
        if size + length > _MOST:
            left_out += len(own)
            continue
        size += length
        recordings[name] = one
    if not recordings:
        return "", left_out
    return msgspec.json.encode(recordings).decode().replace("<", "\\u003c"), left_out
