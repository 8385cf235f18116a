"""`speechkit review users`: Who may use the review editor."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import click
from sqlalchemy import select

from speechkit.cli.options import AS_JSON, option
from speechkit.cli.review_options import CORPUS, DATABASE, opened, show
from speechkit.review import accounts
from speechkit.review.schema import User


@click.group()
def users() -> None:
    """Who may use the review editor."""


@users.command("add")
@CORPUS
@click.argument("name")
@option(
    "--role",
    parameter="roles",
    repeated=True,
    required=True,
    meaning=f"Role of the account: {', '.join(accounts.ROLES)}.",
)
@click.option(
    "--hear-raw", is_flag=True, help="Let the account hear and read what is not redacted."
)
@option("--credential")
@option(
    "--language",
    parameter="languages",
    repeated=True,
    meaning="Give the account tasks in this language only, such as en.",
)
@option("--password-stdin")
@DATABASE
def add_user(
    corpus_path: Path,
    name: str,
    roles: tuple[str, ...],
    hear_raw: bool,
    credentials: tuple[str, ...],
    languages: tuple[str, ...],
    password_stdin: bool,
    database: str | None,
) -> None:
    """Add an account; without --password-stdin a password is generated and printed once."""
    given = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    password = given if password_stdin else secrets.token_urlsafe(12)
    with opened(corpus_path, database) as (_, store), store.write() as db:
        accounts.add_user(
            db,
            name,
            password,
            roles=roles,
            hear_raw=hear_raw,
            credentials=credentials,
            languages=languages,
        )
    if not password_stdin:
        click.echo(password)
        click.echo(f"that is {name}'s password; it is shown once", err=True)


@users.command("list")
@CORPUS
@DATABASE
@AS_JSON
def list_users(corpus_path: Path, database: str | None, as_json: bool) -> None:
    """List the accounts."""
    with opened(corpus_path, database) as (_, store), store.read() as db:
        found = [
            {
                "name": user.name,
                "roles": user.roles,
                "hear_raw": user.hear_raw,
                "credentials": user.credentials,
                "languages": user.languages,
                "disabled": user.disabled,
            }
            for user in db.scalars(select(User).order_by(User.name))
        ]
    show(found, as_json=as_json)


@users.command("disable")
@CORPUS
@click.argument("name")
@DATABASE
def disable_user(corpus_path: Path, name: str, database: str | None) -> None:
    """Close an account and its sessions; what it did stays on record."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        accounts.disable_user(db, name)


@users.command("enable")
@CORPUS
@click.argument("name")
@DATABASE
def enable_user(corpus_path: Path, name: str, database: str | None) -> None:
    """Open an account again that was closed."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        accounts.change_user(db, name, disabled=False)


@users.command("password")
@CORPUS
@click.argument("name")
@option("--password-stdin")
@DATABASE
def reset_password(
    corpus_path: Path, name: str, password_stdin: bool, database: str | None
) -> None:
    """Give an account a new password; without --password-stdin one is generated and printed once."""
    given = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    password = given if password_stdin else secrets.token_urlsafe(12)
    with opened(corpus_path, database) as (_, store), store.write() as db:
        accounts.reset_password(db, name, password)
    if not password_stdin:
        click.echo(password)
        click.echo(f"that is the new password of {name}; it is shown once", err=True)


@users.command("change")
@CORPUS
@click.argument("name")
@option("--role", parameter="roles", repeated=True, meaning="Role in place of the present ones.")
@click.option("--hear-raw/--no-hear-raw", default=None, help="Right to unredacted audio and text.")
@option("--credential", meaning="Credential in place of the present ones.")
@click.option("--no-credentials", is_flag=True, help="Take all credentials away.")
@option(
    "--language",
    parameter="languages",
    repeated=True,
    meaning="Language in place of the present ones, such as en.",
)
@click.option("--any-language", is_flag=True, help="Let the account work in every language.")
@DATABASE
def change_user(
    corpus_path: Path,
    name: str,
    roles: tuple[str, ...],
    hear_raw: bool | None,
    credentials: tuple[str, ...],
    no_credentials: bool,
    languages: tuple[str, ...],
    any_language: bool,
    database: str | None,
) -> None:
    """Change what an account may do; what is not given stays. Its sessions end."""
    with opened(corpus_path, database) as (_, store), store.write() as db:
        accounts.change_user(
            db,
            name,
            roles=roles or None,
            hear_raw=hear_raw,
            credentials=() if no_credentials else credentials or None,
            languages=() if any_language else languages or None,
        )
