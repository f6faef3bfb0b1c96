"""What layers amount to as one linear map."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import linear as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class LinearMethods(Methods):
    """Weights and biases over several layers, activations ignored."""

    def effective_weights(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the linear map from sources to targets and its bias, a row a pair.

        ``target = sum of weight * source + bias`` holds where all layers between are linear;
        activations are ignored.

        Parameters
        ----------
        source
            Where paths begin, such as a layer (neurons, required). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        target
            Where they end (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-bias"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of the neuron where the paths begin
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where they end
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in products of weights): effective weight; pairs of 0 are left out
            - ``bias`` (float, in units of the neuron's sum): effective bias of the target: its
              value where all sources and all inputs are 0

        Raises
        ------
        ParameterError
            If more than 17 million pairs are joined by paths.

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: the sum over all paths of the product of the weights along a path, A + A^2 + A^3
        + ... of the adjacency matrix A, and what the biases along them add up to. Activations are
        ignored, and a maximum or product of inputs counts as their weighted sum: it is what the
        model computes where both are absent; at an input they count by what they pass on there, and
        the map is what the model computes. Paths through another source do not count, whose value
        stands for what feeds it. In channel and layer graphs biases are means.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.effective_weights("conv_1", "dense_1")
        """
        question = self._ask(
            "effective_weights", model, source=source, target=target, by=by, input=input
        )
        return self._answer(
            question, answers.effective_weights, sort=sort, limit=limit, in_store=in_store
        )

    def combine(
        self,
        first: NeuronsLike,
        second: NeuronsLike,
        *,
        by: Weighing = "weight",
        input: InputLike | None = None,  # noqa: A002 - what the field calls it
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return two layers as one: the linear map through ``first`` onto ``second``.

        Its sources are what feeds ``first``. Where the second follows the first, it is the product
        of the matrices of their weights, and its bias that of the second plus what the first
        passes on of its own; activations are ignored.

        Parameters
        ----------
        first
            The first layer, or some of its neurons; what feeds it are the sources (neurons,
            required). Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a
            frame with a column ``id``, or a ``NeuronFilter``.
        second
            The second layer, or some of its neurons (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        input
            An input, one sample: a relationship then weighs what a unit more of its source adds to
            its target there, the slope of the activation function times the weight. Of a maximum
            the winner counts alone, gates and a softmax within the model are held at what they say,
            and outputs count before their activation function. By default weights count alone
            (input). An array of the shape (samples, ``*shape of the input``), or of the shape of
            the input; or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-bias"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: LadybugDB has no CALL
            subqueries.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of a neuron that feeds the first layer
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of a neuron of the second layer
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in products of weights): combined weight; pairs of 0 are left out
            - ``bias`` (float, in units of the neuron's sum): combined bias of the target: its value
              where nothing feeds the first layer, and all inputs are 0

        Raises
        ------
        ParameterError
            If more than 17 million pairs are joined by paths.

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: W1 W2 and b1 W2 + b2, of weights W (rows are sources) and biases b: the sum over
        all paths through the first of the product of their weights. Layers between, such as
        pooling, are passed as in effective_weights, and activations are ignored; paths around the
        first do not count. In channel and layer graphs biases are means.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.combine("conv_1", "dense_0")
        """
        question = self._ask("combine", model, first=first, second=second, by=by, input=input)
        return self._answer(question, answers.combine, sort=sort, limit=limit, in_store=in_store)
