"""All formats that a release can be exported to and made from, by name."""

from __future__ import annotations

from speechkit.core.errors import UsageError, did_you_mean
from speechkit.manifest.export import (
    doccano,
    espnet,
    huggingface,
    instruct,
    kaldi,
    labelbox,
    labelstudio,
    lhotse,
    nemo,
    table,
    tar,
    transcripts,
)
from speechkit.manifest.export.bundle import Format

_CORPORA = (
    lhotse.FORMAT,
    tar.SHAR,
    tar.WEBDATASET,
    nemo.FORMAT,
    kaldi.FORMAT,
    espnet.FORMAT,
    huggingface.AUDIOFOLDER,
    huggingface.PARQUET,
    table.CSV,
    table.TABLE,
    labelstudio.FORMAT,
    labelbox.FORMAT,
    doccano.FORMAT,
    instruct.FORMAT,
)
# A corpus goes before the transcript format of its name: it brings the sound along.
CORPORA = frozenset(each.name for each in _CORPORA)
FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        *_CORPORA,
        *(each for each in transcripts.transcript_exports() if each.name not in CORPORA),
    )
}
WRITABLE = tuple(name for name, each in FORMATS.items() if each.write)
LOSSLESS = tuple(name for name, each in FORMATS.items() if each.write and not each.drops)


def find_format(name: str) -> Format:
    """Return a format by name.

    Raises:
        UsageError: for a name that is none, with the close ones.
    """
    if name not in FORMATS:
        raise UsageError(f"no format {name!r}; {did_you_mean(name, FORMATS)}")
    return FORMATS[name]
