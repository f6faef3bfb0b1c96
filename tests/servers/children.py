"""Child processes that do not outlive the tests."""

import shutil


def bound(command: list[str]) -> list[str]:
    """Have Linux end a command when the thread that started it is gone, even by a kill."""
    guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return [*guard, *command]
