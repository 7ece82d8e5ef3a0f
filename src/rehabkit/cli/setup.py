"""``rehabkit doctor`` and ``rehabkit version``."""

from __future__ import annotations

import typer


def version() -> None:
    """Print the version."""
    from importlib.metadata import version as of

    typer.echo(of("rehabkit"))


def doctor() -> None:
    """Say what is installed, what is missing, and the command that adds it."""
