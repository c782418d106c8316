"""
Depth: plain and residual networks
==================================

More layers can express more. Yet a plain network of twenty convolutions ends with a
higher loss than one of eight, on its own training set: that is no over-fitting, it is
harder to train. In a residual network each block adds something to what comes in, and
the gradient has a way past all blocks. Depth does no harm then.
"""

# %%
# Eight and twenty layers
# -----------------------
# Two stages of convolutions of 3 x 3 places, batch normalisation before each
# activation, a mean over all places at the end. A residual block has two convolutions;
# where the number of channels changes, the shortcut is a convolution of one place, not
# counted here. All four networks are trained in the same way.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmanifold_nn.neural_network import ConvNetClassifier

digits = load_digits()
X = digits.images.astype(np.float32)[..., np.newaxis] / 16
X_train, X_test, y_train, y_test = train_test_split(
    X, digits.target, test_size=0.3, stratify=digits.target, random_state=3
)
NETWORKS = {
    "plain, 8": ("plain", 4),
    "plain, 20": ("plain", 10),
    "residual, 8": ("residual", 2),
    "residual, 20": ("residual", 5),
}

nets = {}
print("convolutions   training loss  training accuracy  test accuracy")
for name, (block, blocks_per_stage) in NETWORKS.items():
    net = ConvNetClassifier(
        n_filters=(12, 24),
        block=block,
        blocks_per_stage=blocks_per_stage,
        normalization="batch",
        global_pool=True,
        hidden_layer_sizes=(),
        batch_size=32,
        learning_rate="cosine",
        max_iter=8,
        random_state=1,
    )
    nets[name] = net.fit(X_train, y_train)
    print(
        f"{name:15}        {net.loss_:.3f}              "
        f"{net.score(X_train, y_train):.3f}          {net.score(X_test, y_test):.3f}"
    )

# %%
# Learning curves
# ---------------
# On its training set the plain network gets worse when it is made deeper, and the
# residual one gets better. New digits gain nothing from twenty layers here: the task is
# too small for them.

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for (name, net), colour, style in zip(
    nets.items(),
    ("#d55e00", "#d55e00", "#0072b2", "#0072b2"),
    ("o--", "o-", "s--", "s-"),
    strict=True,
):
    epochs = np.arange(1, net.n_iter_ + 1)
    ax.semilogy(epochs, net.loss_curve_, style, color=colour, label=name)
ax.set(xlabel="epoch", ylabel="training loss")
ax.legend(title="convolutions")
plt.show()
