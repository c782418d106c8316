"""Classes or values: which of them, and where they are not known."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from skmanifold_nn.plotting._labels import array_of, known_of, labels_among, labels_of


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([2, 0, 2], [0, 2]),
        ([2.0, 0.0, 2.0], [0, 2]),
        ([True, False, True], [False, True]),
        (["b", "a", "b"], ["a", "b"]),
        (np.array(["b", "a", "b"], dtype=object), ["a", "b"]),
        (pd.Categorical(["b", "a", "b"]), ["a", "b"]),
        ([[2], [0], [2]], [0, 2]),
    ],
)
def test_classes(y, classes):
    labels = labels_of(y, 3)
    assert labels.known.all()
    assert labels.classes.tolist() == classes
    assert labels.codes.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    "y",
    [
        [1, None, 0, 1],
        [1.0, np.nan, 0.0, 1.0],
        pd.Series([1, pd.NA, 0, 1], dtype="Int64"),
        pd.Series([1, None, 0, 1]),
    ],
)
def test_classes_that_are_not_known(y):
    labels = labels_of(y, 4)
    assert labels.classes.tolist() == [0, 1]
    assert labels.codes.tolist() == [1, -1, 0, 1]
    assert labels.known.tolist() == [True, False, True, True]


@pytest.mark.parametrize(
    "y",
    [
        ["b", None, "a"],
        ["b", float("nan"), "a"],
        pd.Series(["b", None, "a"], dtype="string"),
        pd.Series(["b", None, "a"], dtype="str"),
        pd.Categorical(["b", None, "a"]),
        np.array(["b", pd.NA, "a"], dtype=object),
    ],
)
def test_strings_that_are_not_known(y):
    labels = labels_of(y, 3)
    assert labels.classes.tolist() == ["a", "b"]
    assert labels.codes.tolist() == [1, -1, 0]
    assert labels_among(y, np.array(["a", "b"])).codes.tolist() == [1, -1, 0]
    assert array_of(y).tolist() == ["b", None, "a"]


def test_labels_of_no_point():
    for y in ([None, None], None):
        assert not labels_of(y, 2).known.any()
        assert not labels_of(y, 2, "value").known.any()


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        ([5, -1, 2, 5], [2, 3, 5]),
        (["e", "z", "b", "e"], ["b", "c", "e"]),
        (np.array(["e", None, "b", "e"]), ["b", "c", "e"]),
    ],
)
def test_labels_that_are_none_of_the_classes(y, classes):
    labels = labels_among(y, np.array(classes))
    assert labels.known.tolist() == [True, False, True, True]
    assert labels.codes.tolist() == [2, -1, 0, 2]
    assert labels.classes.tolist() == classes
    assert not labels_among(["a", "b"], np.array([0, 1])).known.any()


@pytest.mark.parametrize("y", [[0.5, np.nan, 2.0], [0.5, None, 2]])
def test_values(y):
    labels = labels_of(y, 3)
    assert labels.classes is None
    np.testing.assert_array_equal(labels.codes, [0.5, np.nan, 2])
    assert labels.known.tolist() == [True, False, True]


def test_whole_numbers_that_hardly_come_twice_are_values():
    assert labels_of(np.arange(21), 21).classes is None
    assert len(labels_of(np.arange(20), 20).classes) == 20
    assert len(labels_of(np.arange(40) // 2, 40).classes) == 20
    assert len(labels_of([str(i) for i in range(30)], 30).classes) == 30


def test_floats_larger_than_integers():
    assert labels_of([1e20, 0.0, 1e20], 3).classes is None
    assert labels_of([1e20, 0.0, 1e20], 3, "class").classes.tolist() == [0, 1e20]


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_small_floats(dtype):
    assert labels_of(np.array([2, np.nan, 1], dtype), 3).classes.tolist() == [1, 2]
    assert labels_of(np.array([0.5, 2], dtype), 2).codes.tolist() == [0.5, 2]


def test_kind_that_is_asked_for():
    assert labels_of([1, 2, 2], 3, "value").classes is None
    assert labels_of([True, False], 2, "value").codes.tolist() == [1, 0]
    assert labels_of([0.5, 1.5, 0.5], 3, "class").codes.tolist() == [0, 1, 0]
    assert labels_of([0.5, 1.5, 0.5], 3, "class").classes.tolist() == [0.5, 1.5]


def test_what_is_known():
    values = np.array([[1, None], [np.nan, "a"], [pd.NA, pd.NaT]], dtype=object)
    assert known_of(values).tolist() == [[True, False], [False, True], [False] * 2]
    assert known_of(np.array([1.5, np.nan])).tolist() == [True, False]
    assert known_of(np.array(["nan", "2020"])).all()
    numbers = pd.Series([1, None, 3], dtype="Int64")
    assert known_of(array_of(numbers)).tolist() == [True, False, True]


@pytest.mark.parametrize("wrap", [pd.Series, pd.DataFrame, pd.Categorical])
@pytest.mark.parametrize("ordered", [False, True])
def test_categories_keep_their_order(wrap, ordered):
    kinds = ["low", "other", "mid", "high"]
    y = pd.Categorical(["high", None, "low", "mid"], kinds, ordered=ordered)
    labels = labels_of(y if wrap is pd.Categorical else wrap(y), 4)
    assert labels.classes.tolist() == ["low", "mid", "high"], "those that there are"
    assert labels.codes.tolist() == [2, -1, 0, 1]
    assert labels.known.tolist() == [True, False, True, True]


def test_categories_are_classes_also_if_they_are_numbers():
    y = pd.Categorical([2.5, 0.5, None], [2.5, 0.5])
    assert labels_of(y, 3).classes.tolist() == [2.5, 0.5]
    assert labels_of(y, 3, "value").codes[:2].tolist() == [2.5, 0.5]
    assert labels_of(pd.Categorical([None] * 3), 3).classes.tolist() == []
    thirds = labels_of(pd.cut([1, 5, 9], [0, 3, 6, 9]), 3)
    assert [str(part) for part in thirds.classes] == ["(0, 3]", "(3, 6]", "(6, 9]"]


@pytest.mark.parametrize("y", [[1, 5, 2], [1.0, 5.0, 2.0], ["1", "5", "2"]])
def test_masked_labels_are_not_known(y):
    y = np.ma.masked_array(y, mask=[False, True, False])
    labels = labels_of(y, 3)
    assert [str(name) for name in labels.classes] == ["1", "2"]
    assert labels.codes.tolist() == [0, -1, 1]
    assert labels_among(y, y.compressed()).codes.tolist() == [0, -1, 1]


def test_name_of_a_column():
    assert labels_of(pd.Series([1, 2], name="digit"), 2).name == "digit"
    assert labels_of(pd.Series([1, 2]), 2).name is None
    for make in (pd.DataFrame, pl.DataFrame):
        labels = labels_of(make({"name": ["a", "b"]}), 2)
        assert (labels.name, labels.classes.tolist()) == ("name", ["a", "b"])
    assert labels_of(pd.DataFrame([1, 2]), 2).name is None, "a number is no name"
    for y in (pd.Series([1, 2], name="digit"), pd.DataFrame({"digit": [1, 2]})):
        assert labels_among(y, np.array([1, 2])).name == "digit"


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [
        ([1, 2], "auto", "one label for each of the 3 points, got 2"),
        ([1, 2, 3], "classes", "kind must be one of auto, class, value"),
        ([[1, 2]] * 3, "auto", "one label a point"),
        (["a", "b", "a"], "value", "got strings: kind='class'"),
        ([0.5, np.inf, 1], "auto", "y contains infinity"),
        ([1j, 2j, 1], "auto", "y must be labels"),
        (np.array(["2020-01-01"] * 3, dtype="M8[D]"), "auto", "y must be labels"),
    ],
)
def test_what_labels_cannot_be(y, kind, message):
    with pytest.raises(ValueError, match=message):
        labels_of(y, 3, kind)
