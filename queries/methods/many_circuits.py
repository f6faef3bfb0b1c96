"""Circuits of many inputs: what they have in common, and where they differ."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import many_circuits as answers
from queries.core.model_input import InputLike
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule, Pruning
from queries.methods.base import Methods


class ManyCircuitsMethods(Methods):
    """Circuits of classes of inputs, and of one input beside another.

    Inputs are computed in batches, so that memory does not grow with their number. Of a model file
    many processes share the batches, where ``dask`` is given.
    """

    def class_circuit(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        frequency: float = 0.5,
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
        """Return the relationships that are in the circuits of most of many inputs.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        frequency
            In what share of the circuits a relationship is at least; with 0 in any of them (float,
            no unit, at least 0, at most 1, default 0.5).
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
            first, as in ``sort="-frequency"``. NaN and null come last. Equal rows, and all without
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

            - ``source`` (int): id of the neuron where it begins; of a channel or a layer that of
              its first
            - ``source_name`` (text): name of that node
            - ``target`` (int): id of the neuron where it ends; of a channel or a layer that of its
              first
            - ``target_name`` (text): name of that node
            - ``attribution`` (float, in units of what circuits lead towards): what of it comes over
              the relationship: the mean over all inputs
            - ``std`` (float, in units of what circuits lead towards): the standard deviation of
              that over the inputs
            - ``frequency`` (float, no unit): share of the inputs in whose circuit it is, 0 to 1

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, samples do not fit, or more than 17
            million relationships have to do with the target of one of them.

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: each input has its circuit, as the query circuit answers; without towards it
        leads to the largest output of that input. A relationship that is not in a circuit has the
        attribution 0 there.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.class_circuit("samples/digits.npz:0..99", towards="dense_1[7]")
        """
        question = self._ask(
            "class_circuit",
            model,
            input=input,
            frequency=frequency,
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
            question, answers.class_circuit, in_store=in_store, sort=sort, limit=limit
        )

    def compare_circuits(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        other_input: InputLike,
        *,
        frequency: float = 0.5,
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
        """Return the relationships of two circuits, with what comes over them at both.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        other_input
            One sample or several, read as those of input are (input, required).
        frequency
            Of several inputs in what share of their circuits a relationship is at least; with 0 in
            any of them (float, no unit, at least 0, at most 1, default 0.5).
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
            first, as in ``sort="-other_frequency"``. NaN and null come last. Equal rows, and all
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

            - ``source`` (int): id of the neuron where it begins; of a channel or a layer that of
              its first
            - ``source_name`` (text): name of that node
            - ``target`` (int): id of the neuron where it ends; of a channel or a layer that of its
              first
            - ``target_name`` (text): name of that node
            - ``attribution`` (float, in units of what circuits lead towards): what of it comes over
              the relationship at input: the mean over its samples; 0 where it is in no circuit
            - ``other_attribution`` (float, in units of what circuits lead towards): the same at
              other_input
            - ``difference`` (float, in units of what circuits lead towards): what comes over it
              more at other_input
            - ``frequency`` (float, no unit): share of the samples of input in whose circuit it is,
              0 to 1
            - ``other_frequency`` (float, no unit): the same of other_input
            - ``where`` (text): both, input or other_input: in whose circuit it is

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, samples do not fit, or more than 17
            million relationships have to do with the target of one of them.

        Notes
        -----
        Order of the rows: by source, then by target.

        Definition: the circuit of several inputs is what class_circuit answers: relationships in a
        share of their circuits, with the mean of the attributions. difference = other_attribution -
        attribution.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.compare_circuits("samples/digits.npz:7", "samples/digits.npz:8")
        """
        question = self._ask(
            "compare_circuits",
            model,
            input=input,
            other_input=other_input,
            frequency=frequency,
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
            question, answers.compare_circuits, in_store=in_store, sort=sort, limit=limit
        )

    def circuit_overlap(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        other_input: InputLike,
        *,
        per: Literal["model", "layer"] = "model",
        frequency: float = 0.5,
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
        """Return how much two circuits have in common.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        other_input
            One sample or several, read as those of input are (input, required).
        per
            One row of all relationships, or one of those into each layer (model or layer, default
            model).
        frequency
            Of several inputs in what share of their circuits a relationship is at least; with 0 in
            any of them (float, no unit, at least 0, at most 1, default 0.5).
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
            first, as in ``sort="-cosine"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
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

            - ``layer_index`` (int?): position of the layer; null of the model
            - ``part`` (text): name of the model, or of the layer that relationships lead into;
              layers without any are left out
            - ``shared`` (int): relationships in both circuits
            - ``only_input`` (int): relationships in that of input alone
            - ``only_other`` (int): relationships in that of other_input alone
            - ``jaccard`` (float, no unit): weighted Jaccard index, 0 to 1: 1 where both are the
              same; NaN where nothing flows
            - ``cosine`` (float, no unit): cosine similarity, -1 to 1; NaN where nothing flows at
              one of both

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, samples do not fit, or more than 17
            million relationships have to do with the target of one of them.

        Notes
        -----
        Order of the rows: layers as in the model.

        Definition: over the relationships that compare_circuits answers, a and b their attributions
        at input and at other_input: jaccard = sum of min(|a|, |b|) / sum of max(|a|, |b|) (Ruzicka,
        1958), cosine = sum of a * b / (root of the sum of a^2 * root of the sum of b^2).

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.circuit_overlap("samples/digits.npz:7", "samples/digits.npz:8")
        """
        question = self._ask(
            "circuit_overlap",
            model,
            input=input,
            other_input=other_input,
            per=per,
            frequency=frequency,
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
            question, answers.circuit_overlap, in_store=in_store, sort=sort, limit=limit
        )
