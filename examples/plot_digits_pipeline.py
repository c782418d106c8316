"""
Digits from end to end: pipeline, search, judgement
===================================================

1,797 handwritten digits of 8 x 8 pixels: how many dimensions do they need, how many
neighbours, and which method keeps most of what is near? An embedding is an estimator
like any other, so a pipeline and a grid search answer the first two with labels, a
scorer of embeddings answers them without, and curves of R_NX the third.
"""

# %%
# With labels: raise the dimension until the task stops improving
# ---------------------------------------------------------------
# A classifier of three nearest neighbours reads the embedded digits. Isomap places the
# held-out ones by `transform`, so the folds are honest. The accuracy climbs steeply up
# to four dimensions and hardly beyond six, with more neighbours a little later. The
# search takes the largest number all the same, for less than half a per cent; of two
# that do nearly equally well one takes the lower.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from skmanifold_nn.manifold import (
    MDS,
    Isomap,
    LocallyLinearEmbedding,
    SpectralEmbedding,
)
from skmanifold_nn.metrics import make_embedding_scorer, neighborhood_hit
from skmanifold_nn.plotting import CoRankingDisplay, EmbeddingDisplay

X, y = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    X, y, test_size=0.25, stratify=y, random_state=1
)
pipeline = Pipeline([("embed", Isomap()), ("classify", KNeighborsClassifier(3))])
dimensions, neighbors = [1, 2, 3, 4, 6, 8, 12], [8, 20]
grid = {"embed__n_components": dimensions, "embed__n_neighbors": neighbors}
search = GridSearchCV(pipeline, grid, cv=3).fit(X_train, y_train)
print(search.best_params_)
print(f"held-out accuracy: {search.score(X_test, y_test):.3f}")

accuracy = search.cv_results_["mean_test_score"].reshape(len(dimensions), -1)
_, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
for curve, k, style in zip(accuracy.T, neighbors, ("o-", "s--"), strict=True):
    ax.plot(dimensions, curve, style, label=f"{k} neighbours")
ax.set(xlabel="dimensions", ylabel="accuracy, mean of three folds", xticks=dimensions)
ax.legend()
plt.show()

# %%
# Without labels
# --------------
# The area under R_NX says how much of the neighbourhoods of the pixels' space is still
# there in the plane. As a scorer it tunes the number of neighbours of a plane Isomap;
# the rows that are judged were placed by `transform`.

scorer = make_embedding_scorer("co_ranking")
plane = GridSearchCV(Isomap(), {"n_neighbors": [8, 20, 50]}, scoring=scorer, cv=3)
plane.fit(X)
for k, area in zip(
    plane.cv_results_["param_n_neighbors"],
    plane.cv_results_["mean_test_score"],
    strict=True,
):
    print(f"{k:3d} neighbours: area under R_NX {area:.3f}")

# %%
# The plane, with thumbnails of some of the digits:

EmbeddingDisplay.from_estimator(
    plane.best_estimator_, y=y, images=16 - X.reshape(-1, 8, 8)
)
plt.gcf().set_size_inches(9, 7)
plt.show()

# %%
# Which method?
# -------------
# R_NX is 1 where all neighbours are kept and 0 where no more than by chance. The left
# of the axis asks for the nearest ones, the right for the picture as a whole. Laplacian
# eigenmaps and LLE keep the nearest ones best, which the share of neighbours with the
# same label shows too; metric MDS keeps the large distances best.

methods = {
    "PCA": PCA(n_components=2),
    "metric MDS": MDS(),
    "Isomap": Isomap(n_neighbors=20),
    "LLE": LocallyLinearEmbedding(n_neighbors=10),
    "Laplacian eigenmaps": SpectralEmbedding(n_neighbors=10),
}
embeddings = {name: method.fit_transform(X) for name, method in methods.items()}
for name, embedding in embeddings.items():
    hit = neighborhood_hit(embedding, y, n_neighbors=10)
    print(f"{name:20s} share of 10 neighbours with the same label: {hit:.2f}")

_, ax = plt.subplots(figsize=(8, 5), layout="constrained")
CoRankingDisplay.from_embeddings(X, embeddings, ax=ax)
plt.show()

# %%
# The two planes that differ most, side by side: metric MDS fills a disc, in which
# classes overlap; Laplacian eigenmaps put a few classes far out, and all the others
# close together.

_, axes = plt.subplots(1, 2, figsize=(11, 4.8), layout="constrained")
for ax, name in zip(axes, ("metric MDS", "Laplacian eigenmaps"), strict=True):
    EmbeddingDisplay.from_embedding(embeddings[name], y=y, ax=ax)
    ax.set_title(name)
plt.show()
