"""Which part of the package may import which, read from the sources."""

import ast
import re
import sys
from pathlib import Path

import pytest

PACKAGE = "skmanifold_nn"
ROOT = Path(__file__).parents[1] / PACKAGE

# Each part and the parts it may import besides itself. A part is a module or folder of
# the package, or "folder.subfolder" where that has a row of its own.
FOUNDATION = {"_memory", "_sklearn_compat", "_threads", "_typing"}
ELIMINATION = {"_ordering", "_symbolic"}
DOORS = FOUNDATION | {"graph", "eigen", "_measures", "base"}
MAY_IMPORT = {
    "__init__": set(),
    "_kernels": set(),
    "_memory": set(),
    "_sklearn_compat": set(),
    "_threads": set(),
    "_typing": set(),
    # Behind the doors graph and eigen: elimination serves geodesics and factorisations.
    "_ordering": FOUNDATION | {"_kernels"},
    "_symbolic": FOUNDATION | {"_kernels"},
    "_geodesics": FOUNDATION | {"_kernels"} | ELIMINATION,
    "_neighbors": FOUNDATION | {"_kernels"},
    "_bridges": FOUNDATION,
    "graph": FOUNDATION
    | {"_kernels", "_bridges", "_geodesics", "_neighbors"}
    | ELIMINATION,
    # Behind the door eigen.
    "_krylov": set(),
    "_centering": FOUNDATION | {"_kernels", "_krylov"},
    "_eigensolvers": FOUNDATION | {"_krylov"},
    "_cholesky": FOUNDATION | {"_kernels"} | ELIMINATION,
    "_smallest": FOUNDATION | {"_krylov", "_eigensolvers"},
    "eigen": FOUNDATION
    | {"_centering", "_cholesky", "_eigensolvers", "_krylov", "_smallest"},
    "_measures": FOUNDATION | {"_kernels"},
    "base": FOUNDATION | {"graph", "eigen", "_measures"},
    # The kernels that build one method's matrix; graphs and eigensolves by the doors.
    "manifold": DOORS | {"_kernels", "_neighbors"},
    "neural_network._initializers": set(),
    "neural_network.layers": FOUNDATION | {"_kernels", "neural_network._initializers"},
    "neural_network": DOORS | {"neural_network.layers", "neural_network._initializers"},
    # Ranks of all pairs are nobody's matrix but theirs; intrinsic dimension takes
    # directed neighbourhoods, which graphs have no more.
    "metrics": DOORS | {"_kernels", "_neighbors"},
    "datasets": FOUNDATION,
    "plotting": DOORS | {"metrics", "manifold", "neural_network"},
}
# Found in every environment in which the package is installed ...
REQUIRED = {"numpy", "scipy", "sklearn", "joblib"}
# ... and what may be imported inside functions (or for type checkers) only, by which
# parts.
OPTIONAL = {
    "matplotlib": {"plotting"},
    "mpl_toolkits": {"plotting"},  # part of matplotlib
    "pyamg": {"_smallest"},
    "pandas": {"datasets"},
    "safetensors": {"neural_network"},
}
# Calls that change the interpreter's state for everybody else.
GLOBAL_STATE = {
    "threadpool_limits",
    "catch_warnings",
    "simplefilter",
    "filterwarnings",
    "resetwarnings",
    "seterr",
    "set_config",
    "config_context",
}
CIMPORT = re.compile(
    r"^\s*(?:from\s+(?P<source>[\w.]+)\s+cimport|cimport\s+(?P<module>[\w.]+))",
    re.MULTILINE,
)


def part_of(module):
    """The part of the package to which a dotted module name belongs."""
    names = module.split(".")[1:]
    if not names:
        return "__init__"
    longer = ".".join(names[:2])
    return longer if longer in MAY_IMPORT else names[0]


def module_of(path):
    """Dotted name of the file's module; a package's __init__ is the package."""
    names = [PACKAGE, *path.relative_to(ROOT).with_suffix("").parts]
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


def absolute(importer, is_package, level, module):
    """The dotted name that a relative import means."""
    if level == 0:
        return module
    base = importer.split(".")
    base = base[: len(base) - level + (1 if is_package else 0)]
    return ".".join([*base, module] if module else base)


def python_imports(path):
    """(module, imported name or None, whether not at import time) of each import.

    Those inside functions and under `if TYPE_CHECKING` wait.
    """
    importer, is_package = module_of(path), path.name == "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            inner.update(id(child) for child in ast.walk(node))
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            waiting = (ast.walk(child) for child in node.body)
            inner.update(id(child) for nodes in waiting for child in nodes)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None, id(node) in inner
        elif isinstance(node, ast.ImportFrom):
            module = absolute(importer, is_package, node.level, node.module or "")
            for alias in node.names:
                yield module, alias.name, id(node) in inner


def cython_imports(path):
    """The same for the cimports and plain imports of a Cython file."""
    importer = module_of(path)
    text = path.read_text(encoding="utf-8")
    modules = [m["source"] or m["module"] for m in CIMPORT.finditer(text)]
    modules += re.findall(r"^(?:from|import)\s+([\w.]+)(?!.*cimport)", text, re.M)
    for name in modules:
        level = len(name) - len(name.lstrip("."))
        yield absolute(importer, False, level, name.lstrip(".")), None, False


PYTHON_FILES = sorted(ROOT.rglob("*.py"))
CYTHON_FILES = sorted([*ROOT.rglob("*.pyx"), *ROOT.rglob("*.pxd")])
FILES = [*PYTHON_FILES, *CYTHON_FILES]


def imports(path):
    return python_imports(path) if path.suffix == ".py" else cython_imports(path)


def resolve(module, name):
    """`from package import submodule` imports the submodule."""
    if name is None or not module.startswith(PACKAGE):
        return module
    folder = ROOT.joinpath(*module.split(".")[1:])
    is_module = (folder / name).is_dir() or any(
        (folder / f"{name}{suffix}").exists() for suffix in (".py", ".pyx", ".pxd")
    )
    return f"{module}.{name}" if is_module else module


def file_id(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=file_id)
def test_parts_import_only_what_lies_below_them(path):
    part = part_of(module_of(path))
    assert part in MAY_IMPORT, f"give {part!r} a row in MAY_IMPORT"
    allowed = MAY_IMPORT[part] | {part}
    for module, name, _ in imports(path):
        if module.split(".")[0] != PACKAGE or (module, name) == (
            PACKAGE,
            "__version__",
        ):
            continue
        target = part_of(resolve(module, name))
        assert target in allowed, f"{part} imports {module}.{name or ''}"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=file_id)
def test_only_the_compatibility_module_imports_private_scikit_learn(path):
    if module_of(path) == f"{PACKAGE}._sklearn_compat":
        return
    for module, name, _ in python_imports(path):
        if module.split(".")[0] == "sklearn":
            private = [p for p in [*module.split("."), name or ""] if p[:1] == "_"]
            assert not private, f"{module}.{name} belongs in _sklearn_compat.py"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=file_id)
def test_third_party_imports(path):
    part = part_of(module_of(path))
    for module, _, inside in python_imports(path):
        top = module.split(".")[0]
        if top in REQUIRED or top == PACKAGE or top in sys.stdlib_module_names:
            continue
        assert part in OPTIONAL.get(top, ()), f"{part} may not import {top}"
        assert inside, f"import {top} inside the function that needs it"


@pytest.mark.parametrize("path", CYTHON_FILES, ids=file_id)
def test_kernels_import_no_scikit_learn(path):
    allowed = {"cython", "libc", "libcpp", "cpython", "numpy", "scipy", PACKAGE}
    for module, _, _ in cython_imports(path):
        assert module.split(".")[0] in allowed, f"{path.name} imports {module}"


@pytest.mark.parametrize("path", PYTHON_FILES, ids=file_id)
def test_nothing_global_is_changed(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        called = getattr(node, "func", None)
        name = getattr(called, "attr", getattr(called, "id", None))
        assert name not in GLOBAL_STATE, f"line {node.lineno} calls {name}"
        if isinstance(node, ast.Attribute) and node.attr == "seed":
            assert getattr(node.value, "attr", "") != "random", f"line {node.lineno}"


def test_init_files_are_imports_only():
    plain = ast.Import | ast.ImportFrom | ast.Assign | ast.Expr
    for path in ROOT.rglob("__init__.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            assert isinstance(node, plain), f"{file_id(path)}, line {node.lineno}"
