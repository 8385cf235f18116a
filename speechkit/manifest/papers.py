"""All that a release says about itself in words, out of one source: release.json and recordings."""

from __future__ import annotations

from collections.abc import Sequence

from speechkit.core.types import Recording
from speechkit.manifest import card
from speechkit.manifest.schema import PAPERS, Release


def papers(release: Release, recordings: Sequence[Recording]) -> dict[str, bytes]:
    """Return the papers of a release by file name; recordings in order of their ids."""
    texts = {
        "README.md": card.dataset_card(release, recordings),
        "LICENSE.txt": card.licence_text(release),
        "DUA.txt": card.use_agreement(release),
        "RECORDS": records(recordings),
    }
    assert tuple(texts) == PAPERS
    return {name: text.encode() for name, text in texts.items()}


def records(recordings: Sequence[Recording]) -> str:
    """Return RECORDS as PhysioNet has it: a recording's path a line, without suffix."""
    return "".join(
        f"../{recording.audio.uri.rpartition('.')[0]}\n"
        for recording in recordings
        if recording.audio.uri
    )
