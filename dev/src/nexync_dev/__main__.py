"""`python -m nexync_dev <verb>`."""

import sys

from nexync_dev.cli import main

sys.exit(main(sys.argv[1:]))
