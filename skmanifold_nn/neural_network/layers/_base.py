"""What layers share."""

from sklearn.base import BaseEstimator

__all__ = ["Layer"]


class Layer(BaseEstimator):
    """Specification of a layer: parameters, and how the layer plans itself.

    Numbers live in the estimator that uses the layer, never in the layer: the same
    specification may stand in several networks.
    """

    def plan(self, planner, tensor):
        """Declare parameters and ops.

        Parameters
        ----------
        planner : Planner
        tensor : Tensor
            The layer's input.

        Returns
        -------
        output : Tensor
        """
        raise NotImplementedError

    def __sklearn_is_fitted__(self):
        return True


def plan_layers(planner, tensor, layers):
    """Plan named layers one after the other; returns the last one's output."""
    for name, layer in layers:
        with planner.layer(name):
            tensor = layer.plan(planner, tensor)
            planner.ends(tensor)
    return tensor
