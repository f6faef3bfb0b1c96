"""Load the epochs of a training into a graph, as the models ``run@1``, ``run@2`` and so on."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from exporter.inspection import inspect
from exporter.loading import check_name, load
from exporter.planning.grouping import require_granularity
from exporter.reading.input_shapes import require_shapes
from exporter.reading.keras.importing import import_keras
from exporter.removal import drop
from exporter.sinks.kinds import sink_kind
from queries.answers.history import checkpoints
from queries.core.arguments import require_text
from queries.core.granularity import NEURON_GRAPH, Granularity
from queries.core.input_shapes import InputShapes
from queries.core.live_models import in_memory
from queries.errors import GraphNotFoundError, ModelExistsError, NeurongraphError, listed
from queries.library.checks import require_count
from queries.stores import open_store
from queries.stores.location import locate


def load_epochs(
    run: str,
    graph: str | os.PathLike[str] | None = None,
    *,
    granularity: Granularity = NEURON_GRAPH,
    every: int = 1,
    replace: bool = False,
    input_shape: InputShapes | None = None,
) -> Any:
    """Return a Keras callback that loads the model into a graph after each epoch.

    The first epoch becomes the model ``run@1``, the second ``run@2``. Before the first of them
    the callback looks whether the model can be loaded, and raises an error if not: nothing is
    trained then. An epoch that cannot be loaded later, since the disk is full or the server has
    gone, ends no training: a warning says so, the next epoch is loaded again, and the last one
    once more when the training ends.

    Parameters
    ----------
    run
        The name of the run, as ``NeuronGraph.history`` takes it.
    graph
        Where the graph is, as in ``load``.
    granularity
        What a node stands for, as in ``load``: a channel graph is far smaller.
    every
        Load the epochs whose number is a multiple of it, and the last one.
    replace
        Remove the models of an earlier run of that name before the first epoch: those of the
        epochs that are to come, and of later ones.
    input_shape
        How long the axes are that the model leaves open, as in ``load``. What it is trained with
        does not say so, since each batch may have another length.

    Returns
    -------
    keras.callbacks.Callback
        To be given to ``model.fit``, before callbacks that change the weights when a training
        ends, as ``EarlyStopping`` does with ``restore_best_weights``. Its ``loaded`` are the names
        of the models that it has loaded, its ``failed`` the errors by name of those that it has
        not.

    Raises
    ------
    ParameterError
        If an argument is wrong, or ``graph`` is none that is written.
    NotInstalledError
        If there is no Keras.

    Notes
    -----
    When the training begins, the callback raises ``ModelExistsError`` where there are models of an
    earlier run, ``ModelFileError`` or ``UnsupportedLayerError`` where the model cannot be loaded,
    and ``GraphError`` where the graph cannot be opened.

    Examples
    --------
    >>> epochs = load_epochs("digits", "digits.lbug", granularity="channel", every=5)
    >>> model.fit(x, y, epochs=20, callbacks=[epochs])
    """
    require_text("run", run, "the name of the run")
    check_name(f"{run}@1")
    require_granularity(granularity)
    require_count("every", every)
    require_shapes(input_shape)
    sink_kind(locate(graph))
    return _callback_class()(_Run(run, graph, granularity, replace, input_shape), every)


class _Run:
    """The models of a run, as far as they have been loaded; the parameters are as above."""

    def __init__(
        self,
        run: str,
        graph: str | os.PathLike[str] | None,
        granularity: Granularity,
        replace: bool,
        input_shape: InputShapes | None,
    ) -> None:
        self._run, self._graph, self._location = run, graph, locate(graph).text
        self._granularity, self._replace = granularity, replace
        self._input_shape = input_shape
        self.loaded: list[str] = []
        self.failed: dict[str, Exception] = {}

    def prepare(self, epochs: int, model: Any) -> None:
        """Raise an error where the epochs after so many cannot be loaded, and make room for them.

        Parameters
        ----------
        epochs
            How many there have been.
        model
            The model that is being trained.
        """
        with self._named(epochs + 1, model):
            inspect(model, granularity=self._granularity, input_shape=self._input_shape)
        earlier = [name for epoch, name in self._there() if epoch > epochs]
        if earlier and not self._replace:
            raise ModelExistsError(
                f"the graph holds models of an earlier run {self._run!r}: {listed(earlier)}; say "
                "replace=True, which removes them, or give the run another name"
            )
        for name in earlier:
            drop(name, self._graph, progress=False)

    @contextmanager
    def _named(self, epoch: int, model: Any) -> Iterator[None]:
        """Name the epoch in errors, in the place of the model."""
        try:
            yield
        except NeurongraphError as error:
            place = in_memory(str(model.name))
            text = str(error).replace(place, f"epoch {epoch} of run {self._run!r}")
            raise type(error)(text) from error.__cause__

    def _there(self) -> list[tuple[int, str]]:
        """Return the models of the run that the graph holds, complete or not."""
        try:
            with open_store(self._graph) as store:
                found = checkpoints(store.models(None), self._run)
        except GraphNotFoundError:
            return []
        return [(each.epoch, each.name) for each in found]

    def __str__(self) -> str:
        return f"run {self._run!r} in {self._location}"

    def record(self, epoch: int, model: Any) -> None:
        """Load an epoch, unless it has been; warn where that fails."""
        name = f"{self._run}@{epoch}"
        if name in self.loaded:
            return
        try:
            with self._named(epoch, model):
                # What a load that failed has left is replaced.
                load(
                    model,
                    self._graph,
                    name=name,
                    granularity=self._granularity,
                    input_shape=self._input_shape,
                    replace=True,
                    # Keras has a bar of its own.
                    progress=False,
                )
        except Exception as error:  # noqa: BLE001 - a training may have run for days
            self.failed[name] = error
            warnings.warn(
                f"{name!r} was not loaded, and the training goes on: {error}", stacklevel=2
            )
        else:
            self.loaded.append(name)
            self.failed.pop(name, None)


@cache
def _callback_class() -> Any:
    """Return the class of the callback, whose base takes seconds to import."""
    base: Any = import_keras().callbacks.Callback

    class EpochLoader(base):  # type: ignore[misc]
        """Loads epochs; see ``load_epochs``."""

        def __init__(self, run: _Run, every: int) -> None:
            super().__init__()
            self._run, self._every = run, every
            self._begun, self._last = False, 0
            self.loaded, self.failed = run.loaded, run.failed

        def __repr__(self) -> str:
            each = "epoch" if self._every == 1 else f"{self._every} epochs"
            counts = f"{len(self.loaded)} loaded, {len(self.failed)} failed"
            return f"<EpochLoader of {self._run}, every {each}: {counts}>"

        def on_train_begin(self, logs: Any = None) -> None:
            """Note that nothing has been looked at."""
            self._begun, self._last = False, 0
            self.loaded.clear()
            self.failed.clear()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            """Look whether epochs can be loaded, before the first one."""
            if not self._begun:
                self._run.prepare(epoch, self.model)
                self._begun = True

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            """Load an epoch."""
            self._last = epoch + 1
            ends = self.model.stop_training or self._last == self.params.get("epochs")
            if ends or self._last % self._every == 0:
                self._run.record(self._last, self.model)

        def on_train_end(self, logs: Any = None) -> None:
            """Load the last epoch, if it has not been."""
            if self._last:
                self._run.record(self._last, self.model)

    return EpochLoader
