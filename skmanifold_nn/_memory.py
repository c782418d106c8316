"""How much memory there is, and the refusal of work that needs more."""

import os
from pathlib import Path

__all__ = ["available_memory", "require_memory"]

_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def _physical_memory():
    """Bytes of physical memory, None where the platform does not tell."""
    if os.name == "nt":
        import ctypes

        kilobytes = ctypes.c_ulonglong()
        kernel32 = ctypes.windll.kernel32
        if kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
            return kilobytes.value * 1024
        return None
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None


def available_memory():
    """Bytes that this process may use at most.

    Returns
    -------
    int or None
        The smaller of the physical memory and a readable cgroup limit; None where
        neither is known.
    """
    limits = [_physical_memory()]
    for path in _CGROUP_LIMITS:
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # no such limit, or "max"
            continue
    return min((limit for limit in limits if limit is not None), default=None)


def require_memory(n_bytes, what, remedy):
    """Raise a MemoryError before work that cannot fit in memory.

    Parameters
    ----------
    n_bytes : int
        Bytes that the work needs at its peak.
    what : str
        What needs them, the start of the message.
    remedy : str
        What the user can do instead.
    """
    limit = available_memory()
    if limit is not None and n_bytes > limit:
        raise MemoryError(
            f"{what} needs {n_bytes:,d} bytes ({n_bytes / 2**30:.1f} GiB), but this "
            f"process may use {limit:,d} bytes ({limit / 2**30:.1f} GiB). {remedy}"
        )
