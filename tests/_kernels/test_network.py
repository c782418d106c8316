"""Predictions of planned networks against NumPy."""

from itertools import pairwise

import numpy as np
import pytest
from layer_cases import Network
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from skmanifold_nn._kernels._network import WORDS, predict
from skmanifold_nn._kernels._packing import places_size
from skmanifold_nn.neural_network.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Bidirectional,
    Dense,
    Dropout,
    SimpleRNN,
    _engine,
)

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])


def network(dtype, source="dense"):
    layers = [Dense(7, "tanh"), Dropout(0.5), Dense(2)]
    return Network(layers, (5,), dtype=dtype, source=source)


def rows(n, dtype):
    return np.random.default_rng(77).normal(size=(n, 5)).astype(dtype)


def call(net, samples, wanted, chunk, n_threads):
    ops, starts, size = net.plan.layout(chunk, 0, net.params.dtype.name)
    assert ops.shape[1] == WORDS
    outputs = np.full((len(wanted), 2), np.nan, net.params.dtype)
    predict(
        ops,
        starts[net.plan.output.slot],
        *samples.arguments,
        0,
        wanted,
        np.append(np.arange(0, len(wanted), chunk), len(wanted)),
        n_threads,
        net.params,
        net.statistics,
        None,
        np.empty((n_threads, size), net.params.dtype),
        None,
        None,
        outputs,
    )
    return outputs


@both_dtypes
@pytest.mark.parametrize("form", [np.asarray, sparse.csr_matrix])
@pytest.mark.parametrize("n", [1, 6, 43])
def test_predictions(n, form, dtype):
    X = rows(n, dtype)
    net = network(dtype, "dense" if form is np.asarray else "csr")
    expected = net.twin("numpy", X.astype(np.float64))
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    samples = _engine.Samples.of(form(X))
    for chunk in (1, 4, 50):
        for n_threads in (1, 2, 3):
            outputs = call(net, samples, np.arange(n), chunk, n_threads)
            assert_allclose(outputs, expected, atol=tolerance)
    wanted = np.random.default_rng(3).integers(n, size=17)
    outputs = call(net, samples, wanted, 4, 2)
    assert_allclose(outputs, expected[wanted], atol=tolerance)


@both_dtypes
def test_threads_do_not_change_the_bits(dtype):
    X, net = rows(203, dtype), network(dtype)
    samples, wanted = _engine.Samples.of(X), np.arange(203)
    expected = call(net, samples, wanted, 16, 1)
    for n_threads in (2, 3):
        assert_array_equal(call(net, samples, wanted, 16, n_threads), expected)


def test_statistics_are_read_and_kept():
    net = Network([BatchNorm(affine=False)], (5,))
    net.statistics[:5], net.statistics[5:] = 3.0, 4.0
    X, before = rows(9, np.float64), net.statistics.copy()
    assert_allclose(net.outputs(X), (X - 3) / 2, rtol=1e-5)
    assert_array_equal(net.statistics, before)


# --- sequences, longest first as the kernel wants chunks of them ---

LENGTHS = np.array([9, 7, 7, 4, 4, 2, 1, 1])
EACH_STEP = [
    *(Bidirectional(LSTM(4, return_sequences=True)), GRU(3, return_sequences=True)),
    Dense(2),
]
LAST = [GRU(4, return_sequences=True), Bidirectional(SimpleRNN(3), "mean"), Dense(2)]


def sequences(dtype, lengths=LENGTHS):
    rng = np.random.default_rng([78, *lengths])
    return [rng.normal(size=(length, 5)).astype(dtype) for length in lengths]


def call_steps(net, X, chunks, n_threads, *, wanted=None, n_fixed=0, carried=None):
    """Outputs of each sequence that is wanted, which stand apart in what is filled."""
    lengths = np.array([len(x) for x in X])
    wanted = np.arange(len(X)) if wanted is None else wanted
    chunks = np.array(chunks)
    sizes = [lengths[wanted[a:b]].sum() for a, b in pairwise(chunks)]
    n, n_steps = np.diff(chunks).max(), max(sizes)
    samples, dtype = net.samples(X), net.params.dtype
    ops, starts, size = net.plan.layout(n, n_steps, dtype.name)
    over_steps = net.plan.output.over_steps
    ends = np.cumsum(lengths[wanted] + 2)
    outputs = np.full((ends[-1] if over_steps else len(wanted), 2), 7, dtype)
    out_starts = ends - lengths[wanted] - 1
    predict(
        ops,
        starts[net.plan.output.slot],
        *samples.arguments,
        n_fixed,
        wanted,
        chunks,
        n_threads,
        net.params,
        net.statistics,
        carried,
        np.empty((n_threads, size), dtype),
        np.empty((n_threads, places_size(n, lengths.max(), n_steps)), np.int64),
        out_starts if over_steps else None,
        outputs,
    )
    if not over_steps:
        return list(outputs)
    found = []
    for start, length in zip(out_starts, lengths[wanted], strict=True):
        assert (outputs[[start - 1, start + length]] == 7).all()
        found.append(outputs[start : start + length])
    return found


@both_dtypes
@pytest.mark.parametrize("members", [EACH_STEP, LAST], ids=["each step", "last"])
def test_predictions_for_sequences(members, dtype):
    net = Network(members, (5,), dtype=dtype, sequences=True)
    X = sequences(dtype)
    expected = net.twin("numpy", [x.astype(float) for x in X])
    first = call_steps(net, X, [0, 8], 1)
    for got, twin in zip(first, expected, strict=True):
        assert_allclose(got, twin, atol=1e-12 if dtype == np.float64 else 1e-5)
    for chunks in ([0, 8], [0, 1, 2, 3, 4, 5, 6, 7, 8], [0, 3, 7, 8]):
        for n_threads in (1, 2, 3):
            outputs = call_steps(net, X, chunks, n_threads)
            for got, bits in zip(outputs, first, strict=True):
                assert_array_equal(got, bits)
    wanted = np.array([7, 1, 1, 4, 0])  # sorted inside a chunk
    outputs = call_steps(net, X, [0, 3, 5], 2, wanted=wanted)
    for row, got in zip(wanted, outputs, strict=True):
        assert_array_equal(got, first[row])


def test_steps_of_samples_of_one_shape():
    fixed = Network(EACH_STEP, (6, 5))
    ragged = Network(EACH_STEP, (5,), sequences=True)
    X = np.random.default_rng(5).normal(size=(4, 6, 5))
    expected = call_steps(ragged, list(X), [0, 4], 1)
    for chunks in ([0, 4], [0, 1, 4]):
        outputs = call_steps(fixed, X, chunks, 2, n_fixed=6)
        assert_array_equal(outputs, expected)


@both_dtypes
@pytest.mark.parametrize("cell", [LSTM, GRU, SimpleRNN])
def test_states_are_carried_from_call_to_call(cell, dtype):
    members = [cell(4, return_sequences=True), cell(3, return_sequences=True), Dense(2)]
    net = Network(members, (5,), dtype=dtype, sequences=True)
    X = sequences(dtype, np.full(3, 9))
    expected = call_steps(net, X, [0, 3], 1)
    carried = np.zeros(net.plan.n_carried * 3, dtype)
    assert net.plan.n_carried == (14 if cell is LSTM else 7)
    outputs = [
        call_steps(net, [x[a:b] for x in X], [0, 3], 1, carried=carried)
        for a, b in ((0, 1), (1, 5), (5, 9))
    ]
    joined = [np.concatenate(parts) for parts in zip(*outputs, strict=True)]
    assert_array_equal(joined, expected)
    assert carried.all()
    carried[:] = 0
    again = call_steps(net, X, [0, 3], 1, carried=carried)
    assert_array_equal(again, expected)
