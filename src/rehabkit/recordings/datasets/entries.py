"""What the catalogue says of one public data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Access = Literal["direct", "by hand", "agreement"]


@dataclass(frozen=True)
class DataFile:
    """One file of the compact form.

    Parameters
    ----------
    name : file name inside the set's folder.
    sha256 : of its content, unzipped for ``.gz``; empty where it is made by converting, so that no one sum is right.
    url : https address of that content; empty where it has none.
    needed : whether the set can't be used without it.
    """

    name: str
    sha256: str = ""
    url: str = ""
    needed: bool = True


@dataclass(frozen=True)
class DataSet:
    """One public data set.

    Parameters
    ----------
    name, title : for the command line, for people.
    home : the set's own official page.
    access : ``direct`` (every file has an address), ``by hand`` (a page to download from), ``agreement`` (its page
        asks for consent to terms first).
    licence : of the data, and how that is known.
    citation : the paper to cite.
    holds : what is in it.
    people : how many.
    systems : which of rehabkit's systems use it.
    ships : whether a bundle trained on it may be part of rehabkit; the data themselves never are.
    folder : where it lies in a data folder that holds several sets.
    published : the layout of the folder that people download.
    files : the compact form.
    trees : folders of pictures beside these files, copied whole.
    """

    name: str
    title: str
    home: str
    access: Access
    licence: str
    citation: str
    holds: str
    people: int | None
    systems: tuple[str, ...]
    ships: bool
    folder: str
    published: str
    files: tuple[DataFile, ...] = field(default=())
    trees: tuple[str, ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the files without which the set can't be used."""
        return tuple(file.name for file in self.files if file.needed)
