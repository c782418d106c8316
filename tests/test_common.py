"""What every estimator keeps, over the table in estimators.py."""

import os
import pickle
import re
import signal
import threading
import time
import warnings
from inspect import Parameter, signature

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import skops.io
import threadpoolctl
from estimators import (
    FLOATS,
    ROWS,
    PropagatedRecorder,
    Recorder,
    assert_close,
    fitted_arrays,
    fitted_dimension,
    output,
    spread_of_neighbours,
)
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from skmanifold_nn.neural_network.layers import Layer

every_row = pytest.mark.parametrize("row", ROWS, ids=str)
every_embedding = pytest.mark.parametrize(
    "row", [row for row in ROWS if row.embeds], ids=str
)
every_transformer = pytest.mark.parametrize(
    "row", [row for row in ROWS if row.transforms], ids=str
)
both_dtypes = pytest.mark.parametrize("dtype", FLOATS, ids=["float64", "float32"])


# --- scikit-learn's own checks ---


@pytest.mark.filterwarnings("ignore:The number of connected components")
# Of networks with their defaults, for which some checks have too little time.
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@parametrize_with_checks([kind() for kind in {type(row.estimator) for row in ROWS}])
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("row", [r for r in ROWS if r.peer], ids=str)
def test_drop_in_superset(row):
    ours, theirs = type(row.estimator), row.peer
    own, other = (
        [(p.name, p.default, p.kind) for p in signature(kind).parameters.values()]
        for kind in (ours, theirs)
    )
    other = [
        (name, row.defaults.get(name, default), kind)
        for name, default, kind in other
        if name not in row.left_out
    ]
    assert own[: len(other)] == other
    assert all(kind == Parameter.KEYWORD_ONLY for _, _, kind in own[len(other) :])
    X, y = row.data()
    params = row.estimator.get_params()
    peer = theirs(**{name: params[name] for name, _, _ in other}).fit(X, y)
    public = {name for name in dir(peer) if not name.startswith("_")} - {*row.left_out}
    assert public <= set(dir(clone(row.estimator).fit(X, y)))


# --- copies ---


def through_pickle(estimator, folder):
    return pickle.loads(pickle.dumps(estimator))


def through_joblib(estimator, folder):
    joblib.dump(estimator, folder / "estimator.joblib")
    return joblib.load(folder / "estimator.joblib")


def through_memory_map(estimator, folder):
    joblib.dump(estimator, folder / "estimator.joblib")
    return joblib.load(folder / "estimator.joblib", mmap_mode="r")


def through_skops(estimator, folder):
    data = skops.io.dumps(estimator)
    unknown = skops.io.get_untrusted_types(data=data)
    assert all(re.match(r"(skmanifold_nn|sklearn|scipy|numpy)\.", t) for t in unknown)
    return skops.io.loads(data, trusted=unknown)


@pytest.mark.parametrize(
    "copy", [through_pickle, through_joblib, through_memory_map, through_skops]
)
@every_row
def test_fitted_copies_predict_the_same(row, copy, tmp_path):
    estimator, X, _ = row.fit()
    expected = output(estimator, X[::5])
    copied = copy(estimator, tmp_path)
    assert_array_equal(output(copied, X[::5]), expected)
    assert repr(copied) == repr(estimator)


@every_row
def test_clone_forgets_the_fit(row):
    estimator, _, _ = row.fit()
    copied = clone(estimator)
    assert not fitted_arrays(copied)
    assert vars(copied).keys() == estimator.get_params(deep=False).keys()


def assert_plain(value, where):
    """NumPy, SciPy, Python values, layers or scikit-learn's objects, all the way."""
    kind = type(value)
    if isinstance(value, dict):
        for key, item in value.items():
            assert_plain(item, f"{where}[{key!r}]")
    elif isinstance(value, list | tuple):
        for item in value:
            assert_plain(item, where)
    elif isinstance(value, Layer):
        assert_plain(vars(value), where)
    elif isinstance(value, np.ndarray):
        assert kind in (np.ndarray, np.memmap), f"{where} is a {kind}"
        assert value.dtype != object or all(isinstance(v, str) for v in value), where
    else:
        plain = (str, bool, int, float, type(None), np.generic, np.random.RandomState)
        assert (
            isinstance(value, plain)
            or sparse.issparse(value)
            or kind.__module__.startswith("sklearn.")
        ), f"{where} is a {kind}"


@every_row
def test_fitted_state_is_plain(row):
    estimator, _, _ = row.fit()
    # Without caches, which do not travel.
    for name, value in estimator.__getstate__().items():
        assert_plain(value, name)


# --- input and output ---


@pytest.mark.parametrize("library, frame", [("pandas", pd), ("polars", pl)])
@every_transformer
def test_set_output(row, library, frame):
    plain, X, y = row.fit()
    estimator = clone(row.estimator).set_output(transform=library)
    table = frame.DataFrame({f"x{i}": column for i, column in enumerate(X.T)})
    embedded = estimator.fit_transform(table, y)
    for result in (embedded, estimator.transform(table)):
        assert isinstance(result, frame.DataFrame)
        assert list(result.columns) == list(estimator.get_feature_names_out())
    if row.embeds:
        assert_array_equal(embedded.to_numpy(), plain.embedding_)
        assert type(estimator.embedding_) is np.ndarray
    else:
        assert_array_equal(embedded.to_numpy(), plain.transform(X))
        assert_array_equal(estimator.predict(table), plain.predict(X))
    assert list(estimator.feature_names_in_) == list(table.columns)
    with pytest.raises(ValueError, match="feature names"):
        estimator.transform(frame.DataFrame({f"y{i}": c for i, c in enumerate(X.T)}))


@every_transformer
def test_feature_names_out(row):
    estimator, X, _ = row.fit()
    names = estimator.get_feature_names_out()
    stem = type(estimator).__name__.lower()
    assert list(names) == [f"{stem}{i}" for i in range(estimator.transform(X).shape[1])]
    assert not hasattr(estimator, "feature_names_in_")


@both_dtypes
@every_transformer
def test_dtype_is_kept(row, dtype):
    estimator, X, y = row.fit(dtype=dtype)
    assert estimator.transform(X[:9]).dtype == dtype
    if row.embeds:
        assert estimator.embedding_.dtype == dtype
        assert clone(estimator).fit_transform(X, y).dtype == dtype
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_close(
            output(estimator, X[:9]),
            output(row.fit()[0], X[:9].astype(np.float64)),
            share=1e-2,  # of float32's 1e-7, what badly separated eigenvectors leave
        )


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def strided(X):
    wide = np.full((2 * X.shape[0], 2 * X.shape[1]), np.nan, dtype=X.dtype)
    wide[::2, ::2] = X
    return wide[::2, ::2]


@pytest.mark.parametrize("layout", [read_only, np.asfortranarray, strided])
@every_row
def test_memory_layout_does_not_matter(row, layout):
    plain, X, y = row.fit()
    estimator = clone(row.estimator).fit(layout(X), y)
    assert_close(output(estimator, layout(X[::4])), output(plain, X[::4]), share=1e-9)
    before = layout(X)
    estimator.fit(before, y)
    assert_array_equal(before, X)


@every_row
def test_one_sample_is_clear(row):
    X, y = row.data()
    try:
        estimator = clone(row.estimator).fit(X[:1], y[:1])
    except ValueError as error:
        clear = (
            "1 sample|n_samples ?= ?1|one sample|1 class|one class|n_samples_fit = 1"
        )
        assert re.search(clear, str(error)), error
    else:
        assert np.isfinite(output(estimator, X[:1])).all()


@every_row
def test_one_feature(row):
    X, y = row.data()
    line = X[:, :1] + np.arange(len(X))[:, None] / len(X)
    estimator = clone(row.estimator).set_params(**row.one_feature).fit(line, y)
    result = output(estimator, line)
    assert len(result) == len(line) and np.isfinite(result).all()


@every_row
def test_constant_columns_add_nothing(row):
    plain, X, y = row.fit()
    wide = np.hstack([X, np.full((len(X), 2), 3.5)])
    estimator = clone(row.estimator).fit(wide, y)
    result = output(estimator, wide[::4])
    assert np.isfinite(result).all()
    if row.embeds:
        assert_close(result, output(plain, X[::4]), share=1e-6)


@every_row
def test_duplicates_share_their_place(row):
    X, y = row.data()
    twice = np.vstack([X, X[::3]])
    estimator = clone(row.estimator).fit(twice, np.append(y, y[::3]))
    result = output(estimator, twice)
    assert np.isfinite(result).all()
    assert_close(result[len(X) :], result[: len(X) : 3], share=1e-6)
    if row.embeds:
        placed = estimator.embedding_
        assert_close(placed[len(X) :], placed[: len(X) : 3], share=1e-6)


@every_embedding
def test_one_point_many_times(row):
    X = np.full((40, 3), 0.25)
    assert np.isfinite(clone(row.estimator).fit_transform(X)).all()


@pytest.mark.parametrize("value, name", [(np.nan, "NaN"), (np.inf, "inf")])
@every_row
def test_missing_and_infinite_values_are_named(row, value, name):
    estimator, X, y = row.fit()
    X[3, 1] = value
    refusing = [lambda: clone(estimator).fit(X, y)]
    if row.transforms:
        refusing.append(lambda: output(estimator, X))
    for refused in refusing:
        with pytest.raises(ValueError, match=name):
            refused()


# --- embeddings are transformers ---


@both_dtypes
@every_transformer
def test_a_row_alone_equals_the_row_in_a_batch(row, dtype):
    estimator, X, _ = row.fit(dtype=dtype)
    fresh = X[::7] + np.full_like(X[:1], 0.05)
    together = output(estimator, fresh)
    alone = np.concatenate([output(estimator, point[None]) for point in fresh])
    assert_close(alone, together, share=1e-9 if dtype == np.float64 else 1e-4)


@both_dtypes
@every_embedding
def test_training_rows_keep_their_place(row, dtype):
    estimator, X, y = row.fit(dtype=dtype)
    share = row.train_tolerance[FLOATS.index(dtype)]
    assert_close(estimator.transform(X), estimator.embedding_, share)
    assert_array_equal(clone(estimator).fit_transform(X, y), estimator.embedding_)


@every_embedding
def test_signs(row):
    columns = row.fit()[0].embedding_.T
    assert all(column[np.abs(column).argmax()] > 0 for column in columns)


# --- determinism and isolation ---


@pytest.mark.parametrize("n_jobs", [None, 2, 3])
@every_row
def test_same_bits_for_any_n_jobs_and_for_repeated_fits(row, n_jobs):
    if "n_jobs" not in row.estimator.get_params():
        pytest.skip("has no n_jobs")
    single, X, _ = row.fit(700, n_jobs=1)
    several, _, _ = row.fit(700, n_jobs=n_jobs)
    arrays = fitted_arrays(several)
    assert arrays
    for name, expected in fitted_arrays(single).items():
        assert_array_equal(arrays[name], expected, err_msg=name)
    assert_array_equal(output(several, X[::3]), output(single, X[::3]))


def global_state():
    """What fit could change behind the caller's back."""
    blas = [
        (library["filepath"], library["num_threads"])
        for library in threadpoolctl.threadpool_info()
    ]
    random = [part.tobytes() for part in map(np.asarray, np.random.get_state())]  # noqa: NPY002
    return sorted(blas), random, list(warnings.filters), np.geterr(), os.getcwd()


class StateWatcher(Recorder):
    """Compares the global state with the one at its birth at every task."""

    def __init__(self):
        super().__init__()
        self.expected = global_state()

    def note(self, event, estimator, context):
        super().note(event, estimator, context)
        assert global_state() == self.expected, f"changed at {event} {context}"


@every_row
def test_nothing_global_changes_even_during_fit(row):
    estimator, X, y = row.fit()  # loads the libraries
    watcher = StateWatcher()
    estimator.set_callbacks(watcher).fit(X, y)
    output(estimator, X)
    assert global_state() == watcher.expected
    assert len(watcher.events) > 3


# --- model selection ---


def searches(row):
    """The estimator alone and in a Pipeline, each under a grid search."""
    alone = {"estimator": row.estimator, "param_grid": row.grid}
    steps = [("scale", StandardScaler()), ("step", row.estimator)]
    piped = {"param_grid": {f"step__{name}": v for name, v in row.grid.items()}}
    if row.embeds:
        alone["scoring"] = spread_of_neighbours
        steps.append(("classify", LogisticRegression()))
    elif not row.predicts:
        alone["scoring"] = piped["scoring"] = fitted_dimension
    yield alone
    yield {"estimator": Pipeline(steps), **piped}


@every_row
def test_grid_search_in_threads_and_processes_equals_the_serial_one(row):
    X, y = row.data()
    for search in searches(row):
        search |= {"cv": 2, "error_score": "raise"}
        serial = GridSearchCV(**search).fit(X, y)
        expected = serial.cv_results_["mean_test_score"]
        assert np.isfinite(expected).all() and np.unique(expected).size > 1
        for backend in ("threading", "loky"):
            with joblib.parallel_backend(backend, n_jobs=2):
                parallel = GridSearchCV(**search).fit(X, y)
            # A worker process has fewer BLAS threads, which moves the last bits.
            assert_allclose(
                parallel.cv_results_["mean_test_score"], expected, rtol=1e-9
            )
            assert parallel.best_params_ == serial.best_params_
            assert_close(
                output(parallel.best_estimator_, X),
                output(serial.best_estimator_, X),
                share=1e-9,
            )


# --- watching and stopping ---


@every_row
def test_callbacks_alone(row):
    X, y = row.data()
    recorder = Recorder()
    estimator = clone(row.estimator).set_callbacks(recorder).fit(X, y)
    name = type(estimator).__name__
    assert recorder.events[0] == ("setup", name, "fit")
    assert recorder.events[1] == ("begin", name, "fit")
    assert recorder.events[-2] == ("end", name, "fit")
    assert recorder.events[-1] == ("teardown", name, "fit")
    assert recorder.count("begin", name) == recorder.count("end", name) > 1
    assert not hasattr(estimator, "_callback_fit_ctx")


@every_row
def test_callbacks_are_torn_down_when_fit_fails(row):
    X, y = row.data()
    X[0, 0] = np.nan
    recorder = Recorder()
    with pytest.raises(ValueError, match="NaN"):
        clone(row.estimator).set_callbacks(recorder).fit(X, y)
    name = type(row.estimator).__name__
    assert recorder.count("setup", name) == recorder.count("teardown", name)


@every_row
def test_callbacks_through_pipeline_and_grid_search(row):
    X, y = row.data()
    name = type(row.estimator).__name__
    for search in searches(row):
        recorder = PropagatedRecorder()
        GridSearchCV(**search, cv=2).set_callbacks(recorder).fit(X, y)
        fits = 2 * np.prod([len(values) for values in row.grid.values()]) + 1
        roots = sum(
            event[:2] == ("begin", name) and event[2] == "fit"
            for event in recorder.events
        )
        assert roots == fits
        assert recorder.count("begin", name) == recorder.count("end", name) > fits


@every_row
def test_scikit_learn_callbacks(row, capfd):
    X, y = row.data()
    score = spread_of_neighbours if row.embeds else fitted_dimension
    if row.predicts:
        score = type(row.estimator).score
    monitor = ScoringMonitor(scoring={"score": score})
    for search in searches(row):
        bar = ProgressBar(max_propagation_depth=None)
        clone(row.estimator).set_callbacks(bar, monitor).fit(X, y)
        watched = clone(search["estimator"]).set_callbacks(bar)
        watched.fit(X, y)
        GridSearchCV(**search, cv=2).set_callbacks(bar).fit(X, y)
    assert type(row.estimator).__name__ in capfd.readouterr().out
    logs = monitor.get_logs()
    assert logs.estimator_name == type(row.estimator).__name__
    assert len(logs.data) > 0


@every_row
def test_verbose_prints(row, capfd):
    row.fit(verbose=0)
    assert capfd.readouterr() == ("", "")
    row.fit(verbose=1)
    printed = "Iteration 1, loss" if row.predicts else type(row.estimator).__name__
    assert printed in capfd.readouterr().out


@pytest.mark.parametrize("row", [r for r in ROWS if r.slow], ids=str)
def test_interrupt_leaves_fit_promptly(row):
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals reach the main thread only")
    estimator, X, y = row.slow()
    sent = []

    def interrupt():
        sent.append(time.perf_counter())
        signal.raise_signal(signal.SIGINT)

    # started in the background of a shell, Python would ignore the signal
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, interrupt)
    timer.start()
    try:
        if row.embeds:
            leaves = pytest.raises(KeyboardInterrupt)
        else:
            leaves = pytest.warns(UserWarning, match="interrupted by user")
        with leaves:
            estimator.fit(X, y)
            timer.join()
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    # Of a fit that takes 5 to 10 s.
    assert time.perf_counter() - sent[0] < 2.5
    small, y = row.data()
    estimator.set_params(**row.estimator.get_params()).fit(small, y)
    assert_array_equal(output(estimator, small), output(row.fit()[0], small))


# --- errors ---

REFUSED = [
    pytest.param(row, params, fragments, id=f"{row}-{params}")
    for row in ROWS
    for params, fragments in row.refused
]


@pytest.mark.parametrize("row, params, fragments", REFUSED)
def test_errors_name_parameter_rule_value(row, params, fragments):
    with pytest.raises((ValueError, TypeError)) as caught:
        row.fit(**params)
    message = str(caught.value)
    assert all(fragment in message for fragment in fragments), message


@every_row
def test_a_problem_that_is_too_large_is_refused(row, monkeypatch):
    X, y = row.data(700)
    recorder = Recorder()
    estimator = clone(row.estimator).set_callbacks(recorder)
    monkeypatch.setattr("skmanifold_nn._memory.available_memory", lambda: 5_000)
    with pytest.raises(MemoryError) as caught:
        estimator.fit(X, y)
    message = str(caught.value)
    assert re.search(r"\d ?([kKMGT]i?B|bytes)", message), message
    assert any(remedy in message for remedy in row.remedies), message
    assert fitted_arrays(estimator).keys() <= {"classes_"}
    monkeypatch.undo()
    estimator.fit(X, y)
