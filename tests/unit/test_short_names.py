"""Names in pictures: short ones stay as they are, of long ones the last part does."""

import pytest

from queries.plots.short_names import MOST_LETTERS, short_name


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("dense_1[7]", "dense_1[7]"),
        ("attention_0/attention_output", "attention_0/attention_output"),
        ("attention_0/dot_product_attention/scores[0]", "attention_0/…/scores[0]"),
        ("bidirectional/backward_lstm@t3/add:2[5]", "…/backward_lstm@t3/add:2[5]"),
        ("a_layer_of_a_very_long_name_of_its_own[1]", "…_very_long_name_of_its_own[1]"),
    ],
)
def test_keep_their_last_part(name: str, short: str) -> None:
    found = short_name(name)
    assert found == short
    assert len(found) <= MOST_LETTERS
