"""How a model is wired, and which of its parts do little."""

from collections.abc import Sequence

import pandas as pd

from queries.answers import structure as answers
from queries.core.neuron_filter import NeuronsLike
from queries.library.declaration import Weighing
from queries.methods.base import Methods


class StructureMethods(Methods):
    """Reachability, channels, layers and motifs."""

    def dead_neurons(
        self,
        neurons: NeuronsLike = None,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return neurons without any path to an output, or without any from an input.

        Relationships of at most ``threshold`` in absolute weight count as absent.

        Parameters
        ----------
        neurons
            Among which neurons to look (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        threshold
            Relationships of at most this absolute weight count as absent (float, in units of the
            weights, at least 0, default 0).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-id"``. NaN and null come last. Equal rows, and all without it,
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

            - ``id`` (int): id of the neuron
            - ``name`` (text): name of the neuron
            - ``layer`` (text): name of the layer
            - ``from_input`` (bool): whether there is a path from an input to it; without one its
              value is constant
            - ``to_output`` (bool): whether there is a path from it to an output; without one it
              changes nothing

        Notes
        -----
        Order of the rows: by id.

        Definition: reachability, as networkx.ancestors and networkx.descendants have it; outputs
        are the neurons of layers that feed none, inputs those of layers that none feeds.

        Weights that are NaN or infinite: A relationship of NaN is not of at most any weight, and
        counts as present.

        Examples
        --------
        >>> graph.dead_neurons("conv_1", threshold=0.5)
        """
        question = self._ask("dead_neurons", model, neurons=neurons, threshold=threshold, by=by)
        return self._answer(
            question, answers.dead_neurons, sort=sort, limit=limit, in_store=in_store
        )

    def zero_channels(
        self,
        neurons: NeuronsLike = None,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return channels of which all weights in, or all weights out, are zero.

        A strength of at most ``threshold`` counts as zero. The strength into an input and out of
        an output, which have no such relationships, does not count.

        Parameters
        ----------
        neurons
            Which neurons to take into account (neurons, default all). Neurons are a name such as
            ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a
            ``NeuronFilter``.
        threshold
            Largest strength that counts as zero (float, in units of the weights, at least 0,
            default 0).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-out_strength"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``name`` (text): layer[channel], which is taken where neurons are meant
            - ``layer`` (text): name of the layer
            - ``channel`` (int): channel, feature map or unit
            - ``neurons`` (int): number of neurons
            - ``in_strength`` (float, in units of the weights): absolute weights into the channel,
              added up; null in a layer that nothing feeds
            - ``out_strength`` (float, in units of the weights): absolute weights out of the
              channel, added up; null in a layer that feeds nothing

        Notes
        -----
        Order of the rows: layers as in the model, then by channel.

        Definition: strength: Barrat et al. (2004), The architecture of complex weighted networks,
        eq. 2, of absolute weights, added up over the neurons of a channel.

        Weights that are NaN or infinite: A channel with such a weight is not zero.

        Examples
        --------
        >>> graph.zero_channels("dense_0", threshold=3)
        """
        question = self._ask("zero_channels", model, neurons=neurons, threshold=threshold, by=by)
        return self._answer(
            question, answers.zero_channels, sort=sort, limit=limit, in_store=in_store
        )

    def channel_importance(
        self,
        target: NeuronsLike = None,
        *,
        k: int = 5,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return the most and the least important channels of each layer.

        The importance of a neuron is the sum of ``|weight| * importance`` over what it feeds; that
        of the ``target`` neurons is 1, by default of the outputs. A channel has the sum of its
        neurons. Layers that do not lead to the targets are left out, and channels whose importance
        is NaN.

        Parameters
        ----------
        target
            Neurons of importance 1; the outputs are the neurons of layers that feed none (neurons,
            default outputs). Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``,
            ids, a frame with a column ``id``, or a ``NeuronFilter``.
        k
            How many of the most and how many of the least important channels of each layer (int, in
            channels, at least 1, default 5).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-share"``. NaN and null come last. Equal rows, and all without it,
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

            - ``name`` (text): layer[channel], which is taken where neurons are meant
            - ``layer`` (text): name of the layer
            - ``channel`` (int): channel, feature map or unit
            - ``neurons`` (int): number of neurons
            - ``rank`` (int): rank in the layer; 1 is the most important
            - ``importance`` (float, in products of weights): importance of the channel: that of its
              neurons added up
            - ``share`` (float, no unit): importance as a share of the layer's, 0 to 1

        Notes
        -----
        Order of the rows: layers as in the model, then by rank.

        Definition: score propagation of NISP (Yu et al., 2018, Pruning Networks using Neuron
        Importance Score Propagation): importance = sum of |weight| * importance over what a neuron
        feeds; a channel has the sum of its neurons.

        Weights that are NaN or infinite: Channels of which the importance is NaN are left out, of
        the ranks and of the sum that makes the shares.

        Examples
        --------
        >>> graph.channel_importance(k=2)
        """
        question = self._ask("channel_importance", model, target=target, k=k, by=by)
        return self._answer(
            question, answers.channel_importance, sort=sort, limit=limit, in_store=in_store
        )

    def duplicate_channels(
        self,
        neurons: NeuronsLike = None,
        *,
        least: float = 0.99,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return pairs of channels of a layer with alike incoming weights, most alike first.

        Channels without any weight but 0 are like no other.

        Parameters
        ----------
        neurons
            Layers or channels to compare; channels are compared within their layer (neurons,
            default all). Neurons are a name such as ``"conv_0"`` or ``"conv_0[3]@0..5,1"``, ids, a
            frame with a column ``id``, or a ``NeuronFilter``.
        least
            Smallest cosine of a pair (float, no unit, at least -1, default 0.99).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-ratio"``. NaN and null come last. Equal rows, and all without it,
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

            - ``layer`` (text): name of the layer
            - ``name`` (text): one channel: layer[channel], which is taken where neurons are meant
            - ``other_name`` (text): the other channel
            - ``channel`` (int): number of the one channel
            - ``other_channel`` (int): number of the other channel
            - ``cosine`` (float, no unit): cosine of their incoming weights, -1 to 1
            - ``ratio`` (float, no unit): norm of the other channel's incoming weights over that of
              the one's

        Notes
        -----
        Order of the rows: largest cosine first, then layers as in the model, by channel and by
        other_channel.

        Definition: cosine of the weights from the same sources into the neurons at the same places
        of two channels: for a dense layer of two rows of the kernel, for a convolution of two
        filters, each weight counted as often as it is used.

        Weights that are NaN or infinite: A channel with such a weight is in no pair.

        Examples
        --------
        >>> graph.duplicate_channels("conv_1", least=0.6)
        """
        question = self._ask("duplicate_channels", model, neurons=neurons, least=least, by=by)
        return self._answer(
            question, answers.duplicate_channels, sort=sort, limit=limit, in_store=in_store
        )

    def layer_statistics(
        self,
        *,
        threshold: float = 0.01,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return a row a layer that is fed: range of its weights, sparsity, norms, fluctuation.

        Weights below ``threshold`` in absolute value count as small.

        Parameters
        ----------
        threshold
            Absolute weight below which a weight counts as small (float, in units of the weights, at
            least 0, default 0.01).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-fluctuation"``. NaN and null come last. Equal rows, and all
            without it, come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``layer_index`` (int): position of the layer
            - ``layer`` (text): name of the layer
            - ``neurons`` (int): number of neurons
            - ``edges`` (int): number of relationships into the layer
            - ``mean`` (float, in units of the weights): mean weight
            - ``std`` (float, in units of the weights): standard deviation of the weights
            - ``min`` (float, in units of the weights): smallest weight
            - ``max`` (float, in units of the weights): largest weight
            - ``mean_absolute`` (float, in units of the weights): mean absolute weight
            - ``not_finite`` (int): number of weights that are NaN or infinite
            - ``zero_share`` (float, no unit): share of weights that are exactly 0, 0 to 1
            - ``small_share`` (float, no unit): share of weights of an absolute value below the
              threshold, 0 to 1
            - ``frobenius_norm`` (float, in units of the weights): root of the sum of the squared
              weights
            - ``spectral_norm`` (float, in units of the weights): largest singular value of the
              matrix of weights; bounds how much the layer's sums stretch a vector; null where the
              store computes it: it takes as many steps as it needs to converge, and Cypher has no
              loop that ends by a condition
            - ``fluctuation`` (float, no unit): standard deviation of in-strength (absolute weights)
              over its mean, over the neurons of the layer; null where all strengths are 0

        Notes
        -----
        Order of the rows: layers as in the model.

        Definition: spectral norm: largest singular value of the matrix of weights into the layer;
        fluctuation: La Malfa et al. (2021), Characterizing Learning Dynamics of Deep Neural
        Networks via Complex Networks, Layers Fluctuation, over the mean strength.

        Weights that are NaN or infinite: The smallest and the largest weight leave NaN out; sums,
        means and norms are NaN where NaN is in them, and the spectral norm is null.

        Examples
        --------
        >>> graph.layer_statistics(threshold=0.1)
        """
        question = self._ask("layer_statistics", model, threshold=threshold, by=by)
        return self._answer(
            question, answers.layer_statistics, sort=sort, limit=limit, in_store=in_store
        )

    def bifans(
        self,
        source: NeuronsLike,
        target: NeuronsLike,
        *,
        threshold: float = 0.0,
        by: Weighing = "weight",
        sort: str | Sequence[str] | None = None,
        limit: int | None = None,
        in_store: bool = False,
        model: str | None = None,
    ) -> pd.DataFrame:
        """Return one row: how many pairs of sources both feed the same pair of targets.

        Relationships of at most ``threshold`` in absolute weight count as absent.

        Parameters
        ----------
        source
            Neurons that feed (neurons, required). Neurons are a name such as ``"conv_0"`` or
            ``"conv_0[3]@0..5,1"``, ids, a frame with a column ``id``, or a ``NeuronFilter``.
        target
            Neurons that are fed (neurons, required).
        threshold
            Relationships of at most this absolute weight count as absent (float, in units of the
            weights, at least 0, default 0).
        by
            Which property of the relationships weighs them; in a neuron graph there is weight alone
            (weight or l1 or l2 or largest or edges, default weight).
        sort
            The column by which the rows are sorted, or several; ``-`` before one means the largest
            first, as in ``sort="-share"``. NaN and null come last. Equal rows, and all without it,
            come in the order that the notes say.
        limit
            How many rows to return, the first ones of that order (int, in rows, at least 1).
        in_store
            Let the store compute the answer, by the query's own Cypher statement, which
            ``statement`` returns.
        model
            The model to ask about; needed where the graph holds more than one.

        Returns
        -------
        pandas.DataFrame
            The columns:

            - ``sources`` (int): number of neurons that may feed
            - ``targets`` (int): number of neurons that may be fed
            - ``pairs`` (int): number of source and target pairs that are joined
            - ``bifans`` (int): number of bi-fans
            - ``share`` (float, no unit): bi-fans as a share of all pairs of sources with all pairs
              of targets; null where there are none

        Notes
        -----
        Order of the rows: one row.

        Definition: Milo et al. (2002), Network Motifs: Simple Building Blocks of Complex Networks,
        bi-fan; counted from how many neurons each pair feeds together, whether or not other
        relationships join the four.

        Weights that are NaN or infinite: A relationship of NaN is not of at most any weight, and
        counts as present.

        Examples
        --------
        >>> graph.bifans("dense_0", "dense_1", threshold=0.1)
        """
        question = self._ask(
            "bifans", model, source=source, target=target, threshold=threshold, by=by
        )
        return self._answer(question, answers.bifans, sort=sort, limit=limit, in_store=in_store)
