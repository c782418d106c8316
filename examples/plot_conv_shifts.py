"""
Shifted digits
==============

A digit that is moved by a pixel is the same digit. How much of what a network has
learned survives such a move? Convolution and pooling help a little, training on
pictures that are shifted at random helps much more, and both together make shifts up to
the same size harmless.
"""

# %%
# Digits on larger pictures
# -------------------------
# With three empty lines and columns on all sides, the digits of 8 x 8 pixels can be
# moved by up to three pixels, and nothing of them is cut off. All networks are trained
# on digits in the middle.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmanifold_nn.neural_network import ConvNetClassifier, SequentialClassifier
from skmanifold_nn.neural_network.layers import Augment, Dense, Flatten

digits = load_digits()
images = np.pad(digits.images, ((0, 0), (3, 3), (3, 3)))
X = images.astype(np.float32)[..., np.newaxis] / 16
X_train, X_test, y_train, y_test = train_test_split(
    X, digits.target, test_size=0.3, stratify=digits.target, random_state=3
)


def shifted(X, distance):
    """Copies of X moved to all sides: by `distance` along an axis, or along both."""
    moves = range(-distance, distance + 1)
    return [
        np.roll(X, (down, right), axis=(1, 2))
        for down in moves
        for right in moves
        if max(abs(down), abs(right)) == distance
    ]


figure, axes = plt.subplots(1, 4, figsize=(9, 2.5), layout="constrained")
for ax, distance in zip(axes, range(4), strict=True):
    ax.imshow(shifted(X_test[:1], distance)[0][0, :, :, 0], cmap="gray_r")
    ax.set(title=f"shifted by {distance}", xticks=[], yticks=[])

# %%
# Four networks
# -------------
# A perceptron, a network of two stages of convolution and pooling, and the two with
# shifts by up to two pixels in training: each time that a digit is seen, it is
# elsewhere. The perceptron has two hidden layers behind the layer `Augment`.

TRAINING = {
    "batch_size": 32,
    "learning_rate": "cosine",
    "learning_rate_init": 0.003,
    "max_iter": 40,
    "random_state": 1,
}


def perceptron(shift):
    return SequentialClassifier(
        [
            ("augment", Augment(shift=shift)),
            ("flat", Flatten()),
            ("hidden1", Dense(128, "relu")),
            ("hidden2", Dense(64, "relu")),
        ],
        input_shape=X.shape[1:],
        **TRAINING,
    )


def conv_net(shift):
    return ConvNetClassifier((16, 32), augment={"shift": shift}, **TRAINING)


def as_given(net, X):
    """Samples as a network takes them."""
    return X if isinstance(net, ConvNetClassifier) else X.reshape(len(X), -1)


curves = {}
print("accuracy, digits shifted by      0      1      2      3")
for name, net in {
    "MLP": perceptron(0),
    "MLP, shifts in training": perceptron(2),
    "ConvNet": conv_net(0),
    "ConvNet, shifts in training": conv_net(2),
}.items():
    net.fit(as_given(net, X_train), y_train)
    curves[name] = [
        np.mean(
            [net.score(as_given(net, Z), y_test) for Z in shifted(X_test, distance)]
        )
        for distance in range(4)
    ]
    print(f"{name:29}", *(f"{accuracy:6.3f}" for accuracy in curves[name]))

# %%
# Up to the shifts of the training, the last one loses next to nothing, and it still
# knows most digits that are moved by three pixels, although it has seen none of them.
# The perceptron pays for shifts with accuracy, and learns those only that it has seen.

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (name, accuracies), colour, style in zip(
    curves.items(),
    ("#d55e00", "#d55e00", "#0072b2", "#0072b2"),
    ("o--", "o-", "s--", "s-"),
    strict=True,
):
    ax.plot(range(4), accuracies, style, color=colour, label=name)
ax.axvspan(-0.1, 2, color="0.93", zorder=0, label="shifts seen in training")
ax.set(xlabel="shift in pixels", ylabel="accuracy", xticks=range(4), xlim=(-0.1, 3.1))
ax.set(ylim=(0, 1.02))
ax.legend(loc="lower left", fontsize="small")
plt.show()
