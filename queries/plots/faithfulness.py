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
