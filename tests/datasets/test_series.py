"""The series that come with the package."""

import numpy as np
import pytest

from skmanifold_nn.datasets import (
    load_electricity_demand,
    load_gunpoint,
    load_italy_power_demand,
    load_japanese_vowels,
    load_page_views,
    load_sunspots,
)


def test_page_views():
    series = load_page_views()
    assert series.dates.shape == series.views.shape == (2905,)
    assert series.dates.dtype == "datetime64[D]"
    assert series.dates[0] == np.datetime64("2007-12-10")
    assert series.dates[-1] == np.datetime64("2016-01-20")
    steps = np.diff(series.dates).astype(int)
    assert steps.min() == 1
    assert (steps - 1).sum() == 59
    assert series.views.min() == 193
    np.testing.assert_array_equal(series.views, np.round(series.views))


def test_page_views_are_copies():
    load_page_views().views[:] = 0
    assert load_page_views().views.min() > 0


def test_japanese_vowels():
    train, test = (load_japanese_vowels(subset=name) for name in ("train", "test"))
    np.testing.assert_array_equal(np.bincount(train.target), np.full(9, 30))
    np.testing.assert_array_equal(
        np.bincount(test.target), [31, 35, 88, 44, 29, 24, 40, 50, 29]
    )
    for utterances, n_frames, longest in ((train, 4274, 26), (test, 5687, 29)):
        assert len(utterances.data) == len(utterances.target)
        lengths = [len(x) for x in utterances.data]
        assert (min(lengths), max(lengths), sum(lengths)) == (7, longest, n_frames)
        assert all(x.shape[1:] == (12,) for x in utterances.data)
        assert all(x.dtype == np.float32 for x in utterances.data)
    # First and last frames of the published files.
    np.testing.assert_allclose(
        train.data[0][0, :3], [1.860936, -0.207383, 0.261557], atol=1e-4
    )
    np.testing.assert_allclose(
        test.data[-1][-1, :3], [1.177449, -0.40408, 0.052026], atol=1e-4
    )


def test_japanese_vowels_as_a_pair():
    X, y = load_japanese_vowels(return_X_y=True)
    utterances = load_japanese_vowels()
    np.testing.assert_array_equal(y, utterances.target)
    np.testing.assert_array_equal(np.vstack(X), np.vstack(utterances.data))
    X[0][:] = 0  # a copy
    assert np.abs(load_japanese_vowels().data[0]).max() > 1


def test_subset_of_japanese_vowels():
    with pytest.raises(ValueError, match="subset must be 'train' or 'test', got 'all'"):
        load_japanese_vowels(subset="all")


@pytest.mark.parametrize(
    ("load", "n_steps", "counts"),
    [
        (load_gunpoint, 150, {"train": [24, 26], "test": [76, 74]}),
        (load_italy_power_demand, 24, {"train": [34, 33], "test": [513, 516]}),
    ],
)
def test_labelled_series(load, n_steps, counts):
    for subset, expected in counts.items():
        loaded = load(subset=subset)
        assert loaded.data.shape == (sum(expected), n_steps)
        assert (loaded.data.dtype, loaded.target.dtype) == (np.float32, np.int64)
        np.testing.assert_array_equal(np.bincount(loaded.target), expected)
        np.testing.assert_allclose(loaded.data.mean(axis=1), 0, atol=1e-5)
        np.testing.assert_allclose(loaded.data.std(axis=1, ddof=1), 1, atol=1e-4)
        assert len(loaded.feature_names) == n_steps
        assert len(loaded.target_names) == 2
    X, y = load(return_X_y=True, as_frame=True)
    assert X.shape[1] == n_steps
    assert y.name == "target"
    for subset in ("all", np.array(["train", "test"])):
        with pytest.raises(ValueError, match="subset must be 'train' or 'test', got"):
            load(subset=subset)


def test_first_values_of_the_labelled_series():
    gun, italy = load_gunpoint(), load_italy_power_demand()
    np.testing.assert_allclose(gun.data[0, :2], [-0.6478854, -0.64199155], rtol=1e-6)
    np.testing.assert_allclose(italy.data[0, :2], [-0.71051757, -1.1833204], rtol=1e-6)
    # In winter the demand of the evening is large while it is dark.
    evening = load_italy_power_demand(subset="test")
    winter, summer = (evening.data[evening.target == k, 19].mean() for k in (0, 1))
    assert winter > summer + 0.8


def test_sunspots():
    series = load_sunspots()
    assert series.sunspots.shape == (2820,)
    assert series.dates.dtype == "datetime64[M]"
    assert series.dates[-1] == np.datetime64("1983-12")
    np.testing.assert_array_equal(series.sunspots[[0, 1, -1]], [58.0, 62.6, 33.4])
    # About eleven years: the autocorrelation's peak.
    calm = series.sunspots - series.sunspots.mean()
    lags = np.arange(60, 200)
    correlation = [calm[lag:] @ calm[:-lag] for lag in lags]
    assert 120 < lags[np.argmax(correlation)] < 140


def test_electricity_demand():
    series = load_electricity_demand()
    assert series.megawatts.shape == series.dates.shape == (4032,)
    assert series.dates[-1] == np.datetime64("2000-08-27T23:30")
    assert (series.megawatts.min(), series.megawatts.max()) == (18640, 38777)
    weeks = series.megawatts.reshape(12, 7, 48)
    # Working days from Monday, less on Saturday, least on Sunday.
    by_day = weeks.mean(axis=(0, 2))
    assert by_day[:5].min() > by_day[5] > by_day[6]
    assert weeks[:, :, 6:10].mean() < 0.75 * weeks[:, :, 20:24].mean()


@pytest.mark.parametrize(
    ("load", "name"),
    [
        (load_page_views, "views"),
        (load_sunspots, "sunspots"),
        (load_electricity_demand, "megawatts"),
    ],
)
def test_series_as_tables(load, name):
    series = load(as_frame=True)
    np.testing.assert_array_equal(series.frame[name], series[name])
    assert series.frame.index.name == "date"
    assert str(series.frame.index[1])[:7] == str(series.dates[1])[:7]
    assert load().frame is None
