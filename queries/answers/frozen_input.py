"""A model at one input as an affine map, for what is asked about weights."""

from queries.analysis.at_input.activity import activity_at
from queries.analysis.at_input.frozen import FrozenModel, frozen
from queries.analysis.at_input.rule import Rule
from queries.analysis.network import Network
from queries.answers.model import Model
from queries.answers.samples import given_input
from queries.core.model_input import ModelInput
from queries.core.wording import option
from queries.errors import ParameterError


def frozen_at(model: Model, network: Network, how: ModelInput) -> FrozenModel:
    """Return what a model is at an input, by the gradient, gates held at what they say.

    Parameters
    ----------
    model, network
        The model, and its relationships.
    how
        The input: one sample.

    Raises
    ------
    ParameterError
        If there are several samples, the graph does not compute what its model does, or they do
        not fit.
    """
    given = given_input(model, how)
    if given.samples != 1:
        raise ParameterError(
            f"{option('input')}: {given.samples:,} samples; weights are those at one"
        )
    own = model.own()
    at = activity_at(network, own, {name: each[0] for name, each in given.inputs.items()})
    return frozen(network, own, at, Rule("gradient", "frozen"))
