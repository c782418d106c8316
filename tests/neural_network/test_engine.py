"""The door to the kernels: samples, outputs of layers, chunks, losses, parts."""

import numpy as np
import pytest
from layer_cases import LOSSES, Network, targets_of
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, special
from sklearn.exceptions import ConvergenceWarning

from skmanifold_nn.neural_network import MLPClassifier
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    Activation,
    BatchNorm,
    Bidirectional,
    Dense,
    SimpleRNN,
    _engine,
)
from skmanifold_nn.neural_network.layers._engine import (
    LINKS,
    Samples,
    apply_link,
    count_parts,
    loss_of,
)

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def network(dtype=np.float64):
    return Network([Dense(7), Activation("gelu"), Dense(3)], (5,), dtype=dtype)


def rows(n=50, dtype=np.float64):
    return np.random.default_rng(12).normal(size=(n, 5)).astype(dtype)


def test_samples_of_arrays():
    X = rows(6)
    samples = Samples.of(X)
    assert (samples.n_samples, samples.width) == (6, 5)
    assert np.shares_memory(samples.values, X) and samples.columns is None
    assert_array_equal(Samples.of(np.asfortranarray(X)).values, X.ravel())
    assert Samples.of(np.zeros((3, 2, 4, 2))).width == 16
    assert Samples.of(X[:0]).n_samples == 0


@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_samples_of_csr_rows(index):
    X = sparse.csr_matrix(rows(6))
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    samples = Samples.of(X)
    assert samples.columns.dtype == np.int32 and samples.starts.dtype == np.int64
    assert samples.values is X.data and (samples.n_samples, samples.width) == (6, 5)


def test_more_columns_than_kernels_can_count_are_refused():
    with pytest.raises(ValueError, match=r"less than 2\^31 features"):
        Samples.of(sparse.csr_array((2, 2**31)))


@both_dtypes
def test_outputs_do_not_depend_on_chunks_and_threads(dtype, monkeypatch):
    X, net = rows(203, dtype), network(dtype)
    expected = net.outputs(X)
    for elements in (1, 500, 10**4):
        monkeypatch.setattr(_engine, "CHUNK_ELEMENTS", elements)
        for n_threads in (1, 3):
            outputs = net.outputs(X, n_threads=n_threads)
            assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)
            assert_array_equal(outputs, net.outputs(X))


def test_rows_and_layers_that_are_wanted():
    X, net = rows(), network()
    hidden = X @ net.params[:35].reshape(5, 7) + net.params[35:42]
    for layer, expected in (
        ("dense0", hidden),
        ("activation1", hidden * special.ndtr(hidden)),
        (None, net.twin("numpy", X)),
    ):
        samples, numbers = Samples.of(X), (net.params, net.statistics)
        outputs = _engine.run(net.plan, *numbers, samples, layer=layer)
        assert_allclose(outputs, expected, atol=1e-13)
        wanted = np.array([7, 0, 7])
        outputs = _engine.run(net.plan, *numbers, samples, rows=wanted, layer=layer)
        assert_allclose(outputs, expected[wanted], atol=1e-13)
    assert net.outputs(X[:0]).shape == (0, 3)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_of_outputs_is_the_one_of_training(loss):
    X, net = rows(), network()
    targets = targets_of(loss, 50, 3)
    weights = np.random.default_rng(3).uniform(0, 2, size=(50, 1))
    outputs, setting = net.outputs(X), 0.3
    for w in (weights, None):
        trainer = net.trainer(X, targets, w, loss=loss, loss_setting=setting)
        expected = trainer.gradient(np.arange(50))[0]
        assert_allclose(loss_of(loss, outputs, targets, w, setting), expected)
    assert loss_of(loss, outputs, targets, np.zeros(50), setting) == 0
    assert loss_of(loss, outputs[:0], targets[:0], None, setting) == 0


def test_links():
    outputs = rows()
    twins = {
        "identity": lambda x: x,
        "logistic": special.expit,
        "softmax": lambda x: special.softmax(x, axis=1),
        "exp": np.exp,
    }
    assert set(LINKS.values()) == set(twins) and set(LINKS) == set(LOSSES)
    for link, twin in twins.items():
        assert_allclose(apply_link(link, outputs.copy()), twin(outputs), rtol=1e-12)


def test_parts_follow_from_the_plan_and_the_batch_size():
    wide = Network([Dense(2000), Dense(10)], (500,)).plan
    counts = [count_parts(wide, n) for n in (1, 20, 100, 200, 10_000)]
    assert counts[0] == counts[1] == 1 and sorted(counts) == counts
    assert 2 <= counts[2] <= counts[4] <= 16
    assert count_parts(network().plan, 200) == 1  # too little work
    mixed = Network([Dense(2000), BatchNorm(), Dense(10)], (500,)).plan
    assert count_parts(mixed, 10_000) == counts[4]


def test_more_threads_than_a_process_can_have():
    X, y = rows(), np.arange(50) % 2
    fits = [
        MLPClassifier((256, 256), max_iter=1, n_jobs=n_jobs, random_state=3)
        for n_jobs in (None, 10**6)
    ]
    with pytest.warns(ConvergenceWarning):
        first, second = (net.fit(X, y).predict_proba(X) for net in fits)
    assert_array_equal(first, second)


def test_minibatches_that_memory_cannot_hold_are_refused():
    n = 1_000_000
    net = MLPClassifier((300_000,), max_iter=1, batch_size=n)
    with pytest.raises(MemoryError, match=r"1000000 rows.*smaller batch_size"):
        net.fit(np.ones((n, 1)), np.arange(n) % 2)


# --- sequences ---

LENGTHS = [3, 1, 8, 8, 2, 17, 5, 1, 4]
EACH_STEP = [
    *(Bidirectional(LSTM(4, return_sequences=True)), GRU(3, return_sequences=True)),
    Dense(2),
]
LAST = [GRU(4, return_sequences=True), Bidirectional(SimpleRNN(3), "concat"), Dense(2)]
both_ends = pytest.mark.parametrize("members", [EACH_STEP, LAST], ids=["each", "last"])


def ragged(lengths=LENGTHS, dtype=np.float64):
    rng = np.random.default_rng([13, *lengths])
    return [rng.normal(size=(length, 5)).astype(dtype) for length in lengths]


def recurrent(members, dtype=np.float64):
    return Network(members, (5,), dtype=dtype, sequences=True)


def test_samples_of_sequences():
    steps, starts = np.concatenate(ragged()), np.cumsum([0, *LENGTHS])
    samples = Samples.of_sequences(steps, starts)
    assert (samples.n_samples, samples.width) == (9, 5)
    assert np.shares_memory(samples.values, steps) and samples.columns is None
    plan = recurrent(LAST).plan
    assert_array_equal(samples.lengths(plan), LENGTHS)
    assert_array_equal(samples.lengths(plan, np.array([5, 0, 5])), [17, 3, 17])
    fixed = Network(LAST, (6, 5)).plan
    samples = Samples.of(np.zeros((4, 6, 5)))
    assert_array_equal(samples.lengths(fixed), [6] * 4)
    assert_array_equal(samples.lengths(fixed, np.array([3])), [6])


@both_dtypes
@both_ends
def test_outputs_of_sequences_do_not_depend_on_chunks(members, dtype, monkeypatch):
    X, net = ragged(dtype=dtype), recurrent(members, dtype)
    expected = net.outputs(X)
    for n_elements, n_sequences, most in (
        (1, 1, 2**24),
        (1, 2, 2**24),
        (800, 1, 2**24),
        (1, 32, 500),
        (1, 32, 1),
    ):
        monkeypatch.setattr(_engine, "CHUNK_ELEMENTS", n_elements)
        monkeypatch.setattr(_engine, "SEQUENCES_A_CHUNK", n_sequences)
        monkeypatch.setattr(_engine, "MOST_CHUNK_ELEMENTS", most)
        for n_threads in (1, 2, 3):
            outputs = net.outputs(X, n_threads=n_threads)
            for got, bits in zip(outputs, expected, strict=True):
                assert_array_equal(got, bits)


def test_stretches_of_sequences_that_are_run_together(monkeypatch):
    plan = recurrent(LAST).plan
    size = plan.size_of(0, 1)
    lengths = np.array([17, 8, 8, 5, 4, 3, 2, 1, 1])
    monkeypatch.setattr(_engine, "CHUNK_ELEMENTS", 10 * size)
    monkeypatch.setattr(_engine, "SEQUENCES_A_CHUNK", 1)
    ends, n_rows, n_steps = _engine._chunks(plan, lengths)
    assert_array_equal(ends, [0, 1, 3, 9])  # as many steps as in the longest
    assert (n_rows, n_steps) == (6, 17)
    monkeypatch.setattr(_engine, "MOST_CHUNK_ELEMENTS", 1)
    ends, _, n_steps = _engine._chunks(plan, lengths)
    assert_array_equal(ends, [0, 1, 2, 3, 5, 9])  # at least one


@both_ends
def test_sequences_and_layers_that_are_wanted(members):
    X, net = ragged(), recurrent(members)
    numbers, samples = (net.params, net.statistics), net.samples(X)
    wanted = np.array([5, 1, 5, 0, 8])
    for layer in (None, *net.plan.layers):
        tensor = net.plan.output if layer is None else net.plan.layers[layer][1]
        outputs = _engine.run(net.plan, *numbers, samples, layer=layer)
        if tensor.over_steps:
            parts = np.split(outputs, samples.starts[1:-1])
            assert len(outputs) == sum(LENGTHS)
        else:
            parts = outputs[:, None]
        got = _engine.run(net.plan, *numbers, samples, rows=wanted, layer=layer)
        assert_array_equal(got, np.concatenate([parts[k] for k in wanted]))
        assert got.shape[1] == tensor.size
        none = _engine.run(net.plan, *numbers, samples, rows=wanted[:0], layer=layer)
        assert none.shape == (0, tensor.size)
    first = Network([members[0]], (5,), sequences=True)
    first.params = net.params
    layer = next(name for name in net.plan.layers if "__" not in name)
    outputs = _engine.run(net.plan, *numbers, samples, layer=layer)
    assert_array_equal(outputs, np.concatenate(first.outputs(X)))


@both_dtypes
@pytest.mark.parametrize("end", [[], [GRU(2)]], ids=["each", "last"])
def test_streams_step_by_step(end, dtype):
    net = recurrent([LSTM(4, return_sequences=True), *end, Dense(2)], dtype)
    X = ragged([8] * 5, dtype)
    carried = np.zeros(net.plan.n_carried * 5, dtype)
    for t in range(8):
        steps, numbers = np.array([x[t] for x in X]), (net.params, net.statistics)
        outputs = _engine.run_one_step(net.plan, *numbers, steps, carried)
        expected = net.outputs([x[: t + 1] for x in X])
        assert_array_equal(outputs, [y if end else y[-1] for y in expected])


def test_parts_follow_from_the_number_of_steps():
    plan = recurrent([LSTM(64, return_sequences=True), Dense(2)]).plan
    assert count_parts(plan, 10, 10_000) == 1  # too few sequences
    counts = [count_parts(plan, 200, 200 * n) for n in (1, 5, 20, 100)]
    assert counts == sorted(counts) and counts[0] < counts[-1] <= 16


def test_sequences_that_memory_cannot_hold_are_refused():
    net = recurrent([LSTM(10), Dense(2)])
    n_steps = 10**11  # which are refused before one is read
    samples = Samples.of_sequences(np.zeros((1, 5)), np.array([0, n_steps]))
    net.samples = lambda X: samples
    with pytest.raises(MemoryError, match=rf"{n_steps} steps.*fewer units"):
        net.outputs(None)
    with pytest.raises(MemoryError, match=r"1 rows.*shorter sequences"):
        net.trainer(None, np.zeros((1, 2)))
