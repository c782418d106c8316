"""What every test file shares."""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import skmanifold_nn

# The same examples on every machine and no time limit on a loaded one.
settings.register_profile("reproducible", derandomize=True, deadline=None)
settings.load_profile("reproducible")

package = Path(skmanifold_nn.__file__).parent
if not any(package.rglob(f"*{EXTENSION_SUFFIXES[0]}")):
    raise pytest.UsageError(
        f"{package} is not compiled: run `python -m pip install '.[test]'`, "
        "then `pytest` (not `python -m pytest`, which imports the sources)."
    )


@pytest.fixture
def rng():
    """A fresh generator with the same numbers in every test."""
    return np.random.default_rng(1905)
