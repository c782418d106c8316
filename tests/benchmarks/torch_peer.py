"""Training as a PyTorch user writes it; the work of the benchmarks that compare."""


def training(network, loss, X, y, batch_size, n_epochs):
    """A work of so many epochs of Adam, after one that stays out, and its loss."""
    import torch

    step = torch.optim.Adam(network.parameters(), fused=True)

    def work(n=n_epochs):
        for _ in range(n):
            total = 0.0
            for rows in torch.randperm(len(X)).split(batch_size):
                step.zero_grad(set_to_none=True)
                value = loss(network(X[rows]), y[rows])
                value.backward()
                step.step()
                total += value.detach() * len(rows)
        return float(total) / len(X)

    work(1)
    return work, float
