"""What all methods of ``NeuronGraph`` share: the open store, and how a question is put."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd

from queries.answers import properties
from queries.answers.comparison import require_alike
from queries.answers.models import Models
from queries.answers.question import Question
from queries.core.arguments import require_text
from queries.core.closing import Closing
from queries.core.input_shapes import InputShapes
from queries.core.live_models import library_of
from queries.core.memory import too_little_memory_named
from queries.core.progress import Progress, require_progress, shown, silent
from queries.core.wording import option
from queries.errors import ParameterError
from queries.library.queries import query
from queries.library.row_order import RowOrder
from queries.stores import Store, open_store
from queries.stores.models import MODEL_NAME, require_model


class Methods:
    """An open graph.

    Parameters
    ----------
    graph, model, progress, dask, input_shape, example_inputs
        As in ``NeuronGraph``.
    """

    def __init__(
        self,
        graph: str | os.PathLike[str] | Any | None = None,
        *,
        model: str | None = None,
        progress: Progress | bool = True,
        dask: str | None = None,
        input_shape: InputShapes | None = None,
        example_inputs: Any = None,
    ) -> None:
        require_progress(progress)
        self._store = _opened(graph, model, dask, input_shape, example_inputs)
        # A page opens the graph for itself; the environment may name another one by then.
        self._place = self._store.location if library_of(graph) is None else graph
        self._opening = {"input_shape": input_shape, "example_inputs": example_inputs}
        self._model = model
        self._pages: list[Closing] = []
        self._closed = False
        self._progress = progress
        self._told: Progress = silent if isinstance(progress, bool) else progress
        self._models = Models(self._store, self._tell)

    def _tell(self, phase: str, done: int, total: int) -> None:
        self._told(phase, done, total)

    @contextmanager
    def _showing(self) -> Iterator[None]:
        """Show meanwhile how far a computation is, where somebody looks on."""
        before = self._told
        with shown(self._progress) as told:
            self._told = told
            try:
                yield
            finally:
                self._told = before

    def _meant(self, model: str | None) -> str | None:
        """Return the name of the model that is meant; None where none was chosen."""
        if model is None:
            return self._model
        require_text("model", model, MODEL_NAME)
        return model

    def _ask(self, name: str, model: str | None, /, **values: Any) -> Question:
        """Return a question: a query, its values, checked, and the model that it is about."""
        asked = query(name)
        checked = asked.checked(values)
        about = self._models.find(self._meant(model))
        if not asked.of_circuits:
            about.require_neurons()
        about.require(asked, checked)
        if "other" not in checked:
            return Question(asked, checked, about)
        other = self._models.find(checked["other"])
        other.require_neurons()
        require_alike(about, other)
        return Question(asked, checked, about, other)

    def _answer(
        self,
        question: Question,
        compute: Callable[[Question], pd.DataFrame],
        *,
        in_store: bool,
        sort: str | Sequence[str] | None,
        limit: int | None,
        stated: Callable[[Question], pd.DataFrame] = Question.in_store_answer,
        write_property: str | None = None,
        index: bool = False,
    ) -> pd.DataFrame:
        """Answer a question.

        Parameters
        ----------
        question
            The question.
        compute
            What answers it by default.
        in_store
            Whether the query's own statement answers it in the store.
        sort, limit
            The columns by which its rows are sorted, and how many are returned.
        stated
            What has the store answer it, and refuses what ``compute`` refuses.
        write_property
            The property of neurons that the query's score becomes; None for none.
        index
            Whether an index is made on it.
        """
        if index and write_property is None:
            raise ParameterError(
                f"{option('index')}: it is one on the property that {option('write_property')} "
                "names"
            )
        if write_property is not None:
            require_text("write_property", write_property, "the name of a property")
            properties.check(question.model, write_property, index=index)
        order = RowOrder.from_arguments(sort, limit)
        if order.columns:
            order.require(question.query.name, question.columns)
        # A property is written to all neurons, however many rows are returned.
        asked = question if write_property is not None else replace(question, order=order)
        with self._showing(), too_little_memory_named():
            frame = stated(asked) if in_store else compute(asked)
        if write_property is not None:
            begun = time.perf_counter()
            values = properties.values_of(frame, write_property, question.query.score)
            properties.write(question.model, write_property, values, index=index)
            seconds = time.perf_counter() - begun
            frame.attrs["written"] = (
                f"wrote {write_property} of {len(values):,} neurons in {seconds:.1f} s"
            )
        return order.apply(frame)


def _opened(
    graph: str | os.PathLike[str] | Any | None,
    model: str | None,
    dask: str | None,
    input_shape: InputShapes | None,
    example_inputs: Any,
) -> Store:
    """Open a graph that holds a model of the name that is given, if one is."""
    with ExitStack() as closing:
        store = closing.enter_context(
            open_store(graph, dask=dask, input_shape=input_shape, example_inputs=example_inputs)
        )
        if model is not None:
            require_model(store, model)
        closing.pop_all()
    return store
