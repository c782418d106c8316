"""The examples of the user guide run as they stand there."""

import doctest
from pathlib import Path

import numpy as np
import pytest

GUIDE = Path(__file__).parents[1] / "doc" / "user_guide"
# That of test_scaling_out.py, which needs Dask.
ELSEWHERE = {"scaling_out.rst"}
PAGES = [
    page
    for page in sorted(GUIDE.glob("*.rst"))
    if ">>> " in page.read_text(encoding="utf-8") and page.name not in ELSEWHERE
]


def test_there_are_examples():
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_the_guide(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # some save a network
    with np.printoptions():  # some round
        failed, tried = doctest.testfile(
            str(page),
            module_relative=False,
            optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
            encoding="utf-8",
        )
    assert tried
    assert not failed, "see the output above"
