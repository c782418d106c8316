"""Scaled sequences and other shapes."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.neural_network._series import (
    Reshaper,
    SequenceScaler,
    channels_last,
)

LENGTHS = [4, 1, 6, 3]


def ragged(rng, n_features=2, dtype=np.float64):
    scales, shifts = [3.0, 1e-3][:n_features], [100.0, 5.0][:n_features]
    return [
        (scales * rng.normal(size=(n, n_features)) + shifts).astype(dtype)
        for n in LENGTHS
    ]


def padded(arrays, width=7):
    X = np.full((len(arrays), width, arrays[0].shape[1]), np.nan, arrays[0].dtype)
    for row, array in zip(X, arrays, strict=True):
        row[: len(array)] = array
    return X


@parametrize_with_checks(
    [SequenceScaler(), SequenceScaler(mask="nan"), Reshaper(), Reshaper((1, -1))]
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


# --- SequenceScaler ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scaler_is_a_scaler_of_all_steps(rng, dtype):
    arrays = ragged(rng, dtype=dtype)
    together = np.concatenate(arrays)
    scaler, peer = SequenceScaler().fit(arrays), StandardScaler().fit(together)
    for name in ("mean_", "var_", "scale_"):
        found = getattr(scaler, name)
        assert found.dtype == np.float64
        assert_allclose(found, getattr(peer, name), rtol=1e-12)
    assert scaler.n_steps_seen_ == 14
    scaled = scaler.transform(arrays)
    assert isinstance(scaled, list) and all(a.dtype == dtype for a in scaled)
    assert_allclose(
        np.concatenate(scaled),
        peer.transform(together),
        atol=1e-9 if dtype == np.float64 else 1e-2,  # 5 has few digits beside 0.001
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", ["ragged", "padded", "rows", "regular"])
def test_scaler_keeps_the_form(rng, kind, dtype):
    arrays = ragged(rng, dtype=dtype)
    params = {}
    if kind == "padded":
        X, params = padded(arrays), {"mask": "nan"}
    elif kind == "ragged":
        X = arrays
    else:
        X = padded(arrays)[:2, :1]
        params = {"input_shape": (1, 2)} if kind == "rows" else {}
        X = X.reshape(2, -1) if kind == "rows" else X
    scaler = SequenceScaler(**params).fit(X)
    scaled = scaler.transform(X)
    back = scaler.inverse_transform(scaled)
    assert type(scaled) is type(back) is type(X)
    for one, two, three in zip(X, scaled, back, strict=True):
        assert one.shape == two.shape and one.dtype == two.dtype == three.dtype
        assert_array_equal(np.isnan(one), np.isnan(two))
        assert_allclose(three, one, rtol=1e-12 if dtype == np.float64 else 1e-6)
    flat = np.concatenate([array.reshape(-1, 2) for array in scaled])
    assert_allclose(
        np.nanmean(flat, axis=0), 0, atol=1e-9 if dtype == np.float64 else 0.02
    )


def test_scaler_of_rows_scales_all_columns_alike(rng):
    X = rng.normal(size=(5, 7)) * np.arange(1, 8) + 30
    expected = (X - X.mean()) / X.std()
    assert_allclose(SequenceScaler().fit_transform(X), expected, rtol=1e-9)
    for frame in (pd.DataFrame, pl.DataFrame):
        table = frame({f"t{k}": column for k, column in enumerate(X.T)})
        scaler = SequenceScaler().fit(table)
        assert list(scaler.get_feature_names_out()) == list(table.columns)
        assert_allclose(scaler.transform(table), expected, rtol=1e-9)
    scaler.set_output(transform="pandas")
    assert list(scaler.transform(table).columns) == list(table.columns)
    padding = X.copy()
    padding[1:3, 4:] = np.nan
    scaler = SequenceScaler(mask="nan").fit(padding)
    assert scaler.n_steps_seen_ == 29 and scaler.n_steps_in_ == 7
    expected = (padding - np.nanmean(padding)) / np.nanstd(padding)
    assert_allclose(scaler.transform(padding), expected, rtol=1e-9)


def test_scaler_of_univariate_lists(rng):
    arrays = [array[:, 0] for array in ragged(rng)]
    scaler = SequenceScaler().fit(arrays)
    scaled = scaler.transform(arrays)
    assert [array.shape for array in scaled] == [(n,) for n in LENGTHS]
    assert_allclose(np.concatenate(scaled).std(), 1)
    (alone,) = scaler.transform(arrays[2:3])  # no table of one row
    assert_array_equal(alone, scaled[2])
    (back,) = scaler.inverse_transform([alone])
    assert_allclose(back, arrays[2])


@pytest.mark.parametrize("with_mean", [True, False])
@pytest.mark.parametrize("with_std", [True, False])
def test_scaler_does_one_or_the_other(rng, with_mean, with_std):
    arrays = ragged(rng)
    scaler = SequenceScaler(with_mean=with_mean, with_std=with_std)
    peer = StandardScaler(with_mean=with_mean, with_std=with_std)
    scaled = np.concatenate(scaler.fit_transform(arrays))
    expected = peer.fit_transform(np.concatenate(arrays))
    assert_allclose(scaled, expected, atol=1e-9)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9, 1e-200])
def test_constant_features_become_zero(constant, rng):
    X = np.full((3, 50, 2), constant)
    X[:, :, 1] = rng.normal(size=(3, 50))
    scaler = SequenceScaler().fit(X)
    assert scaler.scale_[0] == 1
    assert_allclose(scaler.transform(X)[:, :, 0], 0, atol=1e-6)


def test_new_sequences_may_be_of_any_length(rng):
    X = rng.normal(size=(6, 5, 3))
    scaler = SequenceScaler().fit(X)
    longer = rng.normal(size=(1, 9, 3))
    expected = (longer - scaler.mean_) / scaler.scale_
    assert_array_equal(scaler.transform(longer), expected)
    assert_array_equal(scaler.transform([longer[0]])[0], expected[0])


def test_scaler_refuses(rng):
    scaler = SequenceScaler().fit(ragged(rng))
    with pytest.raises(ValueError, match=r"X\[0\] has 1 feature .*SequenceScaler is"):
        scaler.transform([np.ones(3), np.ones(2)])
    with pytest.raises(ValueError, match=r"NaN.*X\[1\] in step 0"):
        scaler.transform([np.ones((3, 2)), np.full((2, 2), np.nan)])
    for params in ({"with_mean": 3}, {"mask": "zero"}, {"input_shape": 3}):
        with pytest.raises(ValueError, match=next(iter(params))):
            SequenceScaler(**params).fit(np.ones((3, 4)))


def test_scaler_makes_tables_of_tables_only(rng):
    rows, sequences = rng.normal(size=(4, 6)), ragged(rng)
    scaler = SequenceScaler().set_output(transform="pandas")
    assert isinstance(scaler.fit_transform(rows), pd.DataFrame)
    for X in (sequences, padded(sequences)[:, :1]):
        with pytest.raises(ValueError, match=r"set_output\(transform='default'\)"):
            scaler.fit_transform(X)


# --- Reshaper ---


@pytest.mark.parametrize(
    "shape, expected",
    [
        (None, (12,)),
        (12, (12,)),
        ((3, 4), (3, 4)),
        ((-1, 2), (6, 2)),
        ([2, 2, -1],) * 2,
    ],
)
def test_reshaper(rng, shape, expected):
    rows = rng.normal(size=(5, 12)).astype(np.float32)
    reshaper = Reshaper(shape).fit(rows)
    X = reshaper.transform(rows)
    expected = (2, 2, 3) if isinstance(expected, list) else expected
    assert reshaper.shape_out_ == expected and X.shape == (5, *expected)
    assert X.dtype == np.float32
    assert_array_equal(X.reshape(5, 12), rows)
    assert_array_equal(reshaper.inverse_transform(X), rows)
    back = Reshaper(-1).fit(X)
    assert_array_equal(back.transform(X), rows)
    assert_array_equal(back.inverse_transform(rows), X)


def test_reshaper_between_other_steps(rng):
    X = rng.normal(size=(9, 4, 3))
    pipeline = make_pipeline(Reshaper(-1), StandardScaler(), Reshaper((4, 3)))
    expected = (X - X.mean(axis=0)) / X.std(axis=0)
    assert_allclose(clone(pipeline).fit_transform(X), expected, atol=1e-12)


def test_reshaper_leaves_nan(rng):
    X = np.full((2, 4), np.nan)
    assert np.isnan(Reshaper((2, 2)).fit_transform(X)).all()


@pytest.mark.parametrize(
    "shape, fragments",
    [
        ((5, 2), [r"shape=\(5, 2\) has 10 values", r"\(12,\)", "12"]),
        ((5, -1), [r"shape=\(5, -1\)", "12"]),
        ((-1, -1), [r"\(-1, -1\)", "one of which may be -1"]),
        ((0, 12), [r"\(0, 12\)", "positive"]),
        ((3.0, 4), [r"\(3.0, 4\)", "positive int"]),
        ((), [r"got \(\)"]),
        ("square", ["shape"]),
    ],
)
def test_reshaper_refuses(shape, fragments):
    with pytest.raises(ValueError) as caught:
        Reshaper(shape).fit(np.ones((3, 12)))
    assert all(re.search(part, str(caught.value)) for part in fragments)


def test_reshaper_refuses_other_shapes(rng):
    reshaper = Reshaper(-1).fit(np.ones((3, 4, 2)))
    with pytest.raises(ValueError, match=r"\(4, 3\), but Reshaper is expecting \(4, 2"):
        reshaper.transform(np.ones((3, 4, 3)))
    with pytest.raises(ValueError, match=r"\(9,\), but Reshaper makes \(8,\)"):
        reshaper.inverse_transform(np.ones((3, 9)))


# --- channels_last ---


def test_channels_last(rng):
    X = rng.normal(size=(5, 3, 7, 4)).astype(np.float32)
    for given, axes in ((X, (0, 2, 3, 1)), (X[:, :, :, 0], (0, 2, 1))):
        expected = given.transpose(axes)
        for form in (given, given.tolist()):
            found = channels_last(form)
            assert_array_equal(found, expected)
            assert found.flags.c_contiguous and not np.shares_memory(found, given)
        found = channels_last(list(given))
        assert isinstance(found, list)
        assert_array_equal(found, expected)
        assert found[0].dtype == np.float32 and found[0].flags.c_contiguous


def test_channels_last_of_several_lengths(rng):
    X = [rng.normal(size=(2, n)) for n in LENGTHS]
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    for form in (X, tuple(X), objects, [x.tolist() for x in X]):
        found = channels_last(form)
        for array, expected in zip(found, X, strict=True):
            assert_array_equal(array, expected.T)


@pytest.mark.parametrize("X", [np.ones((3, 4)), np.ones(3), [[1.0, 2.0]], [1.0]])
def test_channels_last_refuses(X):
    with pytest.raises(ValueError, match="an axis of samples, one of channels"):
        channels_last(X)


def test_channels_last_names_the_sample():
    with pytest.raises(ValueError, match=r"X\[1\].*\(4,\)"):
        channels_last([np.ones((3, 4)), np.ones(4)])
