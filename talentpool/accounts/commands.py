from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import click

from .. import clock, schema
from ..config import Config
from ..db import Session
from ..permissions import SYSTEM, Role
from . import letters, service
from .directory import get_user_by_email
from .models import User

ROLES = click.Choice([str(role) for role in Role if role is not Role.SYSTEM])


@click.group("prefecture")
def prefecture_group() -> None:
    """Prefectures that run a pool."""


@prefecture_group.command("add")
@click.argument("code")
def add_prefecture(code: str) -> None:
    """Open the pool of the prefecture CODE (two digits)."""
    with _writing(Config.from_environment()) as session:
        pool = service.open_pool(session, code, actor=SYSTEM, now=clock.now())
        click.echo(f"{pool.prefecture_code} {pool.name}")


@click.group("user")
def user_group() -> None:
    """Accounts."""


@user_group.command("add")
@click.option("--email", required=True)
@click.option("--role", required=True, type=ROLES)
@click.option("--prefecture", help="Two digits; not needed for a municipality's officer.")
@click.option("--municipality", help="Six digits, for the role municipality only.")
@click.option("--name", default="", help="Shown beside what the person does.")
@click.option(
    "--any-domain", is_flag=True, help="Allow an officer's address outside the town's mail domains."
)
def add_user(
    email: str,
    role: str,
    prefecture: str | None,
    municipality: str | None,
    name: str,
    *,
    any_domain: bool,
) -> None:
    """Create an account and print the one-time link that sets its password."""
    config = Config.from_environment()
    with _writing(config) as session:
        user = service.create_user(
            session,
            email=email,
            role=Role(role),
            display_name=name,
            prefecture_code=prefecture,
            municipality_code=municipality,
            is_foreign_domain_allowed=any_domain,
            actor=SYSTEM,
            now=clock.now(),
        )
        letter = _invite(session, user)
    _print_link(config, letter)


@user_group.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a new one-time link for the account and revoke the previous one."""
    config = Config.from_environment()
    with _writing(config) as session:
        letter = _invite(session, get_user_by_email(session, email))
    _print_link(config, letter)


@user_group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Disable the account and end its sessions."""
    with _writing(Config.from_environment()) as session:
        user = get_user_by_email(session, email)
        service.disable_user(session, user, actor=SYSTEM, now=clock.now())
    click.echo(f"account {user.id} disabled")


def _invite(session: Session, user: User) -> letters.Letter:
    return service.invite_user(session, user, actor=SYSTEM, now=clock.now())


def _print_link(config: Config, letter: letters.Letter) -> None:
    click.echo(f"{config.base_url.rstrip('/')}{letter.path}")
    click.echo("valid for 7 days, once")


@contextmanager
def _writing(config: Config) -> Generator[Session]:
    with schema.opened(config) as database, database.writing() as session:
        yield session
