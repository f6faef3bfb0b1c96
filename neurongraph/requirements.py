"""Print what neurongraph needs besides Keras and TensorFlow, for pip to install without them.

It needs no other package itself: ``python -m neurongraph.requirements`` comes after
``pip install --no-deps neurongraph``.
"""

import sys

from queries.core.packages import OPENING, requirements


def main() -> None:
    """Print a line a package, as a file of requirements has it."""
    needed = [each for each in requirements() if not each.extra]
    if not needed:
        sys.exit("neurongraph is not installed here; begin with: pip install --no-deps neurongraph")
    sys.stdout.writelines(f"{each}\n" for each in needed if each.name not in OPENING)


if __name__ == "__main__":
    main()
