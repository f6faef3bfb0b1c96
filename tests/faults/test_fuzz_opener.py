import pytest

from tests.faults.fuzz_opener import fuzz


@pytest.mark.parametrize(
    "count", [40, pytest.param(1000, marks=[pytest.mark.full, pytest.mark.timeout(1800)])]
)
def test_damaged_files_are_opened_or_refused(count: int) -> None:
    campaign = fuzz(count, workers=1 if count < 100 else 2)
    assert campaign.found == []
    assert campaign.counts["tried"] == count
    # Otherwise the mutations show nothing.
    assert min(campaign.counts["opened"], campaign.counts["refused"]) > count / 20
