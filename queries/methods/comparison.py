"""What changes from one model to another of the same architecture."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from queries.answers import comparison as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class ComparisonMethods(Methods):
    """Two checkpoints that stand in one graph under two names.

    Each method raises ``ParameterError`` where their architectures differ; the message says in
    which layer.
    """

    def compare_layers(
        self,
        other: str,
        *,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return how the weights into each layer change to ``other``, most changed first.

        Parameters
        ----------
        other
            Name of the other model, which stands in the same graph and has the same architecture
            (text, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-bias_change"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: there each model is a
            file of its own, and a statement reads one file.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``edges`` (int): number of relationships into the layer
            - ``changed`` (int): number of weights that differ
            - ``flips`` (int): number of weights that change their sign
            - ``mean_change`` (float, in units of the weights): mean absolute change of a weight
            - ``largest_change`` (float, in units of the weights): largest absolute change of a
              weight
            - ``relative_change`` (float, no unit): root of the sum of the squared changes over that
              of the squared weights; null where all weights are 0
            - ``cosine`` (float, no unit): cosine of the weights and those of the other model, -1 to
              1; null where all of either are 0
            - ``correlation`` (float, no unit): Pearson correlation of the weights and those of the
              other model, -1 to 1; null where all of either are equal
            - ``bias_change`` (float, in units of the neurons' sums): root of the sum of the squared
              changes of the biases; null where there are none

        Notes
        -----
        Order of the rows: largest relative_change first, NaN and null last, then layers as in the
        model.

        Definition: changes lead from this model to the other; layers are matched by their order,
        relationships by their ends.

        Weights that are NaN or infinite: What is the same in both models, NaN or infinite, is no
        change; the largest change leaves NaN out, and sums are NaN where NaN is in them.

        Examples
        --------
        >>> graph.compare_layers("digits")
        """
        question = self._ask("compare_layers", model, other=other, by=by)
        return self._answer(
            question,
            answers.compare_layers,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
        )

    def compare_neurons(
        self,
        other: str,
        neurons: NeuronsLike = None,
        *,
        k: int = 10,
        measure: Literal["weights", "strength", "bias"] = "weights",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons that change most to ``other``: weights into them, strength or bias.

        Parameters
        ----------
        other
            Name of the other model, which stands in the same graph and has the same architecture
            (text, required).
        neurons
            Among which neurons to look (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        k
            How many (int, in neurons, at least 1, default 10).
        measure
            Largest by weight_change, by |strength_change|, or by |bias_change| (weights or strength
            or bias, default weights).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-weight_change"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: there each model is a
            file of its own, and a statement reads one file.
        write_property
            Write the score, the column ``weight_change``, to the neurons in the answer, as a
            property of this name; it takes the place of one of that name. Neurons without a number
            get none. ``limit`` leaves none out.
        index
            With write_property: make an index on it, which Neo4j has.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``weight_change`` (float, in units of the weights): root of the sum of the squared
              changes of the weights into it
            - ``relative_change`` (float, no unit): weight_change over the root of the sum of the
              squared weights; null where all are 0
            - ``flips`` (int): number of weights into it that change their sign
            - ``strength`` (float, in units of the weights): in-strength: absolute weights into it,
              added up
            - ``strength_change`` (float, in units of the weights): in-strength in the other model -
              in-strength
            - ``bias`` (float, in units of the neuron's sum): bias; null where the layer has none
            - ``bias_change`` (float, in units of the neuron's sum): bias in the other model - bias

        Notes
        -----
        Order of the rows: largest first by the measure, then by id.

        Definition: changes lead from this model to the other; layers are matched by their order,
        relationships by their ends.

        Weights that are NaN or infinite: What is the same in both models, NaN or infinite, is no
        change; neurons of which the change is NaN are left out.

        Examples
        --------
        >>> graph.compare_neurons("digits", "dense_0", k=5)
        """
        question = self._ask(
            "compare_neurons", model, other=other, neurons=neurons, k=k, measure=measure, by=by
        )
        return self._answer(
            question,
            answers.compare_neurons,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
            write_property=write_property,
            index=index,
        )

    def compare_edges(
        self,
        other: str,
        source: NeuronsLike = None,
        target: NeuronsLike = None,
        *,
        k: int = 10,
        measure: Literal["absolute", "relative", "flips"] = "absolute",
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the weights that change most to ``other``, or most of those that flip.

        Parameters
        ----------
        other
            Name of the other model, which stands in the same graph and has the same architecture
            (text, required).
        source
            Where relationships begin (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        target
            Where they end (neurons, default all).
        k
            How many (int, in relationships, at least 1, default 10).
        measure
            Largest by |change|, by |change| / |weight|, or by |change| among those that change
            their sign (absolute or relative or flips, default absolute).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-relative_change"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. Neo4j has it, the embedded store does not: there each model is a
            file of its own, and a statement reads one file.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``source`` (int): id of the neuron where it begins
            - ``source_name`` (text): name of that neuron
            - ``target`` (int): id of the neuron where it ends
            - ``target_name`` (text): name of that neuron
            - ``weight`` (float, in units of the weights): weight, or the property that by names
            - ``other_weight`` (float, in units of the weights): weight in the other model
            - ``change`` (float, in units of the weights): other weight - weight
            - ``relative_change`` (float, no unit): |change| / |weight|; null where the weight is 0
            - ``flips`` (bool): whether it changes its sign

        Notes
        -----
        Order of the rows: largest first by the measure, then by target, by source and by weight.

        Definition: changes lead from this model to the other; layers are matched by their order,
        relationships by their ends.

        Weights that are NaN or infinite: What is the same in both models, NaN or infinite, is no
        change; changes from or to NaN are left out.

        Examples
        --------
        >>> graph.compare_edges("digits", "dense_0", "dense_1", k=5)
        """
        question = self._ask(
            "compare_edges",
            model,
            other=other,
            source=source,
            target=target,
            k=k,
            measure=measure,
            by=by,
        )
        return self._answer(
            question,
            answers.compare_edges,
            sort=sort,
            limit=limit,
            in_store=in_store,
            stated=answers.in_store,
        )
