"""
Who is speaking? Sequences of different lengths
===============================================

Nine men say two vowels. An utterance is a sequence of 7 to 29 frames, and some of the
test set are longer than any of the training set: nothing is cut or padded.
"""

# %%
# Utterances
# ----------
# A sample is an array of frames, each of 12 numbers; X is a list of them. The speakers
# of the training set have 30 utterances each.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skmanifold_nn.datasets import load_japanese_vowels
from skmanifold_nn.neural_network import (
    GRUClassifier,
    LSTMClassifier,
    SequenceScaler,
    SimpleRNNClassifier,
)

X_train, y_train = load_japanese_vowels(return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
for name, X in (("training", X_train), ("test", X_test)):
    lengths = [len(x) for x in X]
    print(f"{name:8} {len(X)} utterances of {min(lengths)} to {max(lengths)} frames")

figure, axes = plt.subplots(
    1, 4, figsize=(11, 3), sharex=True, sharey=True, layout="constrained"
)
for ax, i in zip(axes, (0, 10, 130, 250), strict=True):
    ax.plot(X_train[i], linewidth=1)
    ax.set(title=f"speaker {y_train[i]}, {len(X_train[i])} frames", xlabel="frame")
axes[0].set(ylabel="coefficients")

# %%
# Six networks
# ------------
# `SequenceScaler` learns means and variances of the 12 features over all frames. The
# settings were chosen by cross-validation of the training set. Sequences as short as
# these need no gates. To hear the utterance backwards, too, helps where reading it
# forwards leaves something to gain: one per cent is four utterances.


def pipeline(classifier, **parameters):
    net = classifier(
        (64,),
        batch_size=16,
        learning_rate="cosine",
        learning_rate_init=0.003,
        max_iter=40,
        n_iter_no_change=np.inf,
        random_state=1,
        **parameters,
    )
    return make_pipeline(SequenceScaler(), net)


models = {}
print("accuracy              forwards  both directions")
for classifier in (SimpleRNNClassifier, LSTMClassifier, GRUClassifier):
    scores = []
    for bidirectional in (False, True):
        model = pipeline(classifier, bidirectional=bidirectional)
        models[classifier, bidirectional] = model.fit(X_train, y_train)
        scores.append(model.score(X_test, y_test))
    print("{:20}     {:.3f}            {:.3f}".format(classifier.__name__, *scores))

# %%
# Dropout of units' outputs, and of what units say to the next step (the same units all
# the way through an utterance), makes up for the few utterances where a network learns
# them by heart, as the LSTM does.

for classifier in (LSTMClassifier, GRUClassifier):
    model = pipeline(classifier, dropout=0.3, recurrent_dropout=0.3)
    score = model.fit(X_train, y_train).score(X_test, y_test)
    print(f"{classifier.__name__} with dropout {score:.3f}")

# %%
# Step by step
# ------------
# A network that reads forwards may be asked at any time: `predict_stream` says what it
# would answer if the utterance ended here. One that has learned from whole utterances
# only has no reason to have an answer early. So another one gets a target for every
# step: y is a list of arrays, in which each frame has its speaker.

speakers = [
    np.full(len(x), speaker) for x, speaker in zip(X_train, y_train, strict=True)
]
every_step = pipeline(GRUClassifier).fit(X_train, speakers)
models = {
    "a target for the utterance": models[GRUClassifier, False],
    "a target for every frame": every_step,
}
utterance = 3
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2), sharey=True, layout="constrained")
for ax, (name, model) in zip(axes, models.items(), strict=True):
    frames = model[:-1].transform(X_test[utterance : utterance + 1])[0]
    stream = model[-1].predict_stream(frames, method="predict_proba")
    image = ax.imshow(np.array(list(stream)).T, cmap="Blues", vmin=0, vmax=1)
    ax.set(title=name, xlabel="frame", yticks=range(9))
axes[0].set(ylabel="speaker")
figure.colorbar(image, ax=axes, label="probability", shrink=0.8)
print("the speaker is", y_test[utterance])

# %%
# All utterances of the test set, up to some frame: what has learned with a target for
# every frame knows the speaker from the beginning; what has learned from whole
# utterances knows better in the end.

figure, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
heard = np.arange(1, 16)
for (name, model), style in zip(models.items(), ("--", "-"), strict=True):
    scores = []
    for n in heard:
        known = model.predict([x[:n] for x in X_test])
        last = np.array([np.ravel(labels)[-1] for labels in known])
        scores.append(np.mean(last == y_test))
    ax.plot(heard, scores, style, label=name)
ax.set(xlabel="frames heard, at most", ylabel="accuracy", ylim=(0, 1))
ax.legend(loc="lower right")
plt.show()
