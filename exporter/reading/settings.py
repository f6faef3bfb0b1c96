"""How a layer is set, as far as its weights do not tell it."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Settings:
    """What a layer slides over positions, and how; None where it does not.

    Parameters
    ----------
    kernel
        Size of its kernel, or of the window that it pools, along each axis of positions in memory
        order: y before x.
    stride
        Step along each of these axes.
    padding
        What is put around the input: ``valid`` for nothing, ``same`` or ``causal``.
    dilation
        Distance of neighbours within the kernel along each of these axes.
    groups
        Into how many groups the channels are split, each of which feeds its own part of the output.
    """

    kernel: tuple[int, ...] | None = None
    stride: tuple[int, ...] | None = None
    padding: str | None = None
    dilation: tuple[int, ...] | None = None
    groups: int | None = None

    @property
    def properties(self) -> dict[str, object]:
        """The same as properties of a node."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
