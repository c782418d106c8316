"""Every public function, method and fitted attribute says its types."""

import ast
import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from typing import get_type_hints

import pytest
from public_api import public_objects

import skmanifold_nn

OBJECTS = list(public_objects())
# Special methods that users call, by name or by an operator.
SPECIAL = {"__init__", "__call__", "__matmul__"}


@cache
def names_for_checkers():
    """What modules import for type checkers only, which annotations have in quotes."""
    names = {}
    for path in Path(skmanifold_nn.__file__).parent.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                for each in node.body:
                    if isinstance(each, ast.ImportFrom) and not each.level:
                        module = importlib.import_module(each.module)
                        for alias in each.names:
                            names[alias.name] = getattr(module, alias.name)
    return names


def is_ours(function):
    module = getattr(inspect.unwrap(function), "__module__", None) or ""
    return module.split(".")[0] == "skmanifold_nn"


def public_functions(thing):
    """The function itself, or what the class lets its users call, by name."""
    if not inspect.isclass(thing):
        return {thing.__name__: thing}
    found = {}
    for name in dir(thing):
        if name.startswith("_") and name not in SPECIAL:
            continue
        member = inspect.getattr_static(thing, name)
        if isinstance(member, property):
            member = member.fget
        elif not inspect.isfunction(member):
            member = getattr(thing, name)  # bound class methods, available_if ...
        member = inspect.unwrap(getattr(member, "fn", member))
        if inspect.isroutine(member) and is_ours(member):
            found[name] = member
    return found


def documented_attributes(thing):
    """Names in the section Attributes of a class's docstring."""
    doc = inspect.getdoc(thing)
    section = re.search(r"^Attributes\n-+\n(.*?)(\n\w[\w ]*\n---|\Z)", doc, re.M | re.S)
    entries = re.findall(r"^(\w.*?)(?: :|$)", section[1], re.M) if section else []
    return [name for entry in entries for name in entry.split(", ")]


@pytest.mark.parametrize("thing", OBJECTS)
def test_public_functions_are_annotated(thing):
    functions = public_functions(thing)
    assert functions
    for name, function in functions.items():
        hints = get_type_hints(function, localns=names_for_checkers())
        parameters = dict(inspect.signature(function).parameters)
        if inspect.isclass(thing) and not inspect.ismethod(function):
            parameters.pop("self", None)
        missing = {*parameters, "return"} - {*hints}
        assert not missing, f"{name}: {sorted(missing)}"


@pytest.mark.parametrize(
    "thing", [each for each in OBJECTS if inspect.isclass(each.values[0])]
)
def test_documented_attributes_are_annotated(thing):
    hints = get_type_hints(thing, localns=names_for_checkers())
    properties = {
        name
        for name in dir(thing)
        if isinstance(inspect.getattr_static(thing, name), property)
    }
    assert {*documented_attributes(thing)} <= {*hints} | properties


def test_the_package_tells_type_checkers_that_it_has_types():
    assert (Path(skmanifold_nn.__file__).parent / "py.typed").is_file()
