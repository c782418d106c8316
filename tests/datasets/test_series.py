"""The series that come with the package."""

import numpy as np
import pytest

from skmanifold_nn.datasets import load_japanese_vowels, load_page_views


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
