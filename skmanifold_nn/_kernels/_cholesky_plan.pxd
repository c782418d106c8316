"""Kinds of fronts; see the .pyx file."""

# Where a front is eliminated: in the subtree of another, as the root of a subtree that
# one thread takes, or above all of those.
cpdef enum Kind:
    INNER = 0
    ROOT = 1
    TOP = 2
