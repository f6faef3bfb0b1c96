"""The part of a model that explains an answer."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import circuit as answers
from queries.answers.question import Question
from queries.answers.storing import check_circuit, store_circuit
from queries.core.arguments import require_text
from queries.core.memory import too_little_memory_named
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.core.records import check_record_name
from queries.library.declaration import (
    AttributionRule,
    CircuitLevel,
    ProductsRule,
    Pruning,
    SlopeRule,
)
from queries.methods.base import Methods


class CircuitMethods(Methods):
    """Circuits: what of a model explains its answer at an input."""

    def circuit(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        store: str | None = None,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships of the smallest part of a model that explains an answer.

        ``circuit_nodes`` returns what they join.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-influence"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. This query has none: it computes the model at an input, and
            Cypher lacks functions that neurons apply, such as erf.
        store
            Store the circuit under this name beside the model, and its input if that is not
            stored; Cypher then answers from ``(:Circuit)`` and ``(:Active)``.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``input`` (text): which sample: its file and row, or its number
            - ``towards`` (text): what the circuit leads towards
            - ``source`` (int): id of the neuron where it begins; of a channel or a layer that of
              its first
            - ``source_name`` (text): name of that node
            - ``target`` (int): id of the neuron where it ends; of a channel or a layer that of its
              first
            - ``target_name`` (text): name of that node
            - ``contribution`` (float, in units of the output of the node where it ends): what it
              passes on; NaN for ig
            - ``attribution`` (float, in units of what it leads towards): what of the target comes
              over it
            - ``influence`` (float, no unit): share of the answer that flows over it, 0 to 1

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, samples do not fit, or more than 17
            million relationships have to do with the target.

        Notes
        -----
        Order of the rows: inputs as they are given, then by source, then by target.

        Definition: what of the target flows along a relationship is its attribution. Of a node, the
        share of each contribution among all absolute contributions to it, its own bias among them,
        is followed back from the target: influence, as circuit-tracer has it (Ameisen et al., 2025,
        Circuit Tracing, section Graph pruning). Nodes are kept to node_share of it, then
        relationships between them to edge_share, and what leads nowhere goes.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.circuit("samples/digits.npz:7")
        """
        question = self._ask(
            "circuit",
            model,
            input=input,
            towards=towards,
            level=level,
            prune=prune,
            node_share=node_share,
            edge_share=edge_share,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        if store is not None:
            require_text("store", store, "what the circuit is called")
            check_record_name("circuit", store)
            check_circuit(question)
        explained: list[answers.Explained] = []

        def compute(asked: Question) -> pd.DataFrame:
            explained.extend(answers.explained_of(asked))
            return answers.circuit(asked, explained)

        frame = self._answer(
            question,
            answers.circuit if store is None else compute,
            in_store=in_store,
            sort=sort,
            limit=limit,
        )
        if store is not None:
            with self._showing(), too_little_memory_named():
                frame.attrs["written"] = store_circuit(question, explained[0], store)
        return frame

    def circuit_nodes(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons, channels or layers of the circuit of an answer.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-influence"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
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
            - ``towards`` (text): what the circuit leads towards
            - ``id`` (int): id of the neuron; of a channel or a layer that of its first
            - ``name`` (text): name of the neuron, the channel or the layer
            - ``layer`` (text): name of the layer
            - ``layer_index`` (int): position of the layer
            - ``channel`` (int?): channel, feature map or unit; null of a layer
            - ``x`` (int?): coordinate along the width, or the time; null of a channel or a layer
            - ``kind`` (text): input, which a token in one is too, inner or target
            - ``value`` (float, in units of the output): what it puts out, an output before its
              activation function, or more than at the baseline; of a channel or a layer the sum of
              its neurons
            - ``attribution`` (float, in units of what it leads towards): what of the target comes
              through it
            - ``bias_part`` (float, in units of what it leads towards): what of that begins at it
            - ``left_out`` (float, in units of what it leads towards): what of that comes over
              relationships that are not in the circuit
            - ``influence`` (float, no unit): share of the answer that flows through it, 0 to 1

        Raises
        ------
        ParameterError
            As ``circuit``.

        Notes
        -----
        Order of the rows: inputs as they are given, then by id.

        Definition: the nodes of circuit. What its relationships bring to a node, its bias_part and
        left_out add up to its attribution; of a node that is an input nothing comes to it.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.circuit_nodes("samples/digits.npz:7")
        """
        question = self._ask(
            "circuit_nodes",
            model,
            input=input,
            towards=towards,
            level=level,
            prune=prune,
            node_share=node_share,
            edge_share=edge_share,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(
            question, answers.circuit_nodes, in_store=in_store, sort=sort, limit=limit
        )

    def circuit_scores(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        rest: Literal["zero", "mean"] = "zero",
        patch: InputLike | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return how much of an answer its circuit explains, and what it computes alone.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
        node_share
            Nodes are kept until they have this share of all influence; with attribution all are
            (float, no unit, at least 0, at most 1, default 0.8).
        edge_share
            Relationships between them are kept until they have this share (float, no unit, at least
            0, at most 1, default 0.98).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        rest
            What relationships outside of the circuit carry: 0, or the mean of what their source
            puts out at all of the inputs (zero or mean, default zero).
        patch
            One sample; they carry what their source puts out at it instead (input).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-recovery"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
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
            - ``towards`` (text): what the circuit leads towards
            - ``nodes`` (int): nodes in the circuit
            - ``nodes_of`` (int): nodes that have to do with the target
            - ``edges`` (int): relationships in the circuit
            - ``edges_of`` (int): relationships that have to do with the target
            - ``kept`` (float, no unit): share of the absolute attributions of all relationships, 0
              to 1; NaN where nothing flows
            - ``replacement`` (float, no unit): influence of inputs as a share of that of inputs,
              biases and what is left out, 0 to 1; NaN where nothing flows
            - ``completeness`` (float, no unit): share of what comes to nodes that comes from nodes,
              weighed by influence, 0 to 1; errors themselves count as wholly explained
            - ``target`` (float, in units of what it leads towards): the target as the model says it
            - ``bias_part`` (float, in units of what it leads towards): what of the target begins at
              nodes of the circuit that are no inputs
            - ``empty`` (float, in units of what it leads towards): the target where no relationship
              carries its source
            - ``recovered`` (float, in units of what it leads towards): the target as the circuit
              says it alone
            - ``recovery`` (float, no unit): recovered from empty to the target, as a share; NaN
              where both are the same in single precision

        Raises
        ------
        ParameterError
            As ``circuit``; or if both a patch and the mean are wanted.

        Notes
        -----
        Order of the rows: inputs as they are given.

        Definition: kept = the sum of the absolute attributions of its relationships as a share of
        that of all. replacement and completeness are those of circuit-tracer: the share of the
        influence that begins at inputs, and of what comes to nodes from nodes; biases and what is
        left out are errors, which completeness counts as nodes that are wholly explained, as
        circuit-tracer has it. recovered is the target where relationships outside of the circuit
        carry 0, or what rest and patch say, and all layers are computed anew; empty is the same of
        no relationship at all; recovery = (recovered - empty) / (target - empty). recovery_curve
        has it of circuits of all sizes, and the areas.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.circuit_scores("samples/digits.npz:7")
        """
        question = self._ask(
            "circuit_scores",
            model,
            input=input,
            towards=towards,
            level=level,
            prune=prune,
            node_share=node_share,
            edge_share=edge_share,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
            rest=rest,
            patch=patch,
        )
        return self._answer(
            question, answers.circuit_scores, in_store=in_store, sort=sort, limit=limit
        )

    def influence(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        towards: str | None = None,
        slope: SlopeRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the share of an answer that flows through each neuron at an input.

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
            Which neurons to return (neurons, default all). Neurons are a name such as ``"conv_0"``
            or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        slope
            What stands for an activation function: its derivative, the line from 0, or that from
            its value at the baseline (gradient or secant or rescale, default gradient).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        baseline
            One sample that rescale compares with; by default zeros (input).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-influence"``. NaN and null come last. Equal rows, and all without
            it, come in the order that the notes say.
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
            - ``towards`` (text): what the influence leads towards
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``influence`` (float, no unit): share of the answer that flows through it, 0 to 1

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.

        Notes
        -----
        Order of the rows: inputs as they are given, then by id.

        Definition: influence I of a neuron = sum over what it feeds of A * (I + answer), where A is
        the share of its contribution among all absolute contributions to the neuron that it feeds,
        the bias of that among them; as circuit-tracer has it (Ameisen et al., 2025, Circuit
        Tracing, section Graph pruning). That of all inputs and biases adds up to 1.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.influence("samples/digits.npz:7", "dense_0", towards="dense_1[7]")
        """
        question = self._ask(
            "influence",
            model,
            input=input,
            neurons=neurons,
            towards=towards,
            slope=slope,
            products=products,
            baseline=baseline,
        )
        return self._answer(question, answers.influence, in_store=in_store, sort=sort, limit=limit)
