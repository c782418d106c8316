"""The numbers of networks: fitted lists of arrays, and the flat vectors behind them."""

from operator import is_not

import numpy as np

__all__ = ["FlatNumbers"]


class FlatNumbers:
    """Fitted lists of arrays that are views of flat vectors.

    The numbers of a network are its fitted lists of arrays, `coefs_`, `intercepts_`
    and so on. After a fit they are views of one flat vector, which is how training and
    predictions read them without a copy; arrays put in their place by hand are copied.
    """

    def _link(self, params, statistics):
        """Publish views of the flat vectors as the fitted lists."""
        plan = self._plan()
        views = {}
        for vector, entries in (
            (params, plan.parameters),
            (statistics, plan.statistics),
        ):
            for entry in entries:
                view = vector[entry.start : entry.stop].reshape(entry.shape)
                views.setdefault(entry.kind, []).append(view)
        for kind in (*self._list_kinds, *views):
            setattr(self, kind, views.get(kind, []))
        views = {kind: tuple(arrays) for kind, arrays in views.items()}
        self._linked = (params, statistics, views)

    # Fitted lists that exist even where the network has none of them.
    _list_kinds: tuple[str, ...] = (
        "coefs_",
        "intercepts_",
        "scales_",
        "offsets_",
        "running_means_",
        "running_variances_",
    )

    def _numbers(self):
        """Flat parameters and statistics: those that are linked, or copies."""
        linked = self.__dict__.get("_linked")
        if linked is not None:
            params, statistics, views = linked
            for kind, arrays in views.items():
                listed = getattr(self, kind)
                if len(listed) != len(arrays) or any(map(is_not, listed, arrays)):
                    break
            else:
                return params, statistics
        return self._copied_numbers()

    def _copied_numbers(self):
        plan = self._plan()
        dtypes = {np.asarray(array).dtype for array in self.coefs_}
        dtype = np.float32 if dtypes == {np.dtype(np.float32)} else np.float64
        vectors = []
        for entries, size in (
            (plan.parameters, plan.n_parameters),
            (plan.statistics, plan.n_statistics),
        ):
            vector = np.empty(size, dtype)
            listed = {e.kind: iter(getattr(self, e.kind, ())) for e in entries}
            for entry in entries:
                array = np.asarray(next(listed[entry.kind], ()))
                if array.shape != entry.shape:
                    raise ValueError(
                        f"{entry.kind} of layer {entry.layer!r} must have shape "
                        f"{entry.shape}, got {array.shape}: put arrays of the fitted "
                        "shapes in their place, or fit again."
                    )
                vector[entry.start : entry.stop] = array.ravel()
            vectors.append(vector)
        return tuple(vectors)

    def __getstate__(self):
        state = super().__getstate__()
        return {k: v for k, v in state.items() if k not in ("_linked", "_plans")}

    def __setstate__(self, state):
        super().__setstate__(state)
        if "_described" in state and "coefs_" in state:
            self._link(*self._copied_numbers())
