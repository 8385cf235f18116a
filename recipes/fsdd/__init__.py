"""Free Spoken Digit Dataset: a file name says digit, speaker and take."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from speechkit.core.errors import InputError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import audio_below, find_one

_NAME = re.compile(r"(\d)_([a-z]+)_(\d+)")
_DIGITS = "zero one two three four five six seven eight nine".split()


def prepare(raw: Path, dest: Path) -> Prepared:
    """Write a table with the digit as the reference."""
    speakers = _speakers(find_one(raw, "metadata.py"))
    clips = []
    for name, audio in audio_below(raw).items():
        match = _NAME.fullmatch(name)
        if not match:
            continue
        digit, speaker, _ = match.groups()
        if speaker not in speakers:
            raise InputError(f"{raw}: metadata.py says nothing about a speaker of the recordings")
        told = {
            "language": "en",
            "accent": speakers[speaker]["accent"],
            "sex": speakers[speaker]["gender"],
            "speaker": speaker,
            "consent": "public:fsdd",
        }
        clips.append(Clip(audio=audio, told=told, text=_DIGITS[int(digit)]))
    return write_prepared(dest, raw, clips)


def _speakers(path: Path) -> dict[str, dict[str, str]]:
    # Python by suffix, but read as data: nothing of it is run.
    try:
        tree = ast.parse(path.read_text("utf-8"))
        values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
        found: dict[str, dict[str, str]] = ast.literal_eval(values[0])
    except (SyntaxError, ValueError, IndexError) as error:
        raise InputError(f"{path}: no dictionary of speakers in it") from error
    return found
