"""Parameters and fitted attributes, each declared in one place.

A class declares parameters in its body, each with its annotation, default, constraints
and what the documentation says of it; attributes of fitted estimators likewise::

    @declares
    class _RecurrentParameters(HiddenLayerParameters):
        bidirectional: bool = parameter(default=False, text="Whether ...")
        clip_norm: float | None = 1.0  # another default, all else as in the bases

        recurrent_coefs_: list[np.ndarray] = attribute("list of ndarray", "Weights ...")

    @estimator
    class LSTMClassifier(_RecurrentParameters, ClassifierParameters, NetworkClassifier):
        \"\"\"Summary.

        Parameters
        ----------
        %(parameters)s

        Attributes
        ----------
        %(attributes)s
        \"\"\"

        peephole: bool = parameter(default=False, text="Whether ...")

`estimator` gathers the declarations of all bases and writes from them what a class of
scikit-learn has: an `__init__` that stores its parameters and does nothing else,
`_parameter_constraints`, and two sections of the docstring, in which an entry that the
class has written itself takes the place of the declared one. No attribute of a class
has a parameter's name then.

Where several classes declare a name, each fact (default, text ...) is that of the
nearest one that states it. In signatures positional parameters come first, then
keyword-only ones, both from the class itself to its bases, and at last those of
`declares(shared=True)` in the order in which they were declared.

Type checkers read the declarations as those of a dataclass, which begins with its
bases: positional parameters that a class adds to those of bases must be declared again,
in their order.
"""

import re
from abc import update_abstractmethods
from collections.abc import Callable
from inspect import cleandoc, get_annotations
from itertools import count
from types import NoneType
from typing import (
    Any,
    Literal,
    TypeVar,
    dataclass_transform,
    get_args,
    get_origin,
    overload,
)

from .._sklearn_compat import StrOptions

__all__ = ["attribute", "declares", "estimator", "parameter"]

_places = count()
_Class = TypeVar("_Class", bound=type)


class _Declaration(dict):
    """What one class states of a parameter (it has a default) or an attribute."""


def parameter(
    *,
    default: Any,
    text: str | None = None,
    kind: str | None = None,
    constraints: list[Any] | None = None,
    kw_only: bool | None = None,
) -> Any:
    """Declare a parameter of `__init__`; what is None is as in the bases.

    Parameters
    ----------
    default : object
        Immutable.
    text : str, default=None
        What the docstring says of it; further lines are indented by eight columns, as
        they are in a class body.
    kind : str, default=None
        The type in the docstring; None: by the annotation: a class or Literal.
    constraints : list, default=None
        As in scikit-learn's `_parameter_constraints`; None: by the annotation,
        which is bool or Literal.
    kw_only : bool, default=None
        False for positional parameters.

    Returns
    -------
    declaration : object
    """
    stated = {
        "text": text,
        "kind": kind,
        "constraints": constraints,
        "kw_only": kw_only,
    }
    stated = {name: value for name, value in stated.items() if value is not None}
    return _Declaration(stated, default=default)


def attribute(kind: str, text: str = "", *, init: Literal[False] = False) -> Any:
    """Declare an attribute of a fitted estimator; `init` tells type checkers so."""
    return _Declaration(kind=kind, text=text)


@overload
def declares(cls: _Class, /) -> _Class: ...
@overload
def declares(*, shared: bool) -> Callable[[_Class], _Class]: ...
@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(parameter, attribute)
)
def declares(cls=None, /, *, shared=False):
    """Decorate a class whose body declares parameters or attributes."""
    if cls is None:
        return lambda cls: declares(cls, shared=shared)
    declarations = {}
    for name, annotation in get_annotations(cls).items():
        if name.startswith("_") or name not in vars(cls):
            continue
        stated = vars(cls)[name]
        if not isinstance(stated, _Declaration):
            stated = parameter(default=stated)
        declarations[name] = {**stated, "annotation": annotation}
        if shared:
            declarations[name]["place"] = next(_places)
        delattr(cls, name)
    cls._declarations = declarations
    return cls


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(parameter, attribute)
)
def estimator(cls: _Class) -> _Class:
    """Decorate a public class, which gets what its declarations say."""
    return _completed(cls)


def _completed(cls):
    declares(cls)
    gathered = {}
    for base in cls.__mro__:
        for name, stated in vars(base).get("_declarations", {}).items():
            gathered[name] = {**stated, **gathered.get(name, {})}
    gathered = {
        k: {**_of_annotation(v["annotation"]), **v} for k, v in gathered.items()
    }
    parameters = {k: v for k, v in gathered.items() if "default" in v}
    attributes = {k: v for k, v in gathered.items() if "default" not in v}
    parameters = dict(sorted(parameters.items(), key=_order_of_parameters))
    attributes = dict(sorted(attributes.items(), key=_order_of_attributes))
    cls.__init__ = _written_init(cls, parameters)
    cls._parameter_constraints = {k: v["constraints"] for k, v in parameters.items()}
    if cls.__doc__:  # python -OO has none
        cls.__doc__ = _filled(cls.__doc__, parameters, attributes)
    return update_abstractmethods(cls)


def _order_of_parameters(item):
    stated = item[1]
    kw_only = stated.get("kw_only", True)
    return kw_only, stated.get("place", -1) if kw_only else 0


def _order_of_attributes(item):
    name, stated = item
    # Last as everywhere: n_features_in_, feature_names_in_.
    return name.endswith("_in_"), stated.get("place", float("inf"))


def _of_annotation(annotation):
    """Facts that follow from the annotation: a class, Literal, or Literal | None."""
    if isinstance(annotation, type):
        constraints = {"constraints": ["boolean"]} if annotation is bool else {}
        return {"kind": annotation.__name__, **constraints}
    parts = (annotation,) if get_origin(annotation) is Literal else get_args(annotation)
    if not parts or get_origin(parts[0]) is not Literal or {*parts[1:]} - {NoneType}:
        return {}
    options = get_args(parts[0])
    kind = "{" + ", ".join(f'"{option}"' for option in options) + "}"
    constraints = [StrOptions(set(options))]
    if len(parts) == 2:
        kind, constraints = f"{kind} or None", [*constraints, None]
    return {"kind": kind, "constraints": constraints}


def _written_init(cls, parameters):
    """An `__init__` that stores what it is called with.

    As the standard library writes those of dataclasses, in a tenth of the time, which
    counts in every import.
    """
    signature, given = ["self"], {f"_{k}": v["default"] for k, v in parameters.items()}
    for name, stated in parameters.items():
        if type(stated["default"]).__hash__ is None:
            raise ValueError(
                f"mutable default {stated['default']!r} of {name}: all instances would "
                "share it; take None or a tuple."
            )
        if stated.get("kw_only", True) and "*" not in signature:
            signature.append("*")
        signature.append(f"{name}=_{name}")
    body = [f"    self.{name} = {name}" for name in parameters] or ["    pass"]
    exec("\n".join([f"def __init__({', '.join(signature)}):", *body]), given)
    init = given["__init__"]
    init.__annotations__ = {k: v["annotation"] for k, v in parameters.items()}
    init.__annotations__["return"] = None
    init.__module__ = cls.__module__
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _filled(doc, parameters, attributes):
    doc = cleandoc(doc)
    own = set(re.findall(r"^(\w+) :", doc, re.MULTILINE))
    for section in (parameters, attributes):
        mark = "%(parameters)s" if section is parameters else "%(attributes)s"
        entries = [_entry(*item) for item in section.items() if item[0] not in own]
        doc = doc.replace(mark, "\n".join(entries))
    return f"{doc}\n"


def _entry(name, stated):
    kind = stated["kind"]
    if "default" in stated:
        kind += f", default={_spelled(stated['default'])}"
    text = stated["text"].replace("\n        ", "\n    ")
    return f"{name} : {kind}\n    {text}" if text else f"{name} : {kind}"


def _spelled(default):
    """As people write it: "adam", 1e-8."""
    if isinstance(default, str):
        return f'"{default}"'
    return repr(default).replace("e-0", "e-")
