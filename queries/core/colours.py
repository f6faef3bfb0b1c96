"""The colours of signed weights, the same in every picture."""

from typing import Final

# Red and blue of ColorBrewer's RdBu, which the colour-blind tell apart.
POSITIVE: Final = "#b2182b"
NEGATIVE: Final = "#2166ac"
