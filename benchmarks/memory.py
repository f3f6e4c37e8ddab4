"""How much memory a contestant of adam.py takes at its peak, beyond parameters and gradient.

Run as a process of its own: ``python memory.py NAME SIZE`` prints bytes a parameter.
"""

import gc
import re
import sys
from pathlib import Path

import numpy as np


def status(field):
    """One of the process's memory figures, in bytes (Linux)."""
    text = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(rf"{field}:\s+(\d+) kB", text).group(1))


def peak(name, size):
    from adam import CONTESTANTS

    def arrays(n):
        return np.ones(n, np.float32), np.full(n, 0.5, np.float32)  # zeros would take no memory yet

    warm = CONTESTANTS[name](*arrays(1000))()  # what is loaded and compiled once is not counted
    warm(), warm()
    del warm
    gc.collect()
    before = status("VmRSS")
    step = CONTESTANTS[name](*arrays(size))()
    step()  # compiles, and lets go of what the parameters were made from
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak of the past
    for _ in range(3):
        step()
    return (status("VmHWM") - before) / size - 8


if __name__ == "__main__":
    print(peak(sys.argv[1], int(sys.argv[2])))
