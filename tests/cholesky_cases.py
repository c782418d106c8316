"""Symmetric matrices and dense copies of factors for the tests of factorisations."""

import numpy as np
from graph_cases import complete, empty, grid, star
from scipy import sparse


def path(n):
    return grid(n)


def tree(n):
    """Vertex i hangs on i // 3: a tree of branching three."""
    child = np.arange(1, n)
    graph = sparse.coo_array((np.ones(n - 1), (child, (child - 1) // 3)), (n, n))
    return sparse.csr_array(graph + graph.T)


def scattered(n, density, rng):
    graph = sparse.random_array((n, n), density=density, rng=rng)
    return sparse.csr_array(graph + graph.T)


def disconnected(rng):
    blocks = [grid(4, 5), empty(3), complete(6), path(9), scattered(30, 0.1, rng)]
    return sparse.csr_array(sparse.block_diag(blocks))


def cases(rng):
    return {
        "one": empty(1),
        "diagonal": empty(23),
        "pair": complete(2),
        "arrow": star(40, hub=0),
        "arrow from below": star(40, hub=39),
        "path": path(50),
        "tree": tree(121),
        "grid": grid(17, 19),
        "cube": grid(7, 8, 9),
        "dense": complete(77),
        "large dense": complete(301),
        "disconnected": disconnected(rng),
        "sparse": scattered(200, 0.02, rng),
        "full of fill": scattered(300, 0.06, rng),
    }


NAMES = list(cases(np.random.default_rng(3)))


def symmetric_matrix(name, rng):
    """Random values on a pattern, a random diagonal where one is stored."""
    graph = sparse.coo_array(sparse.triu(cases(rng)[name], 1))
    n = graph.shape[0]
    values = rng.normal(size=graph.nnz)
    upper = sparse.coo_array((values, (graph.row, graph.col)), (n, n))
    stored = rng.permutation(n)[: n // 2]
    diagonal = sparse.coo_array(
        (rng.normal(size=len(stored)), (stored, stored)), (n, n)
    )
    return sparse.csr_array(upper + upper.T + diagonal)


def definite_shift(matrix):
    """A shift that leaves a well conditioned positive definite matrix."""
    return -1.0 - abs(matrix).sum(axis=1).max()


def laplacian(graph):
    return sparse.csr_array(
        sparse.diags_array(np.asarray(graph.sum(axis=1)).ravel()) - graph
    )


def dense_factor(factor):
    """(order, L, signs) of the factor, its blocks put in place."""
    plan, n = factor.symbolic, factor.shape[0]
    lower = np.zeros((n, n))
    for s in range(len(plan.first) - 1):
        pivots = np.arange(plan.first[s], plan.first[s + 1])
        rows = plan.rows[plan.row_start[s] : plan.row_start[s + 1]]
        k, kp, rp = len(pivots), -(-len(pivots) // 8) * 8, -(-len(rows) // 8) * 8
        block = factor._values[plan.value_start[s] :]
        corner = np.zeros((k, k))
        for i in range(0, k, 64):
            size = min(64, k - i) * (kp - i)
            corner[i : i + 64, i:] = block[:size].reshape(-1, kp - i)[:, : k - i]
            block = block[size:]
        corner = np.triu(corner)
        np.fill_diagonal(corner, 1 / corner.diagonal())
        lower[np.ix_(pivots, pivots)] = corner.T
        below = block[: k * rp].reshape(k, rp)
        lower[np.ix_(rows, pivots)] = below[:, : len(rows)].T
        assert not below[:, len(rows) :].any()
    return plan.columns.order, lower, factor._signs
