"""Datasets that are damaged by chance: each answer is right, or an error names the damage."""

import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from exporter import check, load
from queries import NeuronGraph
from queries.core.file_format import FileFormat
from queries.errors import (
    GraphDamagedError,
    GraphError,
    GraphNotFoundError,
    GraphVersionError,
    ModelExistsError,
    ModelIncompleteError,
    ModelNotFoundError,
    NeurongraphError,
)
from queries.library.queries import queries
from queries.stores.dataset import README, is_dataset
from tests.examples import RECORDED
from tests.faults.clients import FINISHED, Client, Tell, loading
from tests.faults.questions import OTHER, QUESTIONS, ask, check_alike
from tests.faults.seeds import seeds
from tests.faults.spoiling import SPOILS, subfolder
from tests.faults.tally import DatasetTally, told
from tests.faults.timeline import Timeline
from tests.unit.builders import randomized, saved

pytestmark = pytest.mark.timeout(900)

NAME: Final = "m"
BATCH_SIZE: Final = 24
"""A few files a layer."""
FORMATS: Final[tuple[FileFormat, ...]] = ("parquet", "csv")
KILL: Final = "load killed"
KINDS: Final = (*SPOILS, KILL)

Answers = Mapping[int, pd.DataFrame]
"""The answer to each of ``QUESTIONS``, by its number."""


@dataclass(frozen=True)
class Whole:
    """A dataset of two models that nobody touches.

    Parameters
    ----------
    folder
        Where it is.
    files
        The models, by name.
    before
        The same before the model that is damaged was loaded.
    answers
        What it says of that model, and of the other one.
    timeline
        When the load of that model did its steps.
    file_format
        Of its tables.
    """

    folder: Path
    files: Mapping[str, Path]
    before: Path
    answers: Answers
    others: pd.DataFrame
    timeline: Timeline
    file_format: FileFormat


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Save two models of the same layers and other weights."""
    import keras

    folder = tmp_path_factory.mktemp("small")
    files = {name: folder / f"{name}.keras" for name in (NAME, OTHER)}
    for seed, file in enumerate(files.values()):
        layers = [
            keras.Input((4, 4, 1), name="pixels"),
            keras.layers.Conv2D(2, 2, activation="relu", name="conv"),
            keras.layers.Flatten(name="flat"),
            keras.layers.Dense(5, activation="tanh", name="hidden"),
            keras.layers.Dense(3, name="digits"),
        ]
        saved(randomized(keras.Sequential(layers), seed), file)
    return files


@pytest.fixture(scope="module")
def wholes(
    small: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[FileFormat, Whole]:
    """Load both models into a dataset of each format."""
    return {each: _whole(small, each, tmp_path_factory.mktemp(each)) for each in FORMATS}


def _whole(files: Mapping[str, Path], file_format: FileFormat, folder: Path) -> Whole:
    dataset = folder / "dataset"
    load(files[OTHER], f"{dataset}/", name=OTHER, file_format=file_format, batch_size=BATCH_SIZE)
    before = Path(shutil.copytree(dataset, folder / "before"))
    client = Client(_loading(files[NAME], dataset, file_format=file_format))
    assert client.ended() == FINISHED
    with NeuronGraph(dataset, model=NAME) as graph:
        answers = {number: ask(graph, each) for number, each in enumerate(QUESTIONS)}
        others = graph.edges(model=OTHER)
    timeline = Timeline(client.events)
    return Whole(dataset, files, before, answers, others, timeline, file_format)


def _loading(file: Path, dataset: Path, **settings: Any) -> Callable[[Tell], None]:
    return loading(file, f"{dataset}/", name=NAME, batch_size=BATCH_SIZE, **settings)


class TestTruth:
    """What the whole datasets say is what NumPy and model files say."""

    @pytest.fixture(params=FORMATS)
    def whole(self, request: pytest.FixtureRequest, wholes: Mapping[FileFormat, Whole]) -> Whole:
        return wholes[request.param]

    def test_of_each_query_there_is_a_question(self) -> None:
        assert {query for query, _ in QUESTIONS} | {"models"} | RECORDED == queries().keys()

    def test_relationships_are_the_weights(self, whole: Whole) -> None:
        expected = by_hand(whole.files[NAME])
        found = whole.answers[QUESTIONS.index(("edges", {}))]
        assert list(found.itertuples(index=False, name=None)) == expected

    def test_answers_are_those_of_the_model_file(self, whole: Whole) -> None:
        with NeuronGraph(whole.files[NAME]) as graph:
            for question, found in zip(QUESTIONS, whole.answers.values(), strict=True):
                if "other" not in question[1]:
                    check_alike(question, found, ask(graph, question))

    def test_changes_are_those_of_the_weights(self, whole: Whole) -> None:
        both = [np.array([edge[2] for edge in by_hand(file)]) for file in whole.files.values()]
        (found,) = (
            whole.answers[number]["change"]
            for number, (query, _) in enumerate(QUESTIONS)
            if query == "compare_edges"
        )
        expected = np.sort(np.abs(both[1] - both[0]))[::-1]
        np.testing.assert_allclose(found.abs(), expected, rtol=1e-6)


def by_hand(file: Path) -> list[tuple[int, int, float]]:
    """Return source, target and weight of all relationships, as Keras's weights say."""
    import keras

    model = keras.models.load_model(file)
    kernel, hidden, digits = (
        np.asarray(model.get_layer(name).kernel) for name in ("conv", "hidden", "digits")
    )
    conv = [
        ((y + dy) * 4 + x + dx, 16 + (y * 3 + x) * 2 + channel, kernel[dy, dx, 0, channel])
        for dy, dx, y, x, channel in np.ndindex(2, 2, 3, 3, 2)
    ]
    dense = [
        (first + source, last + target, weights[source, target])
        for weights, first, last in ((hidden, 16, 34), (digits, 34, 39))
        for source, target in np.ndindex(weights.shape)
    ]
    return sorted((source, target, float(weight)) for source, target, weight in conv + dense)


_NAMED: Final[Mapping[str, tuple[type[NeurongraphError], ...]]] = {
    "note edited": (GraphVersionError,),
    KILL: (ModelIncompleteError,),
}
"""Errors that name a kind of damage, beside those that name any."""


@dataclass
class Trial:
    """
    A dataset, what was done to it, and what comes of it.

    Parameters
    ----------
    whole
        What it is a copy of.
    dataset
        Where it is.
    kind
        How it is damaged.
    tally
        Where to count.
    done
        What was done to it, for the message of a failing test.
    wrong
        What was answered or raised that should not be.
    """

    whole: Whole
    dataset: Path
    kind: str
    tally: DatasetTally
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def judge(self, name: str, right: Callable[[], bool], *named: type[NeurongraphError]) -> bool:
        """Count what a question, check or load comes to; tell whether it was right."""
        self.tally.tried += 1
        try:
            is_right = right()
        except Exception as error:  # noqa: BLE001
            kinds: tuple[type[Exception], ...] = (GraphDamagedError, *named, *self._named)
            if isinstance(error, kinds) and _names(error, self.dataset):
                self.tally.named += 1
            else:
                self._fail(f"{name}: {error!r}")
        else:
            if is_right:
                self.tally.right += 1
                return True
            self._fail(f"{name}: another answer")
        return False

    def _fail(self, what: str) -> None:
        self.tally.wrong += 1
        self.wrong.append(what)

    @property
    def _named(self) -> tuple[type[NeurongraphError], ...]:
        """Which errors name what has become of the dataset, beside that of damage."""
        named = _NAMED.get(self.kind, ())
        if not list(self.dataset.glob(f"{subfolder(self.whole.folder, NAME).name}*/*")):
            named = (*named, ModelNotFoundError)
        if not is_dataset(self.dataset):
            named = (*named, GraphNotFoundError, GraphError)
        return named

    def ask(self, draws: random.Random) -> None:
        """Ask all questions in any order, about the damaged model and the other one."""
        numbers = list(self.whole.answers)
        draws.shuffle(numbers)
        if not self.judge("opening", self._opens):
            return
        with NeuronGraph(self.dataset, model=NAME) as graph:
            for number in numbers:
                self.judge(str(QUESTIONS[number]), partial(self._is_right, graph, number))
            if not self.judge("the other model", lambda: self._other_is_right(graph)):
                self._fail("the other model is not answered for")

    def _opens(self) -> bool:
        with NeuronGraph(self.dataset, model=NAME):
            return True

    def _is_right(self, graph: NeuronGraph, number: int) -> bool:
        return ask(graph, QUESTIONS[number]).equals(self.whole.answers[number])

    def _other_is_right(self, graph: NeuronGraph) -> bool:
        return graph.edges(model=OTHER).equals(self.whole.others)

    def check(self) -> None:
        """Look that ``check`` passes only what is as it was written."""
        self.judge("check", self._check_is_right)

    def _check_is_right(self) -> bool:
        report = check(self.dataset, name=NAME)
        return report.passed == self._is_whole()

    def _is_whole(self) -> bool:
        """Tell whether a folder of the model holds all files as the load wrote them."""
        folder = subfolder(self.whole.folder, NAME)
        written = self._written(folder)
        return any(self._written(each) == written for each in self.dataset.glob(f"{folder.name}*"))

    def _written(self, folder: Path) -> dict[str, bytes]:
        """Return the files of a model; of a load of its own those that say nothing of when."""
        pattern = "[en]*-*" if self.kind == KILL else "*"
        return {path.name: path.read_bytes() for path in folder.glob(pattern)}

    def mend(self, draws: random.Random) -> None:
        """Go on with the load; where that is refused by name, put back what is missing."""
        file = self.whole.files[NAME]

        def resumed() -> bool:
            load(file, self.dataset, name=NAME, resume=True)
            return True

        if not self.judge("load --resume", resumed, ModelExistsError):
            shutil.copyfile(self.whole.folder / README, self.dataset / README)
            load(file, self.dataset, name=NAME, replace=True, batch_size=BATCH_SIZE)
        named = self.tally.named
        self.ask(draws)
        self.judge("check", lambda: check(self.dataset, name=NAME).passed)
        if self.tally.named > named:
            self._fail("there is damage after the repair")


def _names(error: Exception, dataset: Path) -> bool:
    """Tell whether an error is one line, and says of which dataset or model it is."""
    message = str(error)
    return "\n" not in message and (str(dataset) in message or repr(NAME) in message)


class TestDatasetDamaged:
    @seeds(len(KINDS) * len(FORMATS) * 8, quick=2)
    def test_each_answer_is_right_or_refused(
        self,
        seed: int,
        wholes: Mapping[FileFormat, Whole],
        tmp_path: Path,
        record_property: Callable[[str, Any], None],
    ) -> None:
        draws, kind = random.Random(seed), KINDS[seed // len(FORMATS) % len(KINDS)]
        whole = wholes[FORMATS[seed % len(FORMATS)]]
        tally = DatasetTally(f"dataset: {kind}", whole.file_format, datasets=1)
        trial = Trial(whole, tmp_path / "dataset", kind, tally)
        if kind == KILL:
            interrupt(trial, draws)
        else:
            shutil.copytree(whole.folder, trial.dataset)
            trial.done.append(SPOILS[kind](trial.dataset, draws))
        trial.ask(draws)
        trial.check()
        trial.mend(draws)
        record_property("faults", told(tally))
        assert not trial.wrong, (kind, whole.file_format, trial.done, trial.wrong[:5])


def interrupt(trial: Trial, draws: random.Random) -> None:
    """Kill a load of the model, and perhaps damage what it has left."""
    shutil.copytree(trial.whole.before, trial.dataset)
    file, file_format = trial.whole.files[NAME], trial.whole.file_format
    client = Client(_loading(file, trial.dataset, file_format=file_format))
    trial.whole.timeline.draw(draws).reached_by(client)
    client.kill()
    trial.done.append("killed")
    left = list(trial.dataset.glob(f"{NAME}-*/[en]*-*"))
    if left and draws.random() < 0.5:
        spoilt = draws.choice(sorted(left))
        spoilt.write_bytes(spoilt.read_bytes()[: draws.randrange(10)])
        trial.done.append(f"{spoilt.name} truncated")
