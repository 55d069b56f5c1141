"""The command ``dlx``, also as ``python -m dlx``: Ctrl-C ends it without a traceback, whenever it comes."""

from __future__ import annotations

import gc
import signal
import sys

from dlx.runs.training.signals import NUMBERS


def main() -> int:
    """Run the command line; returns its exit code."""
    gc.disable()  # until a command is called: what is imported stays to the end, and is not to be gone through
    try:
        from dlx.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        for number in NUMBERS:  # all is written: Python's own end must not be interrupted
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
