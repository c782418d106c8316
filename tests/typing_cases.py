"""What type checkers make of code that uses the package; mypy reads it, nobody runs it.

An ignored error that does not occur is an error itself (warn_unused_ignores).
"""

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from skmanifold_nn.eigen import CenteredKernel, largest_eigenpairs, smallest_eigenpairs
from skmanifold_nn.graph import farthest_points, geodesics, neighborhood_graph
from skmanifold_nn.manifold import (
    MDS,
    ClassicalMDS,
    DiffusionMap,
    Isomap,
    LaplacianEigenmaps,
    LocallyLinearEmbedding,
    locally_linear_embedding,
    smacof,
)
from skmanifold_nn.metrics import co_ranking, make_embedding_scorer, trustworthiness
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
from skmanifold_nn.plotting import (
    LayerRepresentationsDisplay,
    SequencePredictionsDisplay,
    ShepardDisplay,
    TrustworthinessDisplay,
)


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


def constructors_of_embeddings() -> None:
    Isomap(n_neighbors=None, radius=0.5, landmarks=[0, 3, 9], n_landmarks=0.1)
    MDS(3, metric_mds=False, normalized_stress="auto", random_state=3)
    DiffusionMap(affinity=lambda X, Y=None: X @ (X if Y is None else Y).T)
    Isomap(5)  # type: ignore[call-arg]
    Isomap(n_neighbours=5)  # type: ignore[call-arg]
    Isomap(path_method="dijkstra")  # type: ignore[arg-type]
    LocallyLinearEmbedding(n_neighbors="12")  # type: ignore[arg-type]
    LaplacianEigenmaps(eigen_solver="lapack")  # type: ignore[arg-type]
    ClassicalMDS(n_landmarks="maxmin")  # type: ignore[arg-type]


def embeddings(X: NDArray[np.float64]) -> None:
    isomap = assert_type(Isomap(n_neighbors=5).fit(X), Isomap)
    assert_type(isomap.embedding_, NDArray[np.floating])
    assert_type(isomap.fit_transform(X.tolist()), NDArray[np.floating])
    assert_type(isomap.transform(X), NDArray[np.floating])
    assert_type(isomap.inverse_transform(X[:, :2]), NDArray[np.floating])
    assert_type(isomap.reconstruction_error(), float)
    assert_type(isomap.geodesic_path(0, X[3]), NDArray[np.intp])
    assert_type(isomap.n_features_in_, int)
    print(isomap.get_feature_names_out())  # other names may be scikit-learn's
    mds = assert_type(MDS().fit(X, weights=np.ones((9, 9))), MDS)
    assert_type(mds.stress_, float)
    isomap.fit()  # type: ignore[call-arg]
    isomap.interpolate(0, 5, "many")  # type: ignore[arg-type]


def embeddings_by_functions(X: NDArray[np.float64]) -> None:
    places, error = locally_linear_embedding(X, n_neighbors=9, n_components=2)
    assert_type(places, NDArray[np.floating])
    assert_type(error, float)
    assert_type(smacof(X, return_n_iter=True), tuple[Any, ...])
    locally_linear_embedding(X)  # type: ignore[call-arg]


def graphs_and_eigenpairs(X: NDArray[np.float64]) -> None:
    graph = neighborhood_graph(X, n_neighbors=5, metric="manhattan")
    assert_type(geodesics(graph, [0, 1]), NDArray[np.floating])
    distances, before = geodesics(graph, return_predecessors=True)
    assert_type(before, NDArray[np.int32])
    assert_type(farthest_points(graph, 3), NDArray[np.int32])
    values = largest_eigenpairs(CenteredKernel(distances), 2)[0]
    assert_type(values, NDArray[np.float64])
    assert_type(smallest_eigenpairs(graph, 2).solver, str)
    largest_eigenpairs([[1.0]], 1)  # type: ignore[arg-type]
    geodesics(graph, method="floyd")  # type: ignore[call-overload]


def measures(X: NDArray[np.float64]) -> None:
    assert_type(trustworthiness(X, X, n_neighbors=3), float)
    _, error = trustworthiness(X, X, n_anchors=9, return_error=True)
    assert_type(error, float)
    trustworthiness(X, X, 5)  # type: ignore[call-overload]
    assert_type(co_ranking(X, X).auc_r_nx, float)
    make_embedding_scorer("stress", embed="never")  # type: ignore[arg-type]


def displays(X: NDArray[np.float64]) -> None:
    display = ShepardDisplay.from_estimator(Isomap().fit(X), max_pairs=None)
    assert_type(display.plot(scatter_kw={"alpha": 0.5}), ShepardDisplay)
    display.figure_.savefig("shepard.png")
    display.plot(colour="red")  # type: ignore[call-arg]
    curves = TrustworthinessDisplay.from_embeddings(X, {"": X}, metric=np.dot)
    assert_type(curves, TrustworthinessDisplay)
    LayerRepresentationsDisplay({"": X}, kind="label")  # type: ignore[arg-type]
    from_predictions = SequencePredictionsDisplay.from_predictions
    from_predictions(X, X, targets="series")  # type: ignore[arg-type]
