"""What a model says where somebody changes it at an input."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import faithfulness
from queries.answers import intervention as answers
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import (
    AttributionRule,
    CircuitLevel,
    ProductsRule,
    Pruning,
    SlopeRule,
)
from queries.methods.base import Methods


class InterventionMethods(Methods):
    """Interventions: what becomes of an answer where something is changed."""

    def intervene(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        how: Literal["zero", "mean", "scale", "set", "add"] = "zero",
        amount: float | None = None,
        patch: InputLike | None = None,
        each: Literal["all", "layer", "channel", "neuron"] = "all",
        towards: str | None = None,
        slope: SlopeRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what an answer becomes where neurons or relationships are changed.

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
            Which neurons are changed; this, source or target is needed (neurons, default none).
            Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a
            column ``id``, or a ``NeuronFilter``.
        source
            Relationships are changed instead: where they begin (neurons, default all, where target
            is given).
        target
            Where these end (neurons, default all, where source is given).
        how
            What is done to what a neuron puts out: it becomes 0, the mean over all of the inputs,
            amount times what it is, or amount, or amount is added (zero or mean or scale or set or
            add, default zero).
        amount
            What scale, set and add take (float, no unit).
        patch
            One sample; it becomes what the neuron puts out at it instead (input).
        each
            What is changed at once: all, or a layer, a channel or a neuron of them after the other;
            of relationships those between two such (all or layer or channel or neuron, default
            all).
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
            first, as in ``sort="-direct_effect"``. NaN and null come last. Equal rows, and all
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
            - ``towards`` (text): the target
            - ``id`` (int?): id of the neuron that is changed; of a channel or a layer that of its
              first; null of relationships, and of all
            - ``name`` (text): the neuron, channel or layer that is changed, or in which all that is
              changed stands; of relationships both ends
            - ``source`` (int?): id of the neuron where the relationship begins, as id; null of
              neurons, and of all
            - ``target`` (int?): id of the neuron where the relationship ends
            - ``changed`` (int): how many neurons or relationships are changed
            - ``before`` (float, in units of the target): the target as the model says it
            - ``after`` (float, in units of the target): the target after the change
            - ``total_effect`` (float, in units of the target): after less before
            - ``direct_effect`` (float, in units of the target): the effect where all slopes,
              winners and gates stay as they are
            - ``predicted`` (text): the largest output after the change, before its activation
              function; one of each layer of outputs
            - ``flipped`` (bool): whether that is another one than before; of a single output with a
              sigmoid whether it has crossed one half

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if both
            neurons and relationships are named, or values exclude each other.

        Notes
        -----
        Order of the rows: inputs as they are given, then by id, or by source, then by target.

        Definition: after is the target where what the neurons put out, or what the relationships
        carry of their source, is replaced, and all that follows is computed anew, in double
        precision; total_effect = after - before, direct_effect the same of the affine map that the
        model is at the input: gradient times change, as in attribution patching (Syed et al., 2023,
        arXiv 2310.10348). Where several layers are changed at once, what is changed first counts in
        what comes later as far as the change keeps it.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.intervene("samples/digits.npz:7", "conv_1", each="channel")
        """
        question = self._ask(
            "intervene",
            model,
            input=input,
            neurons=neurons,
            source=source,
            target=target,
            how=how,
            amount=amount,
            patch=patch,
            each=each,
            towards=towards,
            slope=slope,
            products=products,
            baseline=baseline,
        )
        return self._answer(question, answers.intervene, in_store=in_store, sort=sort, limit=limit)

    def deletion_curve(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        how: Literal["deletion", "insertion"] = "deletion",
        points: int = 10,
        patch: InputLike | None = None,
        towards: str | None = None,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what a model says while pixels are deleted from an input, or inserted.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        how
            Whether pixels are deleted from the input, or inserted where all are deleted (deletion
            or insertion, default deletion).
        points
            In how many steps, of equally many pixels; at most one a pixel (int, in steps, at least
            1, at most 1,000,000, default 10).
        patch
            One sample, whose pixels stand where some are deleted; by default zeros, of token ids
            the token 0 (input).
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
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
            first, as in ``sort="-area"``. NaN and null come last. Equal rows, and all without it,
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

            - ``input`` (text): which sample: its file and row, or its number
            - ``towards`` (text): the target
            - ``step`` (int): the step, from 0
            - ``pixels`` (int): how many pixels are deleted, or inserted
            - ``share`` (float, no unit): the same as a share of all pixels, 0 to 1
            - ``target`` (float, in units of the target): the target
            - ``value`` (float, in units of the target's output): the same after its activation
              function: of a softmax or a sigmoid the probability
            - ``area`` (float, in units of the target's output): area under value of all steps of
              the input: small is good of a deletion, large of an insertion

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.

        Notes
        -----
        Order of the rows: inputs as they are given, then by step.

        Definition: Petsiuk et al. (2018), RISE, sec. 4.3: deletion and insertion. area is that
        under value over share, by trapezoids. A pixel is all channels at a place; of an input of
        one or two axes each number by itself, so each token id, which counts by what comes through
        its token.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.deletion_curve("samples/digits.npz:7")
        """
        question = self._ask(
            "deletion_curve",
            model,
            input=input,
            how=how,
            points=points,
            patch=patch,
            towards=towards,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(
            question, faithfulness.deletion_curve, in_store=in_store, sort=sort, limit=limit
        )

    def recovery_curve(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        points: int = 10,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
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
        """Return how much of an answer circuits of all sizes recover.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        points
            Of how many circuits beside the smallest: their shares are 1 - (1 - t)^3 for equal steps
            of t from 0 to 1, since few relationships hold most (int, in circuits, at least 1, at
            most 10,000, default 10).
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        level
            What a node of the circuit is (neuron or channel or layer, default channel).
        prune
            By what relationships are kept: the share of the answer that flows over them, or of each
            layer the largest attributions into it (influence or attribution, default influence).
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
            first, as in ``sort="-cmd"``. NaN and null come last. Equal rows, and all without it,
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

            - ``input`` (text): which sample: its file and row, or its number
            - ``towards`` (text): what the circuits lead towards
            - ``share`` (float, no unit): the share, 0 to 1
            - ``nodes`` (int): nodes in the circuit
            - ``edges`` (int): relationships in the circuit
            - ``size`` (float, no unit): these as a share of all relationships that have to do with
              the target, 0 to 1; NaN where there is none
            - ``recovered`` (float, in units of what it leads towards): the target as the circuit
              says it alone
            - ``recovery`` (float, no unit): recovered from empty to the target, as a share; NaN
              where both are the same in single precision
            - ``cpr`` (float, no unit): area of recovery over size, of all circuits of the input:
              large is good; NaN where a recovery is
            - ``cmd`` (float, no unit): area of |1 - recovery| over size: 0 is best, NaN where a
              recovery is

        Raises
        ------
        ParameterError
            As ``circuit``; or if both a patch and the mean are wanted.

        Notes
        -----
        Order of the rows: inputs as they are given, then by share.

        Definition: recovery as circuit_scores has it, of the circuits that have the shares as
        node_share and edge_share; of prune=attribution as edge_share. cpr = area of recovery over
        size, cmd = area of |1 - recovery|, by trapezoids (Mueller et al., 2025, MIB: A Mechanistic
        Interpretability Benchmark, arXiv 2504.13151).

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.recovery_curve("samples/digits.npz:7")
        """
        question = self._ask(
            "recovery_curve",
            model,
            input=input,
            points=points,
            towards=towards,
            level=level,
            prune=prune,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
            rest=rest,
            patch=patch,
        )
        return self._answer(
            question, faithfulness.recovery_curve, in_store=in_store, sort=sort, limit=limit
        )
