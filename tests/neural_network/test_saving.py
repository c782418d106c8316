"""Round trips of every kind of value; altered, foreign and crafted files."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from safetensors.numpy import load_file, save
from sklearn import config_context
from sklearn.base import BaseEstimator
from sklearn.datasets import load_iris
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import LabelBinarizer

from skmanifold_nn.neural_network import _saving
from skmanifold_nn.neural_network._saving import (
    known_classes,
    load_estimator,
    save_estimator,
)


class Layer(BaseEstimator):
    def __init__(self, units=3, activation="relu"):
        self.units = units
        self.activation = activation


class Net(BaseEstimator):
    """Keeps its coefficients as views of one flat vector, which is not pickled."""

    def __init__(self, layers=None, *, loss="log_loss", alpha=1e-4, random_state=None):
        self.layers = layers
        self.loss = loss
        self.alpha = alpha
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        self._label_binarizer = LabelBinarizer().fit(y)
        self.classes_ = self._label_binarizer.classes_
        self._random_state = np.random.RandomState(self.random_state)
        self._parameters = self._random_state.normal(size=6).astype(X.dtype)
        self._link()
        self.loss_curve_ = [1.5, 0.25, float("inf")]
        self.best_loss_ = np.float32(0.25)
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.array(["a", "ß", ""], dtype=object)
        return self

    def _link(self):
        self.coefs_ = [
            self._parameters[:4].reshape(2, 2),
            self._parameters[4:].reshape(2, 1),
        ]

    def __getstate__(self):
        state = dict(super().__getstate__())
        if state.pop("_parameters", None) is not None:
            state["coefs_"] = [np.array(coef) for coef in self.coefs_]
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        if "coefs_" in state:
            self._parameters = np.concatenate([c.ravel() for c in self.coefs_])
            self._link()


class OtherNet(Net):
    pass


@pytest.fixture(autouse=True)
def exported(monkeypatch):
    for kind in (Layer, Net, OtherNet):
        monkeypatch.setitem(known_classes(), f"test.{kind.__name__}", kind)


def fitted_net(**params):
    layers = [("hidden", Layer(2)), ("output", Layer(1, activation=None))]
    net = Net(layers, random_state=7, **params)
    return net.fit(np.ones((3, 3), np.float32), np.array(["x", "yy", "z"]))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Bytes of a file that holds a little of everything."""
    with pytest.MonkeyPatch.context() as patch:
        for kind in (Layer, Net):
            patch.setitem(known_classes(), f"test.{kind.__name__}", kind)
        file = tmp_path_factory.mktemp("saved") / "net"
        save_estimator(fitted_net(), file)
        return file.read_bytes()


def assert_same(a, b):
    """Equal in type, and all the way down."""
    assert type(a) is type(b)
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype and a.shape == b.shape
        assert a.flags.f_contiguous == b.flags.f_contiguous and b.flags.writeable
        if a.dtype.kind == "O":
            assert_same(a.ravel().tolist(), b.ravel().tolist())
        else:
            assert_array_equal(a, b)
    elif isinstance(a, BaseEstimator):
        assert_same(vars(a), vars(b))
    elif isinstance(a, np.random.RandomState):
        assert_same(a.get_state(legacy=False), b.get_state(legacy=False))
    elif isinstance(a, dict):
        assert_same(list(a), list(b))
        assert_same(list(a.values()), list(b.values()))
    elif isinstance(a, list | tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert a == b or (a != a and b != b)
        assert str(a) == str(b)  # the sign of zero


def round_trip(value, path):
    """The value after it was an attribute of a saved estimator."""
    layer = Layer()
    layer.value_ = value
    save_estimator(layer, path)
    return load_estimator(path).value_


VALUES = {
    "none": None,
    "booleans": [True, False],
    "integers": [0, -3, 2**70],
    "floats": [0.1, 1.0, -0.0, 5e-324, float("nan"), float("inf"), -float("inf")],
    "strings": ["", "ß\n\"'\\", "\0", "\ud800", "\U0001d6fc", '"sha256":"' + "0" * 64],
    "lists_and_tuples": ([], (), [1, (2.0, [3])], ("a",)),
    "dict": {"a": 1, "": {"b": (2,)}, "tuple": [], "\ud800": 0},
    "dict_of_any_key": {1: "a", (2, "b"): [3], None: 4, 2.5: {}, np.int64(3): 5},
    "numpy_scalars": [
        np.float32(0.1),
        np.float64("nan"),
        np.float16("-inf"),
        np.int8(-5),
        np.uint64(2**64 - 1),
        np.bool_(True),
        np.str_("ß"),
    ],
    "dtypes": [np.dtype("float32"), np.dtype(">i2"), np.dtype("U5"), np.dtype(object)],
    "zero_dimensional": [np.array(3.5), np.array(True), np.array("ab")],
    "empty": [np.empty((0, 3), np.float32), np.empty((2, 0), "U4"), np.empty(0, "O")],
    "layouts": [
        np.arange(12.0).reshape(3, 4).T,
        np.asfortranarray(np.arange(24.0, dtype=np.float32).reshape(2, 3, 4)),
        np.arange(5, dtype=">i4"),
        np.arange(3, dtype=">f8"),
    ],
    "fixed_width_strings": [
        np.array(["a", "", "ßß\U0001d6fc"]),
        np.array([["a\0b", "c"], ["d", "e"]]),
        np.array(["big"], dtype=">U3"),
        np.array([["a", "bb"], ["c", "d"]]).T,
        np.zeros(2, "U1"),
    ],
    "objects": [
        np.array(["a", "bb"], dtype=object),
        np.array([["a", 1, 2.5], [None, True, float("nan")]], dtype=object),
        np.array([np.float32(2), np.str_("b")], dtype=object),
        np.array("alone", dtype=object),
    ],
    "estimators": [("a", Layer(4)), ("b", [Layer(activation=("x", 2))])],
    "label_binarizer": LabelBinarizer().fit(["b", "a", "c"]),
    "random_state": np.random.RandomState(5),
} | {
    dtype: np.array([[0, 1, 2], [3, 4, 120]]).astype(dtype)
    for dtype in "? i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8".split()
}


@pytest.mark.parametrize("name", VALUES)
def test_values(name, path):
    assert_same(VALUES[name], round_trip(VALUES[name], path))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda some: (
            st.lists(some)
            | st.lists(some).map(tuple)
            | st.dictionaries(st.text() | st.integers(), some)
        ),
    )
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_plain_value(path, value):
    assert_same(value, round_trip(value, path))


def test_strided_arrays(path):
    array = np.arange(24.0).reshape(4, 6)
    for view in (array[::2, ::-1], array[:, 1], np.broadcast_to(2.0, (3, 2))):
        loaded = round_trip(view, path)
        assert_array_equal(loaded, view)
        assert loaded.flags.c_contiguous and loaded.flags.writeable


def test_read_only_and_mapped_arrays(path, tmp_path):
    np.save(tmp_path / "a.npy", np.arange(3))
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    loaded = round_trip(mapped, path)
    assert type(loaded) is np.ndarray
    assert_array_equal(loaded, mapped)


def test_random_state_continues(path):
    random_state = np.random.RandomState(11)
    random_state.normal(size=3)  # leaves one number in store
    loaded = round_trip(random_state, path)
    assert_array_equal(loaded.normal(size=5), random_state.normal(size=5))


def test_what_is_one_object_stays_one(path):
    array, values, random_state = np.ones(3), [1], np.random.RandomState(3)
    layer = Layer(units=random_state)
    everything = [array, values, layer]
    loaded = round_trip((everything, layer, array, values, random_state), path)
    assert loaded[0][2] is loaded[1] and loaded[0][0] is loaded[2]
    assert loaded[0][1] is loaded[3] and loaded[1].units is loaded[4]


def test_equal_objects_of_getstate_are_not_confused(path):
    """Objects that live for one call of __getstate__ may get each other's ids."""

    class Temporary(Layer):
        def __getstate__(self):
            return {**vars(self), "array_": np.full(2, float(self.units))}

    layers = [Temporary(i) for i in range(50)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(known_classes(), "test.Temporary", Temporary)
        loaded = round_trip(layers, path)
    assert [layer.array_[0] for layer in loaded] == list(range(50))


def test_fitted_estimator(path):
    net = fitted_net()
    save_estimator(net, path)
    loaded = load_estimator(path)
    assert_same(pickle.loads(pickle.dumps(net)), loaded)
    assert all(np.shares_memory(c, loaded._parameters) for c in loaded.coefs_)
    assert loaded.get_params()["layers"][0][1].units == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scikit_learns_network(dtype, path, monkeypatch):
    monkeypatch.setitem(known_classes(), "test.MLPClassifier", MLPClassifier)
    X, y = load_iris(return_X_y=True)
    X, names = X.astype(dtype), np.array(["a", "b", "c"])[y]
    model = MLPClassifier((5,), solver="lbfgs", random_state=3, max_iter=1000)
    model.fit(X, names)
    save_estimator(model, path)
    loaded = load_estimator(path, MLPClassifier)
    assert_same(vars(model), vars(loaded))
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_unfitted_estimator(path):
    save_estimator(Net(alpha=0.5), str(path))
    assert_same(vars(load_estimator(str(path))), vars(Net(alpha=0.5)))


def test_new_parameters_have_their_defaults(path, monkeypatch):
    save_estimator(Layer(9), path)

    class Newer(Layer):
        def __init__(self, units=3, activation="relu", bias=True):
            super().__init__(units, activation)
            self.bias = bias

    monkeypatch.setitem(known_classes(), "test.Layer", Newer)
    loaded = load_estimator(path)
    assert loaded.units == 9 and loaded.bias is True


def test_metadata_requests(path):
    with config_context(enable_metadata_routing=True):
        net = Net().set_fit_request(sample_weight="weights")
        save_estimator(net, path)
    loaded = load_estimator(path)
    assert loaded._metadata_request.owner is loaded
    assert str(loaded.get_metadata_routing()) == str(net.get_metadata_routing())


def test_tensors_are_named_after_the_attributes(path):
    net = fitted_net()
    save_estimator(net, path)
    tensors = load_file(path)
    assert_array_equal(tensors["coefs_[1]"], net.coefs_[1])
    assert "_label_binarizer.classes_" in tensors


def test_equal_estimators_make_equal_files(tmp_path, content):
    save_estimator(fitted_net(), tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == content


def test_older_scikit_learn_warns_as_pickle_does(path, monkeypatch):
    save_estimator(fitted_net(), path)
    replace(path, '"_sklearn_version":"', '"_sklearn_version":"0.')
    with pytest.warns(InconsistentVersionWarning, match="LabelBinarizer"):
        load_estimator(path)


# What is not saved


def function(x):
    return x


@pytest.mark.parametrize(
    "value",
    [
        function,
        lambda x: x,
        np.exp,
        Ridge(),
        b"bytes",
        {1},
        slice(3),
        1j,
        np.complex64(1),
        np.longdouble(1),
        np.datetime64("2026-01-01"),
        np.zeros(2, complex),
        np.zeros(2, np.longdouble),
        np.zeros(2, "S3"),
        np.zeros(2, "i4,f4"),
        np.zeros(2, "M8[s]"),
        np.dtype("i4,f4"),
        np.ma.zeros(2),
        np.array([[1], "a"], dtype=object),
        np.random.default_rng(3),
        np.random.RandomState(np.random.PCG64(3)),
        np.float32,
    ],
    ids=repr,
)
def test_other_values_are_refused_by_name(value, path):
    net = fitted_net(loss=("name", value))
    with pytest.raises(TypeError, match=r"^loss\[1\] (?s:.*)joblib\.dump or skops"):
        save_estimator(net, path)
    assert os.listdir(path.parent) == []


def test_refusals_name_the_place(path):
    net = fitted_net()
    net.layers[1][1].activation = {"f": function}
    match = r"^layers\[1\]\[1\]\.activation\['f'\] is function of type function"
    with pytest.raises(TypeError, match=match):
        save_estimator(net, path)


def test_cycles_are_refused(path):
    values = [1]
    values.append(values)
    with pytest.raises(TypeError, match=r"value_\[1\] refers to an object that"):
        round_trip(values, path)


def test_other_classes_are_not_saved(path):
    class Subclass(Net):
        pass

    for estimator in (Subclass(), Ridge(), 3):
        name = type(estimator).__name__
        with pytest.raises(TypeError, match=f"^{name} is not a class .* joblib"):
            save_estimator(estimator, path)
    assert not path.exists()


def test_a_header_too_long(path, monkeypatch):
    monkeypatch.setattr(_saving, "_LONGEST_HEADER", 5000)
    with pytest.raises(ValueError, match=r"Layer has 0\.00.* MB .* 0\.005 MB"):
        save_estimator(Layer("u" * 5000), path)
    save_estimator(Layer("u" * 4000), path)
    assert len(load_estimator(path).units) == 4000


# The class that is wanted


def test_expected_class(path):
    save_estimator(fitted_net(), path)
    for expected in (Net, BaseEstimator, None):
        assert type(load_estimator(path, expected)) is Net
    match = "holds an estimator of class Net, not OtherNet: load it with Net.load"
    with pytest.raises(ValueError, match=match):
        load_estimator(path, OtherNet)


def test_known_classes_are_estimators():
    assert "sklearn.preprocessing.LabelBinarizer" in known_classes()
    assert all(issubclass(kind, BaseEstimator) for kind in known_classes().values())


# Altered files


def assert_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        load_estimator(path)
    assert str(path) in str(error.value)


def test_altered_bytes(path, content):
    places = {*range(300), *range(300, len(content), 7), len(content) - 1}
    for place in places:
        for bit in (1, 32, 128):  # 32: the case of a letter
            altered = bytearray(content)
            altered[place] ^= bit
            assert_refused(path, bytes(altered))
    path.write_bytes(content)
    assert type(load_estimator(path)) is Net


def test_truncated_and_longer(path, content):
    for length in {*range(300), *range(300, len(content), 11), len(content) - 1}:
        assert_refused(path, content[:length])
    assert_refused(path, content + b"\0")
    assert_refused(path, content + content)


def test_moved_bytes(path, content):
    n = len(content)
    assert_refused(path, content[: n - 16] + content[n - 8 :] + content[n - 16 : n - 8])
    assert_refused(path, content[:200] + b" " + content[200:])


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_alteration(path, content, data):
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(begin + 60, len(content))))
    altered = content[:begin] + data.draw(st.binary(max_size=60)) + content[end:]
    if altered != content:
        assert_refused(path, altered)


@pytest.mark.parametrize("length", [2**64 - 1, 2**63, 2**40, 100_000_001, 0, 1])
def test_wrong_length_of_header(length, path, content):
    assert_refused(path, length.to_bytes(8, "little") + content[8:])
    assert_refused(path, length.to_bytes(8, "little"))


def test_other_files(path):
    assert_refused(path, pickle.dumps(Layer()))
    assert_refused(path, b"")
    assert_refused(path, b"\x93NUMPY" * 100)
    assert_refused(path, b"text\n" * 1000)
    assert_refused(path, save({"weight": np.ones(3)}, metadata={"format": "pt"}))
    assert_refused(path, save({"weight": np.ones(3)}))


def test_no_file(path, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"net\.safetensors"):
        load_estimator(path)
    with pytest.raises(OSError, match=tmp_path.name):
        load_estimator(tmp_path)


# Crafted files: their digest is right


def write(path, document, tensors):
    """A file with any document and a right digest."""
    document = {**document, "sha256": "0" * 64}
    document = {k: document[k] for k in sorted(document, key="sha256".__ne__)}
    write_text(path, json.dumps(document, separators=(",", ":")), tensors)


def write_text(path, text, tensors):
    content = save(tensors, metadata={"skmanifold_nn": text})
    digest = hashlib.sha256(content).hexdigest().encode()
    path.write_bytes(content.replace(b"0" * 64, digest, 1))


def replace(path, old, new):
    """Replace in the document, and put the digest right."""
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    text = header["__metadata__"]["skmanifold_nn"]
    assert old in text
    write(path, json.loads(text.replace(old, new)), load_file(path))


HEAD = {"format": 1, "skmanifold_nn": "9.8.7", "scikit-learn": "1.9"}


def layer_node(value=None, **replaced):
    node = {"class": "test.Layer", "params": {}, "state": {"value_": value}}
    return {"estimator": node | replaced}


def test_write_writes_what_load_reads(path):
    write(path, HEAD | {"estimator": layer_node(5)}, {})
    assert load_estimator(path).value_ == 5


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "builtins.eval",
        "subprocess.Popen",
        "antigravity.geohash",
        "sklearn.linear_model.Ridge",
        "skmanifold_nn.neural_network._saving.save_estimator",
        "test.Layer.__init__",
        "",
        None,
        3,
        ["test.Layer"],
        {"a": "b"},
    ],
    ids=repr,
)
@pytest.mark.parametrize("inner", [False, True])
def test_other_classes_are_not_loaded(name, inner, path):
    node = layer_node(**{"class": name})
    write(path, HEAD | {"estimator": layer_node(node) if inner else node}, {})
    modules = set(sys.modules)
    with pytest.raises(ValueError, match="is not one of those that may be loaded"):
        load_estimator(path)
    assert not {"antigravity"} & (set(sys.modules) - modules)


def test_deep_trees_are_refused(path):
    text = '{"sha256":"' + "0" * 64 + '","format":1,"estimator":'
    for begin, end in ("[", "]"), ('{"tuple":', "}"), ('{"dict":{"a":', "}}"):
        node = json.dumps(layer_node("deep"))
        node = node.replace('"deep"', begin * 100_000 + "[]" + end * 100_000)
        write_text(path, text + node + "}", {})
        with pytest.raises(ValueError, match="cannot be loaded: RecursionError"):
            load_estimator(path)


def array_node(tensor="t", dtype="<f8", fortran=False):
    return {"array": {"tensor": tensor, "dtype": dtype, "fortran": fortran}}


@pytest.mark.parametrize(
    "node",
    [
        {"eval": "1 + 1"},
        {"__reduce__": ["os.system", "true"]},
        {"tuple": 3},
        {"tuple": [], "dict": {}},
        {},
        {"float": "x"},
        {"float": []},
        {"same": 0},
        {"same": "a"},
        {"same": 10**30},
        {"dtype": "i4,f4"},
        {"dtype": "(1000,1000,1000)f8"},
        {"dtype": 3},
        {"scalar": ["<i1", 1000]},
        {"scalar": ["|O", 1]},
        {"scalar": ["<f8", "x"]},
        {"scalar": 1},
        {"pairs": [[1]]},
        {"pairs": [[[], 1]]},
        {"dict": [1]},
        array_node("absent"),
        array_node(dtype="<f4"),
        array_node(dtype="|O"),
        array_node(dtype="V8"),
        array_node(dtype="<U3"),
        array_node("codes", "<U3"),
        array_node("codes", "<U999999999"),
        array_node("codes", "<U2"),
        array_node("t", "<f8", None) | {"more": 1},
        {"array": "t"},
        {"objects": {"shape": [10**9, 10**9], "values": []}},
        {"objects": {"shape": [2], "values": [1]}},
        {"objects": {"shape": "a", "values": [1]}},
        {"random_state": {"dict": {}}},
        {"random_state": None},
        {"random_state": {"dict": {"bit_generator": "MT19937", "state": 3}}},
        {"estimator": None},
        layer_node(params={"self": 1}),
        layer_node(params={"absent": 1}),
        layer_node(params=[1]),
        layer_node(state=[1]),
        layer_node(requests={"owner": {"a": True}}),
        layer_node(requests={"fit": {"a": "not valid"}}),
        layer_node(requests=3),
    ],
    ids=lambda node: str(node)[:60],
)
def test_wrong_trees_are_refused(node, path):
    tensors = {"t": np.ones(3), "codes": np.full((2, 2), 2**31, np.uint32)}
    write(path, HEAD | {"estimator": layer_node(node)}, tensors)
    with pytest.raises(ValueError, match=r"cannot be loaded(?s:.*)skmanifold_nn 9.8.7"):
        load_estimator(path)


def places_of(node):
    """(container, key) of every node below one of JSON's."""
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in list(inner):
        yield node, key
        if isinstance(child, dict | list):
            yield from places_of(child)


def test_any_wrong_tree(path):
    """Trees with a node missing, replaced or copied: loaded or refused, no more."""
    net = fitted_net()
    net.values_ = list(VALUES.values())
    save_estimator(net, path)
    content, tensors = path.read_bytes(), load_file(path)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    text = header["__metadata__"]["skmanifold_nn"]
    random_state = np.random.RandomState(13)
    n_refused = 0
    for _ in range(250):
        document = json.loads(text)
        places = list(places_of(document["estimator"]))
        (to, key), (source, other) = (
            places[i] for i in random_state.randint(len(places), size=2)
        )
        values = [None, -1, 10**40, "x", [], {}, json.loads(json.dumps(source[other]))]
        choice = random_state.randint(len(values) + 1)
        if choice == len(values):
            del to[key]
        else:
            to[key] = values[choice]
        write(path, document, tensors)
        try:
            load_estimator(path)
        except ValueError as error:
            assert f"{path} cannot be loaded" in str(error)
            n_refused += 1
        except InconsistentVersionWarning:
            pass
    assert n_refused > 100


@pytest.mark.parametrize("missing", [*HEAD, "estimator"])
def test_incomplete_documents(missing, path):
    document = HEAD | {"estimator": layer_node()}
    write(path, {k: v for k, v in document.items() if k != missing}, {})
    if missing in ("format", "estimator"):
        with pytest.raises(ValueError, match="cannot be loaded: KeyError"):
            load_estimator(path)
    else:
        assert type(load_estimator(path)) is Layer


def test_a_later_format(path):
    write(path, HEAD | {"format": 2, "estimator": layer_node()}, {})
    match = r"format is 2, not 1\. It was written by skmanifold_nn 9\.8\.7"
    with pytest.raises(ValueError, match=match):
        load_estimator(path)


def test_state_that_shadows_methods_is_only_data(path):
    state = {"get_params": "x", "__class__": "y", "__dict__": "z", "__getstate__": 1}
    write(path, HEAD | {"estimator": layer_node(state=state)}, {})
    loaded = load_estimator(path)
    assert type(loaded) is Layer and vars(loaded)["get_params"] == "x"


# Writing


def test_interrupted_save_leaves_the_older_file(path, monkeypatch):
    save_estimator(Layer(1), path)
    before = path.read_bytes()

    def interrupted(*args):
        raise KeyboardInterrupt

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, interrupted)
            with pytest.raises(KeyboardInterrupt):
                save_estimator(Layer(2), path)
        assert path.read_bytes() == before
        assert os.listdir(path.parent) == [path.name]


def test_no_other_file_is_left(path):
    for units in range(3):
        save_estimator(Layer(units), path)
        assert load_estimator(path).units == units
    assert os.listdir(path.parent) == [path.name]


def test_folders_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    for place in ("absent/net", "file/net", "folder"):
        with pytest.raises(OSError):
            save_estimator(Layer(), tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert os.listdir(tmp_path / "folder") == ["inner"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_folder_without_permission(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(PermissionError, match="locked"):
        save_estimator(Layer(), folder / "net")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")
def test_permissions_and_links_are_kept(tmp_path):
    plain, target, link = (tmp_path / name for name in ("plain", "target", "link"))
    plain.write_text("")
    save_estimator(Layer(), target)
    assert target.stat().st_mode == plain.stat().st_mode
    target.chmod(0o604)
    link.symlink_to(target)
    save_estimator(Layer(8), link)
    assert link.is_symlink() and load_estimator(target).units == 8
    assert target.stat().st_mode & 0o777 == 0o604


def test_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_estimator(Layer(6), "net")
    assert load_estimator("net").units == 6


def test_without_safetensors(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    for call in (lambda: save_estimator(Layer(), path), lambda: load_estimator(path)):
        with pytest.raises(ImportError, match=r'pip install "skmanifold-nn\[safete'):
            call()


def test_safetensors_is_imported_only_when_needed():
    code = (
        "import sys, skmanifold_nn.neural_network._saving;"
        "assert 'safetensors' not in sys.modules"
    )
    folder = Path(_saving.__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)


def test_loading_warns_of_nothing(path):
    save_estimator(fitted_net(), path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_estimator(path)
