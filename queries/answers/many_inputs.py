"""What is computed of many inputs: batch by batch, perhaps by many processes, and put together."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Final, Generic, TypeVar

from queries.answers.model import Model
from queries.answers.networks import Networks
from queries.answers.question import Question
from queries.answers.samples import GivenInput, read_beside
from queries.core.model import StoredModel
from queries.core.model_input import ModelInput
from queries.core.progress import silent
from queries.library.queries import query
from queries.stores import Store

INPUTS: Final = 32
"""Inputs of a batch, which is what a process gets at once."""

T = TypeVar("T")
Begin = Callable[[Question], Callable[[Question], T]]
"""Takes a question, and returns what makes something of the same about a batch of its inputs.

It is called once a process, and is a function of a module, since it is sent to the processes.
"""


def merged(question: Question, begin: Begin[T], merge: Callable[[T, T], T]) -> T:
    """Return what is made of all inputs of a question, of which there is one at least.

    Batches, and the order in which they are put together, are the same for however many processes.

    Parameters
    ----------
    question
        One of a query with the parameter ``input``.
    begin
        What makes something of a batch.
    merge
        Puts what was made of two batches together; the first has the earlier inputs.

    Raises
    ------
    ParameterError
        If the graph does not compute what its model does, or samples do not fit.
    GraphError
        If a process fails.
    """
    return reduce(merge, of_batches(question, begin))


def of_batches(question: Question, begin: Begin[T]) -> Iterator[T]:
    """Yield what is made of batches of the inputs of a question, in their order.

    Parameters
    ----------
    question, begin
        As in ``merged``. Which inputs a batch has says its ``Question.given``.
    """
    given = question.given()
    question = _of_numbers(question)
    parts = (
        given.part(slice(start, min(start + INPUTS, given.samples)))
        for start in range(0, given.samples, INPUTS)
    )
    processes = question.model.store.processes
    # One batch alone is sooner done than sent.
    if processes is None or given.samples <= INPUTS:
        make = begin(question)
        yield from (make(_about(question, part)) for part in parts)
        return
    begun = _Begun(question.query.name, question.values, begin)
    progress, done = question.network.progress, 0
    progress("inputs", done, given.samples)
    for made in processes.mapped(begun, question.model.stored, parts):
        done = min(done + INPUTS, given.samples)
        progress("inputs", done, given.samples)
        yield made


@dataclass(frozen=True)
class _Begun(Generic[T]):
    """What another process begins with.

    Parameters
    ----------
    query, values
        The question.
    begin
        As in ``merged``.
    """

    query: str
    values: Mapping[str, Any]
    begin: Begin[T]

    def __call__(self, store: Store, about: StoredModel) -> Callable[[GivenInput], T]:
        """Return what makes something of inputs."""
        model = Model(store, about, Networks(store, silent))
        question = Question(query(self.query), self.values, model)
        make = self.begin(question)
        return lambda part: make(_about(question, part))


def _about(question: Question, part: GivenInput) -> Question:
    return replace(question, read=part)


def _of_numbers(question: Question) -> Question:
    """Return the same question, which names no file: another process may have none of it."""
    values = dict(question.values)
    for each in question.query.parameters:
        how = values[each.name]
        if each.type == "input" and each.name != "input" and how is not None:
            beside = question.values["input"]
            read = read_beside(question.model, how, beside, each.name)
            values[each.name] = ModelInput(dict(read.inputs))
    # Samples that are read are no pixels any more.
    values["input"] = ModelInput({})
    return replace(question, values=values)
