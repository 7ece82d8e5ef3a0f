"""The command line: ``rehabkit --help``."""

from rehabkit.cli.app import main as main
