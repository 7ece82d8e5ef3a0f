"""Networks that take an hour to train: trained once, on the training people alone, and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import ModuleType
from typing import ClassVar

from rehabkit.learning.examples import Examples
from rehabkit.learning.model import NetworkModel
from rehabkit.learning.training import load_weights, save_weights
from rehabkit.runtime.home import home


class KeptNetwork(NetworkModel):
    """A network that learns from the rows whose covariate ``learn`` is set, whatever it is given, and is trained once.

    What ships is then what was scored. The weights are kept under a checksum of all that made them, so that studies of
    the same network don't train it again.

    Attributes
    ----------
    system : name of what it belongs to.
    code : modules that a training runs through.
    who : covariate that tells the rows apart.
    """

    system: ClassVar[str]
    code: ClassVar[tuple[ModuleType, ...]]
    who: ClassVar[str]

    def fit(self, examples: Examples, seed: int) -> None:
        """Train, or read what an earlier run kept."""
        part = examples.at(examples.covariates["learn"] > 0)
        path = home() / "folds" / f"{self.system}-weights-{self._key(part, seed)}.npz"
        if not path.is_file():
            self.before(part, seed)
            super().fit(part, seed)
            self.after()
            path.parent.mkdir(parents=True, exist_ok=True)
            save_weights(self.module(), path)
            return
        self.initialise(seed)
        load_weights(self.module(), path)

    def before(self, examples: Examples, seed: int) -> None:
        """What must be trained first; nothing by default."""

    def after(self) -> None:
        """What is done to the weights in the end; nothing by default."""

    def _key(self, part: Examples, seed: int) -> str:
        """Checksum of settings, seed, rows, and the code that a training runs through."""
        code = b"".join(Path(str(one.__file__)).read_bytes() for one in self.code)
        changed = getattr(self.augment, "__qualname__", self.augment)  # a function's repr is another one in each run
        said = repr((self.settings(), repr(self.build()), changed, seed, part.covariates[self.who].tolist()))
        return hashlib.sha256(code + said.encode()).hexdigest()[:24]
