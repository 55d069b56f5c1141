"""Runs the tests, or the claims of the gallery, as other processors would: they must hold on all of them."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SWITCHES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "DLX_TEST_ULP", "DLX_TEST_THREADS")
KERNELS = ("Haswell", "Zen", "SandyBridge", "SkylakeX")
LAST_DIGITS = range(1, 6)

# Prints which kernels multiply matrices here, and what NumPy's own loops use beyond their baseline.
PROBE = """
import numpy, threadpoolctl
from numpy._core import _multiarray_umath as core
libraries = [library for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
print(*(library.get("architecture") or library["internal_api"] for library in libraries or [{"internal_api": "none"}]))
print(*(feature for feature in core.__cpu_dispatch__ if core.__cpu_features__[feature]))
"""


@dataclass(frozen=True)
class Variant:
    """A processor that is played; ``missing`` says why it cannot be."""

    name: str
    variables: dict[str, str]
    missing: str = ""

    def environment(self) -> dict[str, str]:
        """That of this process with its own switches in place of any others."""
        path = os.pathsep.join([str(HERE / "switch"), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**_without_switches(), "PYTHONPATH": path, **self.variables}


@dataclass(frozen=True)
class Result:
    """What passed, and the names of what failed."""

    passed: int
    failures: tuple[str, ...]


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.bits", description=__doc__)
    parser.add_argument(
        "paths", nargs="*", default=["tests"], help="only these tests, or with --reproduce these topics"
    )
    parser.add_argument("--reproduce", action="store_true", help="the claims of the gallery in place of the tests")
    parser.add_argument("--only", default="", help="variants with this in their name")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    return parser.parse_args()


def main() -> int:
    """Run all variants, one after the other; returns 1 where anything failed."""
    arguments = options()
    chosen = [variant for variant in variants(arguments.reproduce) if arguments.only in variant.name]
    print(f"{'variant':<28} {'passed':>6} {'failed':>6}", flush=True)
    failures = sum(_row(variant, arguments) for variant in chosen)
    return 1 if failures or not chosen else 0


def _row(variant: Variant, arguments: argparse.Namespace) -> int:
    """Run a variant and print its row; returns how many failed."""
    if variant.missing:
        print(f"{variant.name:<28} skipped: {variant.missing}", flush=True)
        return 0
    if arguments.reproduce:
        result = reproduced(variant, [] if arguments.paths == ["tests"] else arguments.paths, arguments.workers)
    else:
        result = tested(variant, arguments.paths, arguments.workers)
    print(
        f"{variant.name:<28} {result.passed:>6} {len(result.failures):>6}", *result.failures, sep="\n    ", flush=True
    )
    return len(result.failures)


def variants(few: bool) -> Iterator[Variant]:
    """This processor as it is, with other kernels, and with other last digits; or a few of these."""
    (native, *_), features = _probe({})
    yield Variant("as it is", {})
    yield from _kernels(native, KERNELS[:1] if few else KERNELS)
    if few:
        return
    plain = "" if features else "NumPy's loops have no other version here"
    yield Variant("NumPy's loops as baseline", {"NPY_DISABLE_CPU_FEATURES": " ".join(features)}, plain)
    yield Variant("two threads", {"DLX_TEST_THREADS": "2"})
    yield from (Variant(f"last digits, {number}", {"DLX_TEST_ULP": str(number)}) for number in LAST_DIGITS)


def _kernels(native: str, kernels: Sequence[str]) -> Iterator[Variant]:
    """OpenBLAS takes another kernel where it has none of this name, or the processor cannot run it."""
    rows = {native.lower()}
    for kernel in kernels:
        variables = {"OPENBLAS_CORETYPE": kernel}
        architecture = _probe(variables)[0][0].lower()
        missing = f"here they are those of {architecture}, which have a row" if architecture in rows else ""
        rows.add(architecture)
        yield Variant(f"{kernel} kernels", variables, missing)


def _probe(variables: dict[str, str]) -> tuple[list[str], list[str]]:
    command, environment = [sys.executable, "-c", PROBE], _without_switches() | variables
    output = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=True).stdout
    blas, features = output.splitlines()
    return blas.split(), features.split()


def _without_switches() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in SWITCHES}


def tested(variant: Variant, paths: Sequence[str], workers: int) -> Result:
    """The outcome of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        pytest = [sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-p", "no:cacheprovider"]
        command = [*pytest, f"--junitxml={report}", *paths]
        done = subprocess.run(command, cwd=ROOT, env=variant.environment(), capture_output=True, encoding="utf-8")
        if done.returncode not in (0, 1) or not report.exists():  # neither all passed nor some failed: nothing was run
            output = (done.stderr.strip() or done.stdout.strip())[-500:]
            return Result(0, (f"pytest ended with {done.returncode}: {output}",))
        cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    names = sorted({f"{case.get('classname')}::{case.get('name')}" for case in failed})
    return Result(len(cases) - skipped - len(names), tuple(names))


def reproduced(variant: Variant, topics: Sequence[str], workers: int) -> Result:
    """The outcome of the gallery's claims, trained in a copy, so that the checkout stays as it is."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("experiments", "configs"):
            shutil.copytree(ROOT / name, copy / name)
        command = [sys.executable, "-m", "experiments.reproduce", *topics, "--workers", str(workers)]
        done = subprocess.run(command, cwd=copy, env=variant.environment(), capture_output=True, encoding="utf-8")
    lines = done.stdout.splitlines()
    failures = [line.strip() for line in lines if line.strip().startswith("fails: ")]
    if done.returncode not in (0, 3):
        failures.append(f"it ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return Result(sum(_holding(line) for line in lines), tuple(failures))


def _holding(line: str) -> int:
    """Of a line such as `l2   12 of 12 claims hold, 3.2 s`."""
    words = line.split()
    return int(words[1]) if words[2:3] == ["of"] else 0


if __name__ == "__main__":
    sys.exit(main())
