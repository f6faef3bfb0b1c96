"""The plots of what a model does at an input."""

import pandas as pd

from queries.answers.attribution import attribution
from queries.answers.circuit import circuit, circuit_nodes
from queries.core.model_input import InputLike
from queries.core.neuron_filter import NeuronsLike
from queries.errors import ParameterError, listed
from queries.library.declaration import AttributionRule, CircuitLevel, ProductsRule, Pruning
from queries.library.plots import plot
from queries.plots import circuit as circuits
from queries.plots import effective_weights
from queries.plots.base import GraphPlots
from queries.plots.images import images_of
from queries.plots.picture import Picture, Size


class AtInputPlots(GraphPlots):
    """The plots that take an input."""

    def circuit(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        *,
        towards: str | None = None,
        level: CircuitLevel = "channel",
        prune: Pruning = "influence",
        node_share: float = 0.8,
        edge_share: float = 0.98,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return the circuit of an answer at an input, drawn through the layers.

        Raises
        ------
        ParameterError
            If there are several samples, or more than 3,000 relationships would have to be drawn.
        """
        values = {
            "input": input, "towards": towards, "level": level, "prune": prune,
            "node_share": node_share, "edge_share": edge_share, "rule": rule,
            "products": products, "baseline": baseline, "steps": steps,
        }  # fmt: skip
        question = self.graph.question("circuit", model=model, **values)
        if (samples := question.given().samples) > 1:
            raise ParameterError(f"input: {samples:,} samples, and the circuit of one is drawn")
        edges = self.computed(circuit, question)
        if len(edges) > circuits.MOST_EDGES:
            raise ParameterError(
                f"the circuit has {len(edges):,} relationships, and {circuits.MOST_EDGES:,} are "
                "drawn at most; take smaller shares, or the level channel or layer"
            )
        nodes = self.computed(circuit_nodes, question.also("circuit_nodes", **question.values))
        title = (
            f"Circuit of {nodes['towards'].iloc[0]} at {nodes['input'].iloc[0]}, "
            f"model {question.model.name}"
        )
        return Picture(circuits.draw(edges, nodes, title=title), question.note, size)

    def saliency(
        self,
        input: InputLike,  # noqa: A002 - what the field calls it
        neurons: NeuronsLike = None,
        *,
        towards: str | None = None,
        rule: AttributionRule = "gradient",
        products: ProductsRule = "half",
        baseline: InputLike | None = None,
        steps: int = 32,
        model: str | None = None,
        size: Size | None = None,
    ) -> Picture:
        """Return what of a target comes through each pixel, as images of the input.

        Raises
        ------
        ParameterError
            If ``neurons`` are not within one layer, or more than 100 images would have to be drawn.
        """
        checked = plot("saliency").checked({"input": input, "neurons": neurons})
        meant = checked["neurons"] or self.graph.layers(model=model)["name"].iloc[0]
        question = self.graph.question(
            "attribution", input=input, neurons=meant, towards=towards, rule=rule,
            products=products, baseline=baseline, steps=steps, model=model,
        )  # fmt: skip
        sources = question.neurons("neurons")
        if len(among := sources["layer"].unique()) != 1:
            raise ParameterError(f"neurons: name one layer, not {listed(list(among)) or 'none'}")
        found = self.computed(attribution, question)
        targets = (found["towards"] + " at " + found["input"]).unique()
        count = len(targets) * len(images_of(sources).names)
        if count > effective_weights.MOST_IMAGES:
            raise ParameterError(
                f"input: that is an image for each of {len(targets):,} samples and each channel, "
                f"{count:,} in all, and {effective_weights.MOST_IMAGES} are drawn at most"
            )
        number = pd.Series(range(len(targets)), index=targets)
        pairs = pd.DataFrame(
            {
                "source": found["id"],
                "source_name": found["name"],
                "target_name": found["towards"] + " at " + found["input"],
                "weight": found["attribution"],
            }
        )
        pairs["target"] = number[pairs["target_name"]].to_numpy()
        drawn = effective_weights.draw(
            pairs,
            sources,
            pd.DataFrame({"id": number.to_numpy(), "name": targets}),
            title=f"What of a target comes through {among[0]}, model {question.model.name}",
            bar="attribution (units of the target)",
        )
        return Picture(drawn, question.note, size)
