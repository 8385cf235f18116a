"""MultiMed: parquet files whose rows hold the bytes of a sound file and its text."""

from __future__ import annotations

from pathlib import Path

from speechkit.core.errors import InputError, MissingExtraError
from speechkit.core.files import write_bytes
from speechkit.pipeline.prepared import Clip, Prepared, write_prepared

_LANGUAGES = {"Vietnamese": "vi", "English": "en", "German": "de", "French": "fr", "Chinese": "zh"}
_MAGIC = {b"RIFF": ".wav", b"fLaC": ".flac", b"OggS": ".ogg"}


def prepare(raw: Path, dest: Path, *, part: str = "test") -> Prepared:
    """Unpack one part of all languages that are there into `dest/audio`."""
    try:
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise MissingExtraError("pyarrow", extra="tables") from error
    clips = []
    for language, code in _LANGUAGES.items():
        number = 0
        for path in sorted(raw.glob(f"{language}/{part}-*.parquet")):
            file = parquet.ParquetFile(path)
            if not {"audio", "text"} <= set(file.schema_arrow.names):
                raise InputError(f"{path}: no columns audio and text; is it MultiMed's?")
            for batch in file.iter_batches(batch_size=64, columns=["audio", "text"]):
                for row in batch.to_pylist():
                    data = row["audio"]["bytes"]
                    name = f"{code}/{part}-{number:05d}{_MAGIC.get(data[:4], '.mp3')}"
                    write_bytes(dest / "audio" / name, data)
                    told = {"language": code, "consent": "public:multimed"}
                    clips.append(Clip(audio=name, told=told, text=row["text"]))
                    number += 1
    if not clips:
        raise InputError(f"{raw}: no <Language>/{part}-*.parquet in it")
    return write_prepared(dest, dest / "audio", clips)
