"""Where a model attends, and what comes through its heads."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import attention as answers
from queries.core.model_input import InputLike
from queries.library.declaration import AttributionRule
from queries.methods.base import Methods

HeadSplit = Literal["head", "query", "key", "position"]


class AttentionMethods(Methods):
    """What a transformer attends to at an input, and what of its answer comes through a head."""

    def attention(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        layer: str | None = None,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return by head how much each query takes of each key at an input.

        A model without attention has no rows.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        layer
            The attention, by the name of its layer or of what that is a part of; by default all
            (text).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-score"``. NaN and null come last. Equal rows, and all without it,
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
            - ``layer`` (text): name of the layer of the pattern
            - ``id`` (int): id of the neuron
            - ``head`` (int): number of the head, from 0
            - ``query`` (int): position that attends, from 0
            - ``query_token`` (int?): token at that position; null where no one input of tokens has
              as many
            - ``key`` (int): position that is attended to, from 0
            - ``key_token`` (int?): token at that position; null where no one input of tokens has as
              many
            - ``weight`` (float, in shares): how much the query takes of the key's value
            - ``score`` (float, in units of the score): what the softmax is applied to; null where
              the weight is 0, as where a mask leaves a key out

        Raises
        ------
        LayerNotFoundError
            If the model has no attention of the name.
        ParameterError
            If the graph does not compute what its model does, or samples do not fit.

        Notes
        -----
        Order of the rows: inputs as they are given, then by layer, head, query and key.

        Definition: weight = softmax over keys of the score, Vaswani et al. (2017), eq. 1, in the
        precision in which Keras computes: those of a query add up to 1, and are 0 where a mask
        leaves a key out. A pattern is a softmax by which values are multiplied and added up, in
        whatever class of a layer. Of several axes of positions, as those of an image, numbers count
        row by row.

        Weights that are NaN or infinite: What they feed is NaN or infinite, as in Keras.

        Examples
        --------
        >>> graph.attention("3,1,4,2,3,1,4,2")
        """
        question = self._ask("attention", model, input=input, layer=layer)
        return self._answer(question, answers.attention, in_store=in_store, sort=sort, limit=limit)

    def head_loadings(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        layer: str | None = None,
        split: HeadSplit = "head",
        towards: str | None = None,
        rule: AttributionRule = "gradient",
        baseline: InputLike | None = None,
        steps: int = 32,
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what of a target comes through each attention head at an input.

        A model without attention has no rows.

        Parameters
        ----------
        input
            What the model computes with: samples in files, in arrays, or numbers (input, required).
            An array of the shape (samples, ``*shape of the input``), or of the shape of the input;
            or a text, or several: the path of a PNG or JPEG, a path with rows as in
            ``"digits.npz:7"`` of a ``.npy``, ``.npz``, ``.csv`` or ``.parquet`` file,
            ``"keras:mnist:7"``, or numbers; or a dictionary of such by the names of inputs; or a
            ``ModelInput``, which says what is done to pixels as well.
        layer
            The attention, by the name of its layer or of what that is a part of; by default all
            (text).
        split
            By what it is split: by head; by head and query, or key; or by head, query and key (head
            or query or key or position, default head).
        towards
            A neuron such as dense_1[7], or the difference of two such as dense_1[7]-dense_1[1],
            before their activation function: of a softmax or a sigmoid its logit; by default the
            largest output (text).
        rule
            What stands for an activation function: its derivative, the line from 0, that from its
            value at the baseline, or such lines in steps on the way from there, which come close to
            integrated gradients (gradient or secant or rescale or ig, default gradient).
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
            - ``towards`` (text): the target
            - ``layer`` (text): name of the layer of the pattern
            - ``head`` (int): number of the head, from 0
            - ``query`` (int?): position that attends, from 0; null where all are added up
            - ``query_token`` (int?): token at that position; null where no one input of tokens has
              as many
            - ``key`` (int?): position that is attended to, from 0; null where all are added up
            - ``key_token`` (int?): token at that position; null where no one input of tokens has as
              many
            - ``attribution`` (float, in units of the target): what of the target comes through the
              head there

        Raises
        ------
        LayerNotFoundError
            If the model has no attention of the name.
        ParameterError
            If the graph does not compute what its model does, or samples do not fit; if the target
            is no neuron, and no difference of two.

        Notes
        -----
        Order of the rows: inputs as they are given, then by layer, head, query and key.

        Definition: attribution = weight of the pattern * (sum over features of value * gradient of
        the target by what the query gets there): the values, and not why a head attends. The
        pattern, gates and the deviations of normalizations are held: products=frozen. All of a
        layer add up to the attribution of the neurons that add up its values; with the bias of what
        is applied to them and the residual stream to that of the stream.

        Weights that are NaN or infinite: Not defined, and an error that names the layers.

        Examples
        --------
        >>> graph.head_loadings("3,1,4,2,3,1,4,2", towards="next[3]@7")
        """
        question = self._ask(
            "head_loadings",
            model,
            input=input,
            layer=layer,
            split=split,
            towards=towards,
            rule=rule,
            baseline=baseline,
            steps=steps,
        )
        return self._answer(
            question, answers.head_loadings, in_store=in_store, sort=sort, limit=limit
        )
