"""One command line: the same option is the same thing on every verb, and old spellings go on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from speechkit.cli.main import VERBS, cli
from speechkit.cli.options import OPTIONS, ShownOption
from speechkit.core.errors import UsageError
from speechkit.core.types import Audio, Recording, Session
from speechkit.storage.corpus import Corpus
from speechkit.transcription.stage import TranscribeOptions

# Commands that print a document in a format of its own, or write files and say only where.
_OWN_OUTPUT = {
    "audit checkpoint",  # JSON as it is
    "audit prove",
    "consent export",  # FHIR
    "consent rego",  # Rego
    "context export",  # FHIR, OMOP
    "release filter",  # JSON lines as they are
    "release key",  # a key
    "release provenance",  # FHIR
}
# Commands without a result beside their exit code and a line of what was done.
_NO_RESULT = {
    "deidentify forget",
    "review assign",
    "review audit",
    "review backup",
    "review close",
    "review load",
    "review open",
    "review plant",
    "review reopen",
    "review restore",
    "review serve",
    "review users add",
    "review users change",
    "review users disable",
    "review users enable",
    "review users password",
}


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield name, command
        return
    for inner in command.list_commands(click.Context(command)):
        each = command.get_command(click.Context(command), inner)
        assert each is not None
        yield from _leaves(f"{name} {inner}".strip(), each)


COMMANDS = dict(_leaves("", cli))


def _options(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def _shown(option: click.Option) -> str:
    return option.opts[0]


def test_every_verb_is_there() -> None:
    assert {name.partition(" ")[0] for name in COMMANDS} == set(VERBS)


def test_an_option_of_two_verbs_is_in_the_table() -> None:
    verbs = defaultdict(set)
    for name, command in COMMANDS.items():
        for option in _options(command):
            verbs[_shown(option)].add(name)
    families = {
        frozenset({"bench run", "bench score"}),  # one set of options, taken by both
        frozenset({"run", "recipe run"}),
        frozenset({"review users add", "review users change"}),  # an account, made or changed
    }
    loose = {
        flag: names
        for flag, names in verbs.items()
        if len(names) > 1 and flag not in OPTIONS and frozenset(names) not in families
    }
    assert loose == {}
    assert [flag for flag in OPTIONS if flag not in verbs] == []


def _family(kind: object) -> str:
    """A choice is text that is looked at; a range is a number that is looked at."""
    if kind is None or isinstance(kind, click.types.BoolParamType):
        return "flag"
    if isinstance(kind, click.Path):
        return "path"
    if kind is int or isinstance(kind, click.IntRange | click.types.IntParamType):
        return "count"
    assert kind is str or isinstance(kind, click.Choice | click.types.StringParamType), kind
    return "text"


def test_a_shared_option_has_one_type_everywhere() -> None:
    for name, command in COMMANDS.items():
        for option in _options(command):
            if (shared := OPTIONS.get(_shown(option))) is not None:
                where = f"{name} {_shown(option)}"
                assert _family(option.type) == _family(shared.kind), where
                assert isinstance(option, ShownOption), where


def test_every_option_says_in_a_sentence_what_it_means() -> None:
    for name, command in COMMANDS.items():
        for option in _options(command):
            about = option.help or ""
            where = f"{name} {_shown(option)}: {about!r}"
            assert about[:1].isupper() and about.endswith("."), where
            assert len(about.split()) > 2 or _shown(option) == "--json", where
            default = option.default
            told = option.show_default or option.required or option.is_flag
            assert told or not isinstance(default, str | Path) or default == "", where


def test_results_are_printed_as_json_everywhere() -> None:
    without = {
        name
        for name, command in COMMANDS.items()
        if "--json" not in {_shown(option) for option in _options(command)}
    }
    assert without == _OWN_OUTPUT | _NO_RESULT


def test_the_default_engine_is_that_of_the_stage() -> None:
    assert OPTIONS["--engine"].default == TranscribeOptions().engine


@pytest.mark.parametrize(
    ("command", "old", "new"),
    [
        ("diarize", "--min", "--min-speakers"),
        ("diarize", "--max", "--max-speakers"),
        ("release create", "--output", "--output-dir"),
        ("release create", "--role", "--requester-role"),
        ("release create", "--policy", "--rules"),
        ("release export", "--to", "--format"),
        ("release export", "--output", "--output-dir"),
        ("release import", "--from", "--format"),
        ("release import", "--corpus", "--name"),
        ("release import", "--output", "--output-dir"),
        ("release sign", "--key", "--secret-key"),
        ("release verify", "--key", "--public-key"),
        ("release withdraw", "--output", "--output-dir"),
        ("audit checkpoint", "--key", "--secret-key"),
        ("audit verify", "--key", "--public-key"),
        ("consent rego", "--policy", "--rules"),
        ("demo", "--dir", "--output-dir"),
        ("recipe list", "--clinical", "--only-clinical"),
        ("review assign", "--to", "--user"),
        ("review plant", "--to", "--user"),
        ("review queue", "--by", "--order"),
        ("synth", "--count", "--num-consultations"),
    ],
)
def test_old_spellings_work_and_are_not_shown(command: str, old: str, new: str) -> None:
    (option,) = [each for each in _options(COMMANDS[command]) if old in each.opts]
    assert _shown(option) == new
    record = option.get_help_record(click.Context(COMMANDS[command]))
    assert record is not None
    assert new in record[0] and old not in record[0].replace(",", " ").split()
    assert old in option.opts  # still parsed


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.create(tmp_path / "mine")
    audio = Audio(
        sha256="0" * 64, uri="x", sample_rate=8, num_samples=4800, num_channels=1, codec="p"
    )
    made.put_session(Session(recording=Recording(id="rec-0", audio=audio)))
    return made


def test_run_takes_a_corpus_as_every_other_verb_does(corpus: Corpus) -> None:
    more = ["--dry-run", "--until", "diarize", "--json"]
    plans = [
        CliRunner().invoke(cli, ["run", *arguments, *more])
        for arguments in ([str(corpus.root)], ["--corpus", str(corpus.root)])
    ]
    for done in plans:
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["stages"][0]["to_do"] == 1


def test_a_folder_that_is_not_a_corpus_is_told_as_one(tmp_path: Path) -> None:
    failed = CliRunner().invoke(cli, ["run", str(tmp_path / "corpora" / "mine")])
    assert "is not a corpus" in str(failed.exception)
    failed = CliRunner().invoke(cli, ["run", "fsd"])
    assert isinstance(failed.exception, UsageError)
    assert "neither a corpus nor a recipe; did you mean fsdd" in str(failed.exception)
