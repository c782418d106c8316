"""Weights of recurrent networks under PyTorch's names, in its layout."""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from ._bases import Mixin

__all__ = ["TorchWeights"]

# Of dense and normalised layers; weights of dense layers are (n_outputs, n_inputs).
NAMES = {
    "coefs_": "weight",
    "intercepts_": "bias",
    "scales_": "norm.weight",
    "offsets_": "norm.bias",
    "running_means_": "norm.running_mean",
    "running_variances_": "norm.running_var",
}


class TorchWeights(Mixin):
    """Mixin of recurrent networks whose weights go to PyTorch and come from there."""

    def to_torch_state_dict(self) -> dict[str, NDArray[np.floating]]:
        """Weights as PyTorch names and lays them out.

        The recurrent layers are those of one ``torch.nn.LSTM``, ``GRU`` or ``RNN`` with
        ``batch_first=True``: ``weight_ih_l0``, ``weight_hh_l0``, ``bias_ih_l0``,
        ``bias_hh_l0``, with ``_l1`` and so on where they are stacked, and the suffix
        ``_reverse`` for the second direction. All others have a dot in their names:
        ``before1.weight``, ``before1.bias``, ``after1.weight``, ``output.weight`` as of
        ``torch.nn.Linear``; ``hidden1.norm.weight``, ``hidden1.norm.running_mean`` and
        so on where layers are normalised.

        Returns
        -------
        state_dict : dict of str to ndarray
            Copies. ``torch.from_numpy`` makes tensors of them.

        Raises
        ------
        ValueError
            If the network has peepholes, which PyTorch has not.

        Notes
        -----
        PyTorch stacks the gates of a layer in the order i, f, g, o (LSTM) or r, z, n
        (GRU), as this package does, with rows and columns exchanged. ONNX has i, o, f,
        c or z, r, h, and its GRU is this one with ``linear_before_reset=1``. PyTorch
        adds two intercepts, of which we need the second only for n of a GRU: it is zero
        elsewhere. Its stacked bidirectional layers read the outputs of both directions
        side by side, as with ``merge="concat"``, and all have the same number of units.
        """
        check_is_fitted(self)
        _refuse_peepholes(self)
        params, statistics = self._numbers()
        plan, state_dict = self._plan(), dict[str, Any]()
        for vector, entries in (
            (params, plan.parameters),
            (statistics, plan.statistics),
        ):
            for layer, arrays in _by_layer(entries, vector).items():
                state_dict |= _exported(layer, arrays)
        return {name: np.array(array, order="C") for name, array in state_dict.items()}

    def from_torch_state_dict(
        self,
        state_dict: Mapping[str, Any],
        *,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Put weights from PyTorch in the place of this network's.

        A network that was never fitted becomes so, with the layers that its parameters
        describe; numbers of features and outputs are those of the weights, and there is
        a target for each step if ``targets="step"``.

        Parameters
        ----------
        state_dict : dict of str to array-like
            Named and laid out as by `to_torch_state_dict`; tensors that NumPy can read
            will do. The two intercepts of a gate are added.
        classes : array-like of shape (n_classes,), default=None
            All labels in the order of the outputs, which must be ascending, for a
            classifier that was never fitted. Two classes have one output.

        Returns
        -------
        self : object
            The network with these weights.

        Raises
        ------
        ValueError
            If a name is missing or unknown, or an array has another shape than the
            network's; the network is unchanged then.
        """
        _refuse_peepholes(self)
        arrays = {name: _as_weights(name, array) for name, array in state_dict.items()}
        if not hasattr(self, "coefs_"):
            # What is built is thrown away if the weights do not fit.
            built = _built(self, arrays, classes).from_torch_state_dict(arrays)
            vars(self).update(vars(built))
            return self
        if classes is not None:
            raise ValueError(
                "classes are for a network that was never fitted, and this one has "
                "its own: leave them out, or use a clone."
            )
        _check_names(self.to_torch_state_dict(), arrays)
        vectors = [vector.copy() for vector in self._numbers()]
        plan = self._plan()
        for vector, entries in zip(
            vectors, (plan.parameters, plan.statistics), strict=True
        ):
            for layer, views in _by_layer(entries, vector).items():
                for kind, value in _imported(layer, views, arrays):
                    views[kind][...] = value
        self._link(*vectors)
        return self


def _refuse_peepholes(net):
    if getattr(net, "peephole", False) or getattr(net, "peephole_coefs_", ()):
        raise ValueError(
            "peephole=True has weights that PyTorch's LSTM has not: fit a network with "
            "peephole=False, or use save and load."
        )


def _by_layer(entries, vector):
    """Name of each layer -> its arrays by kind, views of the vector."""
    layers = {}
    for entry in entries:
        view = vector[entry.start : entry.stop].reshape(entry.shape)
        layers.setdefault(entry.layer, {})[entry.kind] = view
    return layers


def _suffix(layer):
    """Of the names of a recurrent layer: "hidden2__backward" -> "_l1_reverse"."""
    name, _, direction = layer.partition("__")
    number = int(name.removeprefix("hidden")) - 1
    return f"_l{number}" + ("_reverse" if direction == "backward" else "")


def _exported(layer, arrays):
    if "recurrent_coefs_" not in arrays:
        return {f"{layer}.{NAMES[kind]}": array.T for kind, array in arrays.items()}
    suffix, more = _suffix(layer), arrays.get("recurrent_intercepts_", ())
    second = np.zeros_like(arrays["intercepts_"])
    second[len(second) - len(more) :] = more
    weights = {
        f"weight_ih{suffix}": arrays["coefs_"].T,
        f"weight_hh{suffix}": arrays["recurrent_coefs_"].T,
        f"bias_ih{suffix}": arrays["intercepts_"],
        f"bias_hh{suffix}": second,
    }
    others = {k: v for k, v in arrays.items() if k in ("scales_", "offsets_")}
    return weights | _exported(layer, others)


def _imported(layer, kinds, arrays):
    """Values of a layer's arrays, each with its kind."""
    if "recurrent_coefs_" not in kinds:
        for kind in kinds:
            yield kind, arrays[f"{layer}.{NAMES[kind]}"].T
        return
    suffix = _suffix(layer)
    yield "coefs_", arrays[f"weight_ih{suffix}"].T
    yield "recurrent_coefs_", arrays[f"weight_hh{suffix}"].T
    first, second = arrays[f"bias_ih{suffix}"], arrays[f"bias_hh{suffix}"].copy()
    if "recurrent_intercepts_" in kinds:  # that of n is inside of the reset
        n_units = len(kinds["recurrent_intercepts_"])
        yield "recurrent_intercepts_", second[-n_units:].copy()
        second[-n_units:] = 0
    yield "intercepts_", first + second
    for kind in kinds.keys() & {"scales_", "offsets_"}:
        yield kind, arrays[f"{layer}.{NAMES[kind]}"]


def _as_weights(name, array):
    array = np.asarray(array)
    if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
        raise ValueError(
            f"state_dict[{name!r}] must be finite numbers, got dtype {array.dtype}: "
            "give what to_torch_state_dict gives."
        )
    return array


def _check_names(own, arrays):
    for what, names in (
        ("lacks", own.keys() - arrays.keys()),
        ("has unknown names:", arrays.keys() - own.keys()),
    ):
        if names:
            raise ValueError(
                f"state_dict {what} {', '.join(sorted(names))}: give the names of "
                "to_torch_state_dict, or change the parameters that describe layers."
            )
    for name, array in own.items():
        if arrays[name].shape != array.shape:
            raise ValueError(
                f"state_dict[{name!r}] must have the shape {array.shape}, got "
                f"{arrays[name].shape}: give weights of a network of these sizes."
            )


def _built(net, arrays, classes):
    """A copy of a network that has the sizes of the weights, and numbers of its own."""
    net = type(net)(**net.get_params(deep=False))
    net._validate_params()
    first = "before1.weight" if np.size(net.dense_before) else "weight_ih_l0"
    for name in (first, "output.weight"):
        if np.ndim(arrays.get(name)) != 2:
            raise ValueError(
                f"state_dict has no matrix {name}, which tells of the sizes: give the "
                "names of to_torch_state_dict."
            )
    net.n_features_in_ = net.n_step_features_ = arrays[first].shape[1]
    net.n_steps_in_, net.per_step_ = None, net.targets == "step"
    _set_outputs(net, len(arrays["output.weight"]), classes)
    dtypes = {array.dtype for array in arrays.values()}
    dtype = np.dtype(np.float32 if dtypes == {np.dtype(np.float32)} else np.float64)
    _, progress = net._start(True, False, dtype, None, np.random.RandomState(0))
    net._publish(progress)
    return net


def _set_outputs(net, n_outputs, classes):
    if is_classifier(net) != (classes is not None):
        raise ValueError(
            "classes must be given for a classifier that was never fitted, and for "
            f"nothing else, got classes={classes} for {type(net).__name__}: change "
            "that."
        )
    if classes is None:
        net.n_outputs_, net.out_activation_ = n_outputs, net._loss.link
        return
    net._set_classes(np.asarray(classes))
    if not np.array_equal(net.classes_, classes) or net.n_outputs_ != n_outputs:
        raise ValueError(
            f"classes must ascend and be as many as output.weight has rows, {n_outputs}"
            f", or two for one row, got {classes}: sort them, and the rows with them."
        )
