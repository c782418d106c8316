"""
Forecasts from a lag window, and over-fitting
=============================================

How many people will read a page tomorrow? What is known are the views of the last 56
days. Larger networks remember the years that they have seen better and better; a year
that they have not seen they forecast no better at all. Its curve tells when to stop.
"""

# %%
# The series
# ----------
# Views of a page of Wikipedia, of an American football player, on their logarithmic
# scale. Missing days are interpolated. Rows are windows of 56 days, the target is the
# day after. Networks learn from what was before 2014; with the year 2014 one may choose
# between them, and 2015 is the year that nobody has seen.

import matplotlib.pyplot as plt
import numpy as np

from skmanifold_nn.datasets import load_page_views
from skmanifold_nn.neural_network import (
    GRURegressor,
    LSTMRegressor,
    MLPRegressor,
    SlidingWindow,
    forecast,
)

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"

series = load_page_views()
dates = np.arange(series.dates[0], series.dates[-1] + 1)
log_views = np.interp(
    dates.astype(int), series.dates.astype(int), np.log(series.views)
).astype(np.float32)
known = log_views[dates < np.datetime64("2014-01-01")]
scale = known.std()
scaled = (log_views - known.mean()) / scale

n_lags = 56
window = SlidingWindow(n_lags, flatten=True)
X, y = window.make(scaled)
days = dates[n_lags:]
years = days.astype("datetime64[Y]").astype(int) + 1970
train, watched, unseen = years < 2014, years == 2014, years == 2015

figure, ax = plt.subplots(figsize=(10, 3), layout="constrained")
for part, colour, name in (
    (train, BLUE, "training"),
    (watched, GREEN, "watched"),
    (unseen, ORANGE, "unseen"),
):
    views = np.exp(scale * y[part] + known.mean())
    ax.semilogy(days[part], views, color=colour, linewidth=0.8, label=name)
ax.set(ylabel="views a day")
ax.legend(ncols=3)

# %%
# A table of networks
# -------------------
# Errors are roots of mean squares of the logarithm: 0.1 is ten per cent, roughly. The
# yesterday of a day is the forecast to beat, or its weekday last week; and a linear
# model of 56 days does.


def error(net, part):
    return scale * np.sqrt(np.mean((net.predict(X[part]) - y[part]) ** 2))


print("layers              training  watched  unseen")
for name, lag in (("as yesterday", 1), ("as last week", 7)):
    steps = scale * (X[:, -lag] - y)
    row = (np.sqrt(np.mean(steps[part] ** 2)) for part in (train, watched, unseen))
    print("{:20}   {:5.2f}    {:5.2f}   {:5.2f}".format(name, *row))

nets = {}
for name, sizes in (
    ("linear", ()),
    ("10", (10,)),
    ("100", (100,)),
    ("1000", (1000,)),
    ("100-100", (100,) * 2),
    ("100-100-100", (100,) * 3),
    ("100-100-100-100", (100,) * 4),
):
    net = MLPRegressor(
        hidden_layer_sizes=sizes,
        alpha=0,
        batch_size=32,
        learning_rate="cosine",
        max_iter=60,
        n_iter_no_change=np.inf,
        random_state=1,
    )
    nets[name] = net.fit(X[train], y[train], X_val=X[watched], y_val=y[watched])
    row = (error(net, part) for part in (train, watched, unseen))
    print("{:20}   {:5.2f}    {:5.2f}   {:5.2f}".format(name, *row))

# %%
# Learning curves
# ---------------
# `fit` takes data to watch: ``loss_curve_`` has the training loss of each epoch,
# ``validation_loss_curve_`` that of the year 2014 after it. (Losses are halves of
# squares; the axes show errors as in the table.) Both fall together as long as there is
# something to learn for any year. Then only the training error goes on falling.

figure, axes = plt.subplots(1, 3, figsize=(12, 3.6), sharey=True, layout="constrained")
for ax, name in zip(axes, ("linear", "100", "100-100-100-100"), strict=True):
    net = nets[name]
    for curve, colour, style, label in (
        (net.loss_curve_, BLUE, "-", "training"),
        (net.validation_loss_curve_, GREEN, "--", "watched"),
    ):
        errors = scale * np.sqrt(2 * np.array(curve))
        ax.plot(np.arange(1, 61), errors, style, color=colour, label=label)
    best = int(np.argmin(net.validation_loss_curve_))
    ax.axvline(best + 1, color="0.7", linewidth=1, zorder=0)
    ax.set(title=name, xlabel="epoch", ylim=(0, 0.8))
axes[0].set(ylabel="error")
axes[0].legend()

# %%
# Stopping in time
# ----------------
# ``early_stopping=True, scoring="loss"`` stops when the watched loss no longer falls,
# and restores the weights that had the lowest. A little
# dropout makes the memory worse and the forecast better.

for dropout in (0.0, 0.1):
    net = MLPRegressor(
        hidden_layer_sizes=(100,) * 4,
        alpha=0,
        batch_size=32,
        early_stopping=True,
        scoring="loss",
        dropout=dropout,
        n_iter_no_change=10,
        random_state=1,
    )
    net.fit(X[train], y[train], X_val=X[watched], y_val=y[watched])
    row = (error(net, part) for part in (train, watched, unseen))
    name = f"dropout {dropout}, best of {net.n_iter_}"
    print("{:26} {:5.2f}    {:5.2f}   {:5.2f}".format(name, *row))

# %%
# Recurrent networks
# ------------------
# Rows are sequences of 56 single days, or with ``input_shape=(8, 7)`` of eight weeks of
# seven days. From day to day, a network has to find out that there is a week, and to
# keep it in mind; from week to week, each weekday is a feature of its own. That is
# faster, too, and better. Still, a window of a fixed length is where a perceptron is at
# home: with one layer of 100 units, or with dropout, it does as well.

for regressor in (LSTMRegressor, GRURegressor):
    for shape in ((56, 1), (8, 7)):
        net = regressor(
            (32,),
            input_shape=shape,
            batch_size=32,
            learning_rate_init=0.002,
            early_stopping=True,
            scoring="loss",
            n_iter_no_change=10,
            random_state=1,
        )
        nets[regressor, shape] = net
        net.fit(X[train], y[train], X_val=X[watched], y_val=y[watched])
        row = (error(net, part) for part in (train, watched, unseen))
        name = f"{regressor.__name__[:-9]}, {shape[0]} steps, best of {net.n_iter_}"
        print("{:26} {:5.2f}    {:5.2f}   {:5.2f}".format(name, *row))

# %%
# Further ahead
# -------------
# `forecast` asks a network again and again, what it has predicted being what it sees
# next. Here are four weeks from each of four days of the unseen year. In February both
# are too high by a factor of two: the season has just ended, which 56 days do not tell.

figure, ax = plt.subplots(figsize=(10, 3), layout="constrained")
shown = (dates >= np.datetime64("2014-12-01")) & (dates < np.datetime64("2015-08-01"))
ax.semilogy(
    dates[shown], np.exp(log_views[shown]), color="0.6", linewidth=0.8, label="views"
)
first = np.datetime64("2015-02-15")
for start in first + 40 * np.arange(4):
    so_far = scaled[dates < start]
    for net, colour, name in (
        (nets[GRURegressor, (8, 7)], BLUE, "GRU"),
        (nets["linear"], ORANGE, "linear"),
    ):
        ahead = forecast(net, so_far, 28, window=window)
        ax.semilogy(
            start + np.arange(28),
            np.exp(scale * ahead + known.mean()),
            color=colour,
            label=name if start == first else None,
        )
ax.set(ylabel="views a day")
ax.legend(ncols=3)
plt.show()
