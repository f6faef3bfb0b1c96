"""What neurons do at an input."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import at_input as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.methods.base import Methods


class AtInputMethods(Methods):
    """What a model computes at inputs, by its graph alone."""

    def activations(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what neurons put out at an input, and what their activation function gets.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        neurons
            Which neurons, also those whose value is 0 (neurons, default all). Neurons are a name
            such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-pre_activation"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. This query has none: it computes the model at an input, and
            Cypher lacks functions that neurons apply, such as erf.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``input`` (text): which sample: its file and row, or its number
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``value`` (float, in units of the neuron's output): what the neuron puts out
            - ``pre_activation`` (float, in units of the neuron's sum): what its activation function
              is applied to: its inputs, joined, and its bias

        Raises
        ------
        ParameterError
            If the graph is no neuron graph, or lacks relationships or layers; if samples cannot be
            read, or do not fit the inputs of the model; if there is no such column.
        LayerNotFoundError, NeuronNotFoundError
            If there are no such neurons.

        Notes
        -----
        Order of the rows: inputs as they are given, then by id.

        Definition: value = activation(pre_activation), and pre_activation = reduce(weight * value
        of the source) + bias, layer by layer from the inputs on, in the precision in which Keras
        computes. A neuron of an input has its number as both.

        Weights that are NaN or infinite: What they feed is NaN or infinite, as in Keras.

        Examples
        --------
        >>> graph.activations("samples/digits.npz:7", "dense_1")
        """
        question = self._ask("activations", model, input=input, neurons=neurons)
        return self._answer(
            question, answers.activations, in_store=in_store, sort=sort, limit=limit
        )
