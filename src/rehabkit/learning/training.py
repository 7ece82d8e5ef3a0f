"""A plain training loop with small callbacks; the same on CPU and GPU."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from rehabkit.errors import InputError, ModelError
from rehabkit.learning.examples import Examples
from rehabkit.recordings.files import atomic

Batch = dict[str, Tensor]
"""Inputs and numeric covariates by name, and ``target``; the first axis is the batch."""
Loss = Callable[[Batch, Batch], Tensor]
"""(network outputs, batch) → scalar."""
_Scheduled = tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]
LEAST_OF_MUON = 16
"""Rows and columns of a matrix that Muon takes: first and last layers have fewer."""
Augment = Callable[[Batch, torch.Generator], Batch]
"""Changes a training batch; draws only from the generator, so that a seed fixes it."""


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained.

    Parameters
    ----------
    epochs, batch_size, learning_rate, weight_decay : AdamW with a one-cycle schedule.
    patience : epochs without a better inner loss before it stops; ``None`` trains all epochs on all rows.
    inner_share : share of the training subjects on which to stop.
    max_norm : gradients are clipped to this norm.
    mixed : products in bfloat16 on a CPU, too (a GPU always does); several times as fast for wide convolutions on a
        processor made for it, slower for small networks and on others.
    muon : learning rate of Muon (Jordan et al. 2024: steps are orthogonalised) for matrices of at least 16 rows and
        columns, AdamW being left the rest; ``None``: AdamW for everything.
    """

    epochs: int = 30
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    patience: int | None = None
    inner_share: float = 0.2
    max_norm: float = 1.0
    mixed: bool = False
    muon: float | None = None


@dataclass
class Progress:
    """Where a training is; what callbacks see and change."""

    module: nn.Module
    epoch: int = 0
    train_loss: float = float("nan")
    inner_loss: float | None = None
    stop: bool = False
    log: list[dict[str, float | None]] = field(default_factory=list)


class Callback(Protocol):
    """Called after each epoch, and once at the end."""

    def after_epoch(self, progress: Progress) -> None:
        """Look at ``progress``; set ``stop`` to end."""

    def at_end(self, progress: Progress) -> None:
        """The last word, e.g. to put the best weights back."""


class EarlyStop:
    """Ends when the inner loss has not fallen for ``patience`` epochs, and puts the best weights back."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.best = float("inf")
        self.best_epoch = 0
        self._weights: Mapping[str, Tensor] | None = None

    def after_epoch(self, progress: Progress) -> None:
        """Keep the weights if they are the best so far."""
        loss = progress.inner_loss
        if loss is not None and loss < self.best:
            self.best, self.best_epoch = loss, progress.epoch
            self._weights = copy.deepcopy(progress.module.state_dict())
        progress.stop = progress.stop or progress.epoch - self.best_epoch >= self.patience

    def at_end(self, progress: Progress) -> None:
        """Put the best weights back."""
        if self._weights is not None:
            progress.module.load_state_dict(self._weights)


class Report:
    """Tells ``say`` each epoch's losses in one line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    def after_epoch(self, progress: Progress) -> None:
        """One line."""
        inner = "" if progress.inner_loss is None else f", inner {progress.inner_loss:.4f}"
        self.say(f"epoch {progress.epoch}: loss {progress.train_loss:.4f}{inner}")

    def at_end(self, progress: Progress) -> None:
        """Nothing more to say."""


class Checkpoint:
    """Keeps the weights after each epoch as npz (plain numbers, no pickle)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def after_epoch(self, progress: Progress) -> None:
        """Write the file, whole or not at all."""
        save_weights(progress.module, self.path)

    def at_end(self, progress: Progress) -> None:
        """Write what is kept in the end."""
        save_weights(progress.module, self.path)


def save_weights(module: nn.Module, path: Path) -> None:
    """Write a module's parameters and buffers as ``.npz``."""
    with atomic(path) as temporary, temporary.open("wb") as file:
        arrays = {name: value.detach().cpu().numpy() for name, value in module.state_dict().items()}
        np.savez(file, **arrays)


def load_weights(module: nn.Module, path: Path) -> None:
    """Read what :func:`save_weights` wrote into a module of the same architecture.

    Raises
    ------
    ModelError
        If names or shapes differ.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            module.load_state_dict({name: torch.as_tensor(file[name]) for name in file.files})
    except (OSError, ValueError, RuntimeError) as error:
        why = " ".join(str(error).split())[:200]
        raise ModelError(f"weights must be those of this network, got {path}: {why}; train it again") from error


def device() -> torch.device:
    """The GPU where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def batch_of(examples: Examples, rows: np.ndarray[Any, Any] | slice = slice(None)) -> Batch:
    """Inputs, numeric covariates and target of these rows as tensors."""
    columns = dict(examples.inputs)
    columns |= {name: value for name, value in examples.covariates.items() if value.dtype.kind in "fiub"}
    batch = {name: torch.as_tensor(np.ascontiguousarray(value[rows])) for name, value in columns.items()}
    target = torch.as_tensor(np.ascontiguousarray(examples.target[rows]))
    return batch | {"target": target.float() if target.is_floating_point() else target}


def train(
    module: nn.Module,
    examples: Examples,
    loss: Loss,
    config: TrainConfig,
    *,
    seed: int,
    inner: Examples | None = None,
    augment: Augment | None = None,
    callbacks: Sequence[Callback] = (),
) -> Progress:
    """Train a module in place.

    Parameters
    ----------
    module : called with the inputs in the examples' order; returns its outputs by name.
    inner : examples of other subjects, on which early stopping looks; none with ``patience=None``.

    Returns
    -------
    Progress
        With the log of losses.

    Raises
    ------
    InputError
        If the loss stops being a number.
    """
    where = device()
    module.to(where).train()
    generator = torch.Generator().manual_seed(seed)
    optimisers = _optimisers(module, config, config.epochs * -(-len(examples) // config.batch_size))
    progress = Progress(module)
    names = list(examples.inputs)
    for epoch in range(1, config.epochs + 1):
        progress.epoch = epoch
        losses = [
            _step(module, names, batch, loss, optimisers, config)
            for batch in _batches(examples, config.batch_size, generator, augment, where)
        ]
        progress.train_loss = float(np.mean(losses))
        if not np.isfinite(progress.train_loss):
            raise InputError(f"loss must stay finite, got {progress.train_loss} in epoch {epoch}; lower learning_rate")
        progress.inner_loss = None if inner is None else _inner_loss(module, inner, loss, where)
        progress.log.append({"loss": progress.train_loss, "inner": progress.inner_loss})
        for callback in callbacks:
            callback.after_epoch(progress)
        if progress.stop:
            break
    for callback in callbacks:
        callback.at_end(progress)
    module.cpu().eval()
    return progress


def _optimisers(module: nn.Module, config: TrainConfig, n_steps: int) -> list[_Scheduled]:
    """What trains what is to be trained, each with a one-cycle schedule."""
    muon = config.muon or 0.0
    trained = [one for one in module.parameters() if one.requires_grad]
    large = [one for one in trained if muon and one.ndim == 2 and min(one.shape) >= LEAST_OF_MUON]
    rest = [one for one in trained if all(one is not other for other in large)]
    found: list[_Scheduled] = []
    for kind, part, rate in ((torch.optim.AdamW, rest, config.learning_rate), (torch.optim.Muon, large, muon)):
        if part:
            optimiser = kind(part, lr=rate, weight_decay=config.weight_decay)
            cycled = kind is torch.optim.AdamW  # Muon's momentum stays
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=n_steps, cycle_momentum=cycled)
            found.append((optimiser, schedule))
    return found


def _batches(
    examples: Examples, size: int, generator: torch.Generator, augment: Augment | None, where: torch.device
) -> Iterator[Batch]:
    """Shuffled batches; a last one of a single row is left out, since batch statistics need two."""
    order = torch.randperm(len(examples), generator=generator).numpy()
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        if len(rows) < 2 <= len(order):
            return
        batch = batch_of(examples, rows)
        if augment is not None:
            batch = augment(batch, generator)
        yield {name: value.to(where) for name, value in batch.items()}


def _step(
    module: nn.Module,
    names: list[str],
    batch: Batch,
    loss: Loss,
    optimisers: Sequence[_Scheduled],
    config: TrainConfig,
) -> float:
    where = batch["target"].device.type
    with torch.autocast(where, dtype=torch.bfloat16, enabled=config.mixed or where == "cuda"):
        value = loss(module(*(batch[name] for name in names)), batch)
    for optimiser, _ in optimisers:
        optimiser.zero_grad(set_to_none=True)
    value.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(module.parameters(), config.max_norm)
    for optimiser, schedule in optimisers:
        optimiser.step()
        schedule.step()
    return float(value.detach())


def _inner_loss(module: nn.Module, inner: Examples, loss: Loss, where: torch.device) -> float:
    module.eval()
    with torch.no_grad():
        batch = {name: value.to(where) for name, value in batch_of(inner).items()}
        value = float(loss(module(*(batch[name] for name in inner.inputs)), batch))
    module.train()
    return value


def cross_entropy(outputs: Batch, batch: Batch) -> Tensor:
    """Cross-entropy of ``logits`` (batch, classes)."""
    return nn.functional.cross_entropy(outputs["logits"], batch["target"])


def absolute_error(outputs: Batch, batch: Batch) -> Tensor:
    """Mean absolute error of ``value`` (batch,)."""
    return nn.functional.l1_loss(outputs["value"].reshape(-1), batch["target"])
