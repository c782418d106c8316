"""The files that come with the package, and what loaders make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import Bunch

from ._checks import check_choice

__all__ = [
    "check_subset",
    "description",
    "import_pandas",
    "labelled",
    "open_arrays",
    "series",
]


@contextmanager
def open_arrays(name: str) -> Iterator[Mapping[str, NDArray[Any]]]:
    """The arrays of a file beside this one."""
    with as_file(files(__package__) / name) as path, np.load(path) as arrays:
        yield arrays


def description(name: str) -> str:
    """What README.rst says of a file: its contents, origin and licence."""
    lines = (files(__package__) / "README.rst").read_text("utf-8").splitlines()
    start = lines.index(f"``{name}``")
    end = start + 1
    while end < len(lines) and (not lines[end] or lines[end].startswith(" ")):
        end += 1
    lines = [line.removeprefix("    ") for line in lines[start + 1 : end]]
    return "\n".join(lines).strip()


def check_subset(subset: str) -> str:
    """One of the two parts of a set that its authors have split."""
    remedy = "load both and join them for all of it"
    return check_choice("subset", subset, ("train", "test"), remedy)


def import_pandas(caller: str) -> ModuleType:
    """The module, which is needed only for tables."""
    try:
        import pandas
    except ImportError as error:
        raise ImportError(f"{caller} with as_frame=True needs pandas.") from error
    return pandas


def labelled(
    caller: str,
    data: NDArray[Any],
    target: NDArray[np.int64],
    *,
    feature_names: Sequence[str],
    target_names: Sequence[str] | Sequence[int],
    as_frame: bool,
    return_X_y: bool,
    **others: Any,
) -> Bunch | tuple[Any, Any]:
    """Data and target as scikit-learn's loaders return them."""
    frame = None
    X, y = data, target
    if as_frame:
        pandas = import_pandas(caller)
        X = pandas.DataFrame(data, columns=list(feature_names))
        y = pandas.Series(target, name="target")
        frame = pandas.concat([X, y], axis=1)
    if return_X_y:
        return X, y
    return Bunch(
        data=X,
        target=y,
        frame=frame,
        feature_names=list(feature_names),
        target_names=np.array(target_names),
        **others,
    )


def series(
    caller: str,
    *,
    as_frame: bool,
    file: str,
    dates: NDArray[np.datetime64],
    **columns: NDArray[Any],
) -> Bunch:
    """Values in time, as arrays and as a table on request."""
    frame = None
    if as_frame:
        pandas = import_pandas(caller)
        index = pandas.DatetimeIndex(dates.astype("datetime64[s]"), name="date")
        frame = pandas.DataFrame(columns, index=index)
    return Bunch(dates=dates, **columns, frame=frame, DESCR=description(file))
