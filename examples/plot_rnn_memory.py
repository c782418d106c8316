"""
What recurrent networks remember
================================

Two of the numbers of a long sequence are marked, their sum is wanted at its end. The
gradient that tells a network to remember them has to come back from the end to where
they stood. In simple recurrent networks it vanishes on its way; memory cells were
invented because of it.
"""

# %%
# The adding problem
# ------------------
# A step has a number between 0 and 1, and a mark: it is 1 at one step of the first half
# and one of the second half, and 0 at all others. Who ignores the sequence and says 1
# has a mean squared error of 1/6.

import matplotlib.pyplot as plt
import numpy as np

from skmanifold_nn.neural_network import (
    GRURegressor,
    LSTMRegressor,
    SimpleRNNRegressor,
)

STYLES = {
    SimpleRNNRegressor: ("#d55e00", ":"),
    LSTMRegressor: ("#0072b2", "--"),
    GRURegressor: ("#009e73", "-"),
}


def adding_problem(n_sequences, n_steps, seed):
    """Sequences, sums, and the two marked steps of each sequence."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(size=(n_sequences, n_steps))
    marked = rng.integers(0, n_steps // 2, size=(2, n_sequences))
    marked[1] += n_steps // 2
    rows = np.arange(n_sequences)
    marks = np.zeros_like(numbers)
    marks[rows, marked] = 1
    X = np.stack([numbers, marks], axis=2).astype(np.float32)
    return X, numbers[rows, marked].sum(axis=0), marked


# %%
# Longer and longer sequences
# ---------------------------
# 5,000 sequences, 32 units. Networks stay at the error of the constant for some epochs;
# the longer the sequences, the longer. From 30 steps on the simple one does not get
# away from it for long.

lengths = (10, 30, 60)
figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True, layout="constrained")
nets = {}
for ax, n_steps in zip(axes, lengths, strict=True):
    X, y, _ = adding_problem(5000, n_steps, seed=3)
    X_val, y_val, _ = adding_problem(500, n_steps, seed=4)
    for regressor, (colour, style) in STYLES.items():
        net = regressor(
            (32,),
            batch_size=50,
            learning_rate="cosine",
            learning_rate_init=0.01,
            clip_norm=1.0,
            max_iter=12,
            n_iter_no_change=np.inf,
            random_state=1,
        )
        net.fit(X, y, X_val=X_val, y_val=y_val)
        # Losses are halves of squares.
        errors = 2 * np.array(net.validation_loss_curve_)
        name = regressor.__name__.removesuffix("Regressor")
        ax.semilogy(np.arange(1, 13), errors, style, color=colour, label=name)
        print(f"{n_steps} steps: {name:9} error {errors[-1]:.4f}")
        nets[regressor, n_steps] = net
    ax.axhline(1 / 6, color="0.7", linewidth=1, zorder=0)
    ax.set(title=f"{n_steps} steps", xlabel="epoch")
axes[0].set(ylabel="mean squared error")
axes[0].legend()

# %%
# What became of a number
# -----------------------
# A marked number is made larger by 0.1. The sum of a network that has remembered it
# becomes larger by as much, wherever the number stood; the ratio is 1. Of a network
# whose memory fails, it does not change.

X, y, marked = adding_problem(1000, 60, seed=5)
rows = np.arange(len(X))
figure, ax = plt.subplots(figsize=(7, 3.4), layout="constrained")
for regressor, (colour, style) in STYLES.items():
    net = nets[regressor, 60]
    known = net.predict(X)
    ratios = []
    for steps in marked:
        changed = X.copy()
        changed[rows, steps, 0] += 0.1
        ratios.append((net.predict(changed) - known) / 0.1)
    ratios = np.concatenate(ratios)
    places = marked.ravel() // 4
    means = [ratios[places == k].mean() for k in range(15)]
    name = regressor.__name__.removesuffix("Regressor")
    ax.plot(4 * np.arange(15) + 2, means, style, color=colour, label=name)
ax.set(xlabel="step of the marked number", ylabel="change of the sum / of the number")
ax.legend(loc="center left")

# %%
# Other lengths
# -------------
# Recurrent networks take sequences of any length, but what they learn from sequences of
# 60 steps is to have the sum ready after 60 steps, not before and not much later. From
# sequences of 20 to 60 steps, a list of arrays, they learn to keep it.

rng = np.random.default_rng(7)
X, y = [], []
for n_steps in rng.integers(20, 61, size=5000):
    sequence, total, _ = adding_problem(1, n_steps, seed=rng)
    X.append(sequence[0])
    y.append(total[0])
mixed = {}
for regressor in (LSTMRegressor, GRURegressor):
    net = regressor(**nets[regressor, 60].get_params())
    mixed[regressor] = net.fit(X, np.array(y))

print("mean squared errors")
print("steps   LSTM of 60    of 20-60   GRU of 60    of 20-60")
for n_steps in (20, 40, 60, 80, 100):
    X, y, _ = adding_problem(1000, n_steps, seed=6)
    errors = [
        np.mean((net.predict(X) - y) ** 2)
        for regressor in mixed
        for net in (nets[regressor, 60], mixed[regressor])
    ]
    print(
        "{:5}       {:.4f}      {:.4f}      {:.4f}      {:.4f}".format(n_steps, *errors)
    )
plt.show()
