"""Read handwritten digits: unfold them with Isomap, then train a small network.

A grid search tunes the number of neighbours and of dimensions for the network at the
end of the pipeline. Prints the held-out accuracy and draws the digits in two
dimensions: on the screen, or to quickstart.png where there is none.
"""

import os
import sys

import matplotlib

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.manifold import Isomap
from skmanifold_nn.neural_network import MLPClassifier

# Ten colours that colour-blind readers can tell apart, with markers to be sure.
COLOURS = [
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee",
    "#aa3377", "#777777", "#e69f00", "#332288", "#000000",
]  # fmt: skip
MARKERS = "osD^v<>Pp*"


def tune(X, y):
    """The best pipeline of a grid over neighbours and dimensions."""
    network = MLPClassifier(
        (64,), batch_size=32, learning_rate_init=0.003, max_iter=400, random_state=1
    )
    pipeline = Pipeline(
        [
            ("scale", StandardScaler()),
            ("isomap", Isomap()),
            ("standardize", StandardScaler()),
            ("classify", network),
        ]
    )
    grid = {"isomap__n_neighbors": [5, 10, 20], "isomap__n_components": [2, 8, 16]}
    return GridSearchCV(pipeline, grid, cv=3).fit(X, y)


def draw(embedding, digits):
    """The embedded digits, one colour and marker a class."""
    figure, ax = plt.subplots(figsize=(7, 5.5), layout="constrained")
    for digit in range(10):
        points = embedding[digits == digit]
        style = {"color": COLOURS[digit], "marker": MARKERS[digit], "linewidths": 0}
        ax.scatter(*points.T, s=14, alpha=0.8, label=str(digit), **style)
    ax.set(
        title=f"{len(digits):,} handwritten digits, 64 pixels unfolded into a plane",
        xlabel="first Isomap coordinate",
        ylabel="second Isomap coordinate",
    )
    ax.legend(title="digit", ncols=2, markerscale=1.6, frameon=False)
    return figure


def main():
    X, y = load_digits(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=1
    )
    search = tune(X_train, y_train)
    print(f"Held-out accuracy: {search.score(X_test, y_test):.3f}")
    print("Best parameters:")
    for name, value in search.best_params_.items():
        print(f"  {name} = {value}")

    scaled = StandardScaler().fit_transform(X)
    neighbors = search.best_params_["isomap__n_neighbors"]
    embedding = Isomap(n_neighbors=neighbors).fit_transform(scaled)
    figure = draw(embedding, y)
    if matplotlib.get_backend().lower() == "agg":
        figure.savefig("quickstart.png", dpi=120)
        print("Wrote quickstart.png")
    else:
        plt.show()


if __name__ == "__main__":
    main()
