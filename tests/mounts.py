"""File systems that are mounted for a test."""

import subprocess
from contextlib import ExitStack

from tests.servers import skip_or_fail


def mounted(stack: ExitStack, *arguments: str) -> None:
    """Mount something until the stack ends; root in a container may not be allowed to."""
    try:
        subprocess.run(["mount", *arguments], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or str(error)
        skip_or_fail(f"mount {' '.join(arguments)}: {reason.strip()}")
    stack.callback(subprocess.run, ["umount", arguments[-1]], check=True)
