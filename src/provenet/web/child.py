"""A verb as a child of the server: it dies with the server, however that dies, and Ctrl-C reaches it.

`python -m provenet.web.child PARENT VERB CASE ...` runs what `python -m provenet VERB CASE ...` runs. Where the system
has no such death signal, only a server that ends in order ends its children.
"""

import os
import runpy
import signal
import sys

DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux."""


def tie_to(parent: int) -> None:
    """Has the system kill this process when its parent dies; ends at once where it has died already."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    """Ties this process to its parent, then runs the command line."""
    parent, *words = sys.argv[1:]
    tie_to(int(parent))
    # A server that was started in the background ignores Ctrl-C, and its children would too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["provenet", *words]
    runpy.run_module("provenet", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
