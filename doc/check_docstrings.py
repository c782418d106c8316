"""Numpydoc's checks of every public docstring: python doc/check_docstrings.py.

The build of the documentation checks what it writes a page of; this checks the methods
of layers and of classes in the lists of functions, too.
"""

import importlib
import inspect
import pkgutil
import sys

from conf import numpydoc_validation_checks
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import get_validation_checks, validate

import skmanifold_nn

PACKAGE = skmanifold_nn.__name__


def public_modules():
    for found in pkgutil.walk_packages(skmanifold_nn.__path__, f"{PACKAGE}."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield importlib.import_module(found.name)


def is_ours(function):
    return inspect.isroutine(function) and function.__module__.startswith(PACKAGE)


def function_of(owner, name):
    """What runs when a member of a class is called or looked up; None for data."""
    member = inspect.getattr_static(owner, name, None)
    if isinstance(member, property):
        return member.fget
    return inspect.unwrap(getattr(owner, name, None))


def methods(owner):
    """Public methods and properties that need a docstring of their own."""
    attributes = NumpyDocString(owner.__doc__)["Attributes"]
    in_class = {name for item in attributes for name in item.name.split(", ")}
    for name in dir(owner):
        function = function_of(owner, name)
        if name.startswith("_") or name in in_class or not is_ours(function):
            continue
        # With the parameters of its base's method, it does what that says.
        signature = [*inspect.signature(function).parameters]
        bases = [function_of(base, name) for base in owner.__mro__[1:]]
        inherited = [base for base in bases if base and base is not function]
        if any(
            is_ours(base) and [*inspect.signature(base).parameters] == signature
            for base in inherited
        ):
            continue
        yield name, function


def public_names():
    """Dotted name of each public object and method, once where it is inherited."""
    seen = set()
    for module in public_modules():
        for public in module.__all__:
            thing = getattr(module, public)
            yield f"{module.__name__}.{public}"
            for name, function in methods(thing) if inspect.isclass(thing) else ():
                if function not in seen:
                    seen.add(function)
                    yield f"{module.__name__}.{public}.{name}"


def main():
    checks = get_validation_checks(set(numpydoc_validation_checks))
    names = sorted(public_names())
    errors = [
        f"{name}: {code} {text}"
        for name in names
        for code, text in validate(name)["errors"]
        if code in checks
    ]
    print(*errors, f"{len(names)} docstrings, {len(errors)} errors", sep="\n")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
