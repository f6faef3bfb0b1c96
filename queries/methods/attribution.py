"""What made a model say what it said."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import attribution as answers
from queries.answers.attribution_paths import attribution_paths
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule, SlopeRule
from queries.methods.base import Methods


class AttributionMethods(Methods):
    """What of an answer at an input comes through which neurons and relationships."""

    def contributions(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike,
        *,
        direction: Literal["in", "out"] = "in",
        slope: SlopeRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what relationships pass on at an input, into neurons or out of them.

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
            Which neurons (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        direction
            Relationships into or out of a neuron (in or out, default in).
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
            first, as in ``sort="-contribution"``. NaN and null come last. Equal rows, and all
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
            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in units of the weights): weight; into a maximum that of the winner
              alone, into a product times the other factors, as they are shared out
            - ``value`` (float, in units of the neuron's output): what the source puts out, or more
              than at the baseline
            - ``contribution`` (float, in units of the target's output): what it passes on; rows of
              0 are left out

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.

        Notes
        -----
        Order of the rows: inputs as they are given, then by target, largest absolute contribution
        first, then by source.

        Definition: contribution = slope of the target * weight * value of the source. Those into a
        neuron, the slope times its bias, and a residual add up to its value. Outputs, and neurons
        of a softmax, count before their activation function, with the slope 1.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.contributions("samples/digits.npz:7", "dense_1[7]")
        """
        question = self._ask(
            "contributions",
            model,
            input=input,
            neurons=neurons,
            direction=direction,
            slope=slope,
            products=products,
            baseline=baseline,
        )
        return self._answer(
            question, answers.contributions, in_store=in_store, sort=sort, limit=limit
        )

    def attribution(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
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
        """Return how much of a target comes through each neuron at an input.

        Of the neurons of the input layer that is the saliency map.

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
            first, as in ``sort="-bias_part"``. NaN and null come last. Equal rows, and all without
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
            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``value`` (float, in units of the neuron's output): what the neuron puts out, or more
              than at the baseline
            - ``gradient`` (float, in units of the target, each unit of the neuron's output): what
              the target gains by a unit more of it; 1 of the target itself
            - ``attribution`` (float, in units of the target): what of the target comes through the
              neuron; of the target itself its pre-activation
            - ``bias_part`` (float, in units of the target): what of the target begins at the
              neuron: its bias, and what its slope leaves; in a softmax also what its other neurons
              move to it

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two.

        Notes
        -----
        Order of the rows: inputs as they are given, then by id.

        Definition: gradient g = sum over what a neuron feeds of weight * slope * gradient of the
        target, from the target back; attribution = value * gradient. Those of the inputs and all
        bias parts add up to the target: the full gradient of Srinivas and Fleuret (2019), eq. 3;
        with rescale the contributions of Shrikumar et al. (2017), DeepLIFT, sec. 3.2; with ig the
        conductance of Dhamdhere et al. (2018), eq. 2. A softmax within the model has its Jacobian.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.attribution("samples/digits.npz:7", "dense_0", towards="dense_1[7]")
        """
        question = self._ask(
            "attribution",
            model,
            input=input,
            neurons=neurons,
            towards=towards,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(
            question, answers.attribution, in_store=in_store, sort=sort, limit=limit
        )

    def edge_attribution(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
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
        """Return the relationships over which most of a target comes at an input.

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
            first, as in ``sort="-attribution"``. NaN and null come last. Equal rows, and all
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
            - ``towards`` (text): what the attribution leads towards
            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): name of that neuron
            - ``attribution`` (float, in units of what it leads towards): what of it comes over the
              relationship

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two.

        Notes
        -----
        Order of the rows: inputs as they are given, then largest absolute attribution first, then
        by source and by target.

        Definition: value of the source * weight * gradient of the target's pre-activation: what
        comes into a neuron and begins there is its attribution, and so is what goes out of it.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.edge_attribution("samples/digits.npz:7", towards="dense_1[7]", k=5)
        """
        question = self._ask(
            "edge_attribution",
            model,
            input=input,
            towards=towards,
            k=k,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(
            question, answers.edge_attribution, in_store=in_store, sort=sort, limit=limit
        )

    def attribution_paths(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        source: NeuronsLike = None,
        *,
        towards: str | None = None,
        k: int = 10,
        level: CircuitLevel = "neuron",
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the k strongest paths of a target at an input, signed.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        source
            Where the paths begin: neurons of inputs, or such as have a bias (neurons, default all).
            Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a
            column ``id``, or a ``NeuronFilter``.
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        k
            How many paths of each input (int, in paths, at least 1, default 10).
        level
            Between what the paths go. Between neurons of a convolution they are many, and a few
            explain little: see share and mass_share (neuron or channel or layer, default neuron).
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
            first, as in ``sort="-weight"``. NaN and null come last. Equal rows, and all without it,
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
            - ``path`` (int): rank of the path by absolute attribution, from 1; of equal ones that
              of the smallest ids comes first
            - ``attribution`` (float, in units of the target): what of the target comes over the
              path
            - ``share`` (float, no unit): of the target, or of what it has more than at the
              baseline; NaN where that is 0
            - ``mass_share`` (float, no unit): share of the absolute attribution in mass, 0 to 1
            - ``mass`` (float, in units of the target): sum of the absolute attributions of all
              paths to the target
            - ``paths`` (float, in paths): how many these are
            - ``begin`` (text): where the path begins: input, or bias for what a neuron has of its
              own; balance at a channel or layer through which as much comes as goes, over which no
              path goes on
            - ``value`` (float, in units of the neuron's output): what begins there; of a channel or
              layer in units of the target
            - ``hop`` (int): position in the path, from 0
            - ``id`` (int): id of the neuron; of a channel or a layer that of its first
            - ``name`` (text): name of the neuron, the channel or the layer
            - ``layer`` (text): name of the layer
            - ``weight`` (float, in units of the output, each unit of the source's): what a unit
              more of the one before adds; between channels or layers the share; null at hop 0.
              value times all weights of a path is its attribution

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two; if ``ig`` is to have paths between neurons; if
            more relationships or entries of a softmax take part than memory holds.

        Notes
        -----
        Order of the rows: inputs as they are given, then by path, then by hop.

        Definition: a path begins with the value of an input, or with what a neuron has of its own:
        its bias, and what its slope leaves. Its attribution is that times slope * weight of each
        relationship along it; of the target the slope is 1. All paths add up to the target, those
        from inputs to inputs times the gradient. Through a softmax within the model a path goes
        from one neuron to another, or on, by the Jacobian. Between channels or layers a path begins
        with what of the target begins at one, and each of them passes on what flows through it
        (edge_attribution, summed) by shares: what flows over a relationship, of all that flows out.
        These paths add up to the target as well, and are what ig has, which has no one slope of a
        neuron.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.attribution_paths("samples/digits.npz:7", k=3)
        """
        question = self._ask(
            "attribution_paths",
            model,
            input=input,
            source=source,
            towards=towards,
            k=k,
            level=level,
            rule=rule,
            products=products,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(question, attribution_paths, in_store=in_store, sort=sort, limit=limit)

    def conservation(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
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
        """Return how well attributions add up at an input, layer by layer.

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
            first, as in ``sort="-id"``. NaN and null come last. Equal rows, and all without it,
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
            - ``towards`` (text): what attributions lead towards
            - ``layer`` (text): name of the layer
            - ``local`` (float, no unit): largest error of a pre-activation in the layer, as a share
              of the largest pre-activation there
            - ``flow`` (float, no unit): largest error of a neuron's attribution in the layer, as a
              share of the model's largest
            - ``cut`` (float, no unit): error of the target across the layer, as a share of the
              absolute sum of all that begins
            - ``id`` (int): id of the neuron with the largest error in the layer
            - ``name`` (text): name of that neuron

        Raises
        ------
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two.

        Notes
        -----
        Order of the rows: inputs as they are given, then layers as in the model.

        Definition: local: a pre-activation is what is passed on to its neuron, and its bias. flow:
        what comes into a neuron and begins there is its attribution, and so is what goes out of it
        and ends there. cut: what crosses from the layer and those before it, and begins behind it,
        is the target. Each is an error as a share, rounded to twelve decimals, of which none is
        left where the law holds.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.conservation("samples/digits.npz:7")
        """
        question = self._ask(
            "conservation",
            model,
            input=input,
            towards=towards,
            slope=slope,
            products=products,
            baseline=baseline,
        )
        return self._answer(
            question, answers.conservation, in_store=in_store, sort=sort, limit=limit
        )
