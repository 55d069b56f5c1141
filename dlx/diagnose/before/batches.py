"""The settings before training, as far as arithmetic tells: the size of a batch, the reach of averages, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import no_batch_norm
from dlx.diagnose.remedies.length import FEW_STEPS
from dlx.diagnose.remedies.optimization import full_batch, mini_batches
from dlx.training.supervised import Supervised

# The notes: batches of 64 to 512, and the full batch for up to 2000 examples.
FULL_BATCH_UP_TO = 2000
NEARLY_FULL = 2  # batches in an epoch: with more of them the full batch takes steps away that nothing makes up for
SMALL_BATCH, TINY_BATCH = 8, 2  # the notes: a batch of one loses what vectorization gains, and never settles
# Wu & He 2018, "Group normalization", fig. 4: the error of batch norm rises from batches of 8 on downwards.
SMALL_FOR_BATCH_NORM = 8
MEMORY = 0.5  # of what is free: the arrays of a step may take so much
AVERAGED = 6  # arrays the size of Z that a layer's step keeps
BATCH_TO_COMPARE = 64  # a batch too large leaves few steps, and this one would leave many more


BATCH_NORM_SMALL_BATCH = Cause(
    "batch_norm_small_batch",
    "training.batch_size of 32 or more: a batch this small has no useful statistics",
    "Batch norm",
    (mini_batches, no_batch_norm),
    refuted_if=End.DEV_FITS,
)
BATCH_SIZE_SMALL = Cause(
    "batch_size_small",
    "training.batch_size: a power of 2 from 32 to 512",
    "Mini-batch gradient descent",
    (mini_batches,),
    severity="note",
    refuted_if=End.DEV_FITS,
)
FULL_BATCH_FITS = Cause(
    "full_batch_fits",
    "training.batch_size: full, for up to 2000 examples",
    "Mini-batch gradient descent",
    (full_batch,),
    severity="note",
)
BATCH_TOO_LARGE = Cause(
    "batch_too_large",
    "training.batch_size: 64 to 512, which fits in memory",
    "Mini-batch gradient descent",
    (mini_batches,),
    refuted_if=End.DEV_FITS,
)


def spec_findings(experiment: Supervised) -> Iterator[Finding]:
    """What is wrong with the size of a batch."""
    size, m = experiment.batch_size, experiment.train.m
    of_batch = [norm for norm in experiment.network.norms() if norm.norm.least_batch > 1]
    if of_batch and size < min(SMALL_FOR_BATCH_NORM, m):
        evidence = f"{of_batch[0].title} takes its μ and σ² from {size} examples"
        layer = of_batch[0].l
        yield BATCH_NORM_SMALL_BATCH.finding(evidence, float(size), float(SMALL_FOR_BATCH_NORM), layer=layer)
    elif size < min(SMALL_BATCH, m):
        evidence = f"{experiment.steps_per_epoch:,} steps an epoch, each of {size} example{'s' * (size > 1)}"
        tiny = size <= TINY_BATCH
        yield BATCH_SIZE_SMALL.finding(evidence, size, SMALL_BATCH, severity="warning" if tiny else None)
    elif size < m <= min(FULL_BATCH_UP_TO, NEARLY_FULL * size):
        evidence = f"train has {m:,} examples, a batch {size}"
        yield FULL_BATCH_FITS.finding(evidence, float(m), float(FULL_BATCH_UP_TO))
    yield from _too_large(experiment)


def _too_large(experiment: Supervised) -> Iterator[Finding]:
    size, free = experiment.batch_size, free_memory()
    needed = bytes_of_step(experiment)
    if free is not None and needed > MEMORY * free:
        evidence = f"a step on {size:,} examples takes about {needed / 2**30:.3g} GiB, {free / 2**30:.3g} are free"
        yield BATCH_TOO_LARGE.finding(evidence, float(needed), MEMORY * free)
    steps = experiment.spec.training.epochs * experiment.steps_per_epoch
    if steps < FEW_STEPS and size >= 4 * BATCH_TO_COMPARE:
        evidence = f"{steps} step{'s' * (steps > 1)} in the whole training"
        evidence = f"{evidence}; batches of 64 would make {steps * size // 64:,}"
        yield BATCH_TOO_LARGE.finding(evidence, float(steps), float(FEW_STEPS))


def bytes_of_step(experiment: Supervised) -> int:
    """About how many bytes a recorded step keeps: the batch, and some arrays of the size of each Z."""
    sizes = experiment.network.sizes
    numbers = sizes[0] + experiment.dataset.n_y + AVERAGED * sum(sizes[1:])
    return numbers * experiment.batch_size * experiment.network.parameters.theta.itemsize


def free_memory() -> int | None:
    """Bytes that are free or can be freed, as far as the system tells: Linux by /proc/meminfo, others by sysconf."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        fields = {name: rest.split()[0] for name, _, rest in (line.partition(":") for line in lines)}
        return int(fields["MemAvailable"]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        return _free_pages()


def _free_pages() -> int | None:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
