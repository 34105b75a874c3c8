"""`python -m oso_analysis`: the command line, where the command itself is not on the path."""

import sys

from oso_analysis.cli import main

if __name__ == "__main__":
    sys.exit(main())
