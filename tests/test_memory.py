"""What memory there is and what is refused."""

import pytest

from skmanifold_nn import _memory


def test_a_cgroup_limit_counts(monkeypatch, tmp_path):
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(_memory, "_CGROUP_LIMITS", (tmp_path / "none", limit))
    physical = _memory.available_memory()
    assert physical is None or physical > 2**20
    limit.write_text("max\n")
    assert _memory.available_memory() == physical
    limit.write_text("1048576\n")
    assert _memory.available_memory() == 2**20


def test_require_memory(monkeypatch):
    monkeypatch.setattr(_memory, "available_memory", lambda: 2**30)
    _memory.require_memory(2**30, "It", "Do less.")
    message = r"It needs 1,610,612,736 bytes \(1.5 GiB\).* \(1.0 GiB\)\. Do less\."
    with pytest.raises(MemoryError, match=message):
        _memory.require_memory(3 * 2**29, "It", "Do less.")


def test_nothing_is_refused_where_the_limit_is_unknown(monkeypatch):
    monkeypatch.setattr(_memory, "available_memory", lambda: None)
    assert _memory.require_memory(2**80, "It", "Do less.") is None
