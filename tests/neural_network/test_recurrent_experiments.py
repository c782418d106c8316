"""What recurrent networks must be able to learn, in small."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skmanifold_nn.datasets import load_japanese_vowels, load_page_views
from skmanifold_nn.neural_network import (
    ContextWindow,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    MLPRegressor,
    SequenceScaler,
    SimpleRNNClassifier,
    SimpleRNNRegressor,
    SlidingWindow,
    forecast,
)

TRAINING = {
    "learning_rate": "cosine",
    "n_iter_no_change": np.inf,
    "clip_norm": 1.0,
}


def adding_problem(n_sequences, n_steps, seed):
    """Sequences of numbers, two of which are marked, and the sums of these two."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(size=(n_sequences, n_steps))
    marked = rng.integers(0, n_steps // 2, size=(2, n_sequences))
    marked[1] += n_steps // 2
    rows = np.arange(n_sequences)
    marks = np.zeros_like(numbers)
    marks[rows, marked] = 1
    X = np.stack([numbers, marks], axis=2).astype(np.float32)
    return X, numbers[rows, marked].sum(axis=0)


@pytest.mark.parametrize("regressor", [LSTMRegressor, GRURegressor])
def test_adding_problem(regressor):
    X, y = adding_problem(2000, 20, seed=3)
    X_test, y_test = adding_problem(500, 20, seed=4)
    net = regressor((32,), batch_size=25, learning_rate_init=0.01, **TRAINING)
    net.set_params(max_iter=15, random_state=5).fit(X, y)
    error = np.mean((net.predict(X_test) - y_test) ** 2)
    assert error < 0.005
    assert y_test.var() > 0.15


def test_sums_of_sequences_of_all_lengths_hold_for_longer_ones():
    rng = np.random.default_rng(7)
    X, y = [], []
    for n_steps in rng.integers(10, 31, size=2000):
        sequence, total = adding_problem(1, n_steps, seed=rng)
        X.append(sequence[0])
        y.append(total[0])
    net = GRURegressor((32,), batch_size=25, learning_rate_init=0.01, **TRAINING)
    net.set_params(max_iter=10, random_state=5).fit(X, np.array(y))
    for n_steps in (12, 30, 40):
        X_test, y_test = adding_problem(300, n_steps, seed=6)
        assert np.mean((net.predict(X_test) - y_test) ** 2) < 0.01


def test_simple_networks_forget_what_gated_ones_remember():
    X, y = adding_problem(3000, 40, seed=3)
    X_test, y_test = adding_problem(500, 40, seed=4)
    errors = []
    for regressor in (SimpleRNNRegressor, LSTMRegressor, GRURegressor):
        net = regressor((32,), batch_size=25, learning_rate_init=0.01, **TRAINING)
        net.set_params(max_iter=12, random_state=5).fit(X, y)
        errors.append(np.mean((net.predict(X_test) - y_test) ** 2))
    simple, *gated = errors
    assert simple > 0.05
    assert max(gated) < 0.01


def running_parity(n_sequences, n_steps, seed):
    X = np.random.default_rng(seed).integers(0, 2, size=(n_sequences, n_steps, 1))
    return X.astype(np.float32), np.cumsum(X[:, :, 0], axis=1) % 2


def test_parity_of_every_step():
    X, y = running_parity(1000, 20, seed=3)
    net = GRUClassifier((16,), batch_size=25, learning_rate_init=0.03, **TRAINING)
    net.set_params(targets="step", max_iter=15, random_state=5).fit(X, y)
    # A state of one bit is kept for as long as one likes.
    assert net.score(*running_parity(100, 100, seed=4)) > 0.99


@pytest.mark.parametrize("classifier", [LSTMClassifier, GRUClassifier])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_speakers_of_vowels(classifier, bidirectional):
    X, y = load_japanese_vowels(return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    net = classifier(
        (64,),
        bidirectional=bidirectional,
        batch_size=16,
        learning_rate_init=0.003,
        max_iter=40,
        random_state=5,
        **TRAINING,
    )
    model = make_pipeline(SequenceScaler(), net).fit(X, y)
    assert model.score(X_test, y_test) >= (0.97 if bidirectional else 0.96)
    # Test utterances one by one: their lengths do not matter to each other.
    some = [0, 100, 250]
    together = model.predict_proba(X_test)[some]
    alone = np.vstack([model.predict_proba([X_test[i]]) for i in some])
    np.testing.assert_allclose(alone, together, rtol=1e-5, atol=1e-7)


def test_speakers_of_vowels_known_at_every_frame():
    X, y = load_japanese_vowels(return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    labels = [np.full(len(x), speaker) for x, speaker in zip(X, y, strict=True)]
    net = GRUClassifier((32,), batch_size=16, learning_rate_init=0.003, **TRAINING)
    net.set_params(max_iter=20, random_state=5)
    model = make_pipeline(SequenceScaler(), net).fit(X, labels)
    firsts = np.array([label[0] for label in model.predict([x[:3] for x in X_test])])
    assert np.mean(firsts == y_test) > 0.7


def test_vowels_in_a_cross_validation():
    X, y = load_japanese_vowels(return_X_y=True)
    net = SimpleRNNClassifier((16,), batch_size=16, learning_rate_init=0.01, **TRAINING)
    net.set_params(max_iter=20, random_state=5)
    scores = cross_val_score(make_pipeline(SequenceScaler(), net), X, y, cv=3)
    assert scores.mean() > 0.85


def filtered_noise(n_sequences, seed):
    """Sequences, and numbers at all steps that depend on both sides; some not known."""
    rng = np.random.default_rng(seed)
    X, y, weights = [], [], []
    kernel = np.concatenate([0.8 ** np.arange(25, 0, -1), 0.8 ** np.arange(26)])
    for n_steps in rng.integers(40, 90, size=n_sequences):
        noise = rng.normal(size=(n_steps, 2)).astype(np.float32)
        smooth = np.convolve(noise[:, 0], kernel, "same")[:n_steps]
        X.append(noise)
        y.append((smooth / 2).astype(np.float32))
        weights.append((rng.uniform(size=n_steps) < 0.7).astype(np.float32))
        y[-1][weights[-1] == 0] = 100  # counts for nothing
    return X, y, weights


def test_order_of_models_frame_by_frame():
    X, y, weights = filtered_noise(150, seed=3)
    X_test, y_test, test_weights = filtered_noise(40, seed=4)
    counted = np.concatenate(weights) > 0
    targets = np.concatenate(y)[counted]

    def r2(predicted):
        return r2_score(
            np.concatenate(y_test),
            np.concatenate(predicted),
            sample_weight=np.concatenate(test_weights),
        )

    linear = LinearRegression().fit(np.concatenate(X)[counted], targets)
    scores = [r2([linear.predict(x) for x in X_test])]
    window = ContextWindow(5, 5)
    rows = np.concatenate(window.fit_transform(X))[counted]
    net = MLPRegressor(hidden_layer_sizes=(64,), batch_size=64, alpha=0, random_state=5)
    net.set_params(max_iter=15, learning_rate="cosine").fit(rows, targets)
    scores.append(r2([net.predict(x) for x in window.transform(X_test)]))
    for bidirectional in (False, True):
        net = GRURegressor((24,), batch_size=8, learning_rate_init=0.01, **TRAINING)
        net.set_params(bidirectional=bidirectional, max_iter=15, random_state=5)
        net.fit(X, y, weights)
        scores.append(r2(net.predict(X_test)))
        assert net.score(X_test, y_test, test_weights) == pytest.approx(scores[-1])
    linear, perceptron, forwards, both = scores
    # Half of what counts comes after a step; a window has what is nearest.
    assert linear < 0.4
    assert linear + 0.1 < forwards < both - 0.2
    assert linear + 0.1 < perceptron < both
    assert both > 0.95


def test_forecast_of_page_views():
    series = load_page_views()
    dates = np.arange(series.dates[0], series.dates[-1] + 1)
    values = np.interp(
        dates.astype(int), series.dates.astype(int), np.log(series.views)
    ).astype(np.float32)
    known = values[dates < np.datetime64("2014-01-01")]
    values = (values - known.mean()) / known.std()
    rows, y = SlidingWindow(56, flatten=True).make(values)
    years = dates[56:].astype("datetime64[Y]").astype(int) + 1970
    train, watched, unseen = years < 2014, years == 2014, years == 2015

    def error(predicted):
        return np.sqrt(np.mean((predicted - y[unseen]) ** 2))

    yesterday, last_week = error(rows[unseen, -1]), error(rows[unseen, -7])
    for regressor in (LSTMRegressor, GRURegressor):
        # Steps are weeks, of seven days each.
        net = regressor(
            (32,),
            input_shape=(8, 7),
            batch_size=32,
            learning_rate_init=0.002,
            early_stopping=True,
            scoring="loss",
            max_iter=200,
            random_state=5,
        )
        net.fit(rows[train], y[train], X_val=rows[watched], y_val=y[watched])
        assert error(net.predict(rows[unseen])) < 0.85 * min(yesterday, last_week)
        week = forecast(net, values[:-7], 7, window=SlidingWindow(56, flatten=True))
        assert week.shape == (7,)
        assert week[0] == pytest.approx(net.predict(rows[-7:-6])[0], abs=1e-5)


def test_truncated_gradients_learn_what_is_near():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(200, 100, 1)).astype(np.float32)
    y = np.zeros((200, 100), np.float32)
    y[:, 3:] = X[:, :-3, 0]  # what was three steps ago
    errors = []
    for steps in (None, 10, 1):
        net = SimpleRNNRegressor((16,), batch_size=10, learning_rate_init=0.01)
        net.set_params(**TRAINING, max_iter=15, random_state=5)
        net.set_params(targets="step", truncate_steps=steps)
        net.fit(X[:150], y[:150])
        errors.append(np.mean((net.predict(X[150:]) - y[150:]) ** 2))
    whole, truncated, nothing = errors
    assert max(whole, truncated) < 0.03
    assert nothing > 0.05
