"""Synthetic speech: pulses of a voice, shaped by resonances of a mouth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from ._checks import check_count, check_number, check_range

__all__ = ["make_voices"]

_RATE = 16_000  # samples a second
_HOP = 160  # samples a frame: 100 frames a second
_WINDOW = 400  # samples: 25 ms
_N_RINGING = 7 * _HOP  # samples until the narrowest resonance is 70 dB down
_N_FILTERS = 26
_N_CEPSTRA = 13
# First three formants in Hz of ten English vowels, means of 33 men: Peterson and
# Barney, "Control methods used in a study of the vowels", 1952.
_FORMANTS = np.array(
    [
        [270, 2290, 3010],
        [390, 1990, 2550],
        [530, 1840, 2480],
        [660, 1720, 2410],
        [730, 1090, 2440],
        [570, 840, 2410],
        [440, 1020, 2240],
        [300, 870, 2240],
        [640, 1190, 2390],
        [490, 1350, 1690],
    ]
)
_FOURTH_FORMANT = 3500.0
_BANDWIDTHS = np.array([60.0, 90.0, 120.0, 180.0])  # Hz
_CLOSING = 0.16  # of the glottis, share of a period


@dataclass
class _Plan:
    """What is said, frame by frame."""

    pitch: NDArray[np.float64]  # Hz, also where there is no voice
    voiced: NDArray[np.bool_]
    formants: NDArray[np.float64]  # (n_frames, 4), Hz
    loudness: NDArray[np.float64]
    hiss: NDArray[np.float64]  # centre of the noise in Hz, 0 where there is none
    opening: float  # of the glottis, share of a period


def make_voices(
    n_samples: int = 60,
    *,
    duration: tuple[float, float] = (0.7, 1.3),
    pitch: tuple[float, float] = (160.0, 280.0),
    noise: float = 0.01,
    return_sounds: bool = False,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[list[NDArray[np.float32]], ...]:
    """Utterances like speech: cepstral features, and the pitch of every frame.

    Each utterance has a speaker of its own, with a mean pitch and a size of the mouth,
    and some syllables: a hiss or a pause, then a vowel that glides into another one.
    Pulses of the glottis, or noise, pass through resonators at the vowel's formants.
    What the features tell of the pitch is not linear, and neighbouring frames help:
    from 225 utterances, linear regression explains 65 per cent of the variance of the
    logarithm of the pitch in voiced frames of others, a recurrent network about 90.

    Parameters
    ----------
    n_samples : int, default=60
        Number of utterances.
    duration : (float, float), default=(0.7, 1.3)
        Shortest and longest utterance in seconds, at least 0.1. Below 0.13 some have no
        voice, and some are silent.
    pitch : (float, float), default=(160.0, 280.0)
        Lowest and highest mean pitch of a speaker in Hz, 50 to 500, by default those of
        women. In an utterance the pitch moves around this mean, at most 0.7 octaves.
    noise : float, default=0.01
        Standard deviation of noise in the recording, as a share of the sound's.
    return_sounds : bool, default=False
        Whether to return the sounds also.
    random_state : int, RandomState instance or None, default=None
        Chooses speakers, what they say, and noise.

    Returns
    -------
    X : list of n_samples ndarray of shape (n_frames, 13), float32
        Mel-frequency cepstral coefficients of 25 ms every 10 ms, the first one the
        mean logarithm of energy.
    y : list of n_samples ndarray of shape (n_frames,), float32
        Pitch in Hz at the middle of the frame, 0 where there is no voice.
    sounds : list of n_samples ndarray of shape (160 * n_frames,), float32
        16,000 samples a second, only with ``return_sounds=True``.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Fant, "Acoustic theory of speech production", Mouton, 1960: source and filter.
    Rosenberg, "Effect of glottal pulse shape on the quality of natural vowels", Journal
    of the Acoustical Society of America 49, 1971.
    Davis and Mermelstein, "Comparison of parametric representations for monosyllabic
    word recognition in continuously spoken sentences", IEEE Transactions on Acoustics,
    Speech, and Signal Processing 28, 1980: the features.

    Examples
    --------
    >>> from skmanifold_nn.datasets import make_voices
    >>> X, y = make_voices(3, random_state=3)
    >>> [frames.shape for frames in X], float(y[0].max().round())
    ([(103, 13), (107, 13), (96, 13)], 331.0)
    """
    n_samples = check_count("n_samples", n_samples)
    low, high = check_range("duration", duration, 0.1, 1000)
    lowest, highest = check_range("pitch", pitch, 50, 500)
    noise = check_number("noise", noise, 0)
    rng = check_random_state(random_state)

    X, y, sounds = [], [], []
    for _ in range(n_samples):
        n_frames = round(100 * rng.uniform(low, high))
        mean_pitch = lowest * (highest / lowest) ** rng.uniform()
        plan = _plan(n_frames, mean_pitch, rng)
        sound = _sound(plan, rng)
        sound += noise * sound.std() * rng.standard_normal(len(sound))
        X.append(_cepstra(sound).astype(np.float32))
        y.append(np.where(plan.voiced, plan.pitch, 0).astype(np.float32))
        sounds.append(sound.astype(np.float32))
    return (X, y, sounds) if return_sounds else (X, y)


def _plan(n_frames: int, mean_pitch: float, rng: np.random.RandomState) -> _Plan:
    """Melody and syllables."""
    # Shorter mouths of higher voices have higher formants.
    size = (mean_pitch / 130) ** 0.3 * np.exp(0.08 * rng.standard_normal())
    voiced = np.zeros(n_frames, dtype=bool)
    formants = np.empty((n_frames, 4))
    formants[:, 3] = _FOURTH_FORMANT * size
    loudness = np.empty(n_frames)
    hiss = np.zeros(n_frames)
    start = 0
    while start < n_frames:
        vowel = start + rng.randint(5, 13)
        end = vowel + rng.randint(12, 31)
        if rng.uniform() < 0.7:
            hiss[start:vowel] = rng.uniform(2500, 6000)
        voiced[vowel:end] = True
        loudness[start:end] = np.exp(0.4 * rng.standard_normal())
        glide = np.clip((np.arange(start, end) - vowel) / (end - vowel), 0, 1)[:, None]
        glide = glide**2 * (3 - 2 * glide)
        first, last = _FORMANTS[rng.choice(len(_FORMANTS), 2)]
        steps = size * (first + glide * (last - first))
        formants[start:end, :3] = steps[: n_frames - start]
        start = end
    pitch = mean_pitch * _melody(n_frames, rng)
    opening = rng.uniform(0.3, 0.6)
    return _Plan(pitch, voiced, formants, loudness, hiss, opening)


def _melody(n_frames: int, rng: np.random.RandomState) -> NDArray[np.float64]:
    """Pitch as a factor: it falls, with accents."""
    time = np.arange(n_frames) / 100
    octaves = 0.2 * (0.5 - time / time[-1])
    for _ in range(max(1, round(3 * time[-1]))):
        height, middle, width = (
            0.25 * rng.standard_normal(),
            rng.uniform(0, time[-1]),
            rng.uniform(0.05, 0.15),
        )
        octaves += height * np.exp(-0.5 * ((time - middle) / width) ** 2)
    return 2.0 ** np.clip(octaves, -0.7, 0.7)


def _sound(plan: _Plan, rng: np.random.RandomState) -> NDArray[np.float64]:
    """Glottis and hiss, through the mouth."""
    n_frames = len(plan.pitch)
    middles = _HOP * (np.arange(n_frames) + 0.5)
    samples = np.arange(_HOP * n_frames)
    pitch = np.interp(samples, middles, plan.pitch)
    loudness = np.interp(samples, middles, plan.voiced * plan.loudness)
    flow = _glottal_flow(np.cumsum(pitch) / _RATE, plan.opening)
    breath = 0.01 * rng.standard_normal(len(samples))
    source = loudness * (np.diff(flow, prepend=0) + 0.1 * breath)
    voice = _through_resonators(source, plan.formants, _BANDWIDTHS)
    hissing = np.interp(samples, middles, plan.hiss > 0)
    hiss = hissing * rng.standard_normal(len(samples))
    centres = np.where(plan.hiss > 0, plan.hiss, 4000.0)[:, None]
    hiss = _through_resonators(hiss, centres, np.array([1500.0]))
    sound = voice / (voice.std() + 1e-12) + 0.1 * hiss / (hiss.std() + 1e-12)
    return sound * np.exp(0.5 * rng.standard_normal())  # near or far


def _glottal_flow(phase: NDArray[np.float64], opening: float) -> NDArray[np.float64]:
    """Rosenberg's pulse: the air that passes the glottis in each period."""
    phase = phase % 1
    rises = 0.5 - 0.5 * np.cos(np.pi * phase / opening)
    falls = np.cos(0.5 * np.pi * (phase - opening) / _CLOSING)
    flow = np.where(phase < opening, rises, falls)
    return np.where(phase < opening + _CLOSING, flow, 0)


def _through_resonators(
    source: NDArray[np.float64],
    frequencies: NDArray[np.float64],
    bandwidths: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A chain of resonators in Hz, (n_frames, n_resonators), blended frame by frame."""
    n_frames = len(frequencies)
    # Hann windows of two frames add up to one; the rest is for what rings on.
    window = np.sin(np.pi * (np.arange(2 * _HOP) + 0.5) / (2 * _HOP)) ** 2
    padded = np.pad(source, _HOP // 2)
    parts = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HOP)[::_HOP]
    spectra = np.fft.rfft(parts * window, _N_RINGING)
    delay = np.exp(-2j * np.pi * np.arange(spectra.shape[1]) / _N_RINGING)
    radius = np.exp(-np.pi * bandwidths / _RATE)
    for k, r in enumerate(radius):
        a1 = -2 * r * np.cos(2 * np.pi * frequencies[:, k, None] / _RATE)
        # Gain 1 at frequency 0.
        spectra *= (1 + a1 + r**2) / (1 + a1 * delay + (r * delay) ** 2)
    ringing = np.fft.irfft(spectra, _N_RINGING).reshape(n_frames, -1, _HOP)
    out = np.zeros((n_frames + ringing.shape[1], _HOP))
    for step in range(ringing.shape[1]):
        out[step : step + n_frames] += ringing[:, step]
    return out.reshape(-1)[_HOP // 2 :][: len(source)]


def _cepstra(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mel-frequency cepstral coefficients of each frame."""
    sharp = np.append(sound[0], sound[1:] - 0.97 * sound[:-1])
    beside = (_WINDOW - _HOP) // 2
    padded = np.pad(sharp, beside)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(frames * np.hamming(_WINDOW), 512)) ** 2
    energies = np.log(power @ _mel_filters(power.shape[1]) + 1e-8)
    steps = np.arange(_N_FILTERS) + 0.5
    # Cosine transform, type 2, orthonormal.
    basis = np.cos(np.pi / _N_FILTERS * steps[:, None] * np.arange(_N_CEPSTRA))
    basis *= np.sqrt(2 / _N_FILTERS)
    basis[:, 0] /= np.sqrt(2)
    return energies @ basis


def _mel_filters(n_frequencies: int) -> NDArray[np.float64]:
    """Triangles, equally wide in mel, as columns."""
    top = 2595 * np.log10(1 + _RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, _N_FILTERS + 2) / 2595) - 1)
    frequencies = np.linspace(0, _RATE / 2, n_frequencies)[:, None]
    rising = (frequencies - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - frequencies) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))
