"""What the annotations of several modules name alike.

Annotations say what the documentation says, for type checkers. Arrays that go in are
`ArrayLike` or `MatrixLike`, arrays that come out are `NDArray`; SciPy and scikit-learn
carry no types, so that sparse arrays are `Any` to checkers without stubs of theirs.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

__all__ = ["MatrixLike", "RandomState"]

# {array-like, sparse matrix, sparse array}: rows, distances or a graph.
MatrixLike: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix
# What sklearn.utils.check_random_state takes.
RandomState: TypeAlias = int | np.random.RandomState | None
