"""
What hidden units do
====================

A hidden unit bends a line once. Two of them are enough to take apart what no line can
separate, the four inputs of "exclusive or"; a handful of them add up to a curve.
"""

# %%
# Exclusive or
# ------------
# The output is to be 1 if exactly one of the inputs is 1. No line has (0, 1) and (1, 0)
# on one side and (0, 0) and (1, 1) on the other. Two hidden units move the four inputs
# to *three* places: the two that have the same answer for different reasons may stay
# apart, or the other two may, but one pair falls together. Then a line is enough.
# `transform` gives the outputs of the hidden units.

import matplotlib.pyplot as plt
import numpy as np

from skmanifold_nn.neural_network import MLPClassifier, MLPRegressor

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "0.6"

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([0, 1, 1, 0])
net = MLPClassifier((2,), "logistic", solver="lbfgs", alpha=0.001, random_state=4)
net.fit(X, y)
hidden = net.transform(X)
print("accuracy:", net.score(X, y))
for inputs, states in zip(X, hidden, strict=True):
    print(inputs, "->", states.round(2))

# %%
# The output unit cuts the square of hidden states in a straight line. Seen from the
# inputs, the same cut is a band.

square = np.linspace(-0.25, 1.25, 200)
grid = np.stack(np.meshgrid(square, square), axis=-1).reshape(-1, 2)
shades = {"levels": [0, 0.5, 1], "colors": [BLUE, ORANGE], "alpha": 0.25}

figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
probabilities = net.predict_proba(grid)[:, 1].reshape(200, 200)
axes[0].contourf(square, square, probabilities, **shades)
scores = grid @ net.coefs_[1] + net.intercepts_[1]
axes[1].contourf(square, square, (scores > 0).reshape(200, 200), **shades)
for ax, places, title in (
    (axes[0], X, "inputs"),
    (axes[1], hidden, "hidden states"),
):
    for label, colour, marker in ((0, BLUE, "o"), (1, ORANGE, "s")):
        ax.scatter(*places[y == label].T, s=120, c=colour, marker=marker, label=label)
    ax.set(title=title, aspect="equal", xlim=(-0.25, 1.25), ylim=(-0.25, 1.25))
places, numbers = np.unique(hidden.round(1), axis=0, return_inverse=True)
for k, place in enumerate(places):
    text = " and ".join(f"({a}, {b})" for a, b in X[numbers == k])
    axes[1].annotate(text, place, (0, 20), textcoords="offset points", ha="center")
axes[0].legend(title="or, but not both", loc="center")

# %%
# Curves as sums
# --------------
# With one input and one hidden layer the output is a constant plus multiples of the
# units' outputs, each a sigmoid or a kink of its own place, height and direction:
# :math:`y = b + \sum_i c_i \, \sigma(b_i + w_i x)`. Thin lines are these summands, the
# broad line is what they add up to, dashes are what was asked for. Smooth units suit
# smooth curves. Two ReLUs *are* the absolute value, one steep sigmoid is the step.

x = np.linspace(-2, 2, 201)[:, np.newaxis]
tasks = (
    ("$x^2$", x[:, 0] ** 2, (4,), "tanh"),
    (r"$\sin \pi x$", np.sin(np.pi * x[:, 0]), (5,), "tanh"),
    ("$|x|$", np.abs(x[:, 0]), (2,), "relu"),
    ("a step", np.where(x[:, 0] > 0.5, 1.0, 0.0), (1,), "logistic"),
)


def fit_curve(wanted, hidden_layer_sizes, activation):
    """The best of some starts: small networks get stuck."""
    nets = [
        MLPRegressor(
            hidden_layer_sizes=hidden_layer_sizes,
            activation=activation,
            solver="lbfgs",
            alpha=1e-5,
            max_iter=2000,
            tol=1e-5,
            random_state=seed,
        ).fit(x, wanted)
        for seed in range(6)
    ]
    return min(nets, key=lambda net: net.loss_)


figure, axes = plt.subplots(1, 4, figsize=(13, 3.4), layout="constrained")
for ax, (name, wanted, sizes, activation) in zip(axes, tasks, strict=True):
    net = fit_curve(wanted, sizes, activation)
    summands = net.transform(x) * net.coefs_[1][:, 0]
    ax.plot(x, summands, color=GREY, linewidth=1)
    ax.plot(x, net.predict(x), color=BLUE, linewidth=5, alpha=0.5)
    ax.plot(x, wanted, color="black", linestyle="--", linewidth=1)
    ax.set(title=f"{name}, {sizes[0]} {activation}", xlabel="x")
    error = np.abs(net.predict(x) - wanted).mean()
    print(f"{name}: mean error {error:.4f}")
plt.show()
