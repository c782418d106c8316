"""
What a convolutional network sees
=================================

The filters of a network for digits, the maps that they make of a digit, and the pixels
that speak for and against an answer.
"""

# %%
# Digits as bytes
# ---------------
# Pictures of uint8 are taken as they are; the network divides by 255 as it reads them.
# In training they are turned and moved a little, each time otherwise.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmanifold_nn.neural_network import ConvNetClassifier
from skmanifold_nn.plotting import (
    FeatureMapsDisplay,
    FiltersDisplay,
    SaliencyDisplay,
)

digits = load_digits()
images = np.pad(digits.images, ((0, 0), (2, 2), (2, 2)))
X = np.round(255 / 16 * images).astype(np.uint8)[..., np.newaxis]
X_train, X_test, y_train, y_test = train_test_split(
    X, digits.target, test_size=0.3, stratify=digits.target, random_state=3
)
net = ConvNetClassifier(
    n_filters=(12, 24),
    kernel_size=5,
    augment={"shift": 1, "rotation": 10},
    batch_size=32,
    learning_rate="cosine",
    learning_rate_init=0.003,
    max_iter=30,
    random_state=1,
)
net.fit(X_train, y_train)
print(f"test accuracy {net.score(X_test, y_test):.3f}")
print("layers", *net.layer_names_)

# %%
# Filters
# -------
# A filter is what a small part of a picture is multiplied with. Where red is on a
# stroke and blue beside it, the sum is large: some filters look for strokes in one
# direction, others for edges.

display = FiltersDisplay.from_estimator(net, n_columns=6)
display.figure_.set_size_inches(8, 3.2)

# %%
# Feature maps
# ------------
# What the first layer makes of a seven: each map shows where its filter has found
# something. All have one scale. The second layer puts together what the first one has
# found; its maps, after pooling, are smaller, and each knows less of the place.

seven = np.flatnonzero(y_test == 7)[0]
figure, axes = plt.subplots(
    1, 3, figsize=(12, 4), width_ratios=(1, 2.4, 2.4), layout="constrained"
)
axes[0].imshow(X_test[seven, :, :, 0], cmap="gray")
axes[0].set(title="sample", xticks=[], yticks=[])
for ax, layer in zip(axes[1:], ("conv1", "pool2"), strict=True):
    FeatureMapsDisplay.from_estimator(net, X_test, layer, sample=seven, ax=ax)
    ax.set(title=layer)

# %%
# Saliency
# --------
# The gradient of an answer's score by the pixels: more ink on red pixels raises the
# score, on blue ones lowers it. Blue pixels are those that would make another digit of
# it.

figure, ax = plt.subplots(figsize=(10, 3), layout="constrained")
firsts = [np.flatnonzero(y_test == digit)[0] for digit in range(10)]
SaliencyDisplay.from_estimator(net, X_test[firsts], n_columns=10, ax=ax)

# %%
# For and against
# ---------------
# The same with a class of one's own: the digit of the test set about which the network
# doubts most, with the gradients of its two best answers.

probabilities = net.predict_proba(X_test)
margins = np.diff(np.sort(probabilities, axis=1)[:, -2:], axis=1)[:, 0]
doubtful = margins.argmin()
best = np.argsort(probabilities[doubtful])[:-3:-1]
print(f"this is a {y_test[doubtful]}")
labels = [
    f"{answer}: probability {probabilities[doubtful, answer]:.2f}" for answer in best
]
figure, ax = plt.subplots(figsize=(6, 4.6), layout="constrained")
SaliencyDisplay.from_estimator(
    net,
    X_test[[doubtful, doubtful]],
    target=best,
    labels=labels,
    ax=ax,
    text_kw={"fontsize": "medium"},
)

# %%
# Signals
# -------
# A wave of one period somewhere in noise, which begins upwards or downwards. The
# filters have windows of steps. The largest gradients, behind the signals, lie at the
# wave or next to it: red towards its crest, blue towards its dip, often at one of the
# two only.


def waves(n_signals, seed, n_steps=120, period=16):
    rng = np.random.default_rng(seed)
    X = 0.3 * rng.standard_normal((n_signals, n_steps)).astype(np.float32)
    y = rng.integers(0, 2, size=n_signals)
    begins = rng.integers(0, n_steps - period, size=n_signals)
    wave = np.sin(2 * np.pi * np.arange(period) / period)
    for signal, begin, sign in zip(X, begins, 2 * y - 1, strict=True):
        signal[begin : begin + period] += sign * wave
    return X, np.array(["down", "up"])[y]


X_train, y_train = waves(1000, seed=3)
X_test, y_test = waves(500, seed=4)
net = ConvNetClassifier(
    n_filters=(8, 16),
    kernel_size=9,
    global_pool=True,
    hidden_layer_sizes=(),
    normalization="batch",
    batch_size=32,
    learning_rate="cosine",
    learning_rate_init=0.003,
    max_iter=15,
    random_state=1,
)
net.fit(X_train, y_train)
print(f"test accuracy {net.score(X_test, y_test):.3f}")

figure, axes = plt.subplots(
    1, 2, figsize=(12, 4), width_ratios=(1, 2.2), layout="constrained"
)
FiltersDisplay.from_estimator(net, ax=axes[0])
SaliencyDisplay.from_estimator(net, X_test[:5], ax=axes[1])
plt.show()
