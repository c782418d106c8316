"""
The colour circle from judgements
=================================

Red and violet stand at the two ends of the spectrum, and yet they look alike. Ekman let
31 people judge how similar 14 colours are that differ in nothing but their wavelength.
From these judgements alone multidimensional scaling bends the spectrum into a circle.
"""

# %%
# The judgements
# --------------
# Each pair of colours was rated from 0, no similarity, to 4, identical; the table has
# the means over the people, divided by 4. A row holds the similarities to the
# wavelengths after it. From: G. Ekman, Dimensions of color vision, Journal of
# Psychology 38 (1954), 467-474. What scaling needs is the opposite: a dissimilarity is
# one minus the similarity.

import matplotlib.pyplot as plt
import numpy as np
from scipy.spatial.distance import squareform

from skmanifold_nn.manifold import MDS
from skmanifold_nn.plotting import ShepardDisplay

WAVELENGTHS = [434, 445, 465, 472, 490, 504, 537, 555, 584, 600, 610, 628, 651, 674]
SIMILARITIES = """
.86 .42 .42 .18 .06 .07 .04 .02 .07 .09 .12 .13 .16
.50 .44 .22 .09 .07 .07 .02 .04 .07 .11 .13 .14
.81 .47 .17 .10 .08 .02 .01 .02 .01 .05 .03
.54 .25 .10 .09 .02 .01 .00 .01 .02 .04
.61 .31 .26 .07 .02 .02 .01 .02 .00
.62 .45 .14 .08 .02 .02 .02 .01
.73 .22 .14 .05 .02 .02 .00
.33 .19 .04 .03 .02 .02
.58 .37 .27 .20 .23
.74 .50 .41 .28
.76 .62 .55
.85 .68
.76
"""
dissimilarities = squareform(1 - np.array(SIMILARITIES.split(), dtype=float))


def spectral_colour(wavelength):
    """Roughly how light of one wavelength, in nanometres, looks on a screen."""
    corners = [380, 440, 490, 510, 580, 645, 780]
    red = np.interp(wavelength, corners, [0.5, 0, 0, 0, 1, 1, 0.8])
    green = np.interp(wavelength, corners, [0, 0, 1, 1, 1, 0, 0])
    blue = np.interp(wavelength, corners, [1, 1, 1, 0, 0, 0, 0])
    violet = np.interp(wavelength, [420, 440, 465], [0.45, 0.35, 0])
    return np.clip([red + violet, 0.85 * green, blue], 0, 1)


colours = np.array([spectral_colour(wavelength) for wavelength in WAVELENGTHS])

# %%
# Metric and non-metric
# ---------------------
# Metric scaling takes the numbers at their word: a dissimilarity of 0.8 is to be twice
# as far as one of 0.4. But two colours that have nothing in common are judged at nearly
# 1 whether they are opposite each other or a third of the circle apart. Non-metric
# scaling uses only the *order* of the judgements, and finds the best monotone function
# of them along with the places. Both have the wavelengths in their order around a
# circle, open between red and violet; the stress is far lower for the order alone.

models = {
    "metric": MDS(metric="precomputed", eps=1e-9, max_iter=2000),
    "non-metric": MDS(metric_mds=False, metric="precomputed", eps=1e-9, max_iter=2000),
}


def draw_circle(ax, embedding, title):
    """The colours as placed, joined in the order of their wavelengths."""
    ax.plot(*embedding.T, color="0.7", zorder=0)
    ax.scatter(*embedding.T, c=colours, s=160, edgecolor="black", linewidth=0.5)
    text = {"ha": "center", "va": "center", "fontsize": 8}
    for place, wavelength in zip(embedding, WAVELENGTHS, strict=True):
        # Outside of the circle, and away from the nearest colour.
        order = np.argsort(np.linalg.norm(embedding - place, axis=1))
        away = place - embedding[order[1]]
        beside = 15 * place / np.linalg.norm(place) + 6 * away / np.linalg.norm(away)
        ax.annotate(wavelength, place, beside, textcoords="offset points", **text)
    ax.set(title=title, xticks=[], yticks=[])
    ax.set_aspect("equal")
    ax.margins(0.15)


figure, axes = plt.subplots(2, 2, figsize=(10, 9), layout="constrained")
turned_like = None
for column, (name, mds) in enumerate(models.items()):
    turned_like = mds.fit(dissimilarities, reference=turned_like).embedding_
    draw_circle(axes[0, column], mds.embedding_, f"{name} scaling")
    ShepardDisplay.from_estimator(mds, ax=axes[1, column])
    print(f"{name}: Stress-1 {mds.scale_free_stress_:.3f}")

# %%
# The Shepard diagrams tell why. Left, the points lie along a curve and not along the
# line: distances are too small for similar colours, and all that is plainly different
# is crowded between 0.9 and 1. Right, the line follows the points, in the steps that
# monotone regression makes, and rises steeply where the judgements crowd.
#
# A fifth of the judgements missing
# ---------------------------------
# People cannot always be asked about every pair. Missing dissimilarities are NaN, and
# have no part in the stress. Of the 91 pairs 18 are removed here, at random, and the
# circle is still found. Crosses are where the colours were before. The size of a
# non-metric configuration means nothing, so that both are drawn in the same size.

rng = np.random.default_rng(5)
missing = np.zeros(91, dtype=bool)
missing[rng.choice(91, size=18, replace=False)] = True
some = np.where(squareform(missing), np.nan, dissimilarities)

full = models["non-metric"].embedding_
mds = MDS(metric_mds=False, metric="precomputed", eps=1e-9, max_iter=2000)
found = mds.fit(some, reference=full).embedding_
found *= np.linalg.norm(full) / np.linalg.norm(found)

figure, axes = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
axes[0].scatter(*full.T, marker="x", color="black", s=30, zorder=3)
draw_circle(axes[0], found, "18 of 91 judgements missing")
ShepardDisplay.from_estimator(mds, ax=axes[1])

moved = np.linalg.norm(found - full, axis=1)
radius = np.linalg.norm(full, axis=1).mean()
print(f"moved by at most {moved.max() / radius:.2f} of the circle's radius")
plt.show()
