"""Dense hidden layers, one after the other: all of a perceptron, a part of others."""

from numbers import Integral

from .layers import Activation, AlphaDropout, Dropout
from .layers._dense import dense
from .layers._normalization import NORMALIZATIONS

__all__ = ["plan_perceptron", "unit_counts"]


def unit_counts(name, sizes, *, least=0, entry="a layer's number of units"):
    """The numbers of units or filters that a parameter gives, as a list of int."""
    sizes = list(sizes) if hasattr(sizes, "__iter__") else [sizes]
    if any(not isinstance(n, Integral) or n <= 0 for n in sizes):
        raise ValueError(f"{name} must be > 0, got {sizes}: each entry is {entry}.")
    if len(sizes) < least:
        raise ValueError(
            f"{name} must have at least {least} entry, got {sizes}: each is {entry}."
        )
    return [int(n) for n in sizes]


def plan_perceptron(planner, tensor, sizes, described, *, name="hidden"):
    """Plan dense layers: each is dense, normalisation, activation, dropout."""
    activation = described["activation"]
    normalization = NORMALIZATIONS[described["normalization"]]
    dropout = AlphaDropout if activation == "selu" else Dropout
    for k, n_units in enumerate(sizes, start=1):
        with planner.layer(f"{name}{k}"):
            tensor = dense(
                planner,
                tensor,
                n_units,
                initializer=described["initializer"],
                activation=activation,
            )
            if normalization is not None:
                tensor = normalization.plan(planner, tensor)
            tensor = Activation(activation).plan(planner, tensor)
            tensor = dropout(described["dropout"]).plan(planner, tensor)
            planner.ends(tensor)
    return tensor
