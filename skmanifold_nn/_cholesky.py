"""Sparse symmetric factorisation P (A - shift I) P' = L S L', with S = diag(+-1).

Multifrontal, on the fill-reducing orders and the symbolic analysis that the geodesics
use too. `SymbolicFactor` analyses a pattern and knows the cost before anything large is
allocated; `Factor` is numeric, and one analysis serves factors at several shifts.
"""

import numpy as np
from scipy import sparse

from ._kernels import _cholesky_factor, _cholesky_plan, _cholesky_sweep
from ._kernels._cholesky_plan import Kind
from ._ordering import fill_reducing_order
from ._symbolic import build_panels, eliminate_columns
from ._threads import effective_n_threads

__all__ = ["Factor", "SymbolicFactor", "TooMuchFill"]

# Rows of blocks and right-hand sides are padded to so many float64.
LANES = 8
# Largest part of a front that may be stored without need, to have fewer fronts; less
# where it has more pivots than NARROW.
SLACK, NARROW = 0.4, 16
# Subtrees of no more than this part of the work are one thread's.
TASK = 1 / 16
# Costs of an entry of an update matrix in multiply-adds, and of a front.
UPDATE_COST, FRONT_COST = 20.0, 5000.0
# Multiply-adds that one call of the kernel may take before Python may see Ctrl-C again.
CALL_WORK = 1e10
EPSILON = np.finfo(np.float64).eps


def _padded(counts):
    return -(-counts // LANES) * LANES


def _trapezoids(rows, columns, block):
    """Values of an upper triangle stored by blocks of rows, as in _cholesky_fronts."""
    above = rows // block * block
    return (
        above * columns
        - above * (above - block) // 2
        + (rows - above) * (columns - above)
    )


def _aligned(*shape):
    """Float64 zeros, not empty, on a boundary of 64 bytes."""
    size = max(1, int(np.prod(shape)))
    flat = np.zeros(size + LANES)
    flat = flat[-(flat.ctypes.data // 8) % LANES :][:size]
    return flat.reshape(shape) if np.prod(shape) else flat.reshape((1,) * len(shape))


def _never_empty(array):
    return array if len(array) else np.zeros(1, dtype=array.dtype)


def _canonical(matrix):
    """CSR in float64 with int32 indices, sorted, without duplicates."""
    matrix = sparse.csr_array(matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.shape[0]:
        raise ValueError(f"The matrix must be square, got shape {matrix.shape}.")
    if matrix.nnz > np.iinfo(np.int32).max:
        raise ValueError(f"The matrix has too many entries: {matrix.nnz:,d} >= 2**31.")
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return (
        matrix.indptr.astype(np.int32, copy=False),
        matrix.indices.astype(np.int32, copy=False),
        matrix.data.astype(np.float64, copy=False),
    )


def _spans(work, limit):
    """Begin and end of spans of about `limit` of consecutive pieces of work."""
    part = (np.cumsum(work) / limit).astype(np.int64)
    begins = np.flatnonzero(np.diff(part, prepend=-1))
    ends = np.append(begins, len(work))[1:]
    return np.stack([begins, ends], axis=1).astype(np.int32)


def _without_diagonal(indptr, indices):
    out = np.empty_like(indptr), np.empty_like(indices)
    nnz = _cholesky_plan.without_diagonal(indptr, indices, *out)
    return out[0], out[1][:nnz]


class TooMuchFill(ValueError):
    """A factor would need more operations than allowed."""


class SymbolicFactor:
    """Analysis of a sparse symmetric pattern: order, tree, fill and cost.

    Parameters
    ----------
    matrix : csr_array of shape (n, n)
        Symmetric pattern; values and diagonal do not matter.
    method : {"auto", "minimum_degree", "dissection"}, default="auto"
        Order of elimination, see `fill_reducing_order`.
    max_operations : float, default=inf
        The analysis is given up, by TooMuchFill, as soon as more are sure.

    Attributes
    ----------
    n_entries : int
        Entries of L, diagonal included.
    n_operations : float
        Multiplications and additions of the numeric factorisation.
    bytes : int
        Memory that a factor keeps.
    work_bytes : int
        Memory that the numeric factorisation needs besides, on one thread.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from skmanifold_nn._cholesky import SymbolicFactor
    >>> path = sparse.diags_array([1.0, 1.0], offsets=[-1, 1], shape=(5, 5)).tocsr()
    >>> SymbolicFactor(path).n_entries
    9
    """

    def __init__(self, matrix, *, method="auto", max_operations=np.inf):
        self._given = _canonical(matrix)[:2]
        pattern = _without_diagonal(*self._given)
        n = len(pattern[0]) - 1
        if not _cholesky_plan.is_symmetric(*pattern, np.empty(n, dtype=np.int32)):
            raise ValueError("The matrix must be symmetric, its pattern is not.")
        order = fill_reducing_order(*pattern, method=method, max_work=max_operations)
        if order is None:
            raise TooMuchFill(f"A factor needs more than {max_operations} operations.")
        self.shape = n, n
        self.columns = eliminate_columns(*pattern, order)
        self._panels = build_panels(
            *pattern, self.columns, max_width=n, slack=SLACK, narrow=NARROW
        )
        self._plan()

    @property
    def n_entries(self):
        return self.columns.n_entries

    @property
    def n_operations(self):
        return 2 * self.columns.n_operations

    @property
    def bytes(self):
        return 8 * int(self.value_start[-1]) + 9 * self.shape[0]

    @property
    def work_bytes(self):
        return self._work_bytes(1)

    def fits(self, indptr, indices):
        """Whether a pattern is the one analysed, but for its diagonal."""
        if all(map(np.array_equal, self._given, (indptr, indices))):
            return True
        patterns = _without_diagonal(*self._given), _without_diagonal(indptr, indices)
        return all(map(np.array_equal, *patterns))

    def _work_bytes(self, n_threads):
        stacks = self._stack + _cholesky_factor.WORK_SIZE
        return 8 * (self._shared + n_threads * stacks) + 4 * n_threads * self.shape[0]

    def _plan(self):
        """Tree of the fronts, subtrees for threads, places of the update matrices."""
        panels = self._panels
        self.first = panels.first
        self.row_start = panels.row_start
        self.rows = _never_empty(panels.rows)
        k, r = panels.widths, panels.heights
        kp, rp = _padded(k), _padded(r)
        sizes = _trapezoids(k, kp, _cholesky_factor.PIVOT_ROWS) + k * rp
        self.value_start = np.concatenate(([0], np.cumsum(sizes)))
        self._longest = int(r.max())
        work = k.astype(np.float64) * (k + r) ** 2 / 2
        work += FRONT_COST + UPDATE_COST * r * r.astype(np.float64)
        self.work = work.copy()
        parent, self.descendant = np.empty((2, len(k)), dtype=np.int32)
        _cholesky_plan.front_tree(
            panels.owner, self.row_start, self.rows, parent, self.descendant, work
        )
        limit = TASK * self.work.sum()
        self.kinds = np.where(work > limit, Kind.TOP, Kind.INNER)
        self.kinds = self.kinds.astype(np.uint8)
        below = (self.kinds == Kind.INNER) & ((parent < 0) | (work[parent] > limit))
        self.kinds[below] = Kind.ROOT
        self.roots = np.flatnonzero(below).astype(np.int32)
        self.tops = np.flatnonzero(self.kinds == Kind.TOP).astype(np.int32)
        self.tasks = _spans(work[self.roots], limit)  # small subtrees together
        starts = np.concatenate(([0.0], np.cumsum(work[self.roots])))
        self.task_work = starts[self.tasks[:, 1]] - starts[self.tasks[:, 0]]
        longest_first = np.argsort(-self.task_work, kind="stable")
        self.tasks = self.tasks[longest_first]
        self.task_work = self.task_work[longest_first]
        self._place(parent, _trapezoids(rp, rp, _cholesky_factor.UPDATE_ROWS))
        outside = np.cumsum(r[self.roots])
        self.outside_start = np.concatenate(([0], outside)).astype(np.int64)

    def _place(self, parent, sizes):
        n_fronts = len(parent)
        self.update_start = np.empty(n_fronts, dtype=np.int64)
        peaks = np.empty(3, dtype=np.int64)
        _cholesky_plan.place_updates(
            parent,
            self.kinds,
            sizes,
            np.empty(n_fronts, dtype=np.uint8),
            np.empty(n_fronts, dtype=np.int64),
            self.update_start,
            peaks,
        )
        self._stack, kept, above = (int(peak) for peak in peaks)
        self._shared = kept + above
        negative = self.update_start < 0
        top = self.kinds == Kind.TOP
        self.update_start[top & ~negative] += kept
        self.update_start[top & negative] += self._shared
        self.update_start[~top & negative] += self._stack


class Factor:
    """P (A - shift I) P' = L S L' of a sparse symmetric matrix, S = diag(+-1).

    Where A - shift I is positive definite this is Cholesky's factorisation. Elsewhere
    it is LDL' with pivots taken as they come: stable enough to count eigenvalues, but
    for shifts too close to an eigenvalue of a leading block of P A P' the factor may
    be inaccurate, so residuals of solutions must be checked.

    Parameters
    ----------
    matrix : csr_array of shape (n, n)
        A, symmetric; both triangles stored. Solved in float64.
    shift : float, default=0.0
    symbolic : SymbolicFactor, optional
        Analysis of the matrix's pattern; made here if not given.
    n_jobs : int, optional
        Threads; the result is the same, to the last bit, for any number.

    Attributes
    ----------
    n_negative : int
        Number of negative pivots, which by Sylvester's law of inertia is the number
        of eigenvalues of A below `shift`.
    n_perturbed : int
        Pivots smaller than eps times the largest entry of A - shift I, which were
        replaced by that with their sign: 0 unless the matrix is singular to working
        precision or a leading block is.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from skmanifold_nn._cholesky import Factor
    >>> A = sparse.csr_array([[2.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 2.0]])
    >>> print(Factor(A).solve(np.array([1.0, 0.0, 1.0])).round(12))
    [1. 1. 1.]
    >>> Factor(A, shift=2.5).n_negative  # eigenvalues 2 - sqrt(2), 2, 2 + sqrt(2)
    2
    """

    def __init__(self, matrix, *, shift=0.0, symbolic=None, n_jobs=None):
        if symbolic is None:
            symbolic = SymbolicFactor(matrix)
        arrays = _canonical(matrix)
        if not symbolic.fits(*arrays[:2]):
            raise ValueError("The matrix does not have the pattern that was analysed.")
        self.symbolic = symbolic
        self.shape = symbolic.shape
        self._n_threads = max(1, effective_n_threads(n_jobs))
        self._arrays = arrays
        self._values = _aligned(int(symbolic.value_start[-1]))
        self._signs = np.empty(self.shape[0])
        self._factorize_at(shift)

    def move(self, shift):
        """Factorise A at another shift, in the memory of this factor.

        Parameters
        ----------
        shift : float
        """
        self._values.fill(0)
        self._factorize_at(shift)

    def _factorize_at(self, shift):
        tiny = np.empty(self.shape[0], dtype=np.uint8)
        self._factorize(*self._arrays, shift, tiny)
        self.n_negative = int(np.count_nonzero(self._signs < 0))
        self.n_perturbed = int(np.count_nonzero(tiny))

    def _factorize(self, indptr, indices, data, shift, tiny):
        plan, columns, threads = self.symbolic, self.symbolic.columns, self._n_threads
        n, shift = self.shape[0], float(shift)
        largest = max(abs(data.max(initial=0)), abs(data.min(initial=0)), abs(shift))
        # Not zero, so that a matrix of zeros has a factor too.
        threshold = max(EPSILON * largest, np.finfo(np.float64).tiny)
        scratch = (
            np.empty((threads, 5), dtype=np.int64),
            np.empty((threads, n + plan._longest + 1), dtype=np.int32),
            _aligned(threads, _padded(_cholesky_factor.WORK_SIZE + plan._stack + 1)),
            _aligned(plan._shared),
        )

        def call(tasks, tops):
            _cholesky_factor.factorize(
                tasks,
                plan.roots,
                tops,
                plan.first,
                plan.row_start,
                plan.rows,
                plan.descendant,
                plan.value_start,
                plan.update_start,
                plan.kinds,
                indptr,
                _never_empty(indices),
                _never_empty(data),
                columns.order,
                columns.position,
                shift,
                threshold,
                threads,
                *scratch,
                self._values,
                self._signs,
                tiny,
            )

        for begin, end in _spans(plan.task_work, CALL_WORK):
            call(plan.tasks[begin:end], plan.tops[:0])
        for begin, end in _spans(plan.work[plan.tops], CALL_WORK):
            call(plan.tasks[:0], plan.tops[begin:end])

    def solve(self, B):
        """Solution X of (A - shift I) X = B.

        Parameters
        ----------
        B : array-like of shape (n,) or (n, m)

        Returns
        -------
        ndarray of B's shape, float64
        """
        B = np.asarray(B, dtype=np.float64)
        if B.ndim not in (1, 2) or B.shape[0] != self.shape[0]:
            raise ValueError(
                f"B must have shape ({self.shape[0]},) or ({self.shape[0]}, m), got "
                f"{B.shape}."
            )
        out = np.empty(B.shape)
        out[self.order] = self.solve_ordered(B[self.order])
        return out

    @property
    def order(self):
        """The row that is eliminated k-th, for every k."""
        return self.symbolic.columns.order

    def solve_ordered(self, B):
        """`solve` of rows in the order of elimination, for many solutions in turn.

        Parameters
        ----------
        B : ndarray of shape (n,) or (n, m)
            ``B[order]`` of the right-hand sides.

        Returns
        -------
        ndarray of B's shape, float64
            ``X[order]`` of the solutions.
        """
        plan = self.symbolic
        n, m = self.shape[0], 1 if B.ndim == 1 else B.shape[1]
        if m == 0:
            return np.empty(B.shape)
        lanes = _padded(m)
        X = _aligned(n, lanes)
        X[:, :m] = B.reshape(n, m)
        outside = _aligned(int(plan.outside_start[-1]) + 1, lanes)
        _cholesky_sweep.solve(
            plan.tasks,
            plan.roots,
            plan.tops,
            plan.outside_start,
            plan.first,
            plan.row_start,
            plan.rows,
            plan.descendant,
            plan.value_start,
            self._values,
            self._signs,
            self._n_threads,
            np.empty((self._n_threads, n + plan._longest + 1), dtype=np.int32),
            outside,
            X,
        )
        return X[:, :m].reshape(B.shape)
