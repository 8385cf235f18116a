"""docs/formats.md, written from the formats that are installed."""

from __future__ import annotations

from speechkit.formats import TranscriptFormat, transcript_formats
from speechkit.manifest.export.bundle import Format
from speechkit.manifest.export.registry import CORPORA, FORMATS

_HEAD = """# Formats

{note}Two kinds: **transcripts**, which `convert`, `bench score`, `ingest` (as references), `transcribe` and
`deidentify` read or write, and **corpora**, which `release export` and `release import` do.

One rule holds for all readers. Every line, cue, tier, row and annotation that is not blank is used or
named: what is passed over is told with its line and count, and `--strict` refuses the file. A file in
which nothing is understood is an error; an empty one is a recording without speech. What does not
fit is refused with file, line and reason. Recordings are called by the id or the path that the files give,
never by a file's bare name where two share it; a second value for the same recording is an error. Sound
that is named and not there is an error, or, with `--allow-missing`, listed. Text is UTF-8, UTF-16 or
UTF-32, with or without a byte order mark.

Another package can add a transcript format: an object of type `speechkit.formats.TranscriptFormat` under
the entry point group `speechkit.formats`.

`python -m benchmarks formats` reads random files in the dialects of other tools by speechkit and by the
tool that a format is held to, and lists what differs.

## Transcripts

| format | files | read | written | standard | held to |
|---|---|---|---|---|---|
"""


def formats_page(note: str) -> str:
    """Return the page; `note` says who writes it."""
    transcripts = transcript_formats().values()
    corpora = [
        each
        for name, each in FORMATS.items()
        if name in CORPORA or name not in transcript_formats()
    ]
    parts = [
        _HEAD.format(note=note),
        *map(_row, transcripts),
        "\n### What is passed over, refused and lost\n",
    ]
    parts += [_details(each) for each in transcripts]
    parts.append(
        "\n## Corpora\n\n| format | what it is | import | export | cannot hold | held to |\n"
        "|---|---|---|---|---|---|\n"
    )
    parts += [_corpus_row(each) for each in corpora]
    parts.append("\n### What is passed over and refused in import\n")
    parts += [_corpus_details(each) for each in corpora if each.passes_over or each.refuses]
    return "".join(parts)


def _row(each: TranscriptFormat) -> str:
    suffixes = ", ".join(f"`{suffix}`" for suffix in each.suffixes)
    name, _, link = each.standard.partition(", ")
    standard = f"[{name}]({link})" if link else name
    reads = "yes" if each.parse or each.load else "no"
    writes = "yes" if each.write else "no"
    cells = (f"`{each.name}`: {each.title}", suffixes, reads, writes, standard, each.oracle or "-")
    return f"| {' | '.join(cells)} |\n"


def _details(each: TranscriptFormat) -> str:
    passed = "; ".join(each.passes_over) or "nothing"
    lost = ("; ".join(each.drops) or "nothing") if each.write else "not written"
    refused = "; ".join(each.refuses) or "what the rule above refuses"
    return (
        f"\n**{each.name}** passes over: {_escaped(passed)}. Refuses: {_escaped(refused)}. "
        f"Lost in writing: {_escaped(lost)}.\n"
    )


def _corpus_row(each: Format) -> str:
    reads, writes = ("yes" if side else "no" for side in (each.read, each.write))
    lost = "; ".join(each.drops) or "nothing is lost"
    return (
        f"| `{each.name}` | {each.title} | {reads} | {writes} | {lost} | {each.oracle or '-'} |\n"
    )


def _corpus_details(each: Format) -> str:
    passed, refused = ("; ".join(items) or "nothing" for items in (each.passes_over, each.refuses))
    return f"\n**{each.name}** passes over: {_escaped(passed)}. Refuses: {_escaped(refused)}.\n"


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")
