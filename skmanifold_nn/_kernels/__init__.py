"""Compiled kernels: a leaf that imports nothing else of the package.

Kernels take ``const`` contiguous memoryviews and write into arrays that the caller
allocated; they validate nothing. The doors that validate are `skmanifold_nn.graph`
and `skmanifold_nn.eigen`.

All-pairs shortest paths are the closure of a graph in the (min, +) semiring. The
files below compute it as a sparse direct solver computes an inverse:

``_quotient_graph``, ``_minimum_degree``
    approximate minimum degree, the ordering for sheets and for small parts;
``_coarsening``, ``_heap``, ``_separator``, ``_dissection``
    multilevel nested dissection, the ordering for graphs of higher dimension;
``_elimination``
    elimination tree, column counts, supernodes and their rows: the symbolic analysis,
    which serves any sparse symmetric factorisation;
``_closure``
    the numeric (min, +) elimination, one dense panel a supernode;
``_sweep``
    distances from blocks of sources by one sweep up and one down the tree;
``_dijkstra``
    the searching alternative, for graphs whose fill explodes, and for predecessors.

The same analysis serves the sparse factorisations L S L' behind the eigensolves:

``_cholesky_plan``
    tree of fronts, and places of their update matrices on two facing stacks;
``_cholesky_fronts``, ``_cholesky_factor``
    assembly and elimination of the fronts, the dense steps in ``_cholesky_lanes.h``;
``_cholesky_sweep``
    solves of many right-hand sides, the dense steps in ``_cholesky_sweep_lanes.h``.

``_symmetric`` and ``_link`` are what graphs need before and embeddings after that;
``_local_axes`` finds the principal axes of all neighbourhoods, from which
``_local_blocks`` makes what these add to an alignment matrix;
``_affinity`` makes graphs of affinities and finds their components;
``_nearest`` filters and decides neighbours for
`skmanifold_nn._neighbors`; ``_distance_sums`` correlates distances;
``_centered_kernel`` multiplies with the kernel of classical scaling. All OpenMP goes
through ``_openmp.pxd``, what is cloned for each processor through ``_simd.h``.

Multidimensional scaling lowers the stress of all pairs of points:

``_majorization``
    its sums over the pairs, for the Guttman transform;
``_isotonic_pairs``, ``_isotonic``, ``_isotonic_ties``
    monotone regression of the distances, for non-metric scaling;
``_stochastic``, ``_stochastic_pivots``
    its descent pair by pair, over all pairs or rows against pivots;
``_placement``
    new points, one by one.

Networks are planned in Python as arrays of ops (``_network.pxd``):

``_network``
    predictions and whole epochs, which know no layer, loss or optimiser;
``_dense``, ``_activations``, ``_random``
    ops: products, activations, dropout and noise by counter-based random numbers;
``_convolution``, ``_depthwise``, ``_pooling``, ``_channel_dropout``
    ops on images and signals, channels last: windows as rows of a product, or walked;
``_losses``, ``_optimizers``
    losses with their gradients, and steps over the flat vector of parameters;
``_gemm``
    the matrix product of all layers, on the calling thread.
"""
