"""What type checkers make of code that uses the package; mypy reads it, nobody runs it.

An ignored error that does not occur is an error itself (warn_unused_ignores).
"""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from skmanifold_nn.neural_network import (
    ConvNetClassifier,
    GRUClassifier,
    LSTMRegressor,
    MLPClassifier,
    MLPRegressor,
    SequenceScaler,
    SequentialRegressor,
    SlidingWindow,
    forecast,
)
from skmanifold_nn.neural_network.layers import LSTM, Conv2D, Dense, Flatten, Residual


def constructors_of_networks() -> None:
    MLPClassifier((64, 32), "tanh", alpha=1e-3, class_weight="balanced")
    MLPRegressor("huber", 50, "relu", huber_delta=2)
    LSTMRegressor([64], peephole=True, clip_norm=None, random_state=3)
    ConvNetClassifier((16, 32), (3, 5), padding=1, augment={"shift": 2}, freeze="conv1")
    MLPClassifier("tanh")  # type: ignore[arg-type]
    MLPClassifier((64,), "tanhh")  # type: ignore[arg-type]
    MLPClassifier((64,), "tanh", "adam")  # type: ignore[call-arg]
    MLPClassifier(momentun=0.9)  # type: ignore[call-arg]
    MLPRegressor((64,))  # type: ignore[arg-type]
    GRUClassifier(peephole=True)  # type: ignore[call-arg]
    ConvNetClassifier(block="residuals")  # type: ignore[arg-type]


def layers_of_networks() -> None:
    net = SequentialRegressor(
        [("conv", Conv2D(8, 3, "relu", padding="same")), ("flat", Flatten())],
        input_shape=(8, 8, 1),
    )
    assert_type(net.set_params(conv__n_filters=4), SequentialRegressor)
    Residual([("dense", Dense(8, "gelu")), ("none", "passthrough")])
    LSTM(8, return_sequences=True)
    Dense()  # type: ignore[call-arg]
    Dense(8, "gelus")  # type: ignore[arg-type]
    Conv2D(8, 3, padding="some")  # type: ignore[arg-type]


def fits_and_predictions(X: NDArray[np.float64], y: NDArray[np.int64]) -> None:
    net = assert_type(MLPClassifier().fit(X, y, X_val=X, y_val=y), MLPClassifier)
    assert_type(net.partial_fit(X, y, classes=[0, 1]), MLPClassifier)
    assert_type(net.coefs_, list[NDArray[Any]])
    assert_type(net.best_loss_, float | None)
    assert_type(net.n_layers_, int)
    assert_type(net.layer_names_, list[str])
    assert_type(net.score(X, y), float)
    assert_type(net.get_params(), dict[str, Any])
    assert_type(MLPClassifier.load("net.safetensors"), MLPClassifier)
    net.predict(X).shape, net.transform(X, layer="hidden1").mean()
    net.predict_proba(X.tolist()).argmax(axis=1)
    print(net.decision_threshold_)  # other names may be scikit-learn's
    net.fit(X)  # type: ignore[call-arg]
    net.transform(X, layer=0.5)  # type: ignore[arg-type]


def sequences_of_any_lengths(X: list[NDArray[np.float64]], y: list[int]) -> None:
    scaled = SequenceScaler().fit(X).transform(X)
    net = assert_type(GRUClassifier((8,)).fit(scaled, y), GRUClassifier)
    net.predict(X)[0]
    prediction, state = net.predict_step(X[0][0], method="predict_proba")
    assert_type(state, NDArray[np.floating])
    for prediction in net.predict_stream(X[0]):
        print(prediction)
    assert_type(net.to_torch_state_dict(), dict[str, NDArray[np.floating]])
    net.predict_step(X[0][0], method="transform")  # type: ignore[arg-type]


def images(X: NDArray[np.uint8], y: list[str]) -> None:
    net = assert_type(ConvNetClassifier().fit(X, y), ConvNetClassifier)
    assert_type(net.feature_maps(X, "conv1"), NDArray[np.floating])
    assert_type(net.saliency(X, target="a"), NDArray[np.floating])
    assert_type(net.input_shape_, tuple[int, ...])


def windows_of_series(series: NDArray[np.float64]) -> None:
    X, y = SlidingWindow(10, flatten=True).make(series)
    net = MLPRegressor().fit(X, y)
    assert_type(forecast(net, series, 5, window=10), NDArray[np.floating])
    forecast(net, series, 5)  # type: ignore[call-arg]
