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
from skmanifold_nn.plotting import EmbeddingDisplay


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


def draw(isomap, digits, images):
    """The embedded digits by class, with thumbnails of some."""
    _, ax = plt.subplots(figsize=(8, 6), layout="constrained")
    display = EmbeddingDisplay.from_estimator(isomap, y=digits, images=images, ax=ax)
    ax.set_title(f"{len(digits):,} handwritten digits, 64 pixels unfolded into a plane")
    return display.figure_


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
    isomap = Isomap(n_neighbors=neighbors).fit(scaled)
    figure = draw(isomap, y, 1 - X.reshape(-1, 8, 8) / 16)
    if matplotlib.get_backend().lower() == "agg":
        figure.savefig("quickstart.png", dpi=120)
        print("Wrote quickstart.png")
    else:
        plt.show()


if __name__ == "__main__":
    main()
