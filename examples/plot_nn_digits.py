"""
A network in a pipeline
=======================

Handwritten digits: a perceptron with dropout, a schedule of its learning rate and early
stopping on the loss stands in a Pipeline, and a grid search reaches into it. What its
last hidden layer has learned is a space of features, to look at or to use.
"""

# %%
# Grid search
# -----------
# A third of the digits is put aside. `StandardScaler` would blow up pixels that are
# nearly always white; all are between 0 and 16, and division is enough.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from skmanifold_nn.manifold import Isomap
from skmanifold_nn.neural_network import MLPClassifier

digits = load_digits()
X, y = digits.data.astype(np.float32), digits.target
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=1 / 3, stratify=y, random_state=5
)

net = MLPClassifier(
    hidden_layer_sizes=(128, 64),
    batch_size=32,
    learning_rate="cosine",
    learning_rate_init=0.003,
    warmup=2,
    max_iter=40,
    early_stopping=True,
    scoring="loss",
    n_iter_no_change=np.inf,
    random_state=5,
)
pipeline = make_pipeline(MinMaxScaler(), net)
grid = {
    "mlpclassifier__activation": ["relu", "gelu"],
    "mlpclassifier__dropout": [0.0, 0.2, 0.4],
}
search = GridSearchCV(pipeline, grid, cv=3).fit(X_train, y_train)
for params, score in zip(
    search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True
):
    print(
        *(f"{name.split('__')[1]} {value}," for name, value in params.items()), end=""
    )
    print(f" accuracy {score:.3f}")
print(f"test accuracy of the best: {search.score(X_test, y_test):.3f}")

# %%
# Learning curves
# ---------------
# Left, the two losses of the network that was chosen: dropout acts in training only, so
# that the loss of the held-out tenth may be lower. Its weights are those of the epoch
# at the line. Right, what the grid search saw: 0.01 is 12 of 1,198 digits, so that
# differences as small as these may be chance.

best = search.best_estimator_[-1]
epochs = np.arange(1, best.n_iter_ + 1)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
axes[0].semilogy(epochs, best.loss_curve_, color="#0072b2", label="training")
axes[0].semilogy(
    epochs, best.validation_loss_curve_, "--", color="#d55e00", label="held out"
)
axes[0].axvline(
    1 + np.argmin(best.validation_loss_curve_), color="0.7", linewidth=1, zorder=0
)
axes[0].set(xlabel="epoch", ylabel="loss")
axes[0].legend()
scores = search.cv_results_["mean_test_score"].reshape(2, 3)
for activation, line, style in zip(
    ("relu", "gelu"), scores, ("o-", "s--"), strict=True
):
    axes[1].plot((0, 0.2, 0.4), line, style, color="#009e73", label=activation)
axes[1].set(xlabel="dropout", ylabel="accuracy, three folds", xticks=(0, 0.2, 0.4))
axes[1].legend()

# %%
# What the last hidden layer sees
# -------------------------------
# `transform` gives the outputs of a hidden layer, the last one if nothing else is said.
# Isomap draws digits that the network has never seen: on the left by their pixels, on
# the right by the 64 learned features. Training has pulled most classes together.

hidden = search.best_estimator_.transform(X_test)
scaled = search.best_estimator_[:-1].transform(X_test)
colours = plt.colormaps["cividis"](np.linspace(0, 0.95, 10))
figure, axes = plt.subplots(1, 2, figsize=(12, 5.6), layout="constrained")
for ax, features, title in (
    (axes[0], scaled, "pixels"),
    (axes[1], hidden, "last hidden layer"),
):
    places = Isomap(n_neighbors=20).fit_transform(features)
    for place, label in zip(places, y_test, strict=True):
        ax.text(*place, label, color=colours[label], fontsize=9, ha="center")
    ax.plot(*places.T, linestyle="none")  # for the limits, which text does not set
    ax.set(title=title, xticks=[], yticks=[])

plt.show()
