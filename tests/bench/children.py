"""Seconds and peak memory of work in a fresh process, where nothing is imported yet."""

import subprocess
import sys
from typing import Final

_MEASURED: Final = """
import resource, time
begun = time.perf_counter(), time.process_time()
{code}
seconds = time.perf_counter() - begun[0], time.process_time() - begun[1]
print(*seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def measured(code: str, *arguments: str) -> tuple[float, float, float]:
    """Run code in a fresh process; return its seconds, those of the CPU, and its peak in bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED.format(code=code), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, cpu, peak = map(float, done.stdout.split()[-3:])
    return seconds, cpu, peak
