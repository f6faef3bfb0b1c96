"""Receptive and projective fields: what feeds some neurons, and what they feed."""

import pandas as pd

from queries.answers import field as answers
from queries.answers.field import Direction
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class FieldMethods(Methods):
    """What is joined to some neurons by paths of any length."""

    def receptive_field(
        self,
        neurons: NeuronsLike,
        *,
        by: Weighing = "weight",
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what feeds some neurons, a row a layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. In Neo4j all are stated but a few.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): number of its neurons in the field
            - ``share`` (float): the same as a share of the layer
            - ``channels`` (int?): number of their channels
            - ``x_min`` (int?): smallest x of theirs; null where they have none
            - ``x_max`` (int?): largest x
            - ``y_min`` (int?): smallest y
            - ``y_max`` (int?): largest y
            - ``weight`` (float): sum over paths of the product of absolute weights

        Notes
        -----
        Definition: Araujo et al. (2019), Computing receptive fields of convolutional neural
        networks, distill.pub.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.receptive_field("conv_1[3]@1,1")
        """
        question = self._ask("receptive_field", model, neurons=neurons, by=by)
        return self._answer(question, answers.receptive_field, in_store=in_store)

    def projective_field(
        self,
        neurons: NeuronsLike,
        *,
        by: Weighing = "weight",
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return what some neurons feed, a row a layer.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. In Neo4j all are stated but a few.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): number of its neurons in the field
            - ``share`` (float): the same as a share of the layer
            - ``channels`` (int?): number of their channels
            - ``x_min`` (int?): smallest x of theirs; null where they have none
            - ``x_max`` (int?): largest x
            - ``y_min`` (int?): smallest y
            - ``y_max`` (int?): largest y
            - ``weight`` (float): sum over paths of the product of absolute weights

        Notes
        -----
        Definition: Lehky and Sejnowski (1988), Network model of shape-from-shading, for the term.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.projective_field("input_layer[0]@3,3")
        """
        question = self._ask("projective_field", model, neurons=neurons, by=by)
        return self._answer(question, answers.projective_field, in_store=in_store)

    def field_neurons(
        self,
        neurons: NeuronsLike,
        among: NeuronsLike = None,
        *,
        direction: Direction = "in",
        by: Weighing = "weight",
        in_store: bool = False,
        write_property: str | None = None,
        index: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the neurons of a field, each with the weight of its paths to or from them.

        Parameters
        ----------
        neurons
            Of which neurons (neurons, required).
        among
            Of which of them to tell, such as the input layer (neurons, default all).
        direction
            What feeds them, or what they feed (in or out, default in).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns. In Neo4j all are stated but a few.
        write_property
            Write the score, the column ``weight``, to the neurons in the answer, as a property of
            this name; it takes the place of one of that name. Neurons without a number get none.
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
            - ``channel`` (int?): its channel
            - ``x`` (int?): its x
            - ``y`` (int?): its y
            - ``z`` (int?): its z
            - ``weight`` (float): sum over paths of the product of absolute weights

        Notes
        -----
        Definition: see receptive_field.

        Weights that are NaN or infinite: A sum over paths is NaN where one of the paths goes over
        NaN, or where both infinities are in it, and nowhere else.

        Examples
        --------
        >>> graph.field_neurons("conv_1[3]@1,1", "input_layer")
        """
        question = self._ask(
            "field_neurons", model, neurons=neurons, among=among, direction=direction, by=by
        )
        return self._answer(
            question,
            answers.field_neurons,
            in_store=in_store,
            write_property=write_property,
            index=index,
        )
