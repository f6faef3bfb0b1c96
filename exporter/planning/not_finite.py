"""Weights and biases that are not a number, or infinite: how many, and in which layers."""

from collections.abc import Mapping


def not_finite_text(weights: Mapping[str, int], biases: Mapping[str, int]) -> str:
    """Say how many weights and biases are not finite, and in which layers; empty for none.

    Parameters
    ----------
    weights
        By layer the number of relationships into it whose weight is not finite.
    biases
        By layer the number of its neurons whose bias or slope is not finite.
    """
    counts = [
        _count_text(weights, "relationship has a weight", "relationships have a weight"),
        _count_text(biases, "neuron has a bias", "neurons have a bias"),
    ]
    parts = [part for part in counts if part]
    return f"Not finite (NaN or infinite): {'; '.join(parts)}." if parts else ""


def _count_text(counts: Mapping[str, int], one: str, several: str) -> str:
    some = {layer: count for layer, count in counts.items() if count}
    if not some:
        return ""
    total = sum(some.values())
    where = ", ".join(f"{layer} {count:,}" for layer, count in some.items())
    return f"{total:,} {one if total == 1 else several} ({where})"
