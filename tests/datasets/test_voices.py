"""Synthetic speech: its pitch is heard in it, and its features are as defined."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.fft import dct
from scipy.signal import lfilter
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline

from skmanifold_nn.datasets import _voices, make_voices
from skmanifold_nn.neural_network import GRURegressor, SequenceScaler


@pytest.fixture(scope="module")
def voices():
    return make_voices(12, return_sounds=True, random_state=5)


def test_shapes(voices):
    for frames, pitch, sound in zip(*voices, strict=True):
        n_frames = len(pitch)
        assert 70 <= n_frames <= 130
        assert frames.shape == (n_frames, 13)
        assert sound.shape == (160 * n_frames,)
        assert frames.dtype == pitch.dtype == sound.dtype == np.float32
        assert np.isfinite(frames).all()
        assert 0.3 < (pitch > 0).mean() < 0.95
        voiced = pitch[pitch > 0]
        assert voiced.min() > 160 / 2**0.71
        assert voiced.max() < 280 * 2**0.71
    assert len({len(pitch) for pitch in voices[1]}) > 5


def self_similarity(part, lags):
    """Correlation of a sound with itself, `lags` samples later."""
    n = len(part) - max(lags)
    return np.array([np.corrcoef(part[:n], part[lag : lag + n])[0, 1] for lag in lags])


def test_the_pitch_is_that_of_the_sound(voices):
    heard, hisses = [], []
    for _, pitch, sound in zip(*voices, strict=True):
        for frame in range(3, len(pitch) - 3, 4):
            part = sound[160 * (frame - 1) : 160 * (frame + 2)]
            around = pitch[frame - 2 : frame + 3]
            if (around > 0).all():
                lags = np.arange(40, 160)  # 400 to 100 Hz
                near = lags[np.abs(np.log2(lags * pitch[frame] / 16000)) < 0.4]
                same = self_similarity(part, near)
                heard.append(near[same.argmax()] * pitch[frame] / 16000)
                assert same.max() > 0.6
            elif not around.any():
                hisses.append(self_similarity(part, np.arange(40, 160)).max())
    assert len(heard) > 100
    assert_allclose(heard, 1, atol=0.06)
    assert np.median(np.abs(np.array(heard) - 1)) < 0.01
    assert len(hisses) > 10
    assert np.median(hisses) < 0.5


def test_resonators_are_those_of_the_difference_equation():
    rng = np.random.RandomState(5)
    source = rng.standard_normal(1600)
    frequencies, bandwidths = [500.0, 1500.0, 2500.0], np.array([60.0, 90.0, 120.0])
    actual = _voices._through_resonators(
        source, np.tile(frequencies, (10, 1)), bandwidths
    )
    expected = source
    for frequency, width in zip(frequencies, bandwidths, strict=True):
        r = np.exp(-np.pi * width / 16000)
        a = [1, -2 * r * np.cos(2 * np.pi * frequency / 16000), r**2]
        expected = lfilter([sum(a)], a, expected)
    # The first frame and what it leaves behind differ, as they are faded in.
    assert_allclose(actual[800:1500], expected[800:1500], atol=2e-3 * expected.std())


def test_features():
    rng = np.random.RandomState(5)
    sound = rng.standard_normal(160 * 6)
    actual = _voices._cepstra(sound)
    assert actual.shape == (6, 13)
    sharp = np.append(sound[0], sound[1:] - 0.97 * sound[:-1])
    edges = np.linspace(0, 2595 * np.log10(1 + 8000 / 700), 28)
    edges = 700 * (10 ** (edges / 2595) - 1)
    hz = np.arange(257) * 16000 / 512
    for frame in range(1, 5):
        part = sharp[160 * frame - 120 : 160 * frame + 280] * np.hamming(400)
        power = np.abs(np.fft.rfft(part, 512)) ** 2
        filters = [np.interp(hz, edges[k : k + 3], [0, 1, 0]) for k in range(26)]
        expected = dct(np.log(filters @ power), norm="ortho")[:13]
        assert_allclose(actual[frame], expected, rtol=1e-6, atol=1e-6)


def test_glottal_flow_opens_and_closes():
    flow = _voices._glottal_flow(np.linspace(0, 2, 2001), 0.4)
    assert (flow.min(), flow.max()) == (0, pytest.approx(1, abs=1e-4))
    assert_allclose(flow[:1000], flow[1000:2000], atol=1e-9)
    assert flow.argmax() % 1000 == 400
    assert_array_equal(flow[560:1000], 0)
    assert np.abs(np.diff(flow)).max() < 0.02  # no jumps


def log_pitch(pitch):
    """Logarithm, which goes on straight where there is no voice."""
    voiced = np.flatnonzero(pitch)
    return np.interp(np.arange(len(pitch)), voiced, np.log2(pitch[voiced]))


def test_a_recurrent_network_hears_more_than_linear_regression():
    X, y = make_voices(120, random_state=5)
    voiced = np.concatenate(y[90:]) > 0
    targets = [log_pitch(pitch) - 7.7 for pitch in y]
    truth = np.concatenate(targets[90:])[voiced]

    training = np.concatenate(y[:90]) > 0
    linear = LinearRegression().fit(
        np.concatenate(X[:90])[training], np.concatenate(targets[:90])[training]
    )
    error = np.mean((linear.predict(np.concatenate(X[90:]))[voiced] - truth) ** 2)
    assert 0.2 < error / truth.var() < 0.6

    net = GRURegressor(
        (32,),
        max_iter=25,
        batch_size=5,
        learning_rate_init=0.01,
        learning_rate="cosine",
        n_iter_no_change=np.inf,
        clip_norm=1.0,
        random_state=5,
    )
    net = make_pipeline(SequenceScaler(), net).fit(X[:90], targets[:90])
    heard = np.concatenate(net.predict(X[90:]))[voiced]
    assert np.mean((heard - truth) ** 2) < 0.6 * error


def test_seeds_and_one_sample():
    X, y = make_voices(2, random_state=5)
    again, _ = make_voices(2, random_state=np.random.RandomState(5))
    for one, other in zip(X, again, strict=True):
        assert_array_equal(one, other)
    assert not np.array_equal(X[0][:60], make_voices(1, random_state=6)[0][0][:60])
    X, y = make_voices(1, duration=(0.3, 0.3), pitch=(100, 100), random_state=5)
    assert len(X) == len(y) == 1
    assert X[0].shape == (30, 13)
    X, _ = make_voices(9, duration=(0.1, 0.1), random_state=5)  # not all have a voice
    assert all(np.isfinite(frames).all() for frames in X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples must be"),
        ({"duration": 1}, "duration must be a pair"),
        ({"duration": (0.05, 1)}, r"duration\[0\] must be a number at least 0\.1"),
        ({"pitch": (200, 100)}, r"pitch\[1\] must be a number at least 200"),
        ({"pitch": (200, 600)}, r"pitch\[1\] must be a number .* at most 500"),
        ({"noise": -1}, "noise must be"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_voices(**arguments)
