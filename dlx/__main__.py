"""``python -m dlx``: the same as the command ``dlx``."""

import sys

from dlx.cli import main

if __name__ == "__main__":
    sys.exit(main())
