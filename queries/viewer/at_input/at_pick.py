"""What the picked neurons do at an input."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from queries.analysis.scaled_network import ScaledNetwork
from queries.answers.attribution import Sample
from queries.viewer.facts import Facts, strongest
from queries.viewer.page_graph import PageGraph, PageModel
from queries.viewer.view import ATTRIBUTION, View


def facts_at(graph: PageGraph, model: PageModel, view: View, facts: Facts) -> Facts:
    """Return figures of the picked neurons with what they do at the input of a view.

    The strongest inputs and outputs are those that pass on most there.

    Raises
    ------
    NeurongraphError
        If there is no such input or target.
    """
    sample = graph.samples.sample(model.model, view.input, view.towards)
    return replace(
        facts,
        numbers=(*facts.numbers, *_numbers(sample, facts)),
        inputs=_passed_on(model, view, facts, sample, "in"),
        outputs=_passed_on(model, view, facts, sample, "out"),
    )


def _numbers(sample: Sample, facts: Facts) -> list[tuple[str, str]]:
    """Return what the neurons put out, and what of the target comes through them."""
    own, found = facts.neurons, sample.conserving
    mean = "" if len(own) == 1 else "mean "
    return [
        (f"{mean}activation", f"{sample.at.value[own].mean():.4g}"),
        (f"{mean}pre-activation", f"{sample.at.pre_activation[own].mean():.4g}"),
        ("attribution", f"{found.neurons[own].sum():.4g}"),
        ("bias part", f"{found.biases[own].sum():.4g}"),
    ]


def _passed_on(
    model: PageModel, view: View, facts: Facts, sample: Sample, direction: Literal["in", "out"]
) -> pd.DataFrame:
    """Return what passes on most into the neurons, or out of them, as ``Facts`` has it."""
    network = _relationships(sample, view)
    these, everyone = (np.zeros(network.neurons, dtype=bool) for _ in range(2))
    these[facts.neurons], everyone[:] = True, True
    ends = (everyone, these) if direction == "in" else (these, everyone)
    source, target, passed = network.edges_between(*ends)
    some = np.flatnonzero(passed)
    other = source if direction == "in" else target
    edges = pd.DataFrame({"neuron": other[some], "weight": passed[some].astype(np.float64)})
    return strongest(model, facts.neurons, edges, view.lines, signed=True)


def _relationships(sample: Sample, view: View) -> ScaledNetwork:
    """Return the model, each relationship weighing what passes over it."""
    if view.passed_on == ATTRIBUTION:
        return sample.conserving.relationships()
    model = sample.frozen
    return ScaledNetwork(model.network, source=model.value, target=model.unit_slope)
