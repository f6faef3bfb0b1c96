"""What made a model say what it said at an input: contributions and attributions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from queries.analysis.at_input.activity import Activity, Own, activity_at
from queries.analysis.at_input.attribution import Attribution
from queries.analysis.at_input.attribution import attribution as attributed_to
from queries.analysis.at_input.frozen import FrozenModel, frozen
from queries.analysis.at_input.integrated import Integrated, integrated
from queries.analysis.at_input.laws import conserved
from queries.analysis.at_input.rule import Rule
from queries.analysis.at_input.strongest_edges import strongest_edges
from queries.analysis.operators import Flags, Ids, Scores
from queries.answers.question import Question
from queries.answers.samples import GivenInput, one_beside
from queries.answers.token_ids import token_layers
from queries.answers.towards import Towards, largest, named
from queries.core.memory import neuron_room
from queries.core.model_input import ModelInput
from queries.core.neuron_filter import NeuronFilter

INTEGRATED: Final = "ig"
AGAINST: Final = {INTEGRATED, "rescale"}
"""Rules that compare with a baseline."""

Inputs = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Sample:
    """A model at one input.

    Parameters
    ----------
    question
        What is asked.
    name
        What the sample is called.
    inputs
        Its values by the names of input layers.
    baseline
        The same of what it is compared with.
    own
        What neurons have of their own.
    """

    question: Question
    name: str
    inputs: Inputs
    baseline: Inputs
    own: Own

    @cached_property
    def at(self) -> Activity:
        """What neurons put out."""
        return activity_at(self.question.network, self.own, self.inputs)

    @cached_property
    def frozen(self) -> FrozenModel:
        """The model as an affine map."""
        values = self.question.values
        rule, baseline = Rule(_rule_of(self.question), values["products"]), None
        if rule.slope in AGAINST:
            baseline = activity_at(self.question.network, self.own, self.baseline)
        return frozen(self.question.network, self.own, self.at, rule, baseline)

    @property
    def begins(self) -> Flags:
        """Which neurons are inputs, or tokens in one: what tells them is a step, with no slope.

        Against a baseline, what other tokens make comes over the step from the input.
        """
        network = self.question.network
        begins = np.zeros(network.neurons, dtype=bool)
        beginning = [layer for layer in network.layers if layer.is_input]
        if _rule_of(self.question) not in AGAINST:
            beginning += [layer for _, layer in token_layers(network.layers)]
        for layer in beginning:
            begins[network.neurons_of(layer)] = True
        return begins

    @cached_property
    def towards(self) -> Towards:
        """The target."""
        text = self.question.values["towards"]
        model = self.question.model
        return largest(model, self.at) if text is None else named(model, text)

    @cached_property
    def attributed(self) -> Attribution | Integrated:
        """What neurons and relationships have to do with the target."""
        return self.conserving if not self._integrates else self.attributed_to(self.towards)

    @cached_property
    def conserving(self) -> Attribution:
        """The same by a rule of one step."""
        return attributed_to(self.frozen, self.towards.own)

    def forget(self) -> None:
        """Let go of arrays of all neurons, which are computed again where they are needed."""
        for name in ("at", "frozen", "attributed", "conserving"):
            self.__dict__.pop(name, None)

    def attributed_to(self, target: Towards) -> Attribution | Integrated:
        """Return what neurons and relationships have to do with a target, perhaps another one."""
        if not self._integrates:
            return attributed_to(self.frozen, target.own)
        return integrated(
            self.question.network, self.own, (self.baseline, self.inputs), target.own,
            products=self.question.values["products"], steps=self.question.values["steps"],
        )  # fmt: skip

    @property
    def through(self) -> Scores:
        """What of the target comes through each neuron, through a token id that of its token.

        The token begins at the step that tells it, and so the id alone has nothing.
        """
        network, found = self.question.network, self.attributed.neurons
        begun, through = np.where(self.begins, found, 0.0), found.copy()
        for read, layer in token_layers(network.layers):
            place = network.neurons_of(read)
            # What tells the tokens reads the input, or a step between that has a neuron for each.
            first = network.neurons_of(network.feeding(layer)[0]).start
            for part in network.matrices(layer):
                source, target, _ = part.columns
                through[place] += np.bincount(source - first, begun[target], read.neurons)
        return through

    @property
    def _integrates(self) -> bool:
        return bool(self.question.values["rule"] == INTEGRATED)


def contributions(question: Question) -> pd.DataFrame:
    """Compute what relationships pass on into some neurons, or out of them."""
    among, everyone = question.among("neurons"), np.ones(question.network.neurons, dtype=bool)
    ends = (everyone, among) if question.values["direction"] == "in" else (among, everyone)

    def rows(sample: Sample) -> pd.DataFrame:
        model = sample.frozen
        source, target, weight = model.network.edges_between(*ends)
        value = model.value[source]
        columns = {"weight": weight.astype(np.float64), "value": value}
        passed_on = weight * value * model.unit_slope[target]
        frame = _edges(source, target, columns, passed_on, "contribution")
        return frame.sort_values(
            ["target", "size", "source"], ascending=[True, False, True], kind="stable"
        )

    return answer_of_samples(question, rows, ends=("source", "target"))


def attribution(question: Question) -> pd.DataFrame:
    """Compute what each neuron has to do with a target."""
    return _attributions(question, lambda sample: sample.attributed.neurons)


def saliency(question: Question) -> pd.DataFrame:
    """Compute the same, of an input of tokens what comes through the token at each position.

    Parameters
    ----------
    question
        One about ``attribution``.
    """
    return _attributions(question, lambda sample: sample.through)


def _attributions(question: Question, through: Callable[[Sample], Scores]) -> pd.DataFrame:
    ids = np.flatnonzero(question.among("neurons"))
    neuron_room(4, 5).require(len(ids) * question.given().samples)

    def rows(sample: Sample) -> pd.DataFrame:
        found = sample.attributed
        columns = {
            "id": ids,
            "value": found.value[ids],
            "gradient": found.total_gradient[ids],
            "attribution": through(sample)[ids],
            "bias_part": found.biases[ids],
        }
        return pd.DataFrame(columns).assign(towards=sample.towards.name)

    return answer_of_samples(question, rows, ends=("",))


def edge_attribution(question: Question) -> pd.DataFrame:
    """Compute over which relationships most of a target comes."""

    def rows(sample: Sample) -> pd.DataFrame:
        source, target, share = strongest_edges(
            sample.attributed, question.network, question.values["k"]
        )
        frame = _edges(source, target, {}, share, "attribution")
        return frame.assign(towards=sample.towards.name)

    return answer_of_samples(question, rows, ends=("source", "target"))


def conservation(question: Question) -> pd.DataFrame:
    """Check the laws of attribution layer by layer."""

    def rows(sample: Sample) -> pd.DataFrame:
        checked = list(conserved(sample.conserving))
        return pd.DataFrame(
            {
                "id": [each.worst for each in checked],
                "local": [each.local for each in checked],
                "flow": [each.flow for each in checked],
                "cut": [each.cut for each in checked],
            }
        ).assign(towards=sample.towards.name)

    return answer_of_samples(question, rows, ends=("",))


def samples_of(question: Question) -> Iterator[Sample]:
    """Yield the model at each input that is asked about.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    """
    given = question.given()
    own = question.model.own()
    baseline = _baseline(question, given)
    for place, name in enumerate(given.names):
        inputs = {layer: each[place] for layer, each in given.inputs.items()}
        question.network.progress("inputs", given.first + place, given.total)
        yield Sample(question, name, inputs, baseline, own)


def _rule_of(question: Question) -> Any:
    """Return what stands for activation functions."""
    return question.values.get("slope") or question.values["rule"]


def _baseline(question: Question, given: GivenInput) -> Inputs:
    """Return what inputs are compared with; by default 0."""
    how: ModelInput | None = question.values["baseline"]
    if how is None:
        return {name: np.zeros_like(each[0]) for name, each in given.inputs.items()}
    beside: ModelInput = question.values["input"]
    read = one_beside(question.model, how, beside, "baseline", "one is compared with")
    return {name: each[0] for name, each in read.inputs.items()}


def _edges(
    source: Ids, target: Ids, columns: Mapping[str, Any], score: NDArray[Any], name: str
) -> pd.DataFrame:
    """Return a row for each relationship of which the score is not 0."""
    frame = pd.DataFrame({"source": source, "target": target, **columns, name: score})
    return frame.assign(size=np.abs(score)).take(np.flatnonzero(score))


def answer_of_samples(
    question: Question, rows: Callable[[Sample], pd.DataFrame], ends: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of all samples with the names of neurons.

    Parameters
    ----------
    question
        What is asked.
    rows
        Returns those of a sample, neurons counted from the model's first.
    ends
        The columns that hold neurons: ``source`` and ``target``, or an empty text for ``id``.
    """
    frames = [rows(sample).assign(input=sample.name) for sample in samples_of(question)]
    frame = pd.concat(frames, ignore_index=True)
    for end in ends:
        column = end or "id"
        ids, places = np.unique(frame[column].to_numpy(), return_inverse=True)
        names = question.model.neurons(
            NeuronFilter(id=ids + question.network.first), ("id", "name", "layer")
        )
        frame[column] += question.network.first
        frame[f"{end}_name" if end else "name"] = names["name"].to_numpy()[places]
        if not end:
            frame["layer"] = names["layer"].to_numpy()[places]
    return question.typed_answer(frame)
