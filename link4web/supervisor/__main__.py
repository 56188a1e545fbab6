"""`python -m link4web.supervisor`: run everything at home until Ctrl-C."""

import sys

from link4web.supervisor.home import main

if __name__ == "__main__":
    sys.exit(main())
