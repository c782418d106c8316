"""Counter-based random numbers: their twin, their quality, and the ops of dropout."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import ADDS_TO_INPUT_GRADIENT, NEEDS_INPUT_GRADIENT, make_op, run_op
from scipy import stats

from skmanifold_nn._kernels._random import ADDRESSES, fill

DTYPES = [np.float32, np.float64]
WORD = 2**64 - 1
SELU_LIMIT = -1.0507009873554805 * 1.6732632423543772


def numbers(n, *, seed=1905, step=3, stream=7, position=0):
    out = np.empty(n, np.uint32)
    fill(seed, step, stream, position, out)
    return out


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & WORD
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WORD
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WORD
    return z ^ (z >> 31)


def naive_number(seed, step, stream, position):
    keys = mix(seed)
    for word in (step, stream, position >> 32):
        keys = mix(keys ^ word)
    x = (position + keys) % 2**32
    x ^= x >> 17
    x = x * 0xED5AD4BB % 2**32
    x ^= x >> 11
    x = (x * 0xAC4C1B51 + (keys >> 32)) % 2**32
    x ^= x >> 15
    x = x * 0x31848BAB % 2**32
    return x ^ (x >> 14)


@pytest.mark.parametrize("position", [0, 5, 2**32 - 20, 2**40 + 3])
@pytest.mark.parametrize("seed, step, stream", [(1, 0, 0), (WORD, 2**63, 12)])
def test_numbers_are_the_hash_of_their_counters(seed, step, stream, position):
    out = numbers(41, seed=seed, step=step, stream=stream, position=position)
    places = range(position, position + 41)
    assert out.tolist() == [naive_number(seed, step, stream, p) for p in places]


def assert_uniform(sample):
    """Means, variances and 256 classes of a sample that should be uniform on [0, 1)."""
    n = len(sample)
    assert abs(sample.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert abs(sample.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / n)
    counts = np.bincount((sample * 256).astype(int), minlength=256)
    assert 1e-4 < stats.chisquare(counts).pvalue < 1 - 1e-4


def streams(n, kind):
    """Numbers that neighbour each other in one of the counters."""
    if kind == "position":
        return numbers(n)
    out = np.empty((n // 64, 64), np.uint32)
    for i, row in enumerate(out):
        fill(*{"seed": (i, 3, 7), "step": (9, i, 7), "stream": (9, 3, i)}[kind], 0, row)
    return out.T.ravel().copy()


@pytest.mark.parametrize("kind", ["position", "seed", "step", "stream"])
def test_uniform_and_uncorrelated(kind):
    n = 1 << 18
    u = streams(n, kind) / 2.0**32
    assert_uniform(u)
    for lag in (1, 2, 3, 10, 64, 100, 4096):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 5 / np.sqrt(n)
        # 16 x 16 classes of pairs
        pairs = (u[:-lag] * 16).astype(int) * 16 + (u[lag:] * 16).astype(int)
        pvalue = stats.chisquare(np.bincount(pairs[:: lag + 1], minlength=256)).pvalue
        assert 1e-5 < pvalue < 1 - 1e-5


@pytest.mark.parametrize("kind", ["position", "seed", "step", "stream"])
def test_every_bit_is_fair_and_independent_of_the_others(kind):
    n = 1 << 13
    bits = np.unpackbits(streams(n, kind).view(np.uint8)).reshape(n, 32)
    bits = 2 * bits.astype(np.float32) - 1
    bound = 5.5 * np.sqrt(n)
    assert np.abs(bits.sum(axis=0)).max() < bound
    products = bits.T @ bits - n * np.eye(32)
    assert np.abs(products).max() < bound
    assert np.abs(bits[1:].T @ bits[:-1]).max() < bound  # of neighbours


def test_one_bit_of_a_counter_changes_half_of_the_bits():
    base = dict(seed=5, step=6, stream=7, position=8)
    n = 4096
    for name in base:
        for bit in (0, 1, 7, 20, 31, 32, 50):
            words = base | {name: base[name] ^ (1 << bit)}
            changed = np.bitwise_count(numbers(n, **base) ^ numbers(n, **words))
            # neighbouring positions trade places when a low bit of theirs changes
            assert abs(changed.mean() - 16) < 6 * np.sqrt(8 / n) * 2


def test_runs_and_gaps():
    u = numbers(1 << 18) / 2.0**32
    ups = np.diff(u) > 0
    runs = 1 + np.count_nonzero(ups[1:] != ups[:-1])
    mean, variance = (2 * len(u) - 1) / 3, (16 * len(u) - 29) / 90
    assert abs(runs - mean) < 5 * np.sqrt(variance)
    gaps = np.diff(np.flatnonzero(u < 0.1)) - 1
    expected = 0.1 * 0.9 ** np.arange(30) * len(gaps)
    counts = np.bincount(gaps, minlength=30)[:30]
    statistic = ((counts - expected) ** 2 / expected).sum()
    assert 1e-4 < stats.chi2.sf(statistic, 30) < 1 - 1e-4


def apply(name, x, rate, *, backward=False, n_parts=1, training=1, start=None, **words):
    """One op on rows cut into parts, each with its own workspace."""
    address = ADDRESSES[name][x.dtype.name][backward]
    flags = NEEDS_INPUT_GRADIENT
    flags |= 0 if start is None else ADDS_TO_INPUT_GRADIENT
    width = x.shape[1]
    results, first_row = [], 0
    for part in np.array_split(x, n_parts):
        n = part.size
        space = np.full(2 * n, np.nan, x.dtype)
        given, result = (slice(n), slice(n, 2 * n))[:: -1 if backward else 1]
        space[given] = part.ravel()
        if start is not None:
            space[result] = start[first_row : first_row + len(part)].ravel()
        op = make_op(
            output=n, n_in=width, n_out=width, flags=flags, index=11, reals=rate
        )
        run_op(address, op, space, space, n_rows=len(part), first_row=first_row,
               training=training, **{"seed": 1905, "step": 4} | words)  # fmt: skip
        results.append(space[result].reshape(part.shape).copy())
        first_row += len(part)
    return np.concatenate(results)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_cuts_do_not_matter_but_steps_do(rng, name, dtype):
    x = rng.normal(size=(37, 19)).astype(dtype)
    whole = apply(name, x, 0.3)
    for n_parts in (2, 5, 37):
        parts = apply(name, x, 0.3, n_parts=n_parts)
        assert_allclose(parts, whole, rtol=8 * np.finfo(dtype).eps, atol=1e-7)
        if name != "gaussian_noise":
            assert_array_equal(parts, whole)
    assert_array_equal(apply(name, x, 0.3), whole)
    for other in ({"step": 5}, {"seed": 1906}):
        assert (apply(name, x, 0.3, **other) != whole).mean() > 0.3


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_identity_outside_training(rng, name, dtype):
    x, start = rng.normal(size=(2, 3, 5)).astype(dtype)
    assert_array_equal(apply(name, x, 0.7, training=0), x)
    assert_array_equal(apply(name, x, 0.7, training=0, backward=True), x)
    added = apply(name, x, 0.7, training=0, backward=True, start=start)
    assert_array_equal(added, start + x)
    if name != "gaussian_noise":
        assert_array_equal(apply(name, x, 0.0), x)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.95])
def test_dropout(rng, rate, dtype):
    x = rng.uniform(1, 2, (101, 301)).astype(dtype)
    y = apply("dropout", x, rate)
    mask = numbers(x.size, step=4, stream=11).reshape(x.shape) >= int(rate * 2**32)
    assert_allclose(y, mask * x / (1 - rate), rtol=4 * np.finfo(dtype).eps)
    assert abs(mask.mean() - (1 - rate)) < 5 * np.sqrt(rate * (1 - rate) / x.size)
    for axis in (0, 1):  # no row and no column is favoured
        spread = mask.mean(axis=axis).std() ** 2 * x.shape[axis]
        assert_allclose(spread, rate * (1 - rate), rtol=0.4)
    dy, start = rng.normal(size=(2, *x.shape)).astype(dtype)
    dx = apply("dropout", dy, rate, backward=True, n_parts=3)
    assert_allclose(dx, mask * dy / (1 - rate), rtol=4 * np.finfo(dtype).eps)
    added = apply("dropout", dy, rate, backward=True, start=start)
    assert_allclose(added, start + dx, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_alpha_dropout_keeps_mean_and_variance(rng, rate, dtype):
    x = rng.normal(size=(400, 501)).astype(dtype)
    y = apply("alpha_dropout", x, rate)
    assert abs(y.mean()) < 5 / np.sqrt(x.size)
    assert abs(y.var() - 1) < 0.02
    mask = apply("dropout", np.ones_like(x), rate) > 0
    scale = ((1 - rate) * (1 + rate * SELU_LIMIT**2)) ** -0.5
    expected = scale * (np.where(mask, x, SELU_LIMIT) - SELU_LIMIT * rate)
    assert_allclose(y, expected, rtol=1e-5, atol=1e-6)
    dx = apply("alpha_dropout", x, rate, backward=True)
    assert_allclose(dx, scale * mask * x, rtol=1e-5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_noise_is_normal(dtype):
    x = np.zeros((500, 601), dtype)
    noise = apply("gaussian_noise", x, 1.0).ravel()
    assert np.isfinite(noise).all()
    assert np.abs(noise).max() > 4
    assert stats.kstest(noise, "norm").pvalue > 1e-3
    assert abs(stats.kurtosis(noise)) < 5 * np.sqrt(24 / x.size)
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 5 / np.sqrt(x.size)
    assert_allclose(apply("gaussian_noise", x + 3, 0.5).ravel(), 3 + noise / 2,
                    rtol=1e-5)  # fmt: skip
    u, v = (numbers(x.size, step=4, stream=stream) for stream in (11, 11 + 2**63))
    u, v = ((u >> 1) + 0.5) / 2.0**31, v.astype(np.int32) / 2.0**32
    expected = np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)
    # the root of a float's logarithm near 0
    assert_allclose(noise, expected, atol=1e-4 if dtype == np.float32 else 1e-8)
    dy = np.ones((2, 3), dtype)
    assert_array_equal(apply("gaussian_noise", dy, 1.0, backward=True), dy)
