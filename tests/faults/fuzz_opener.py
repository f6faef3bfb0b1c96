"""Open damaged model files in processes of their own, and count what comes of it.

``python -m tests.faults.fuzz_opener 1000`` tries as many; a second number is the seed.
"""

import multiprocessing
import resource
import sys
import tempfile
import traceback
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.faults.mutations import mutated, save_samples

WORKERS = 2
SECONDS = 30
"""A mutation that takes longer hangs."""

MEMORY = 4 << 30
"""Bytes of address space that a worker may take beyond those of TensorFlow."""

_READY = "ready"


@dataclass
class Campaign:
    """
    What became of the mutations.

    Attributes
    ----------
    counts
        How many were tried, opened, refused by our errors, and how many let another error
        out (leaked), took too long (hung), or ended the process (crashed).
    found
        The last three, one line each.
    """

    counts: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        names = ("tried", "opened", "refused", "leaked", "hung", "crashed")
        return ", ".join(f"{self.counts[name]} {name}" for name in names)


def _work(pipe: Connection) -> None:
    """Open each file that is asked for, and tell how that ended."""
    from exporter import inspect
    from exporter.planning.push import plan
    from exporter.reading.formats import open_model
    from queries.errors import NeurongraphError

    open_model(Path(__file__).parents[2] / "samples" / "digits.keras")
    size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = size * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    pipe.send((_READY, ""))
    while True:
        path = pipe.recv()
        said = ("refused", "")
        for use in (inspect, lambda file: plan(open_model(file))):
            try:
                use(path)
                said = ("opened", "")
            except NeurongraphError:
                said = ("refused", "")
            except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for.
                said = ("leaked", traceback.format_exc())
                break
        pipe.send(said)


class _Worker:
    """A process that opens files, one after the other."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.task: tuple[str, Path] | None = None

    def answer(self, seconds: float) -> tuple[str, str]:
        """Wait for what the process says; say it for it where it cannot."""
        try:
            if self.pipe.poll(seconds):
                outcome, said = self.pipe.recv()
                return str(outcome), str(said)
            return "hung", ""
        except EOFError:
            self.process.join()
            return "crashed", f"exit code {self.process.exitcode}"

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def fuzz(count: int, seed: int = 0, workers: int = WORKERS) -> Campaign:
    """Try so many mutations."""
    campaign = Campaign()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "samples").mkdir()
        running = [_Worker() for _ in range(workers)]
        samples = save_samples(folder / "samples")
        before = {path for path in folder.rglob("*") if path.is_file()}
        for worker in running:
            assert worker.answer(300)[0] == _READY
        numbers = iter(range(count))
        try:
            while _give(running, numbers, samples, seed, folder):
                for position, worker in enumerate(running):
                    if worker.task is not None:
                        running[position] = _taken(worker, campaign)
        finally:
            for worker in running:
                worker.end()
        left = {path for path in folder.rglob("*") if path.is_file()} - before
        campaign.found += [f"left behind: {path}" for path in left]
    return campaign


def _give(
    running: list[_Worker], numbers: Any, samples: list[Path], seed: int, folder: Path
) -> bool:
    """Hand each process its next file; tell whether there was one."""
    for worker, number in zip(running, numbers, strict=False):
        worker.task = mutated(samples, number, seed, folder)
        worker.pipe.send(worker.task[1])
    return any(worker.task for worker in running)


def _taken(worker: _Worker, campaign: Campaign) -> _Worker:
    """Count how a file ended; give the process for the next one, a new one if need be."""
    assert worker.task is not None
    (kind, path), worker.task = worker.task, None
    outcome, said = worker.answer(SECONDS)
    campaign.counts.update(["tried", outcome])
    if outcome in {"leaked", "hung", "crashed"}:
        campaign.found.append(f"{path.name} ({kind}) {outcome}: {said}")
    path.unlink()
    if outcome not in {"hung", "crashed"}:
        return worker
    worker.end()
    fresh = _Worker()
    assert fresh.answer(300)[0] == _READY
    return fresh


def main() -> None:
    """Run a campaign and print what it found."""
    count, seed = (*map(int, sys.argv[1:]), *(1000, 0)[len(sys.argv) - 1 :])
    campaign = fuzz(count, seed)
    sys.stdout.write("\n".join([*campaign.found, f"seed {seed}: {campaign}"]) + "\n")
    sys.exit(bool(campaign.found))


if __name__ == "__main__":
    main()
