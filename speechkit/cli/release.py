"""`speechkit release`: make, prove, compare and show releases."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from speechkit.cli.options import AS_JSON, ShownOption, gather, option, options
from speechkit.cli.release_origin import custody, provenance, withdraw
from speechkit.cli.release_show import FOLDER, print_json, show_release
from speechkit.cli.release_transfer import export, formats, import_
from speechkit.governance.audit import LOG
from speechkit.governance.signing import has_password, make_key, read_public_key, read_secret_key
from speechkit.manifest.diff import diff_releases
from speechkit.manifest.documentation.facts import NO_LICENCE
from speechkit.manifest.filter import Filter, filtered_lines
from speechkit.manifest.findings import findings_in_words
from speechkit.manifest.leaks import Leak, find_leaks
from speechkit.manifest.release import ReleaseOptions, create_release
from speechkit.manifest.sign import check_signature, sign_release
from speechkit.manifest.stats import coverage, release_stats
from speechkit.manifest.verify import verify_release
from speechkit.manifest.versions import read_release
from speechkit.storage.corpus import Corpus


@click.group()
def command() -> None:
    """Releases: write-once versions of what may leave a corpus."""


@command.command()
@click.argument("corpus", type=FOLDER)
@option("--version", required=True)
@option(
    "--output-dir",
    old=("--output",),
    default=Path("manifests"),
    meaning="Folder of all releases; this one becomes DIR/<corpus>/<version>.",
)
@options("--parent")
@option("--license", old=("--licence",), default=NO_LICENCE)
@option("--tag", repeated=True, meaning="Release this tag of the metadata.")
@click.option(
    "--synthetic-in-test", is_flag=True, help="Let synthetic recordings into the test split."
)
@click.option(
    "--split-by-site", is_flag=True, help="Keep sites apart in the splits, as well as people."
)
@click.option(
    "--stratify", multiple=True, metavar="FIELD", help="Balance the splits by this field."
)
@click.option("--check-sound", is_flag=True, help="Look for nearly the same audio in two splits.")
@options("--purpose")
@click.option(
    "--requester-role",
    cls=ShownOption,
    old=("--role",),
    default="engineer",
    metavar="ROLE",
    show_default=True,
    help="Role of the person who asks for the release.",
)
@click.option(
    "--on",
    default="",
    metavar="DATE",
    help="Ask consents as of this day; without it, as of today.",
)
@option("--rules", old=("--policy",))
@click.option(
    "--policy-server",
    default="",
    metavar="URL",
    help="Let this server of Open Policy Agent decide instead.",
)
@AS_JSON
def create(
    corpus: Path,
    version: str,
    output_dir: Path,
    parent: Path | None,
    licence: str,
    tags: tuple[str, ...],
    synthetic_in_test: bool,
    split_by_site: bool,
    stratify: tuple[str, ...],
    check_sound: bool,
    purpose: str,
    requester_role: str,
    on: str,
    rules: Path | None,
    policy_server: str,
    as_json: bool,
) -> None:
    """Make DIR/<corpus>/<version>/ out of CORPUS.

    Only recordings whose redacted copy was proved clean get in. The others are listed with the
    reason, here and in release.json; the exit code is 1 if there are any. Recordings in different
    splits that are nearly the same are a warning: the release is whole.
    """
    asked = ReleaseOptions(
        parent=parent,
        licence=licence,
        tags=tags,
        synthetic_in_test=synthetic_in_test,
        split_by=("participant", "site") if split_by_site else ("participant",),
        stratify=stratify,
        purpose=purpose,
        role=requester_role,
        on=on,
        policy=rules,
        policy_server=policy_server,
    )
    path = create_release(Corpus.open(corpus), version, output_dir, asked)
    release = read_release(path)
    show_release(path, release, as_json=as_json)
    for item in release.withheld:
        click.echo(f"withheld: {item.recording}: {item.reason}", err=True)
    leaks = find_leaks(path, sound=check_sound)
    for leak in leaks:
        click.echo(f"warning: {_told(leak)}", err=True)
    if release.withheld:
        sys.exit(1)


@command.command()
@click.argument("release", type=FOLDER)
@option(
    "--public-key",
    old=("--key",),
    meaning="Check the signature with this public key, a .pub file or its line.",
)
@AS_JSON
def verify(release: Path, public_key: str | None, as_json: bool) -> None:
    """Check every digest, every line and every audio file of a release; exit 1 if one is wrong.

    With --public-key, its signature as well. Without, anybody may have made it.
    """
    findings = verify_release(release)
    if public_key is not None:
        findings += check_signature(release, read_public_key(public_key))
    if as_json:
        print_json({"release": str(release), "ok": not findings, "findings": findings})
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo(
            f"{release}: {f'{len(findings)} wrong' if findings else 'ok'}", err=bool(findings)
        )
        if not findings:
            for name, sentence in findings_in_words(read_release(release).statement):
                click.echo(f"{name}: {sentence}")
    if findings:
        sys.exit(1)


@command.command()
@click.argument("release", type=FOLDER)
@option("--secret-key", old=("--key",), required=True)
@option("--corpus", meaning="Put a signed checkpoint of the audit log of this corpus beside it.")
@AS_JSON
def sign(release: Path, secret_key: Path, corpus_path: Path | None, as_json: bool) -> None:
    """Verify a release, then sign its SHA256SUMS.txt in minisign's format."""
    password = ""
    if has_password(secret_key):
        password = click.prompt("Password of the key", hide_input=True, err=True)
    secret = read_secret_key(secret_key, password)
    log = None if corpus_path is None else Corpus.open(corpus_path).root / LOG
    signature = str(sign_release(release, secret, log))
    if as_json:
        print_json({"signature": signature, "public_key": secret.public.line})
        return
    click.echo(signature)
    click.echo(f"verify with: minisign -V -P {secret.public.line} -m SHA256SUMS.txt", err=True)


@command.command()
@click.argument("path", type=FOLDER)
def key(path: Path) -> None:
    """Make a key pair for signing: PATH (secret, keep it) and its .pub (public, publish it)."""
    click.echo(make_key(path).public.line)


@command.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@AS_JSON
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Say what changed from release OLD to release NEW: ids and counts, no text."""
    found = diff_releases(old, new)
    if as_json:
        print_json({"counts": found.counts(), "wer": found.wer, **msgspec.structs.asdict(found)})
        return
    click.echo(f"{found.old} → {found.new}")
    table = Table("", "added", "removed", "changed", "same", box=None)
    counts = found.counts()
    for what in ("recordings", "segments"):
        names = [f"{what}_{how}" for how in ("added", "removed", "changed", "same")]
        table.add_row(what, *(str(counts[name]) for name in names))
    table.add_row("redactions", str(found.redactions_added), str(found.redactions_removed), "", "")
    Console().print(table)
    if found.segments_changed:
        aspects = ("words", "speaker", "times", "phi")
        told = ", ".join(f"{a} {counts[f'segments_changed_{a}']}" for a in aspects)
        click.echo(f"segments changed in: {told}")
    if found.wer is not None:
        click.echo(f"WER between them: {found.wer:.2%} ({found.words_edited} edits, as written)")


@command.command()
@click.argument("release", type=FOLDER)
@AS_JSON
def show(release: Path, as_json: bool) -> None:
    """Show what a release holds."""
    show_release(release, read_release(release), as_json=as_json)


@command.command()
@click.argument("release", type=FOLDER)
@options("--targets")
@AS_JSON
def stats(release: Path, targets: Path | None, as_json: bool) -> None:
    """Say how much there is of whom; with --targets, what is missing: a collection plan."""
    groups = release_stats(release)
    plan = () if targets is None else coverage(release, targets)
    if as_json:
        print_json({"groups": groups, "plan": plan})
        return
    table = Table("", "", "recordings", "minutes", "people", box=None)
    for group in groups:
        counts = (str(group.recordings), f"{group.minutes:.1f}", str(group.people))
        table.add_row(group.field, group.value or "not said", *counts)
    Console().print(table)
    if targets is not None:
        missing = Table("to collect", "", "", "have", "target", "missing", box=None)
        for line in plan:
            amounts = (f"{n:g}" for n in (line.have, line.target, line.missing))
            missing.add_row(line.field, line.value, line.unit, *amounts)
        Console().print(missing)


@command.command()
@click.argument("release", type=FOLDER)
@click.option("--sound", is_flag=True, help="Decode and compare the audio as well.")
@AS_JSON
def leaks(release: Path, sound: bool, as_json: bool) -> None:
    """Find recordings in different splits that are nearly the same; exit 1 if there are any."""
    found = find_leaks(release, sound=sound)
    if as_json:
        print_json(found)
    else:
        for leak in found:
            click.echo(_told(leak))
    if found:
        sys.exit(1)


@command.command("filter")
@click.argument("release", type=FOLDER)
@option("--language", meaning="Only segments in this language.")
@option("--role", meaning="Only segments spoken in this role, such as doctor.")
@click.option("--speaker", default="", metavar="ID", help="Only segments of this speaker.")
@click.option("--review", default="", metavar="STATE", help="Only segments reviewed as this.")
@options("--recording")
@click.option("--count", "only_count", is_flag=True, help="Print how many there are, not which.")
@gather(Filter, "wanted")
def filter_(release: Path, wanted: Filter, only_count: bool) -> None:
    """Print the segments that fit, as JSON lines."""
    found = filtered_lines(release, wanted)
    if only_count:
        click.echo(str(sum(1 for _ in found)))
        return
    for line in found:
        click.echo(line, nl=False)


def _told(leak: Leak) -> str:
    one, other = (
        f"{name} ({split})" for name, split in zip((leak.one, leak.other), leak.splits, strict=True)
    )
    return f"nearly the same {leak.what}: {one} and {other}, {leak.share:.0%}"


for _other in (export, import_, formats, withdraw, custody, provenance):
    command.add_command(_other)
