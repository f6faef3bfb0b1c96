"""Products of two tensors: a neuron each product, which a step of sums reads."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.planning.push import plan
from exporter.wiring import Chain, room
from exporter.wiring.contraction import Contraction
from queries.errors import UnsupportedLayerError
from tests.opening import open_model
from tests.unit.builders import Wired, edges_into, failing, saved, wired
from tests.unit.chains import computed, ids_of

ops = keras.ops
random = np.random.default_rng(5)
MATRIX = random.normal(size=(4, 3)).astype("float32")
STACK = random.normal(size=(2, 3, 4)).astype("float32")

Formula = Callable[[Any], Any]

SHAPES = {"a": (2, 5, 4), "b": (2, 4, 3), "c": (5, 4), "d": (6, 4)}
"""What the formulas below are of."""

FORMULAS: dict[str, Formula] = {
    "a @ b": lambda t: ops.matmul(t.a, t.b),
    "heads widen": lambda t: ops.matmul(t.a[:, :1], t.b),
    "scores": lambda t: ops.einsum("btd,bsd->bts", t.c, t.d),
    "output first": lambda t: ops.einsum("bsd,btd->bdst", t.c, t.d),
    "ellipsis": lambda t: ops.einsum("...ij,...jk->...ik", t.a, t.b),
    "outer": lambda t: ops.einsum("bi,bj->bij", t.c[:, 0], t.d[:, 0]),
    "element by element": lambda t: ops.einsum("bi,bi->bi", t.c[:, 0], t.d[:, 0]),
    "cosine": lambda t: ops.einsum("bij,bij->bi", t.c, t.d[:, :5]),
    "one axis alone": lambda t: ops.einsum("bij,bkl->bjk", t.c, t.d),
    "three": lambda t: ops.einsum("bti,bsi,bhij->btsj", t.c, t.d, t.b),
    "two and a constant": lambda t: ops.einsum("bti,ij,bhsj->bhts", t.c, MATRIX, t.b),
    "nothing summed, a constant": lambda t: ops.einsum(
        "bi,bj,ij->bij", t.c[:, 0], t.b[:, 0, 0], MATRIX
    ),
    "two constants": lambda t: ops.einsum("bti,ij,kj->btk", t.c, MATRIX, MATRIX),
    "a sum": lambda t: ops.einsum("bti->bi", t.c),
    "a move": lambda t: -ops.einsum("bti->bit", t.c),
    "a diagonal": lambda t: ops.einsum("btt->bt", t.c[:, :4]),
    "a diagonal of both": lambda t: ops.einsum("bii,bij->bj", t.c[:, :4], t.d[:, :4]),
    "a stack of constants": lambda t: ops.matmul(t.a[..., :3], STACK),
    "a stack before": lambda t: ops.matmul(STACK, t.b),
    "a batch of one": lambda t: ops.matmul(t.c[..., :3], STACK[:1]),
    "a dot of a stack": lambda t: ops.dot(t.c[..., :3], STACK),
    "inner": lambda t: ops.inner(t.c[..., :3], MATRIX),
    "a dot of a number": lambda t: ops.dot(t.c, 3.0),
}


def model(*formulas: Formula) -> Any:
    """Return a model with an output a formula, each behind a layer named after its place."""
    read = SimpleNamespace(**{name: keras.Input(shape) for name, shape in SHAPES.items()})
    outputs = [
        keras.layers.Identity(name=f"f{place}")(formula(read))
        for place, formula in enumerate(formulas)
    ]
    return keras.Model(list(vars(read).values()), outputs)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Wired:
    """One model of all formulas: most of the time goes into building and saving one."""
    return wired(model(*FORMULAS.values()), tmp_path_factory.mktemp("products"))


def test_products_replay(case: Wired) -> None:
    assert failing(case, samples=2) == []


def layer_of(case: Wired, formula: str) -> Any:
    """Return the last planned layer that a formula reads from."""
    number = list(FORMULAS).index(formula)
    return next(each for each in case.plan.layers if f"f{number} (Identity)" in each.moved_by)


def test_neurons_and_relationships_are_counted_by_formula(case: Wired) -> None:
    sums = layer_of(case, "a @ b")
    products = case.plan.layers[sums.index - 1]
    heads, rows, inner, columns = 2, 5, 4, 3
    assert products.name == f"{sums.name}/products"
    assert products.neurons == heads * rows * inner * columns
    assert products.edges == 2 * products.neurons
    assert (sums.neurons, sums.edges) == (heads * rows * columns, products.neurons)
    position = case.plan.layers.index(products)
    assert set(edges_into(case, position)[:, 2]) == {1.0}


def test_what_both_have_is_the_channel(case: Wired) -> None:
    heads = layer_of(case, "a @ b").neuron_table("m", 0, 30)
    assert sorted(set(heads["channel"].to_pylist())) == [0, 1]
    features = layer_of(case, "scores").neuron_table("m", 0, 30)
    assert sorted(set(features["channel"].to_pylist())) == list(range(6))
    assert sorted(set(features["x"].to_pylist())) == list(range(5))


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (lambda t: ops.einsum("bti,csi->bcts", t.c, t.d), "joins the samples of a batch"),
        (lambda t: ops.einsum("bti,ij", t.c, MATRIX), "does not say its output"),
        (lambda t: ops.tensordot(t.c, t.d, axes=[[2], [2]]), "joins the samples of a batch"),
        (lambda t: ops.matmul(t.a, t.c[..., :4, :]), "joins the samples of a batch"),
    ],
    ids=["einsum", "no arrow", "tensordot", "matmul"],
)
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_what_mixes_samples_is_refused(formula: Formula, said: str, tmp_path: Path) -> None:
    path = saved(model(formula), tmp_path / "model.keras")
    with pytest.raises(UnsupportedLayerError, match=said):
        plan(open_model(path))


@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_products_of_what_is_padded_are_refused_by_number_where_they_do_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    padded = model(lambda t: ops.matmul(ops.pad(t.a, ((0, 0), (0, 0), (1, 1), (0, 0))), t.b))
    opened = open_model(saved(padded, tmp_path / "model.keras"))
    products = 2 * 7 * 4 * 3
    planned = plan(opened)
    assert products in [layer.neurons for layer in planned.layers]
    monkeypatch.setattr(room, "fits_in_memory", lambda values: values < 2 * products)
    with pytest.raises(UnsupportedLayerError, match=f"padded with 0: {2 * products} ids take"):
        plan(opened)


@st.composite
def equations(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    """Draw an equation of two to three tensors, and their shapes without the batch."""
    sizes = {letter: draw(st.integers(1, 3)) for letter in "ijklm"}
    letters = st.lists(st.sampled_from(sorted(sizes)), min_size=1, max_size=3, unique=True)
    terms = draw(st.lists(letters, min_size=2, max_size=3))
    every = sorted({letter for term in terms for letter in term})
    output = draw(
        st.permutations(every).flatmap(
            lambda order: st.integers(1, len(order)).map(lambda n: order[:n])
        )
    )
    text = ",".join(f"a{''.join(term)}" for term in terms)
    shapes = [tuple(sizes[letter] for letter in term) for term in terms]
    return f"{text}->a{''.join(output)}", shapes


@settings(max_examples=60, deadline=None)
@given(drawn=equations(), seed=st.integers(0, 99))
def test_any_equation_computes_what_numpy_computes(
    drawn: tuple[str, list[tuple[int, ...]]], seed: int
) -> None:
    equation, shapes = drawn
    draw = np.random.default_rng(seed)
    values = [draw.normal(size=shape) for shape in shapes]
    chain = Contraction.of(equation, *ids_of(values)).wiring
    assert isinstance(chain, Chain)
    # The batch, of one sample, is the first axis of each operand.
    expected = np.einsum(equation, *(each[np.newaxis] for each in values))[0]
    np.testing.assert_allclose(computed(chain, values), expected, atol=1e-12)
