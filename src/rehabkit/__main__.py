"""``python -m rehabkit``."""

import sys

from rehabkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
