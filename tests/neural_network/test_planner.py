"""Plans: where tensors and parameters lie, who overwrites whom, flags of gradients."""

import numpy as np
import pytest
from layer_cases import COMPOSITIONS, Network, named
from numpy.testing import assert_array_equal

from skmanifold_nn._kernels._network import WORDS
from skmanifold_nn.neural_network.layers import (
    Activation,
    BatchNorm,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Reshape,
    Residual,
)
from skmanifold_nn.neural_network.layers._planner import (
    ADDS_TO_INPUT_GRADIENT,
    ALIGNMENT,
    FLAGS,
    INPUT,
    NEEDS_INPUT_GRADIENT,
    OUTPUT,
    Planner,
)


def ops_of(members, shape=(5,), n_rows=4, **options):
    return Network(members, shape, **options).plan.layout(n_rows, 0, "float64")


def test_elementwise_layers_work_in_place():
    ops, starts, _ = ops_of([Dense(3), Dropout(0.5), Activation("tanh"), Dense(2)])
    assert len(starts) == 3  # samples, hidden layer, outputs
    assert ops[2, INPUT] == ops[2, OUTPUT] == ops[3, INPUT] == ops[3, OUTPUT]
    # GELU's derivative needs its input.
    ops, starts, _ = ops_of([Dense(3), Activation("gelu"), Dense(2)])
    assert ops[2, INPUT] != ops[2, OUTPUT] and len(starts) == 4


@pytest.mark.parametrize("first", ["tanh", "elu"])
def test_what_a_backward_pass_reads_is_not_overwritten(first):
    members = [Dense(3), Activation(first), Activation("logistic"), Dense(2)]
    ops, *_ = ops_of(members)
    assert ops[2, INPUT] == ops[2, OUTPUT]
    assert ops[3, INPUT] != ops[3, OUTPUT]


def test_branches_leave_their_common_input_alone():
    branches = Concatenate(named(Activation("tanh"), Activation("elu"), Flatten()))
    ops, *_ = ops_of([Dense(3), branches])
    common = ops[1, OUTPUT]
    assert all(op[OUTPUT] != common for op in ops[2:])


def test_gradients_are_wanted_of_what_depends_on_parameters():
    ops, *_ = ops_of([Activation("tanh"), Dense(3), Activation("elu"), Dense(2)])
    # gather, tanh, dense, elu, dense
    assert [int(flags) for flags in ops[:, FLAGS]] == [0, 0, 0, 1, 1]
    ops, *_ = ops_of([Activation("tanh"), Dropout(0.1)])
    assert not ops[:, FLAGS].any()


def test_gradients_of_several_consumers_are_added():
    ops, *_ = ops_of([Dense(5), Residual(named(Dense(5)))])
    # Backwards, the sum gives its gradient first, and the dense layer adds its own.
    assert ops[3, FLAGS] == NEEDS_INPUT_GRADIENT
    assert ops[2, FLAGS] == NEEDS_INPUT_GRADIENT | ADDS_TO_INPUT_GRADIENT


@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("n_rows", [1, 7])
def test_tensors_do_not_overlap(name, n_rows):
    plan = Network(COMPOSITIONS[name], (5,)).plan
    rows = n_rows, n_rows * plan.n_steps
    ops, starts, size = plan.layout(*rows, "float32")
    assert ops.shape[1] == WORDS and ops.dtype == np.int64
    assert all(start % ALIGNMENT == 0 for start in starts)
    slots = zip(starts, plan._slots, strict=True)
    ends = [start + n * rows[over_steps] for start, (n, over_steps) in slots]
    assert all(e <= s for e, s in zip(ends, starts[1:], strict=False))
    assert max(ends) <= size
    assert set(ops[:, OUTPUT]) == set(starts)  # nothing lies idle
    assert plan.layout(*rows, "float32")[0] is ops  # kept


def test_parameters_lie_one_after_the_other():
    plan = Network([Dense(3), BatchNorm(), Dense(2, bias=False)], (5,)).plan
    kinds = [p.kind for p in plan.parameters]
    assert kinds == ["coefs_", "intercepts_", "scales_", "offsets_", "coefs_"]
    assert [p.start for p in plan.parameters] == [0, 15, 18, 21, 24]
    assert plan.n_parameters == plan.parameters[-1].stop == 30
    assert [p.layer for p in plan.parameters][::2] == ["dense0", "batchnorm1", "dense2"]
    assert_array_equal(plan.penalized_ranges, [[0, 15], [24, 30]])
    two = Network([Dense(3, bias=False), Dense(2, bias=False)], (5,)).plan
    assert_array_equal(two.penalized_ranges, [[0, 21]])
    assert plan.n_statistics == 6 and plan.needs_whole_batch
    assert_array_equal(plan.initial_statistics("float32"), [0, 0, 0, 1, 1, 1])
    drawn = plan.initial_parameters(np.random.RandomState(3), np.float32)
    assert drawn.dtype == np.float32
    assert_array_equal(drawn[18:24], [1, 1, 1, 0, 0, 0])


def test_layers_are_found_by_name_at_any_depth():
    members = [Dense(4), Residual(named(Dense(4), Activation("tanh"))), Dense(2)]
    plan = Network(members, (5,)).plan
    assert list(plan.layers) == [
        *("dense0", "residual1__dense0", "residual1__activation1"),
        *("residual1", "dense2"),
    ]
    # gather, dense, dense | tanh, sum, dense
    assert [n_ops for n_ops, _ in plan.layers.values()] == [2, 3, 4, 5, 6]


def test_sparse_samples_are_written_out_where_they_must():
    for members, n_slots in (
        ([Dense(3)], 1),
        ([Activation("tanh"), Dense(3)], 2),
        ([Reshape((5, 1)), Flatten(), Dense(3)], 2),
        ([Residual(named(Dense(5)))], 3),
    ):
        _, starts, _ = ops_of(members, sparse=True)
        assert len(starts) == n_slots


def test_random_numbers_do_not_depend_on_the_form_of_samples():
    plans = [
        Network([Dense(3), Dropout(0.1)], (5,), sparse=sparse).plan
        for sparse in (True, False)
    ]
    indices = [plan.layout(2, 0, "float64")[0][-1, FLAGS + 1] for plan in plans]
    assert indices[0] == indices[1]


def test_errors_name_the_layers_on_the_way():
    planner = Planner((3,))
    with planner.layer("outer"), planner.layer("inner"):
        assert str(planner.error("no")) == "layer 'outer__inner': no"
    assert planner.name == ""
