"""Why one answer and not another."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import contrast as answers
from queries.core.model_input import InputLike
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule
from queries.methods.base import Methods


class ContrastMethods(Methods):
    """Two answers at an input, or an answer at an input and at a baseline."""

    def contrast(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        against: str | None = None,
        level: CircuitLevel = "channel",
        k: int = 10,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships over which more of one target comes than of another.

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
        against
            What it is set against, named alike; by default the largest output beside towards. Where
            only this is named, towards is the largest output beside it (text).
        level
            What relationships join (neuron or channel or layer, default channel).
        k
            How many of each input (int, in relationships, at least 1, default 10).
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
            first, as in ``sort="-difference"``. NaN and null come last. Equal rows, and all without
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
            - ``towards`` (text): the target
            - ``against`` (text): the target that it is set against
            - ``source`` (int): id of the neuron where it begins; of a channel or a layer that of
              its first
            - ``source_name`` (text): name of that neuron, channel or layer
            - ``target`` (int): id of the neuron where it ends; of a channel or a layer that of its
              first
            - ``target_name`` (text): name of that neuron, channel or layer
            - ``attribution`` (float, in units of the targets): what of towards comes over it
            - ``against_attribution`` (float, in units of the targets): what of against comes over
              it
            - ``difference`` (float, in units of the targets): how much more of towards; rows of 0
              are left out

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if a target is
            no neuron, and no difference of two; if both are the same, or the model has no second
            output neuron and none is named.

        Notes
        -----
        Order of the rows: inputs as they are given, then largest absolute difference first, then by
        source and by target.

        Definition: edge_attribution of both, and their difference, which is that of the target
        towards-against, by one model at the input. Between channels or layers relationships are
        added up. Biases come beside them, as bias_part of attribution.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.contrast("samples/digits.npz:7", towards="dense_1[5]", against="dense_1[3]", k=5)
        """
        question = self._ask(
            "contrast",
            model,
            input=input,
            towards=towards,
            against=against,
            level=level,
            k=k,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(question, answers.contrast, in_store=in_store, sort=sort, limit=limit)

    def difference(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        baseline: InputLike | None = None,
        level: CircuitLevel = "channel",
        k: int = 10,
        rule: Literal["rescale", "ig"] = "rescale",
        products: ProductsRule = "half",
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the relationships over which most comes of what an input adds to a target.

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
        baseline
            One sample that rescale and ig compare with; by default zeros (input).
        level
            What relationships join (neuron or channel or layer, default channel).
        k
            How many of each input (int, in relationships, at least 1, default 10).
        rule
            What stands for an activation function: the line between its values at both, or such
            lines in steps on the way, which come close to integrated gradients (rescale or ig,
            default rescale).
        products
            What passes on through a product: equal shares of it through its factors; all through
            those that are no gates, which come out of a sigmoid, a softmax, one over a size or a
            comparison; or its derivative (half or frozen or gradient, default half).
        steps
            How many equal steps ig takes; 0 for those from kink to kink of a piecewise linear
            model, which give the integral exactly (int, in steps, at least 0, default 32).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-total"``. NaN and null come last. Equal rows, and all without it,
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
            - ``source`` (int): id of the neuron where it begins; of a channel or a layer that of
              its first
            - ``source_name`` (text): name of that neuron, channel or layer
            - ``target`` (int): id of the neuron where it ends; of a channel or a layer that of its
              first
            - ``target_name`` (text): name of that neuron, channel or layer
            - ``value`` (float, in units of the source's output): what the source puts out at the
              input; of a channel or a layer the sum of its neurons
            - ``baseline_value`` (float, in units of the source's output): the same at the baseline
            - ``attribution`` (float, in units of the target): what of total comes over it; rows of
              0 are left out
            - ``total`` (float, in units of the target): what the target has more at the input than
              at the baseline

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two.

        Notes
        -----
        Order of the rows: inputs as they are given, then largest absolute attribution first, then
        by source and by target.

        Definition: with rescale the contributions of Shrikumar et al. (2017), DeepLIFT, sec. 3.2;
        with ig weight * integral of d value of the source / dt * d target / d pre-activation, of
        which those into a neuron are its conductance: Dhamdhere et al. (2018), How important is a
        neuron, eq. 2. Biases drop out: those over any cut of the model add up to total. Between
        channels or layers relationships are added up.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.difference("samples/digits.npz:7", baseline="samples/digits.npz:3", k=5)
        """
        question = self._ask(
            "difference",
            model,
            input=input,
            towards=towards,
            baseline=baseline,
            level=level,
            k=k,
            rule=rule,
            products=products,
            steps=steps,
        )
        return self._answer(question, answers.difference, in_store=in_store, sort=sort, limit=limit)
