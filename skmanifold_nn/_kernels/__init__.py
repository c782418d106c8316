"""Compiled kernels: a leaf that imports nothing else of the package.

Kernels take ``const`` contiguous memoryviews and write into arrays that the caller
allocated; they validate nothing. The doors that validate are `skmanifold_nn.graph`
and `skmanifold_nn.eigen`.

All-pairs shortest paths are the closure of a graph in the (min, +) semiring. The
files below compute it as a sparse direct solver computes the inverse of a matrix:

``_minimum_degree``, ``_dissection``
    fill-reducing orderings;
``_elimination``
    elimination tree, column counts, supernodes and their rows: the symbolic analysis,
    which serves any sparse symmetric factorisation;
``_closure``
    the numeric (min, +) elimination, one dense panel a supernode;
``_sweep``
    distances from blocks of sources by one sweep up and one down the tree;
``_dijkstra``
    the searching alternative, for graphs whose fill explodes, and for predecessors.
"""
