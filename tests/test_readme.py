"""README.rst's tables of benchmarks."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).with_name("benchmarks"))
    import tables

    return tables


def test_tables_are_what_the_benchmarks_recorded(tables):
    results = json.loads(tables.RESULTS.read_text())
    text = tables.README.read_text()
    assert tables.with_tables(text, results) == text
    name = next(iter(results))
    results[name]["libraries"]["ours"]["seconds"] = 1234
    assert "1234 s" in tables.with_tables(text, results)


def test_quickest_backend_and_both_peers(tables):
    def run(seconds, megabytes, ratio=None):
        return {"seconds": seconds, "megabytes": megabytes, "ratio": ratio}

    libraries = {
        "ours": run(0.1, 184),
        "scikit-learn, threading": run(5.0, 90, 50.0),
        "scikit-learn, loky": run(4.0, 1234, 40.2),
        "tapkee": run(0.204, 94, 2.04),
        "validation alone": run(0.01, 90),
    }
    cells = "4.0 s, 1.2 GB", "0.20 s, 90 MB", "0.10 s, 180 MB", "40 x, 2.0 x"
    assert tables.line_of("work", libraries) == ("work", *cells)
    assert not tables.is_shown({"ours": run(1, 1), "all 55": run(1, 1)})
    assert tables.is_shown({"ours": run(1, 1)})
