"""Seeds of the campaign: the first of each kind in every test run, all of them in `make faults`."""

import pytest


def seeds(number: int, *, quick: int = 1) -> pytest.MarkDecorator:
    """Parametrise a test by so many seeds; all but the first few are for `make faults`."""
    marks = [() if seed < quick else (pytest.mark.faults,) for seed in range(number)]
    params = [pytest.param(seed, marks=mark) for seed, mark in enumerate(marks)]
    return pytest.mark.parametrize("seed", params)
