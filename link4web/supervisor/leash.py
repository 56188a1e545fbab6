"""`python leash.py MODULE ARGUMENT…`: `python -m MODULE ARGUMENT…` that does not outlive whoever started it.

Standard input is the leash: a pipe whose other end its starter holds and never writes to. However the starter ends,
also by SIGKILL, the system closes that end, and this process and what it started are asked to stop. It must lead a
process group of its own.
"""

import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

LEASH = 0
#: What asking politely may take: longer than gunicorn waits for its requests.
SECONDS_TO_STOP = 20


def _follow() -> None:
    """Wait for the end of the starter, then end this group of processes."""
    while os.read(LEASH, 1):
        pass
    for how, patience in ((signal.SIGTERM, SECONDS_TO_STOP), (signal.SIGKILL, 0)):
        os.killpg(os.getpid(), how)
        time.sleep(patience)


def main() -> None:
    # a shell that starts something in the background lets it ignore SIGINT, and everything below inherits that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_follow, name="leash", daemon=True).start()
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path.cwd())  # as `python -m` has it, instead of this file's folder
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
