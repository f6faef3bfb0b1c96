"""The plots of how faithful attributions and circuits are."""

from typing import Literal

from queries.answers.faithfulness import deletion_curve, recovery_curve
from queries.core.model_input import InputLike
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule, Pruning
from queries.plots import curves
from queries.plots.base import GraphPlots
from queries.plots.picture import Picture, Size


class FaithfulnessPlots(GraphPlots):
    """The plots of curves, each with the area under it."""

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
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what a model says while pixels are deleted or inserted, a line an input.

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
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            As ``NeuronGraph.deletion_curve``.

        Examples
        --------
        >>> graph.plot.deletion_curve("samples/digits.npz:7")
        """
        question = self._graph.question(
            "deletion_curve", input=input, how=how, points=points, patch=patch, towards=towards,
            rule=rule, products=products, baseline=baseline, steps=steps, model=model,
        )  # fmt: skip
        frame = self._computed(deletion_curve, question)
        inserted = how == "insertion"
        curve = curves.INSERTION if inserted else curves.DELETION
        what = "Insertion" if inserted else "Deletion"
        title = f"{what} of pixels by attribution, model {question.model.name}"
        return Picture(curves.draw(frame, curve, title=title), question.note, size)

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
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return how much of an answer circuits of all sizes recover, a line an input.

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
        model
            The model to ask about; needed where the graph holds more than one.
        size
            Width and height in pixels; by default 1280 and 800.

        Returns
        -------
        Picture
            It shows itself in a notebook; ``save`` writes it to a file.

        Raises
        ------
        ParameterError
            As ``NeuronGraph.recovery_curve``.

        Examples
        --------
        >>> graph.plot.recovery_curve("samples/digits.npz:7")
        """
        question = self._graph.question(
            "recovery_curve", input=input, points=points, towards=towards, level=level,
            prune=prune, rule=rule, products=products, baseline=baseline, steps=steps, rest=rest,
            patch=patch, model=model,
        )  # fmt: skip
        frame = self._computed(recovery_curve, question)
        title = f"Recovery by circuits, model {question.model.name}"
        return Picture(curves.draw(frame, curves.RECOVERY, title=title), question.note, size)
