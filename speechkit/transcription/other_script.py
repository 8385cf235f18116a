"""Text in another script than its language is written in: a recognizer heard another language, or
wrote this one in letters that nobody reads it in."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from speechkit.core.text import primary_subtag
from speechkit.core.types import Segment
from speechkit.language import main_script, scripts_of_language

OTHER_SCRIPT = "other-script"  # label
_BORROWED = "LATIN"  # names of drugs and words of English stand in it in every language


def label_scripts(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Label what is not in a script of its language.

    Where most of a language's text is in another one, all of it is labeled; else the segments that
    are, but not those in Latin letters, which stand in transcripts of every language.
    """
    by_language: dict[str, list[Segment]] = {}
    for segment in segments:
        by_language.setdefault(primary_subtag(segment.language), []).append(segment)
    wrong = {
        language for language, ones in by_language.items() if _is_other(main_script(ones), language)
    }

    def is_other(segment: Segment) -> bool:
        language = primary_subtag(segment.language)
        if language in wrong:
            return True
        script = main_script([segment])
        return script != _BORROWED and _is_other(script, language)

    return tuple(
        msgspec.structs.replace(segment, labels=(*segment.labels, OTHER_SCRIPT))
        if is_other(segment)
        else segment
        for segment in segments
    )


def _is_other(script: str, language: str) -> bool:
    known = scripts_of_language(language)
    return bool(script and known) and script not in known
