"""Layers of fitted networks in new ones, and layers that are not trained."""

import os
from collections.abc import Sequence
from itertools import count

from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

from .._sklearn_compat import HasMethods
from ._base import NeuralNetwork
from ._declarations import attribute, declares, parameter
from ._saving import load_estimator

__all__ = ["FineTuning"]


@declares
class FineTuning:
    """Parameters `freeze` and `pretrained`, and the initial numbers by these."""

    freeze: str | Sequence[str] = parameter(
        default=(),
        kind="str or tuple of str",
        constraints=[str, "array-like"],
        text="""Names of layers that are not trained, as in ``layer_names_``: their
        weights stay as they are, and batch normalisation in them goes by its running
        statistics. May change between fits of one network.""",
    )
    pretrained: BaseEstimator | str | os.PathLike | None = parameter(
        default=None,
        kind="fitted network, FrozenEstimator, str or path-like",
        constraints=[HasMethods(["fit", "predict"]), str, os.PathLike, None],
        text="""Network whose hidden layers this one starts with, where names and shapes
        agree, or a file of `save`. Clones, and so searches and cross-validation, keep
        it if it is in a ``sklearn.frozen.FrozenEstimator``. None: all layers start at
        random.""",
    )

    reused_layers_: list[str] = attribute(
        "list of str", "Layers that started with the numbers of `pretrained`."
    )

    @property
    def _frozen(self):
        names = (self.freeze,) if isinstance(self.freeze, str) else tuple(self.freeze)
        if not all(isinstance(name, str) for name in names):
            raise ValueError(
                f"freeze must be names of layers, got {self.freeze!r}: layer_names_ of "
                "a fitted network has them."
            )
        return names

    def _initial_numbers(self, plan, random_state, dtype):
        vectors = super()._initial_numbers(plan, random_state, dtype)
        reused = []
        if self.pretrained is not None:
            source = _fitted_network(self.pretrained)
            reused = _copy_layers(plan, vectors, source._plan(), source._numbers())
        self.reused_layers_ = reused
        return vectors


def _fitted_network(pretrained):
    if isinstance(pretrained, str | os.PathLike):
        pretrained = load_estimator(pretrained)
    if isinstance(pretrained, FrozenEstimator):
        pretrained = pretrained.estimator
    if not isinstance(pretrained, NeuralNetwork):
        raise TypeError(
            "pretrained must be a fitted network of skmanifold_nn.neural_network, a "
            "FrozenEstimator of one, or the path of a saved one, got "
            f"{type(pretrained).__name__}."
        )
    check_is_fitted(
        pretrained,
        msg="pretrained must be fitted, got an unfitted %(name)s: fit it first. Clones "
        "are not fitted: to keep it in them, as in a search or in cross-validation, "
        "give sklearn.frozen.FrozenEstimator(network).",
    )
    return pretrained


def _copy_layers(plan, vectors, source, source_vectors):
    """Copy the numbers of hidden layers that both plans have; returns their names."""
    here, there = (
        [_by_layer(entries) for entries in (p.parameters, p.statistics)]
        for p in (plan, source)
    )
    shapes = [_shapes(*kinds) for kinds in (here, there)]
    reused = [
        layer
        for layer, shape in shapes[0].items()
        if layer != "output" and shapes[1].get(layer) == shape
    ]
    if not reused:
        raise ValueError(
            "pretrained has no hidden layer with the name and shapes of one of this "
            f"network: it has {_listed(shapes[1])}, this network {_listed(shapes[0])}; "
            "describe its layers as they were in pretrained."
        )
    pairs = zip(here, there, vectors, source_vectors, strict=True)
    for ours, theirs, vector, values in pairs:
        for layer in reused:
            for key, entry in ours.get(layer, {}).items():
                given = theirs[layer][key]
                vector[entry.start : entry.stop] = values[given.start : given.stop]
    return reused


def _by_layer(entries):
    """Entries of a plan: {layer: {(kind, number of its kind in the layer): entry}}."""
    layers, numbers = {}, {}
    for entry in entries:
        number = numbers.setdefault((entry.layer, entry.kind), count())
        layers.setdefault(entry.layer, {})[entry.kind, next(number)] = entry
    return layers


def _shapes(parameters, statistics):
    """Of all arrays of each layer."""
    return {
        layer: {
            key: entry.shape
            for entries in (parameters, statistics)
            for key, entry in entries.get(layer, {}).items()
        }
        for layer in parameters
    }


def _listed(shapes):
    return {
        layer: [list(shape) for shape in of_layer.values()]
        for layer, of_layer in shapes.items()
        if layer != "output"
    }
