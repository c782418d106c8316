"""Ops of planned networks, run by their addresses as an engine would."""

import ctypes

import numpy as np

# Words of struct Op in skmanifold_nn/_kernels/_network.pxd.
NAMES = "forward backward prepare collect meet inputs other output n_in n_out"
NAMES += " params n_params state cache shared flags index n_tasks ints"
WORDS = {name: word for word, name in enumerate(NAMES.split())} | {"reals": 35}
NEEDS_INPUT_GRADIENT, ADDS_TO_INPUT_GRADIENT, OVER_STEPS, FROZEN = 1, 2, 4, 16
MEET_FORWARD, MEET_BACKWARD = 0, 1


class Source(ctypes.Structure):
    """Struct Source of _network.pxd."""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ("values", "columns", "starts")],
        ("width", ctypes.c_int64),
    ]


class Pass(ctypes.Structure):
    """Struct Pass of _network.pxd."""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ("values", "gradients")],
        *[(name, ctypes.c_void_p) for name in ("params", "param_gradients")],
        *[(name, ctypes.c_void_p) for name in ("state", "shared")],
        *[(name, ctypes.c_int64) for name in ("n_rows", "first_row", "training")],
        *[(name, ctypes.c_uint64) for name in ("seed", "step")],
        *[(name, ctypes.c_void_p) for name in ("source", "rows")],
        *[(name, ctypes.c_int64) for name in ("n_sequences", "n_steps")],
        *[(name, ctypes.c_void_p) for name in ("active", "carried")],
    ]


def make_op(**words):
    """An Op with the given words; lists fill several from the name on."""
    op = np.zeros(41, dtype=np.int64)
    for name, value in words.items():
        dtype = np.float64 if name == "reals" else np.int64
        value = np.atleast_1d(np.asarray(value, dtype=dtype))
        op[WORDS[name] : WORDS[name] + len(value)] = value.view(np.int64)
    return op


def run_op(address, op, values, gradients=None, **words):
    """Call one of an op's functions on vectors of values and their gradients."""
    run = Pass(values=values.ctypes.data, **words)
    if gradients is not None:
        run.gradients = gradients.ctypes.data
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(address)
    function(op.ctypes.data, ctypes.byref(run))


def meet(address, op, passes, task):
    """Let parts meet: `passes` are their values, gradients and words."""
    runs = (Pass * len(passes))(
        *[
            Pass(values=v.ctypes.data, gradients=g.ctypes.data, **words)
            for v, g, words in passes
        ]
    )
    integers = [ctypes.c_int64] * 2
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 2, *integers)(address)
    function(op.ctypes.data, runs, len(runs), task)


def collect(address, op, values, gradients, **words):
    """All tasks of an op's parameter gradients, of one part."""
    run = Pass(values=values.ctypes.data, gradients=gradients.ctypes.data, **words)
    arguments = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64
    function = ctypes.CFUNCTYPE(None, *arguments)(address)
    for task in range(op[WORDS["n_tasks"]]):
        function(op.ctypes.data, ctypes.byref(run), 1, task)
