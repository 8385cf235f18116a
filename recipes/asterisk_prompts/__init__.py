"""Asterisk prompts: lines `prompt: text` of a package's documentation name its sound files.

An extract with an `utterances.tsv` (file, language, accent_speaker, text) is read too.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from speechkit.core.errors import InputError, UsageError
from speechkit.recipe.prepared import Clip, Prepared, write_prepared
from speechkit.recipe.published import read_rows

_TEXTS = re.compile(r"core-sounds-([a-z]{2})\.txt(\.gz)?")
_EXTRACT = ("file", "language", "accent_speaker", "text")


def prepare(raw: Path, dest: Path, *, least_words: str = "5") -> Prepared:
    """Write a table of the prompts that have enough words and no digits in their text."""
    if not least_words.isdecimal():
        raise UsageError("least_words: not a whole number")
    if (raw / "utterances.tsv").is_file():
        rows = read_rows(raw / "utterances.tsv", _EXTRACT, delimiter="\t", quoted=False)
        clips = [_clip(r["file"], r["language"], r["accent_speaker"], r["text"]) for r in rows]
    else:
        clips = list(_installed(raw, int(least_words)))
    return write_prepared(dest, raw, clips)


def _installed(raw: Path, least_words: int) -> Iterator[Clip]:
    for path in sorted(raw.rglob("core-sounds-*.txt*")):
        match = _TEXTS.fullmatch(path.name)
        if not match:
            continue
        language = match[1]
        folders = sorted(p for p in raw.rglob(f"sounds/{language}*") if p.is_dir())
        if not folders:
            raise InputError(f"{raw}: texts in {language}, but no folder sounds/{language}*")
        for prompt, text in _prompts(path):
            sound = folders[0] / f"{prompt}.wav"
            if sound.is_file() and len(text.split()) >= least_words and not re.search(r"\d", text):
                audio = sound.relative_to(raw).as_posix()
                yield _clip(audio, language, folders[0].name.replace("_", "-"), text)


def _prompts(path: Path) -> Iterator[tuple[str, str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in data.decode("utf-8", "replace").splitlines():
        prompt, colon, text = line.partition(": ")
        # [...] is an instruction to the speaker, and ; begins a comment.
        if colon and not line.startswith(";") and "[" not in text:
            yield prompt.strip(), text.strip()


def _clip(audio: str, language: str, accent: str, text: str) -> Clip:
    told = {
        "language": language,
        "accent": accent,
        "modality": "phone",
        "device": "studio at 8 kHz",
        "consent": "public:asterisk_prompts",
    }
    return Clip(audio=audio, told=told, text=text)
