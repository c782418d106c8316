"""Weights as PyTorch names them: out, in, and into networks that were never fitted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sequence_cases import (
    CLASSIFIERS,
    REGRESSORS,
    labels,
    numbers,
    numbers_of_steps,
    ragged,
    regular,
    small,
)
from sklearn.exceptions import NotFittedError

from skmanifold_nn.neural_network import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SimpleRNNRegressor,
)

pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
every_kind = pytest.mark.parametrize("kind", [*REGRESSORS, *CLASSIFIERS])
every_regressor = pytest.mark.parametrize("kind", REGRESSORS)
GATES = {LSTMRegressor: 4, GRURegressor: 3, SimpleRNNRegressor: 1}
LAYERS = {
    "hidden_layer_sizes": (6, 5),
    "bidirectional": True,
    "merge": "concat",
    "dense_before": (4,),
    "dense_after": (3,),
    "normalization": "batch",
}


def fitted(kind, **params):
    X = ragged()
    return small(kind, **params).fit(
        X, labels(X) if kind in CLASSIFIERS else numbers(X)
    )


def scores(net, X):
    return net.predict_proba(X) if hasattr(net, "predict_proba") else net.predict(X)


@every_regressor
def test_names_and_shapes(kind):
    n = GATES[kind]
    shapes = {
        "weight_ih_l0": (6 * n, 4),
        "weight_hh_l0": (6 * n, 6),
        "bias_ih_l0": (6 * n,),
        "bias_hh_l0": (6 * n,),
        "weight_ih_l1": (5 * n, 12),
        "weight_hh_l1": (5 * n, 5),
        "bias_ih_l1": (5 * n,),
        "bias_hh_l1": (5 * n,),
    }
    shapes |= {f"{name}_reverse": shape for name, shape in shapes.items()}
    shapes |= {"before1.weight": (4, 2), "before1.bias": (4,)}
    shapes |= {"after1.weight": (3, 10), "after1.bias": (3,)}
    shapes |= {"output.weight": (1, 3), "output.bias": (1,)}
    for layer, size in {
        "before1": 4,
        "hidden1": 12,
        "hidden2": 10,
        "after1": 3,
    }.items():
        for name in ("weight", "bias", "running_mean", "running_var"):
            shapes[f"{layer}.norm.{name}"] = (size,)
    net = fitted(kind, **LAYERS)
    state_dict = net.to_torch_state_dict()
    assert {name: array.shape for name, array in state_dict.items()} == shapes
    assert all(array.flags.c_contiguous for array in state_dict.values())
    assert_array_equal(state_dict["weight_hh_l0"], net.recurrent_coefs_[0].T)
    assert_array_equal(state_dict["weight_ih_l1_reverse"], net.coefs_[4].T)
    before = net.predict(ragged())
    for array in state_dict.values():
        array[:] = 0
    assert_array_equal(net.predict(ragged()), before)


@every_kind
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("params", [{}, LAYERS, {"normalization": "layer"}], ids=str)
def test_there_and_back(kind, dtype, params):
    X = ragged(dtype=dtype)
    y = labels(X) if kind in CLASSIFIERS else numbers(X)
    net = small(kind, **params).fit(X, y)
    other = small(kind, random_state=8, **params).fit(X, y)
    expected = scores(net, X)
    assert not np.array_equal(scores(other, X), expected)
    assert other.from_torch_state_dict(net.to_torch_state_dict()) is other
    assert_array_equal(scores(other, X), expected)
    assert other.coefs_[0].dtype == dtype
    keywords = {"classes": net.classes_} if kind in CLASSIFIERS else {}
    built = small(kind, **params)
    assert built.from_torch_state_dict(net.to_torch_state_dict(), **keywords) is built
    assert_array_equal(scores(built, X), expected)
    assert_array_equal(scores(built, list(X)), expected)
    assert built.coefs_[0].dtype == dtype and built.n_features_in_ == 2
    built.partial_fit(X, y)
    assert not np.array_equal(scores(built, X), expected)
    if params.get("normalization") != "batch":
        assert built.loss_curve_[-1] < 2 * net.loss_curve_[-1]


@every_regressor
def test_two_intercepts_of_a_gate(kind):
    net, X = fitted(kind), ragged()
    expected = net.predict(X)
    state_dict = net.to_torch_state_dict()
    n_alone = 6 if kind is GRURegressor else 0  # of n: its second one is apart
    n = len(state_dict["bias_hh_l0"]) - n_alone
    assert not state_dict["bias_hh_l0"][:n].any()
    state_dict["bias_hh_l0"][:n] += 0.25
    state_dict["bias_ih_l0"][:n] -= 0.25
    assert_allclose(net.from_torch_state_dict(state_dict).predict(X), expected)
    if n_alone:
        assert net.recurrent_intercepts_[0].any()
        state_dict["bias_hh_l0"][n:] += 0.25
        state_dict["bias_ih_l0"][n:] -= 0.25
        net.from_torch_state_dict(state_dict)
        assert not np.allclose(net.predict(X), expected)


def test_networks_that_were_never_fitted():
    X, y = regular(), regular()[:, :, 0]
    net = small(GRURegressor, targets="step").fit(X, y)
    state_dict = net.to_torch_state_dict()
    built = small(GRURegressor, targets="step").from_torch_state_dict(state_dict)
    assert_array_equal(built.predict(X), net.predict(X))
    assert built.loss_curve_ == [] and built.n_iter_ == 0 and built.per_step_
    assert_array_equal(built.predict_step(X[:, 0])[0], net.predict(X)[:, 0])
    with pytest.raises(ValueError, match="classes must be given"):
        small(GRUClassifier).from_torch_state_dict(state_dict)
    with pytest.raises(ValueError, match="classes must be given"):
        small(GRURegressor).from_torch_state_dict(state_dict, classes=[0, 1])
    for wrong in (["a", "b", "c"], ["b", "a"], ["a", "a"]):
        with pytest.raises(ValueError, match="classes must ascend"):
            small(GRUClassifier).from_torch_state_dict(state_dict, classes=wrong)
    net = small(GRUClassifier).from_torch_state_dict(state_dict, classes=["a", "b"])
    assert set(net.predict(X)) <= {"a", "b"} and net.predict_proba(X).shape == (24, 2)
    with pytest.raises(ValueError, match="classes are for a network that was never"):
        net.from_torch_state_dict(state_dict, classes=["a", "b"])
    with pytest.raises(ValueError, match="hidden_layer_sizes"):
        small(GRURegressor, hidden_layer_sizes=0).from_torch_state_dict(state_dict)


@pytest.mark.parametrize("was_fitted", [True, False])
def test_what_is_refused(was_fitted):
    net = fitted(LSTMRegressor)
    state_dict, X = net.to_torch_state_dict(), ragged()
    expected = net.predict(X)

    def check(changes, message, **params):
        wrong = {k: v for k, v in {**state_dict, **changes}.items() if v is not None}
        other = net if was_fitted and not params else small(LSTMRegressor, **params)
        with pytest.raises(ValueError, match=message):
            other.from_torch_state_dict(wrong)
        assert not hasattr(other, "coefs_") or other is net
        assert_array_equal(net.predict(X), expected)

    check({"bias_hh_l0": None}, "lacks bias_hh_l0")
    check({"weight_ih_l1": np.ones((3, 3))}, "unknown names: weight_ih_l1")
    check({"weight_hh_l0": np.ones((6, 24))}, r"weight_hh_l0.*\(24, 6\), got \(6, 24\)")
    check({"bias_ih_l0": np.full(24, np.nan)}, "bias_ih_l0.* finite")
    check({"output.bias": np.array(["a"])}, r"output\.bias.* numbers")
    if not was_fitted:
        check({"output.weight": None}, r"no matrix output\.weight")
        check({"weight_ih_l0": np.ones(3)}, "no matrix weight_ih_l0")
        check({}, "weight_ih_l0.*shape", hidden_layer_sizes=(5,))
        check({}, "lacks .*weight_ih_l0_reverse", bidirectional=True)


def test_peepholes_are_not_pytorchs():
    net = fitted(LSTMRegressor, peephole=True)
    with pytest.raises(ValueError, match="peephole=False, or use save"):
        net.to_torch_state_dict()
    with pytest.raises(ValueError, match="peephole=False"):
        net.from_torch_state_dict(fitted(LSTMRegressor).to_torch_state_dict())
    with pytest.raises(NotFittedError):
        small(LSTMRegressor).to_torch_state_dict()


@pytest.mark.parametrize("kind", [LSTMRegressor, GRURegressor, SimpleRNNRegressor])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_pytorch_computes_the_same(kind, bidirectional):
    torch = pytest.importorskip("torch")
    module = {LSTMRegressor: "LSTM", GRURegressor: "GRU", SimpleRNNRegressor: "RNN"}
    theirs = getattr(torch.nn, module[kind])(
        2, 6, 2, batch_first=True, bidirectional=bidirectional, dtype=torch.float64
    )
    params = {"hidden_layer_sizes": (6, 6), "merge": "concat"}
    X, rows = ragged(), regular()
    net = small(kind, bidirectional=bidirectional, **params).fit(X, numbers_of_steps(X))
    state_dict = net.to_torch_state_dict()
    for way in ("out", "in"):
        if way == "out":
            weights = {k: v for k, v in state_dict.items() if "." not in k}
            weights = {k: torch.from_numpy(v) for k, v in weights.items()}
            theirs.load_state_dict(weights)
        else:
            theirs.reset_parameters()
            net.from_torch_state_dict({**state_dict, **theirs.state_dict()})
        expected = theirs(torch.from_numpy(rows))[0].detach().numpy()
        assert_allclose(net.transform(rows), expected, rtol=1e-9, atol=1e-12)


def test_pytorch_classifies_the_same():
    torch = pytest.importorskip("torch")
    net, X = fitted(LSTMClassifier), regular()
    weights = net.to_torch_state_dict()
    tensors = {name: torch.from_numpy(array) for name, array in weights.items()}
    lstm = torch.nn.LSTM(2, 6, batch_first=True, dtype=torch.float64)
    lstm.load_state_dict({k: v for k, v in tensors.items() if "." not in k})
    last = lstm(torch.from_numpy(X))[0][:, -1]
    outputs = last @ tensors["output.weight"].T + tensors["output.bias"]
    expected = torch.softmax(outputs, dim=1).detach().numpy()
    assert_allclose(net.predict_proba(X), expected, rtol=1e-9)
