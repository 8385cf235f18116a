"""Text files as the field has them: which encoding, which line ends."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from speechkit.core.errors import InputError

# Unicode has more line ends than editors and NIST tools do: U+2028 inside a text ends no line.
_LINE_END = re.compile(r"\r\n|\r|\n")
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML = re.compile(rb"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_SAMPLE = 4096  # bytes that tell whether every other one is zero


def read_text(path: Path, *, fallback: str = "") -> str:
    """Read a text file: UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    `fallback` names the encoding of files that are none of these; XML names its own.

    Raises:
        InputError: if it cannot be read, or is not text.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return decode_text(data, path, fallback=fallback)


def decode_text(data: bytes, where: Path, *, fallback: str = "") -> str:
    """Decode a file's bytes as `read_text` does.

    Raises:
        InputError: if they are not text.
    """
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        fallback = _declared(data) or fallback
        if not fallback:
            line = data[: error.start].count(b"\n") + 1
            name = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
            raise InputError(
                f"{where}, line {line}: not {name} text; save it as UTF-8 (utf-8)"
            ) from error
        text = data.decode(fallback, "replace")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise InputError(f"{where}, line {line}: a zero byte; this is not a text file")
    return text


def _declared(data: bytes) -> str:
    """Return the encoding that an XML declaration names, if Python has it and it is a text's."""
    match = _XML.match(data)
    if match is None:
        return ""
    try:
        info = codecs.lookup(match[1].decode("ascii"))
    except LookupError:
        return ""
    return "" if info.name == "utf-8" else info.name


def encoding_of(data: bytes) -> str:
    """Tell the encoding from a byte order mark, else from where zero bytes stand.

    >>> encoding_of("hello".encode("utf-16-be")), encoding_of(b"hello")
    ('utf-16-be', 'utf-8-sig')
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    # ASCII, line ends at least, has a zero byte in one half of each UTF-16 unit and never in both;
    # a single zero byte is damage.
    if len(data) % 2 == 0 and max(even, odd) * 20 >= len(sample) and max(even, odd) > 1:
        if not odd:
            return "utf-16-be"
        if not even:
            return "utf-16-le"
    return "utf-8-sig"


def split_lines(text: str) -> list[str]:
    """Split text at CR, LF and CRLF only.

    >>> split_lines("a\\u2028b\\r\\nc\\n")
    ['a\\u2028b', 'c']
    """
    lines = _LINE_END.split(text)
    return lines[:-1] if lines and not lines[-1] else lines


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield numbered lines without empty ones and comments (`;;`, as NIST's tools have them)."""
    for number, line in enumerate(split_lines(text), start=1):
        if line.strip() and not line.lstrip().startswith(";;"):
            yield number, line
