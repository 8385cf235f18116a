"""Line files of a release: canonical JSON, plain up to 100,000 lines, then in compressed shards.

    segments.jsonl                                       up to SHARD_LINES lines
    segments-00000.jsonl.zst  segments-00001.jsonl.zst   beyond, SHARD_LINES lines each

Readers stream: one line, and one shard's window, is all that is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

from speechkit.core.errors import InputError, MissingExtraError

SHARD_LINES = 100_000
_LEVEL = 3
_WINDOW = 1 << 20
_BLOCK = 1000  # lines written at once
_MAYBE_WHOLE = re.compile(rb"\.0[,}]")  # rare, and found much faster than the next
_WHOLE = re.compile(rb'(?<!\\)":(-?\d+)\.0(?=[,}])')
Line = TypeVar("Line")


def encode_line(row: msgspec.Struct) -> bytes:
    """Return a struct as a canonical line; the same bytes as `canonical_json`, several times faster.

    Only for structs whose floats are finite and stand in fields, not in lists: every line of a
    release is one. A quote inside a string is escaped, so a field is never taken for text.

    >>> class Row(msgspec.Struct):
    ...     b: float
    ...     a: str
    >>> encode_line(Row(b=1.0, a='":2.0,'))
    b'{"a":"\\\\":2.0,","b":1}\\n'
    """
    data = msgspec.json.encode(row, order="sorted")
    if _MAYBE_WHOLE.search(data):
        data = _WHOLE.sub(rb'":\1', data)
        if b'":-0' in data:
            data = re.sub(rb'(?<!\\)":-0(?=[,}])', b'":0', data)
    return data + b"\n"


def shard_names(name: str, num_lines: int) -> tuple[str, ...]:
    """Return the files that hold `num_lines` lines of `name`.

    >>> shard_names("segments.jsonl", 100_000)
    ('segments.jsonl',)
    >>> shard_names("segments.jsonl", 100_001)
    ('segments-00000.jsonl.zst', 'segments-00001.jsonl.zst')
    """
    if num_lines <= SHARD_LINES:
        return (name,)
    stem, _, suffix = name.partition(".")
    shards = -(-num_lines // SHARD_LINES)
    return tuple(f"{stem}-{index:05d}.{suffix}.zst" for index in range(shards))


def write_lines(folder: Path, name: str, num_lines: int, lines: Iterable[bytes]) -> tuple[str, ...]:
    """Write lines, each with its end of line, into as many files as they need; return the names.

    Raises:
        MissingExtraError: if shards are needed and zstandard is not installed.
    """
    names = shard_names(name, num_lines)
    rest = iter(lines)
    for file in names:
        shard = islice(rest, SHARD_LINES)
        with open_lines(folder / file, like=folder / file) as sink:
            while block := b"".join(islice(shard, _BLOCK)):
                sink.write(block)
    assert next(rest, None) is None
    return names


def line_files(path: Path, name: str) -> tuple[Path, ...]:
    """Return the files of a release that hold `name`, in order.

    Raises:
        InputError: if there is none.
    """
    if (path / name).is_file():
        return (path / name,)
    stem, _, suffix = name.partition(".")
    shards = tuple(sorted(path.glob(f"{stem}-[0-9][0-9][0-9][0-9][0-9].{suffix}.zst")))
    if not shards:
        raise InputError(f"{path / name}: no such file, nor shards of it")
    return shards


def raw_lines(path: Path, name: str) -> Iterator[tuple[Path, int, bytes]]:
    """Yield (file, line number in it, line) over all files that hold `name`.

    Raises:
        InputError: if a file cannot be read, or a shard is damaged.
    """
    for file in line_files(path, name):
        number = 0
        try:
            with _open(file) as lines:
                for number, line in enumerate(lines, start=1):
                    yield file, number, line
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or error}") from error
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise InputError(f"{file}: damaged after line {number}") from error


def read_lines(path: Path, name: str, type_: type[Line]) -> Iterator[Line]:
    """Read one of a release's line files, line by line.

    `type_` may hold fewer fields than the lines do; what it does not ask for is passed over, which
    is several times faster.

    Raises:
        InputError: with file, line and reason.
    """
    decoder = msgspec.json.Decoder(type_)
    for file, number, line in raw_lines(path, name):
        try:
            yield decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise InputError(f"{file}, line {number}: {reason_of(error)}") from error


def reason_of(error: Exception) -> str:
    """Say what does not fit, without quoting what stands there: it may be speech.

    >>> reason_of(msgspec.ValidationError("Invalid enum value 'Diane' - at `$.role`"))
    'Invalid enum value … - at `$.role`'
    """
    if not isinstance(error, msgspec.ValidationError):
        if isinstance(error, (msgspec.DecodeError, UnicodeDecodeError)):
            return "not JSON"
        return getattr(error, "strerror", None) or type(error).__name__
    return re.sub(r"'[^']*'", "…", str(error))


def open_lines(path: Path, *, like: Path) -> AbstractContextManager[IO[bytes]]:
    """Open a file to write lines into, compressed if `like` is a shard."""
    if like.suffix != ".zst":
        return path.open("wb")
    stack = ExitStack()
    file = stack.enter_context(path.open("wb"))
    compressor = _zstandard().ZstdCompressor(level=_LEVEL, write_checksum=True)
    writer = compressor.stream_writer(file, closefd=False)
    return _Nested(stack, stack.enter_context(writer))


def _open(path: Path) -> AbstractContextManager[IO[bytes]]:
    if path.suffix != ".zst":
        return path.open("rb", buffering=_WINDOW)
    import io

    stack = ExitStack()
    file = stack.enter_context(path.open("rb"))
    reader = _zstandard().ZstdDecompressor().stream_reader(file, closefd=False)
    return _Nested(stack, io.BufferedReader(stack.enter_context(reader), _WINDOW))


class _Nested(AbstractContextManager[IO[bytes]]):
    """What the inner of two files yields; leaving closes both, the inner one first."""

    def __init__(self, stack: ExitStack, file: Any) -> None:
        self._stack = stack
        self._file = file

    def __enter__(self) -> IO[bytes]:
        return self._file  # type: ignore[no-any-return]

    def __exit__(self, *details: object) -> None:
        self._stack.close()


def _zstandard() -> Any:
    try:
        import zstandard
    except ModuleNotFoundError as error:
        raise MissingExtraError("zstandard", extra="release") from error
    return zstandard
