"""Estimators in one file without pickle: arrays as tensors, the rest as JSON.

The file is a safetensors file. Each array of the estimator is a tensor, and the one
entry of the metadata is a JSON document: the versions that wrote it and a tree of
values. A plain value stands for itself and a list for a list; everything else is an
object of one key, its tag: ``{"tuple": [...]}``, ``{"array": {"tensor": ...}}``,
``{"estimator": {"class": ..., "params": ..., "state": ...}}``. A tag is decoded by its
own few lines, and a class is looked up in a table, so that nothing in a file is
imported or executed.

Arrays, lists, dicts, random states and estimators are numbered as they are completed;
``{"same": number}`` is an object met before.

The document begins with the SHA-256 of the whole file, computed with zeros in the
digest's place: of an altered file no value is read. This finds accidents; it does not
tell who wrote the file.
"""

import hashlib
import json
import math
import os
import re
import shutil
import uuid
from functools import cache

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.frozen import FrozenEstimator
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.metadata_routing import MetadataRequest

from .. import __version__

__all__ = ["known_classes", "load_estimator", "save_estimator"]

_FORMAT = 1
_ZEROS = b"0" * 64
# Where the digest stands in a file: quotes inside of strings are escaped, so that no
# string has this in it.
_DIGEST = re.compile(rb'"skmanifold_nn"\s*:\s*"\{\\"sha256\\":\\"([0-9a-f]{64})\\"')
_LONGEST_HEADER = 100_000_000  # of the format's other readers

_NUMBERS = re.compile(r"[<>|](b1|[iu][1248]|f[248])")
_STRINGS = re.compile(r"[<>|]U\d{1,9}")
_LAST_CODE_POINT = 0x10FFFF

# What decoding a wrong tree may raise; warnings about versions pass.
_DECODING_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,  # recursion too
    TypeError,
    ValueError,
)


@cache
def known_classes():
    """The classes of estimators that a file may hold, by the names they have there.

    Returns
    -------
    classes : dict
        The estimators and layers that this package exports, and those of scikit-learn
        that fitted networks keep.
    """
    from .. import neural_network

    classes = {
        "sklearn.preprocessing.LabelBinarizer": LabelBinarizer,
        "sklearn.frozen.FrozenEstimator": FrozenEstimator,
    }
    for module in (neural_network, getattr(neural_network, "layers", None)):
        for name in getattr(module, "__all__", ()):
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(value, BaseEstimator):
                classes[f"{module.__name__}.{name}"] = value
    return classes


def save_estimator(estimator, path):
    """Save an estimator, fitted or not, in one file without pickle.

    The file is written beside `path` and moved there when it is complete: an
    interrupted save leaves an older file as it was. Of the attributes, what
    ``__getstate__`` keeps is saved.

    Parameters
    ----------
    estimator : estimator
        Of a class of ``skmanifold_nn.neural_network``.
    path : str or path-like

    Raises
    ------
    TypeError
        If a parameter or attribute is not plain data, such as a function; named.
    ValueError
        If the part that is not arrays takes more than 100 MB.
    ImportError
        If safetensors is not installed; says how to get it.

    See Also
    --------
    load_estimator : Loads the file.
    """
    safetensors = _import_safetensors()
    encoder = _Encoder()
    document = {
        "sha256": _ZEROS.decode(),
        "format": _FORMAT,
        "skmanifold_nn": __version__,
        "scikit-learn": sklearn.__version__,
        "estimator": encoder.top(estimator),
    }
    # ASCII: other code points, lone surrogates too, are escaped.
    text = json.dumps(document, allow_nan=False, separators=(",", ":"))
    n_header = len(text) + text.count('"') + text.count("\\")  # escaped once more
    n_header += sum(len(name) + 200 for name in encoder.tensors)
    if n_header > _LONGEST_HEADER:
        raise ValueError(
            f"{type(estimator).__name__} has {n_header / 1e6:.3g} MB besides its "
            f"numeric arrays, more than the {_LONGEST_HEADER / 1e6:.3g} MB that the "
            "file's header may take: save it with joblib.dump or skops.io.dump."
        )
    content = safetensors.save(encoder.tensors, metadata={"skmanifold_nn": text})
    begin, end = _DIGEST.search(content).span(1)
    digest = hashlib.sha256(content).hexdigest().encode()
    _write(path, [content[:begin], digest, memoryview(content)[end:]])


def load_estimator(path, expected_class=None):
    """Load an estimator from a file of `save_estimator`; nothing in it is executed.

    Parameters
    ----------
    path : str or path-like
    expected_class : type, default=None
        Class that the estimator must have, itself or as a base. None means any.

    Returns
    -------
    estimator : estimator

    Raises
    ------
    ValueError
        If the file was not written by `save_estimator`, is truncated or altered, or
        holds an estimator of another class.
    ImportError
        If safetensors is not installed; says how to get it.

    See Also
    --------
    save_estimator : Writes the file.
    """
    safetensors = _import_safetensors()
    path = os.fsdecode(path)
    header, content = _read(path)
    try:
        document = json.loads(json.loads(header)["__metadata__"]["skmanifold_nn"])
        if document["format"] != _FORMAT:
            raise ValueError(f"its format is {document['format']}, not {_FORMAT}")
        described = document["estimator"]["estimator"]
        _check_class(path, _class_named(described["class"]), expected_class)
        return _Decoder(safetensors.load(content)).decode(document["estimator"])
    except _WrongClassError:
        raise
    except (*_DECODING_ERRORS, _safetensors_error()) as error:
        raise ValueError(
            f"{path} cannot be loaded: {type(error).__name__}, {error}. "
            f"{_wrote(header)}"
        ) from error


class _WrongClassError(ValueError):
    """The file is sound, its estimator is not the one wanted."""


def _check_class(path, found, expected_class):
    if expected_class is not None and not issubclass(found, expected_class):
        raise _WrongClassError(
            f"{path} holds an estimator of class {found.__name__}, not "
            f"{expected_class.__name__}: load it with {found.__name__}.load."
        )


def _wrote(header):
    """Which versions wrote a file, for messages: safe on any header."""
    versions = re.findall(rb'\\"(skmanifold_nn|scikit-learn)\\":\\"([\w.+]+)', header)
    names = ", ".join(f"{k.decode()} {v.decode()}" for k, v in versions[:2])
    return (
        f"It was written by {names or 'an unknown version'}; this is skmanifold_nn "
        f"{__version__}, scikit-learn {sklearn.__version__}."
    )


def _import_safetensors():
    try:
        from safetensors import numpy as safetensors_numpy
    except ImportError as error:
        raise ImportError(
            "save and load require safetensors, which comes with the extra "
            "'safetensors': pip install \"skmanifold-nn[safetensors]\""
        ) from error
    return safetensors_numpy


def _safetensors_error():
    from safetensors import SafetensorError

    return SafetensorError


def _write(path, pieces):
    """Write the pieces to a new file, then give it the name."""
    path = os.path.realpath(os.fsdecode(path))  # a link stays a link
    temporary = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(path):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _read(path):
    """Header and whole content of a file whose digest is right."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        content = file.read(8)
        n_header = int.from_bytes(content, "little")
        if len(content) < 8 or n_header > min(size - 8, _LONGEST_HEADER):
            raise ValueError(
                f"{path} is truncated or not a file of save: its header would take "
                f"{n_header} bytes, the file has {size}."
            )
        header = file.read(n_header)
        found = _DIGEST.search(header)
        if found is None:
            raise ValueError(
                f"{path} is not a file of save, or its header has been altered: it "
                "has no digest of skmanifold_nn."
            )
        content += header + file.read()
    begin, end = (8 + place for place in found.span(1))
    digest = hashlib.sha256(content[:begin])
    digest.update(_ZEROS)
    digest.update(memoryview(content)[end:])
    if digest.hexdigest().encode() != found[1]:
        raise ValueError(
            f"{path} is truncated or has been altered: its SHA-256 is not the one "
            "written in it. Use another copy of the file."
        )
    return header, content


def _class_named(name):
    try:
        return known_classes()[name]
    except (KeyError, TypeError):
        raise ValueError(
            f"the class {name!r} is not one of those that may be loaded"
        ) from None


class _Encoder:
    """Turns an estimator into a tree of JSON's values, and its arrays into tensors."""

    def __init__(self):
        self.tensors = {}
        # (object, its number or None while it is being encoded) by id. The object is
        # held, and so is what __getstate__ made: no other one may get its id.
        self.seen, self.kept = {}, []
        self.n_done = 0

    def top(self, estimator):
        if type(estimator) not in known_classes().values():
            raise TypeError(
                f"{type(estimator).__name__} is not a class that "
                "skmanifold_nn.neural_network exports, so that load would not find "
                "it: save it with joblib.dump or skops.io.dump."
            )
        return self.encode(estimator, "")

    def encode(self, value, path):
        """The node of a value; path is what messages and tensors call it."""
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is tuple:
            return {"tuple": self.items(value, path)}
        if isinstance(value, np.generic):
            dtype = self.dtype(value.dtype, path)
            return {"scalar": [dtype, self.encode(value.item(), path)]}
        if isinstance(value, np.dtype):
            return {"dtype": self.dtype(value, path, objects=True)}
        return self.shared(value, path)

    def shared(self, value, path):
        """The node of an object that may occur again."""
        if id(value) in self.seen:
            number = self.seen[id(value)][1]
            if number is None:
                raise TypeError(f"{path} refers to an object that it is a part of.")
            return {"same": number}
        self.seen[id(value)] = (value, None)
        node = self.container(value, path)
        self.seen[id(value)] = (value, self.n_done)
        self.n_done += 1
        return node

    def container(self, value, path):
        kind = type(value)
        if kind is list:
            return self.items(value, path)
        if kind is dict:
            return self.mapping(value, path)
        if kind in (np.ndarray, np.memmap):
            return self.array(value, path)
        if kind is np.random.RandomState:
            state = value.get_state(legacy=False)
            if state["bit_generator"] == "MT19937":
                return {"random_state": self.encode(state, path)}
        if kind in known_classes().values():
            return {"estimator": self.estimator(value, path)}
        name = getattr(value, "__qualname__", None)
        raise TypeError(
            f"{path} is {f'{name} of type' if name else 'of type'} {kind.__name__}, "
            "which is not plain data and cannot be saved without pickle: use "
            "joblib.dump or skops.io.dump, or take it out of the estimator first "
            "(callbacks: set_callbacks())."
        )

    def items(self, values, path):
        return [self.encode(value, f"{path}[{i}]") for i, value in enumerate(values)]

    def mapping(self, value, path):
        names = [f"{path}[{key!a}]" for key in value]
        nodes = zip(value.items(), names, strict=True)
        if all(type(key) is str for key in value):
            return {"dict": {k: self.encode(v, name) for (k, v), name in nodes}}
        return {
            "pairs": [[self.encode(k, n), self.encode(v, n)] for (k, v), n in nodes]
        }

    def estimator(self, value, path):
        """Parameters for __init__, and what __getstate__ has besides them."""
        params = value.get_params(deep=False)
        state = dict(value.__getstate__() or {})
        self.kept.append((params, state))
        requests = state.get("_metadata_request")
        if isinstance(requests, MetadataRequest):
            del state["_metadata_request"]
        prefix = f"{path}." if path else ""
        names = {known: name for name, known in known_classes().items()}
        node = {
            "class": names[type(value)],
            "params": {k: self.encode(v, prefix + k) for k, v in params.items()},
            "state": {
                k: self.encode(v, prefix + k)
                for k, v in state.items()
                if k not in params
            },
        }
        if isinstance(requests, MetadataRequest):
            methods = {
                k: getattr(v, "requests", None) for k, v in vars(requests).items()
            }
            node["requests"] = {k: dict(v) for k, v in methods.items() if v}
        return node

    def array(self, value, path):
        if value.dtype.kind == "O":
            plain = (type(None), bool, int, float, str, np.generic)
            for i, entry in enumerate(value.flat):
                if not isinstance(entry, plain):
                    raise TypeError(
                        f"{path} is an array of objects whose entry {i} is of type "
                        f"{type(entry).__name__}: only strings, numbers, booleans and "
                        "None are saved. Use joblib.dump or skops.io.dump."
                    )
            values = self.items(value.ravel().tolist(), path)
            return {"objects": {"shape": value.shape, "values": values}}
        dtype = self.dtype(value.dtype, path)
        # Products of a transposed matrix round differently: the layout is kept.
        fortran = value.flags.f_contiguous and not value.flags.c_contiguous
        tensor = value.T if fortran else value
        tensor = np.asarray(tensor, tensor.dtype.newbyteorder("="), order="C")
        if tensor.dtype.kind == "U":  # (...) strings to (..., length) code points
            width = max(tensor.itemsize // 4, 1)
            tensor = tensor.astype(f"U{width}")[..., np.newaxis].view(np.uint32)
        name = path
        while name in self.tensors:
            name += "'"
        self.tensors[name] = tensor
        return {"array": {"tensor": name, "dtype": dtype, "fortran": bool(fortran)}}

    def dtype(self, dtype, path, objects=False):
        if objects and dtype.kind == "O":
            return "|O"
        if dtype.fields or not (
            _NUMBERS.fullmatch(dtype.str) or _STRINGS.fullmatch(dtype.str)
        ):
            raise TypeError(
                f"{path} has the dtype {dtype}: only booleans, integers, floats of at "
                "most 64 bits and strings are saved. Use joblib.dump or skops.io.dump."
            )
        return dtype.str


class _Decoder:
    """Turns the tree and the tensors back into an estimator."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.done = []
        self.tags = {
            "float": float,
            "tuple": lambda nodes: tuple(map(self.decode, nodes)),
            "scalar": self.scalar,
            "dtype": lambda name: (
                np.dtype(object) if name == "|O" else self.dtype(name)
            ),
            "same": lambda number: self.done[number],
        }
        self.shared_tags = {
            "dict": self.mapping,
            "pairs": lambda pairs: dict(tuple(map(self.decode, p)) for p in pairs),
            "array": self.array,
            "objects": self.objects,
            "random_state": self.random_state,
            "estimator": self.estimator,
        }

    def decode(self, node):
        if isinstance(node, list):
            value = [self.decode(item) for item in node]
        elif isinstance(node, dict):
            ((tag, content),) = node.items()
            if tag in self.tags:
                return self.tags[tag](content)
            value = self.shared_tags[tag](content)
        else:
            return node
        self.done.append(value)
        return value

    def mapping(self, nodes):
        return {key: self.decode(node) for key, node in nodes.items()}

    def scalar(self, content):
        dtype, value = content
        with np.errstate(over="raise"):
            return self.dtype(dtype).type(self.decode(value))

    def dtype(self, name):
        if not (_NUMBERS.fullmatch(name) or _STRINGS.fullmatch(name)):
            raise ValueError(f"{name!r} is not a dtype that is saved")
        return np.dtype(name)

    def array(self, content):
        tensor, dtype = self.tensors[content["tensor"]], self.dtype(content["dtype"])
        if dtype.kind == "U":
            if (
                tensor.dtype != np.uint32
                or tensor.ndim == 0
                or tensor.shape[-1] != max(dtype.itemsize // 4, 1)
                or tensor.max(initial=0) > _LAST_CODE_POINT
            ):
                raise ValueError(f"{content['tensor']} are not strings of {dtype}")
            tensor = tensor.view(f"U{tensor.shape[-1]}")[..., 0]
        elif tensor.dtype != dtype.newbyteorder("="):
            raise ValueError(f"{content['tensor']} is {tensor.dtype}, not {dtype}")
        if content["fortran"]:
            return np.array(tensor.T, dtype=dtype, order="F")
        return np.array(tensor, dtype=dtype, order="C")

    def objects(self, content):
        values = [self.decode(node) for node in content["values"]]
        array = np.empty(len(values), dtype=object)
        array[:] = values
        return array.reshape(content["shape"])

    def random_state(self, node):
        random_state = np.random.RandomState(np.random.MT19937())
        random_state.set_state(self.decode(node))
        return random_state

    def estimator(self, content):
        params = self.mapping(content["params"])
        state = self.mapping(content["state"])
        estimator = _class_named(content["class"])(**params)
        if "requests" in content:
            requests = MetadataRequest(owner=estimator)
            for method, params_of_method in content["requests"].items():
                for param, alias in params_of_method.items():
                    getattr(requests, method).add_request(param=param, alias=alias)
            state["_metadata_request"] = requests
        estimator.__setstate__({**params, **state})
        return estimator
