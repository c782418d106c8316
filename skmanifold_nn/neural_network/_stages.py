"""Stages of convolutional networks: blocks of convolutions, then pooling."""

from .layers import (
    AveragePool1D,
    AveragePool2D,
    DenseBlock,
    Dropout,
    GlobalAveragePool,
    InceptionBlock,
    MaxPool1D,
    MaxPool2D,
    ResidualBlock,
)
from .layers._blocks import plan_unit

__all__ = ["plan_stages"]

POOLS = {
    "max": {1: MaxPool1D, 2: MaxPool2D},
    "average": {1: AveragePool1D, 2: AveragePool2D},
}


def plan_stages(planner, tensor, described):
    """Plan the stages and what makes one axis of their maps."""
    for stage, n_filters in enumerate(described["n_filters"], start=1):
        places = tensor.shape[:-1]
        try:
            tensor = _plan_stage(planner, tensor, stage, n_filters, described)
        except ValueError as error:
            raise ValueError(
                f"stage {stage}, which sees maps of {' x '.join(map(str, places))} "
                f"places: {error}"
            ) from None
    if described["global_pool"]:
        with planner.layer("global_pool"):
            tensor = GlobalAveragePool().plan(planner, tensor)
            planner.ends(tensor)
    return planner.reshaped(tensor, (tensor.size,))


def _plan_stage(planner, tensor, stage, n_filters, described):
    kind = described["block"]
    # The convolutions of a dense block see each other: they are one block.
    n_blocks = 1 if kind == "dense" else described["blocks_per_stage"]
    name = f"{'conv' if kind == 'plain' else 'block'}{stage}"
    for number in range(1, n_blocks + 1):
        with planner.layer(name if number == 1 else f"{name}_{number}"):
            stride = described["stride"] if number == 1 else 1
            tensor = _PLAN[kind](planner, tensor, n_filters, stride, described)
            planner.ends(tensor)
    if described["pooling"] is not None:
        with planner.layer(f"pool{stage}"):
            pool = POOLS[described["pooling"]][len(tensor.shape) - 1]
            padding = "same" if described["padding"] == "same" else "valid"
            pool = pool(described["pool_size"], padding=padding)
            tensor = pool.plan(planner, tensor)
            planner.ends(tensor)
    return tensor


def _plan_plain(planner, tensor, n_filters, stride, described):
    tensor = plan_unit(
        planner,
        tensor,
        n_filters,
        described["kernel_size"],
        described["activation"],
        normalization=described["normalization"],
        stride=stride,
        dilation=described["dilation"],
        padding=described["padding"],
        initializer=described["initializer"],
    )
    return Dropout(described["dropout"], by_channel=True).plan(planner, tensor)


def _of_block(described):
    """What all blocks have."""
    names = ("kernel_size", "activation", "dilation", "normalization", "dropout")
    return {name: described[name] for name in (*names, "initializer")}


def _plan_residual(planner, tensor, n_filters, stride, described):
    block = ResidualBlock(n_filters, stride=stride, **_of_block(described))
    return block.plan(planner, tensor)


def _plan_inception(planner, tensor, n_filters, stride, described):
    block = InceptionBlock(n_filters, stride=stride, **_of_block(described))
    return block.plan(planner, tensor)


def _plan_dense(planner, tensor, growth, stride, described):
    block = DenseBlock(growth, described["blocks_per_stage"], **_of_block(described))
    return block.plan(planner, tensor)


_PLAN = {
    "plain": _plan_plain,
    "residual": _plan_residual,
    "inception": _plan_inception,
    "dense": _plan_dense,
}
