"""Files that come with the package: descriptions, sizes, tables."""

import sys
from importlib.resources import files

import numpy as np
import pytest
from sklearn.utils import Bunch

import skmanifold_nn.datasets
from skmanifold_nn.datasets import _files

FOLDER = files("skmanifold_nn.datasets")
NAMES = sorted(file.name for file in FOLDER.iterdir() if file.name.endswith(".npz"))


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_described_with_its_licence(name):
    text = _files.description(name)
    assert "licence" in text
    assert "copyright" in text
    assert "WITHOUT WARRANTY" in text or "PROVIDED BY THE COPYRIGHT HOLDERS" in text
    assert not any(f"``{other}``" in text for other in NAMES)
    assert not text.startswith(" ")


def test_files_are_small():
    sizes = [len((FOLDER / name).read_bytes()) for name in NAMES]
    assert sum(sizes) < 3e6


def test_every_loader_describes():
    loaders = [name for name in skmanifold_nn.datasets.__all__ if name[:5] == "load_"]
    assert len(loaders) == len(NAMES) + 1  # the cities have no file
    for name in loaders:
        assert len(getattr(skmanifold_nn.datasets, name)().DESCR) > 100


@pytest.mark.parametrize("as_frame", [False, True])
def test_labelled(as_frame):
    data, target = np.arange(6.0).reshape(3, 2), np.array([1, 0, 1])
    how = {"feature_names": ["a", "b"], "target_names": ["no", "yes"]}
    bunch = _files.labelled(
        "load", data, target, as_frame=as_frame, return_X_y=False, extra=3, **how
    )
    assert isinstance(bunch, Bunch)
    assert bunch.extra == 3
    assert bunch.feature_names == ["a", "b"]
    assert list(bunch.target_names[target]) == ["yes", "no", "yes"]
    X, y = _files.labelled(
        "load", data, target, as_frame=as_frame, return_X_y=True, **how
    )
    np.testing.assert_array_equal(X, data)
    np.testing.assert_array_equal(y, target)
    if as_frame:
        assert list(X.columns) == ["a", "b"]
        assert list(bunch.frame.columns) == ["a", "b", "target"]
    else:
        assert X is data
        assert bunch.frame is None


def test_subsets():
    assert _files.check_subset("test") == "test"
    with pytest.raises(ValueError, match="subset must be 'train' or 'test', got 'all'"):
        _files.check_subset("all")


def test_tables_need_pandas(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    load = skmanifold_nn.datasets.load_sunspots
    assert load().frame is None
    with pytest.raises(ImportError, match="load_sunspots with as_frame=True needs pan"):
        load(as_frame=True)


def test_loading_starts_quickly():
    """No heavy module is loaded with the package of data sets."""
    for file in FOLDER.iterdir():
        if file.name.endswith(".py"):
            lines = file.read_text("utf-8").splitlines()
            heavy = [line for line in lines if line.startswith(("import s", "from s"))]
            assert all("sklearn.utils" in line for line in heavy), file.name
