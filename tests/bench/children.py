"""Seconds and peak memory of work in a fresh process, where nothing is imported yet."""

import subprocess
import sys
from typing import Final

_MEASURED: Final = """
import pathlib, re, time
begun = time.perf_counter(), time.process_time()
{code}
seconds = time.perf_counter() - begun[0], time.process_time() - begun[1]
status = pathlib.Path("/proc/self/status").read_text()
print(*seconds, int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) * 1024)
"""
"""The peak is VmHWM: ru_maxrss of a child begins with that of the process that started it."""


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
