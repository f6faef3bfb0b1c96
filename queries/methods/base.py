"""What all methods of ``NeuronGraph`` share: the open store, and how a question is put."""

import os
from collections.abc import Callable
from typing import Any

import pandas as pd

from queries.answers.comparison import require_alike
from queries.answers.models import Models
from queries.answers.question import Question
from queries.core.progress import Progress, silent
from queries.library.queries import query
from queries.stores import open_store


class Methods:
    """An open graph.

    Parameters
    ----------
    graph, model, progress, dask
        As in ``NeuronGraph``.
    """

    def __init__(
        self,
        graph: str | os.PathLike[str] | None = None,
        *,
        model: str | None = None,
        progress: Progress = silent,
        dask: str | None = None,
    ) -> None:
        self._store = open_store(graph, dask=dask)
        self._model = model
        self._models = Models(self._store, progress)

    def _ask(self, name: str, model: str | None, /, **values: Any) -> Question:
        """Return a question: a query, its values, checked, and the model that it is about."""
        asked = query(name)
        checked = asked.checked(values)
        about = self._models.find(model or self._model)
        about.require(asked, checked)
        if "other" not in checked:
            return Question(asked, checked, about)
        other = self._models.find(checked["other"])
        require_alike(about, other)
        return Question(asked, checked, about, other)

    def _answer(
        self,
        question: Question,
        compute: Callable[[Question], pd.DataFrame],
        *,
        in_store: bool,
        stated: Callable[[Question], pd.DataFrame] = Question.in_store_answer,
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
        stated
            What has the store answer it, and refuses what ``compute`` refuses.
        """
        return stated(question) if in_store else compute(question)
