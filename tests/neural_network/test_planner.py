"""Plans: where tensors and parameters lie, who overwrites whom, flags of gradients."""

import numpy as np
import pytest
from layer_cases import COMPOSITIONS, SEQUENCES, Network, named
from numpy.testing import assert_allclose, assert_array_equal

from skmanifold_nn._kernels._network import WORDS
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    BatchNorm,
    Bidirectional,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Reshape,
    Residual,
    SimpleRNN,
)
from skmanifold_nn.neural_network.layers._planner import (
    ADDS_TO_INPUT_GRADIENT,
    ALIGNMENT,
    CACHE,
    FLAGS,
    INPUT,
    NEEDS_INPUT_GRADIENT,
    OUTPUT,
    OVER_STEPS,
    REALS,
    Planner,
)


def ops_of(members, shape=(5,), n_rows=4, **options):
    return Network(members, shape, **options).plan.layout(n_rows, 0, "float64")


def test_words_are_where_the_kernels_read_them():
    assert REALS + 6 == WORDS  # an Op ends with double reals[6]


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


def assert_no_overlap(plan, n_rows, n_steps):
    rows = {False: n_rows, True: n_steps}
    ops, starts, size = plan.layout(n_rows, n_steps, "float32")
    assert ops.shape[1] == WORDS and ops.dtype == np.int64
    assert all(start % ALIGNMENT == 0 for start in starts)
    ends = [
        start + n * rows[over_steps]
        for start, (n, over_steps) in zip(starts, plan._slots, strict=True)
    ]
    for op, words in zip(plan._ops, ops, strict=True):
        if op.cache_per_row or op.cache_fixed:
            starts = [*starts, words[CACHE]]
            n_cached = op.cache_per_row * rows[op.over_steps] + op.cache_fixed
            ends.append(words[CACHE] + n_cached)
    assert all(e <= s for e, s in zip(ends, starts[1:], strict=False))
    assert max(ends) <= size
    assert set(ops[:, OUTPUT]) == set(starts[: len(plan._slots)])  # nothing lies idle
    assert plan.layout(n_rows, n_steps, "float32")[0] is ops  # kept


@pytest.mark.parametrize("name", COMPOSITIONS)
@pytest.mark.parametrize("n_rows", [1, 7])
def test_tensors_do_not_overlap(name, n_rows):
    plan = Network(COMPOSITIONS[name], (5,)).plan
    assert_no_overlap(plan, n_rows, n_rows * plan.n_steps)


@pytest.mark.parametrize("name", SEQUENCES)
@pytest.mark.parametrize("n_rows, n_steps", [(1, 1), (3, 40)])
def test_tensors_of_sequences_do_not_overlap(name, n_rows, n_steps):
    plan = Network(SEQUENCES[name], (3,), sequences=True).plan
    assert_no_overlap(plan, n_rows, n_steps)


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
    assert plan.n_statistics == 6 and plan.mixes_samples
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
        _, starts, _ = ops_of(members, source="csr")
        assert len(starts) == n_slots


def test_random_numbers_do_not_depend_on_the_form_of_samples():
    plans = [
        Network([Dense(3), Dropout(0.1)], (5,), source=source).plan
        for source in ("csr", "dense")
    ]
    indices = [plan.layout(2, 0, "float64")[0][-1, FLAGS + 1] for plan in plans]
    assert indices[0] == indices[1]


def test_errors_name_the_layers_on_the_way():
    planner = Planner((3,))
    with planner.layer("outer"), planner.layer("inner"):
        assert str(planner.error("no")) == "layer 'outer__inner': no"
    assert planner.name == ""


# --- sequences ---


def plan_of(*members, shape=(3,), sequences=True):
    return Network(members, shape, sequences=sequences).plan


def test_rows_of_ops_are_samples_or_steps():
    plan = plan_of(LSTM(4, return_sequences=True), Dense(5, "tanh"), GRU(2), Dense(1))
    ops, *_ = plan.layout(2, 9, "float64")
    # gather, dense, lstm | dense, tanh | dense, gru, last | dense
    expected = [1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert [bool(flags & OVER_STEPS) for flags in ops[:, FLAGS]] == expected
    assert plan.has_steps and plan.n_steps == 0 and not plan.output.over_steps
    tensors = [plan.layers[name][1] for name in ("lstm0", "dense1", "gru2", "dense3")]
    assert [t.over_steps for t in tensors] == [True, True, False, False]
    assert [t.shape for t in tensors] == [(4,), (5,), (2,), (1,)]
    assert not plan_of(Dense(2), sequences=False).has_steps


def test_samples_of_one_shape_have_one_number_of_steps():
    plan = plan_of(GRU(4), Dense(2), shape=(7, 3), sequences=False)
    assert plan.has_steps and plan.n_steps == 7
    several = plan_of(
        *(GRU(4, return_sequences=True), Flatten(), Reshape((7, -1)), LSTM(2)),
        shape=(7, 3),
        sequences=False,
    )
    assert several.n_steps == 7
    with pytest.raises(ValueError, match=r"'gru2'.*14 steps.*7 steps"):
        plan_of(
            *(GRU(4, return_sequences=True), Reshape((14, -1)), GRU(2)),
            shape=(7, 3),
            sequences=False,
        )
    with pytest.raises(ValueError, match=r"'gru2'.*3 steps.*of other steps"):
        plan_of(LSTM(6), Reshape((3, 2)), GRU(2))


def test_sequences_of_any_lengths_have_no_common_shape():
    for member in (Flatten(), Reshape((1, 3))):
        with pytest.raises(ValueError, match=r"any lengths.*return_sequences=False"):
            plan_of(LSTM(3, return_sequences=True), member)


def test_steps_and_samples_are_not_mixed():
    for layers in ([LSTM(3)], [Dense(3), Bidirectional(GRU(3))]):
        with pytest.raises(
            ValueError, match=r"'residual0': one of its inputs has a row"
        ):
            plan_of(Residual(named(*layers)))
    branches = named(LSTM(3, return_sequences=True), LSTM(3))
    with pytest.raises(
        ValueError, match=r"'concatenate0': one of its inputs has a row"
    ):
        plan_of(Concatenate(branches))


def test_what_streams_keep():
    steps = {"return_sequences": True}
    plan = plan_of(LSTM(4, **steps), GRU(3, **steps), SimpleRNN(2, **steps), Dense(1))
    assert plan.n_carried == 2 * 4 + 3 + 2 and plan.streams
    ints = [op.ints for op in plan._ops if len(op.ints) == 5]
    assert [offset for _, _, offset, *_ in ints] == [0, 8, 11]
    for member in (LSTM(4, reverse=True, **steps), Bidirectional(GRU(4, **steps))):
        assert not plan_of(member).streams


def test_parameters_of_recurrent_layers():
    both = Bidirectional(LSTM(2, peephole=True, return_sequences=True))
    plan = plan_of(both, GRU(5), Dense(1))
    cell = ["coefs_", "intercepts_", "recurrent_coefs_"]
    more = ["peephole_coefs_", "recurrent_intercepts_"]
    kinds = [*cell, more[0], *cell, more[0], *cell, more[1], *cell[:2]]
    assert [p.kind for p in plan.parameters] == kinds
    names = ["bidirectional0__forward", "bidirectional0__backward", "gru1", "dense2"]
    assert [p.layer for p in plan.parameters][::4] == names
    assert list(plan.layers) == [*names[:2], "bidirectional0", *names[2:]]
    penalized = {p.kind for p in plan.parameters if p.penalized}
    assert penalized == {"coefs_", "recurrent_coefs_"}
    drawn = plan.initial_parameters(np.random.RandomState(3), np.float64)
    numbers = {}
    for p in plan.parameters:
        values = drawn[p.start : p.stop].reshape(p.shape)
        numbers.setdefault((p.layer, p.kind), values)
    assert_array_equal(numbers[names[1], cell[1]], [0, 0, 1, 1, 0, 0, 0, 0])
    assert_array_equal(numbers["gru1", cell[1]], np.zeros(15))
    assert not numbers["gru1", more[1]].any() and not numbers[names[0], more[0]].any()
    for block in np.split(numbers["gru1", cell[2]], 3, axis=1):
        assert_allclose(block @ block.T, np.eye(5), atol=1e-12)
    for block in np.split(numbers[names[0], cell[0]], 4, axis=1):
        assert 0 < abs(block).max() <= np.sqrt(6 / 5)  # glorot_uniform of each gate
    assert abs(numbers[names[0], cell[0]] - numbers[names[1], cell[0]]).min() > 0


def test_work_counts_steps_and_samples():
    plan = plan_of(SimpleRNN(4), Dense(2))
    steps, samples = plan.work_of(0, 1), plan.work_of(1, 0)
    assert steps == 3 + 3 * 4 + 4 * 4 and samples == 4 + 4 * 2
    assert plan.work_of(3, 50) == 3 * samples + 50 * steps
    assert plan.size_of(3, 50) == 3 * plan.size_of(1) + 50 * plan.size_of(0, 1)
