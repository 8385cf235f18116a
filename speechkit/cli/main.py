"""The `speechkit` command: finds the verb's file, runs it, turns errors into lines and exit codes.

Exit codes: 0 done, 1 some items failed, 2 wrong use, 3 an extra is missing.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

from speechkit.core.arithmetic import settle
from speechkit.core.errors import MissingExtraError, SpeechkitError, did_you_mean

# verb → what it does; the file `cli/<verb>.py` holds a click command or group named `command`.
VERBS = {
    "ingest": "add a folder of recordings to a corpus",
    "run": "run the pipeline over a corpus",
    "diarize": "who spoke when: audio files → RTTM",
    "transcribe": "what was said: audio files → JSON, subtitles, STM, CTM, SegLST",
    "serve": "the local pipeline as a transcription server on this machine",
    "align": "word times for a transcript that a person or another tool wrote",
    "convert": "transcripts from one format to another; what is lost is said",
    "annotate": "what a transcript says about health: drugs, doses, symptoms, where they stand",
    "deidentify": "remove what identifies people, from text and audio",
    "review": "people correct drafts in the browser: editor, accounts, queue, export",
    "release": "create, verify, compare, sign, export, import and withdraw",
    "consent": "consents of a corpus: import, list, export as FHIR",
    "context": "the encounters that were recorded: to and from FHIR and OMOP",
    "audit": "the log of what was done: verify, show, checkpoint, prove",
    "bench": "score transcripts against references, and run engines",
    "recipe": "known corpora: list, show, download, prepare, run",
    "synth": "synthetic consultations whose every word and identifier is known",
    "engines": "what is installed, what it can do, and whether it keeps its contract",
    "models": "list, fetch and verify pinned weights",
    "doctor": "what is installed, which weights verify, and what will be slow",
    "demo": "a real call and a synthetic consultation through the whole pipeline",
}


class _Verbs(click.Group):
    """Loads a verb's file only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        try:
            command = importlib.import_module(f"speechkit.cli.{name}").command
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith("speechkit"):
                raise
            raise MissingExtraError(error.name or name, extra="all") from error
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            raise click.UsageError(f"no command {args[0]!r}; {did_you_mean(args[0], VERBS)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="speechkit")
def cli() -> None:
    """From recorded consultations to a corpus you may share and a benchmark you can trust."""


def main() -> None:
    """Run the command line and exit."""
    _quiet_dependencies()
    settle()
    try:
        cli(standalone_mode=False)
    except SpeechkitError as error:
        _end(str(error), error.exit_code)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("speechkit"):
            raise
        missing = MissingExtraError(error.name, extra="all")
        _end(str(missing), missing.exit_code)
    except click.exceptions.Abort:
        _end("stopped", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except KeyboardInterrupt:
        _end("stopped; run the same command again to go on", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _end(message: str, code: int) -> None:
    click.echo(f"speechkit: {message}", err=True)
    sys.exit(code)


def _quiet_dependencies() -> None:
    """Switch telemetry off before anything is imported that would send some."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
