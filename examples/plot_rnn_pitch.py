"""
From speech to pitch, frame by frame
====================================

What the vocal folds do can be heard, but not read off a spectrum's outline: the
cepstral features of a frame are made to tell the shape of the mouth, not the pitch. A
linear map from features to pitch gets the rough height of a voice; networks that know
the neighbouring frames, by a window or by memory, are nearly twice as close. The voices
are synthetic, so that the true pitch of each frame is known: pulses of a glottis pass
through the resonances of a mouth that glides from vowel to vowel.
"""

# %%
# Utterances
# ----------
# 240 utterances of about a second, each by a speaker of its own; 60 are kept for the
# end. In hisses and pauses there is no pitch: the networks are given the pitch of the
# voiced frames around, in octaves, and only voiced frames are judged.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmanifold_nn.datasets import make_voices
from skmanifold_nn.neural_network import (
    ContextWindow,
    GRURegressor,
    MLPRegressor,
    SequenceScaler,
)
from skmanifold_nn.plotting import LossCurveDisplay, SequencePredictionsDisplay

X, pitch, sounds = make_voices(240, return_sounds=True, random_state=1)
voiced = [hertz > 0 for hertz in pitch]
octaves = []
for hertz, voice in zip(pitch, voiced, strict=True):
    frames = np.arange(len(hertz))
    octaves.append(np.interp(frames, frames[voice], np.log2(hertz[voice] / 200)))
train, test = slice(0, 180), slice(180, None)
print(f"{len(X)} utterances, {sum(map(len, X)):,} frames of {X[0].shape[1]} features")

shown = 190  # one of the test set
figure, axes = plt.subplots(3, 1, figsize=(9, 6), layout="constrained", sharex=True)
axes[0].specgram(sounds[shown], NFFT=400, Fs=16_000, noverlap=240, vmin=-120)
axes[0].set(ylabel="Hz", ylim=(0, 5000), title="spectrogram")
seconds = np.arange(len(X[shown])) / 100
axes[1].pcolormesh(seconds, np.arange(13), StandardScaler().fit_transform(X[shown]).T)
axes[1].set(ylabel="coefficient", title="features, each scaled by itself")
axes[2].plot(seconds, np.where(voiced[shown], pitch[shown], np.nan), "k")
axes[2].set(xlabel="seconds", ylabel="Hz", title="pitch")
plt.show()

# %%
# Four ways to read it
# --------------------
# Two see frames one at a time: of 13 features, or with five frames on either side,
# which `ContextWindow` puts beside them. Two are recurrent: one hears the past, the
# other one also what comes.


def joined(sequences):
    return np.concatenate(sequences)


def gru(**parameters):
    net = GRURegressor(
        (48,),
        batch_size=10,
        learning_rate="one_cycle",
        learning_rate_init=0.01,
        max_iter=40,
        clip_norm=1.0,
        random_state=3,
        **parameters,
    )
    return make_pipeline(SequenceScaler(), net)


predictions = {}
linear = LinearRegression().fit(joined(X[train]), joined(octaves[train]))
predictions["linear, one frame"] = linear.predict(joined(X[test]))

window = make_pipeline(SequenceScaler(), ContextWindow(before=5, after=5))
wide_train, wide_test = window.fit_transform(X[train]), window.transform(X[test])
perceptron = MLPRegressor(
    hidden_layer_sizes=(64,),
    batch_size=100,
    learning_rate="one_cycle",
    learning_rate_init=0.003,
    dropout=0.2,
    max_iter=20,
    random_state=3,
)
perceptron.fit(joined(wide_train), joined(octaves[train]))
predictions["perceptron, 11 frames"] = perceptron.predict(joined(wide_test))

nets = {"GRU": gru(), "GRU, both directions": gru(bidirectional=True)}
for name, net in nets.items():
    net.fit(X[train], octaves[train])
    predictions[name] = joined(net.predict(X[test]))

truth, heard = joined(octaves[test]), joined(voiced[test])
for name, prediction in predictions.items():
    r2 = r2_score(truth[heard], prediction[heard])
    error = 12 * np.abs(truth - prediction)[heard].mean()
    print(f"{name:22s} R^2 {r2:.2f}, mean error {error:.1f} semitones")

# %%
# One utterance that no network has seen, and the training losses of the recurrent ones.
# That of both directions is four times lower, of which new voices have little: the rest
# is learned by heart.

starts = np.cumsum([0, *map(len, X[test])])
place = slice(*starts[shown - 180 : shown - 178])
_, ax = plt.subplots(figsize=(8, 3.6), layout="constrained")
quiet = ~voiced[shown]
ax.plot(seconds, np.where(quiet, np.nan, pitch[shown]), "k", lw=3, label="true")
styles = {"linear, one frame": "#d55e00", "GRU, both directions": "#0072b2"}
for name, colour in styles.items():
    hertz = 200 * 2 ** predictions[name][place]
    ax.plot(seconds, np.where(quiet, np.nan, hertz), color=colour, label=name)
ax.set(xlabel="seconds", ylabel="pitch in Hz")
ax.legend()

LossCurveDisplay.from_estimators(nets, log=True)
plt.show()

# %%
# Three more of them, in octaves above 200 Hz, pauses included:

SequencePredictionsDisplay.from_estimator(
    nets["GRU, both directions"], X[test], octaves[test], sequences=[0, 20, 40]
)
plt.show()
