"""Networks against the same ones in PyTorch, where it is installed."""

import numpy as np
import pytest
from layer_cases import SETTINGS, targets_of
from numpy.testing import assert_allclose


def torch_loss(torch, loss, outputs, targets, weights):
    F, setting = torch.nn.functional, SETTINGS.get(loss, 0.0)
    if loss == "log_loss":
        labels = targets[:, 0].long()
        losses = F.cross_entropy(
            outputs, labels, reduction="none", label_smoothing=setting
        )
    elif loss == "binary_log_loss":
        smooth = targets * (1 - setting) + setting / 2
        losses = F.binary_cross_entropy_with_logits(outputs, smooth, reduction="none")
        losses = losses.sum(1)
    elif loss == "squared_error":
        losses = F.mse_loss(outputs, targets, reduction="none").mean(1) / 2
    elif loss == "absolute_error":
        losses = F.l1_loss(outputs, targets, reduction="none").mean(1)
    elif loss == "huber":
        losses = F.huber_loss(outputs, targets, reduction="none", delta=setting).mean(1)
    elif loss == "quantile":
        errors = targets - outputs
        losses = torch.maximum(setting * errors, (setting - 1) * errors).mean(1)
    elif loss == "poisson":
        losses = F.poisson_nll_loss(outputs, targets, reduction="none").sum(1)
    else:
        losses = (outputs + targets * torch.exp(-outputs)).sum(1)
    return (losses * weights[:, 0]).sum() / weights.sum()


def assert_as_torch(network, X, loss="squared_error"):
    """Loss, gradient and outputs, with the tolerance that roundings need."""
    torch = pytest.importorskip("torch")
    dtype, ragged = X[0].dtype, isinstance(X, list)
    over_steps = network.plan.output.over_steps
    n_rows = sum(map(len, X)) if over_steps else len(X)
    targets = targets_of(loss, n_rows, network.plan.output.size, dtype)
    weights = np.random.default_rng(2).uniform(0.5, 2, size=(n_rows, 1)).astype(dtype)
    trainer = network.trainer(X, targets, weights, loss=loss)
    value, gradient, _ = trainer.gradient(np.arange(len(X)))
    flat = torch.tensor(network.params, requires_grad=True)
    given = [torch.tensor(x) for x in X] if ragged else torch.tensor(X)
    outputs = network.twin("torch", given, network.numbers(flat))
    if ragged:
        outputs = (torch.cat if over_steps else torch.stack)(outputs)
    expected = torch_loss(torch, loss, outputs, *map(torch.tensor, (targets, weights)))
    expected.backward()
    tolerance = 1e-9 if dtype == np.float64 else 1e-5
    assert_allclose(value, expected.item(), rtol=tolerance, atol=tolerance)
    scale = max(1, float(flat.grad.abs().max()))
    assert_allclose(gradient, flat.grad.numpy(), atol=tolerance * scale)
    if not network.plan.n_statistics:
        forward = outputs.detach().numpy()
        scale = max(1, np.abs(forward).max())
        actual = network.outputs(X)
        actual = np.concatenate(actual) if ragged and over_steps else actual
        assert_allclose(actual, forward, atol=tolerance * scale)
