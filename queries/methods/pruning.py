"""Which channels a model can lose, by samples that somebody gives."""

from collections.abc import Sequence

import pandas as pd
from numpy.typing import ArrayLike

from queries.answers import pruning as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.row_order import RowOrder
from queries.methods.base import Methods


class PruningMethods(Methods):
    """Channels set to 0, at samples."""

    def prune_cost(
        self,
        x: InputLike,
        y: ArrayLike | None = None,
        *,
        neurons: NeuronsLike = None,
        model: str | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
    ) -> pd.DataFrame:
        """Return what it changes when each channel puts out 0, the cheapest channel first.

        Each channel is set to 0 alone: all of its neurons put out 0 instead of the values that
        their activation function gives. The layers after it are computed anew, by the graph alone.
        A channel that feeds a BatchNormalization puts out 0 before that, which adds its shift all
        the same. Where a layer is used several times its weights are the same at each use, and so
        a channel is set to 0 at all of them.

        Parameters
        ----------
        x
            Samples, as the model takes them: an array of the shape (samples, ``*shape of the
            input``); where the model has several inputs, a dictionary of such arrays by the names
            of the input layers. Or the path of an ``.npz`` file that has the array ``x``, or
            ``x_test``, or one by the name of each input, and if there are labels ``y``, ``y_test``
            or ``labels``. Where it has none, but other arrays, that is an error. Or whatever else
            ``ModelInput`` takes.
        y
            The true classes: class numbers of the shape (samples,), or rows of 0 and a single 1,
            as the output has them; where the output has places, for each of them. A single output
            says class 1 where it is above 0.5, or above 0 where no sigmoid makes it. By default
            those of the file.
        neurons
            The channels that these neurons are in, at all uses of their layer (neurons, default
            all channels of layers that have parameters, but the outputs).
        model
            The model to ask about; needed where the graph holds more than one.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-mean_change"``. NaN and null come last. Equal rows, and all
            without it, come with the cheapest channel first.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).

        Returns
        -------
        pandas.DataFrame
            A row a channel. The columns:

            - ``name`` (text): layer[channel], which is taken where neurons are meant; of a layer
              that is used several times, its first use
            - ``layer`` (text): name of the layer
            - ``channel`` (int): channel, feature map or unit
            - ``neurons`` (int): number of neurons, at all uses of the layer
            - ``mean_change`` (float): mean absolute change of the outputs, in their units
            - ``rms_change`` (float): root mean square of the change of the outputs, in their units

            With labels also:

            - ``accuracy_before`` (float): share of the labels that the whole model predicts
            - ``accuracy_after`` (float): share of the labels that it predicts without the channel

        Raises
        ------
        ParameterError
            If the graph is no neuron graph, or lacks relationships or layers; if a file cannot be
            read, or an array does not fit an input or the output; if there is no such column.
        LayerNotFoundError, NeuronNotFoundError
            If there are no such neurons.

        Notes
        -----
        The outputs are the neurons of layers that feed none. It takes as long as one forward pass
        of the layers after a channel, for each channel and sample; a few hundred samples rank
        channels well. Memory is the same for any number of samples, their own values left out.

        Examples
        --------
        >>> graph.prune_cost("samples/digits.npz", neurons="conv_1")
        """
        question = self._ask("neurons", model, neurons=neurons)
        order = RowOrder.from_arguments(sort, limit)
        with self._showing():
            return answers.prune_cost(question, x, y, order)
