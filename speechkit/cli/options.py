"""The options that verbs share: one name, one type and one meaning each, and the old spellings.

A verb takes an option with `option("--language")` and may put its meaning in its own words; name
and type stay. An option that a single verb has stands in that verb's file. A test holds all of it.
Old spellings go on working for one version; no help shows them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class SharedOption(msgspec.Struct, frozen=True, kw_only=True):
    """An option: the parameter it fills, its type, what it means, and what it is if not given.

    `kind` is a type as click takes it, None for a flag. `repeated` may be given more than once.
    """

    parameter: str
    kind: Any
    meaning: str
    metavar: str | None = None
    default: Any = None
    repeated: bool = False


_COUNT = click.IntRange(min=0)
_SOME = click.IntRange(min=1)

OPTIONS: dict[str, SharedOption] = {
    "--allow-missing": SharedOption(
        parameter="allow_missing", kind=None, meaning="Go on without what is missing."
    ),
    "--by": SharedOption(
        parameter="by",
        kind=str,
        metavar="FIELD",
        repeated=True,
        meaning="Slice by this field of the manifest, such as accent; accent*role crosses two.",
    ),
    "--consent": SharedOption(
        parameter="consent",
        kind=str,
        metavar="ID",
        default="",
        meaning="Id of the consent.",
    ),
    "--corpus": SharedOption(
        parameter="corpus_path", kind=PATH, metavar="CORPUS", meaning="Folder of the corpus."
    ),
    "--credential": SharedOption(
        parameter="credentials",
        kind=str,
        metavar="NAME",
        repeated=True,
        meaning="Credential of the person, such as RN; tasks may ask for it.",
    ),
    "--database": SharedOption(
        parameter="database",
        kind=str,
        metavar="URL",
        meaning="PostgreSQL instead of the corpus's own SQLite file.",
    ),
    "--device": SharedOption(
        parameter="device",
        kind=str,
        default="cpu",
        meaning="Where models run: cpu, cuda or cuda:1.",
    ),
    "--diarize": SharedOption(parameter="diarize", kind=None, meaning="Also find out who speaks."),
    "--engine": SharedOption(
        parameter="engine",
        kind=str,
        metavar="ENGINE",
        default="faster-whisper:base",
        meaning="Engine and its model, such as faster-whisper:base.",
    ),
    "--fhir": SharedOption(
        parameter="fhir", kind=click.Choice(["R4B", "R5"]), meaning="Version of FHIR."
    ),
    "--format": SharedOption(
        parameter="format_", kind=str, metavar="FORMAT", meaning="Format of the files."
    ),
    "--host": SharedOption(
        parameter="host",
        kind=str,
        metavar="ADDRESS",
        default="127.0.0.1",
        meaning="Address to listen at.",
    ),
    "--input-format": SharedOption(
        parameter="input_format",
        kind=str,
        metavar="FORMAT",
        default="",
        meaning="Format of what is read; without it, what its name and content tell.",
    ),
    "--json": SharedOption(parameter="as_json", kind=None, meaning="Print JSON."),
    "--language": SharedOption(
        parameter="language",
        kind=str,
        metavar="CODE",
        default="",
        meaning="Spoken language, as an ISO 639-1 code (en); without it, it is detected.",
    ),
    "--license": SharedOption(
        parameter="licence",
        kind=str,
        metavar="SPDX",
        meaning="License of the release, by its SPDX id.",
    ),
    "--limit": SharedOption(
        parameter="limit", kind=_SOME, metavar="N", meaning="Only the first N recordings."
    ),
    "--max-speakers": SharedOption(
        parameter="max_speakers",
        kind=_SOME,
        metavar="N",
        meaning="Maximum number of speakers.",
    ),
    "--metadata": SharedOption(
        parameter="metadata",
        kind=PATH,
        metavar="TABLE",
        meaning="Table of what is known about the recordings: CSV, TSV, Excel, Parquet or JSON.",
    ),
    "--min-speakers": SharedOption(
        parameter="min_speakers",
        kind=_SOME,
        metavar="N",
        meaning="Minimum number of speakers.",
    ),
    "--name": SharedOption(parameter="name", kind=str, metavar="NAME", meaning="Name it is given."),
    "--needs": SharedOption(
        parameter="needs",
        kind=str,
        metavar="CREDENTIAL",
        default="",
        meaning="Ask for this credential for new tasks.",
    ),
    "--normalizer": SharedOption(
        parameter="normalizer",
        kind=str,
        metavar="NAME",
        default="",
        meaning="Normalizer of the words, such as en@1; without it, that of the language.",
    ),
    "--num-speakers": SharedOption(
        parameter="num_speakers",
        kind=_SOME,
        metavar="N",
        meaning="Number of speakers, if it is known.",
    ),
    "--option": SharedOption(
        parameter="options",
        kind=str,
        metavar="NAME=VALUE",
        repeated=True,
        meaning="Set an option of the recipe; speechkit recipe show NAME lists them.",
    ),
    "--output-dir": SharedOption(
        parameter="output_dir",
        kind=FOLDER,
        metavar="DIR",
        meaning="Folder to write into; it is created if it does not exist.",
    ),
    "--parent": SharedOption(
        parameter="parent",
        kind=PATH,
        metavar="RELEASE",
        meaning="Folder of the previous version; without it, the highest one below.",
    ),
    "--password-stdin": SharedOption(
        parameter="password_stdin", kind=None, meaning="Read the password from standard input."
    ),
    "--policy": SharedOption(
        parameter="policy",
        kind=str,
        metavar="NAME",
        default="safe-harbor",
        meaning="What to remove, and how: the name of a policy, or a .toml file.",
    ),
    "--port": SharedOption(
        parameter="port",
        kind=click.IntRange(0, 65535),
        metavar="PORT",
        default=8765,
        meaning="Port to listen at; 0 takes a free one.",
    ),
    "--public-key": SharedOption(
        parameter="public_key",
        kind=str,
        metavar="KEY",
        meaning="Public key of the signer, as a .pub file or its line.",
    ),
    "--purpose": SharedOption(
        parameter="purpose",
        kind=str,
        metavar="NAME",
        default="",
        meaning="Purpose of use, which consents must permit.",
    ),
    "--recording": SharedOption(
        parameter="recording",
        kind=str,
        metavar="ID",
        default="",
        meaning="Only this recording.",
    ),
    "--role": SharedOption(
        parameter="role", kind=str, metavar="ROLE", default="", meaning="Role of a person."
    ),
    "--rules": SharedOption(
        parameter="rules",
        kind=PATH,
        metavar="FILE",
        meaning="Rules of consent (TOML or JSON) in place of the built-in ones.",
    ),
    "--secret-key": SharedOption(
        parameter="secret_key",
        kind=PATH,
        metavar="FILE",
        meaning="File of the secret key, in minisign's format.",
    ),
    "--seed": SharedOption(
        parameter="seed",
        kind=int,
        metavar="N",
        default=0,
        meaning="Seed of what is drawn at random; the same seed draws the same.",
    ),
    "--set": SharedOption(
        parameter="settings",
        kind=str,
        metavar="OPTION=VALUE",
        repeated=True,
        meaning="Set an option of the engine.",
    ),
    "--strict": SharedOption(
        parameter="strict",
        kind=None,
        meaning="Refuse a file if any of it would be passed over.",
    ),
    "--tag": SharedOption(
        parameter="tags", kind=str, metavar="NAME", meaning="A tag of the metadata."
    ),
    "--targets": SharedOption(
        parameter="targets",
        kind=PATH,
        metavar="TABLE",
        meaning="Table (CSV) of who should be in the corpus: field, value, minutes, recordings, "
        "people.",
    ),
    "--task": SharedOption(
        parameter="tasks",
        kind=str,
        metavar="ID",
        repeated=True,
        meaning="Only this task of the review editor.",
    ),
    "--threads": SharedOption(
        parameter="threads",
        kind=_COUNT,
        metavar="N",
        default=0,
        meaning="CPU threads of the models; 0 uses all cores.",
    ),
    "--user": SharedOption(
        parameter="user", kind=str, metavar="NAME", meaning="Account of the review editor."
    ),
    "--version": SharedOption(
        parameter="version",
        kind=str,
        metavar="X.Y.Z",
        meaning="Semantic version of the new release.",
    ),
    "--workers": SharedOption(
        parameter="workers",
        kind=_COUNT,
        metavar="N",
        default=0,
        meaning="Number of processes; 0 uses one per core.",
    ),
}


class ShownOption(click.Option):
    """An option whose old spellings work and are not shown."""

    def __init__(self, declarations: list[str], old: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__([*declarations, *old], **settings)
        self.old = old

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the line of the help, without the old spellings."""
        every = self.opts
        self.opts = [name for name in every if name not in self.old]
        try:
            return super().get_help_record(ctx)
        finally:
            self.opts = every


def option(
    name: str, *, meaning: str = "", old: tuple[str, ...] = (), **changed: Any
) -> Callable[[Command], Command]:
    """Give a command an option of the table.

    Args:
        name: as `--language`.
        meaning: in the verb's own words, where the table's do not do.
        old: spellings that still work.
        changed: `default`, `required`, `metavar`, `repeated` or `parameter` where the verb's differ;
            `kind` only to narrow it (a choice instead of any text).
    """
    shared = msgspec.structs.replace(
        OPTIONS[name], **{n: changed.pop(n) for n in ("repeated", "parameter") if n in changed}
    )
    kind = changed.pop("kind", shared.kind)
    settings: dict[str, Any] = {"help": meaning or shared.meaning, "old": old}
    if kind is None:
        settings["is_flag"] = True
    else:
        settings |= {"type": kind, "metavar": None if _is_choice(kind) else shared.metavar}
        if shared.repeated:
            settings["multiple"] = True
        elif not changed.get("required"):
            settings["default"] = shared.default
    settings |= changed
    settings.setdefault("show_default", settings.get("default") not in (None, "", 0))
    return click.option(name, shared.parameter, cls=ShownOption, **settings)


def _is_choice(kind: object) -> bool:
    return isinstance(kind, click.Choice)


def options(*names: str) -> Callable[[Command], Command]:
    """Give a command several options as they stand in the table."""

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            command = option(name)(command)
        return command

    return decorate


AS_JSON = option("--json")


def gather(kind: type[msgspec.Struct], parameter: str) -> Callable[[Command], Callable[..., Any]]:
    """Hand a command the options that are fields of a struct as that one struct."""

    def decorate(command: Command) -> Callable[..., Any]:
        @functools.wraps(command)
        def gathered(**given: Any) -> Any:
            fields = {name: given.pop(name) for name in kind.__struct_fields__}
            return command(**given, **{parameter: kind(**fields)})

        return gathered

    return decorate
