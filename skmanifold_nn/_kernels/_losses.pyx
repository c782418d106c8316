"""Losses of the last layer's outputs, before any link, and the links themselves.

With o an output, y its target and p = ``settings[0]``, a sample's loss is

- log_loss: -sum_k q_k log softmax(o)_k, where y is the index of the class, stored in
  the network's dtype, and q is 1 - p at y and p / n_outputs more everywhere;
- binary_log_loss: sum of log(1 + exp(o)) - t o with t = (1 - p) y + p / 2;
- squared_error: mean of (o - y)^2 / 2; absolute_error: mean of |o - y|;
- huber: mean of (o - y)^2 / 2 up to |o - y| = p and p (|o - y| - p / 2) beyond;
- quantile: mean of p (y - o) where o < y and (1 - p) (o - y) elsewhere;
- poisson: sum of exp(o) - y o; gamma: sum of o + y exp(-o);

over the outputs. Where a loss has a kink its gradient is 0. The gradients are those of
the value that is returned. Rows of weight zero may hold NaN.
"""

from cython cimport floating
from libc.stdint cimport uintptr_t

from ._losses cimport loss_function, transform_function


cdef extern from "_losses.h":
    loss_function loss_log_loss_f32, loss_log_loss_f64
    loss_function loss_binary_log_loss_f32, loss_binary_log_loss_f64
    loss_function loss_squared_error_f32, loss_squared_error_f64
    loss_function loss_absolute_error_f32, loss_absolute_error_f64
    loss_function loss_huber_f32, loss_huber_f64
    loss_function loss_quantile_f32, loss_quantile_f64
    loss_function loss_poisson_f32, loss_poisson_f64
    loss_function loss_gamma_f32, loss_gamma_f64
    transform_function transform_identity_f32, transform_identity_f64
    transform_function transform_softmax_f32, transform_softmax_f64
    transform_function transform_logistic_f32, transform_logistic_f64
    transform_function transform_exp_f32, transform_exp_f64


cdef dict losses(loss_function single, loss_function double_):
    return {"float32": <uintptr_t> single, "float64": <uintptr_t> double_}


cdef dict transforms(transform_function single, transform_function double_):
    return {"float32": <uintptr_t> single, "float64": <uintptr_t> double_}


ADDRESSES = {
    "log_loss": losses(loss_log_loss_f32, loss_log_loss_f64),
    "binary_log_loss": losses(loss_binary_log_loss_f32, loss_binary_log_loss_f64),
    "squared_error": losses(loss_squared_error_f32, loss_squared_error_f64),
    "absolute_error": losses(loss_absolute_error_f32, loss_absolute_error_f64),
    "huber": losses(loss_huber_f32, loss_huber_f64),
    "quantile": losses(loss_quantile_f32, loss_quantile_f64),
    "poisson": losses(loss_poisson_f32, loss_poisson_f64),
    "gamma": losses(loss_gamma_f32, loss_gamma_f64),
}
TRANSFORMS = {
    "identity": transforms(transform_identity_f32, transform_identity_f64),
    "softmax": transforms(transform_softmax_f32, transform_softmax_f64),
    "logistic": transforms(transform_logistic_f32, transform_logistic_f64),
    "exp": transforms(transform_exp_f32, transform_exp_f64),
}
# From outputs to predictions.
LINKS = {
    name: {
        "log_loss": "softmax",
        "binary_log_loss": "logistic",
        "poisson": "exp",
        "gamma": "exp",
    }.get(name, "identity")
    for name in ADDRESSES
}
# Defaults of ``settings[0]``; of the others it is 0.
SETTINGS = {"huber": 1.0, "quantile": 0.5}


def value_and_gradients(
    str name,
    const floating[:, ::1] outputs,
    const floating[:, ::1] targets,
    const floating[::1] weights,  # or None
    double setting,
    double scale,
    floating[:, ::1] gradients,  # OUT
):
    """The sum of weight times loss, and the gradients of `scale` times it."""
    cdef uintptr_t address = ADDRESSES[name][
        "float64" if floating is double else "float32"]
    cdef const floating *given = NULL
    cdef double total = 0
    if weights is not None and weights.shape[0]:
        given = &weights[0]
    if outputs.shape[0]:
        with nogil:
            total = (<loss_function> address)(
                &setting, outputs.shape[0], outputs.shape[1], &outputs[0, 0],
                &targets[0, 0], given, scale, &gradients[0, 0])
    return total


def transform(
    str name,
    const floating[:, ::1] outputs,
    floating[:, ::1] predictions,  # OUT, or the outputs
):
    """Apply a link: a key of `TRANSFORMS`."""
    cdef uintptr_t address = TRANSFORMS[name][
        "float64" if floating is double else "float32"]
    if outputs.shape[0]:
        with nogil:
            (<transform_function> address)(
                outputs.shape[0], outputs.shape[1], &outputs[0, 0], &predictions[0, 0])
