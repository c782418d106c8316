"""What the annotations of several modules name alike.

Annotations say what the documentation says, for type checkers. Arrays that go in are
`ArrayLike` or `MatrixLike`, arrays that come out are `NDArray`; SciPy and scikit-learn
carry no types, so that sparse arrays are `Any` to checkers without stubs of theirs.
"""

from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

__all__ = ["EigenSolver", "MatrixLike", "RandomState", "SymmetricOperator"]

# Of smallest_eigenpairs.
EigenSolver: TypeAlias = Literal["auto", "dense", "krylov", "arpack", "lobpcg", "amg"]
# {array-like, sparse matrix, sparse array}: rows, distances or a graph.
MatrixLike: TypeAlias = ArrayLike | sparse.sparray | sparse.spmatrix
# What sklearn.utils.check_random_state takes.
RandomState: TypeAlias = int | np.random.RandomState | None


class SymmetricOperator(Protocol):
    """What `skmanifold_nn.eigen.largest_eigenpairs` asks of an operator."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def __matmul__(self, block: NDArray[np.float64], /) -> NDArray[np.float64]: ...
