"""What convolutional networks must be able to learn, in small."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skmanifold_nn.datasets import make_hook_images
from skmanifold_nn.neural_network import ConvNetClassifier, MLPClassifier

TRAINING = {"learning_rate": "cosine", "n_iter_no_change": np.inf}


@pytest.fixture(scope="module")
def digits():
    """Pictures with three empty pixels on all sides, and the digits in their middle."""
    X, y = load_digits(return_X_y=True)
    X = X.reshape(-1, 8, 8, 1).astype(np.float32) / 16
    return np.pad(X, ((0, 0), (3, 3), (3, 3), (0, 0))), X, y


@pytest.mark.parametrize("seed", [1, 2])
def test_hook_learned_in_one_place_is_found_everywhere(seed):
    middle = (1, 1)
    X, y = make_hook_images(400, places=[middle], noise=0.1, random_state=seed)
    training = {"batch_size": 16, "learning_rate_init": 0.01, "max_iter": 40}
    dense = MLPClassifier((32,), random_state=seed, **training, **TRAINING)
    dense.fit(X.reshape(len(X), -1), y)
    net = ConvNetClassifier(
        (16,),
        2,
        padding=1,
        pooling=None,
        global_pool=True,
        hidden_layer_sizes=(16,),
        random_state=seed,
        **training,
        **TRAINING,
    ).fit(X, y)
    elsewhere = []
    for place in np.ndindex(3, 3):
        X, y = make_hook_images(200, places=[place], noise=0.1, random_state=7)
        assert net.score(X, y) > 0.97
        score = dense.score(X.reshape(len(X), -1), y)
        if place == middle:
            assert score > 0.97
        else:
            elsewhere.append(score)
    assert max(elsewhere) < 0.85
    assert np.mean(elsewhere) < 0.6


def test_shifted_digits_cost_little_with_pooling_and_augmentation(digits):
    X, _, y = digits
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.3, stratify=y, random_state=3
    )
    training = {"batch_size": 32, "learning_rate_init": 0.003, "random_state": 5}
    dense = MLPClassifier((64,), max_iter=15, **training, **TRAINING)
    dense.fit(X_train.reshape(len(X_train), -1), y_train)
    net = ConvNetClassifier(
        (16, 32), max_iter=25, augment={"shift": 3}, **training, **TRAINING
    ).fit(X_train, y_train)
    moves = [(i, j) for i in (-2, 0, 2) for j in (-2, 0, 2) if i or j]
    moved = [np.roll(X_test, move, axis=(1, 2)) for move in moves]
    still = net.score(X_test, y_test)
    assert still > 0.95
    assert np.mean([net.score(Z, y_test) for Z in moved]) > still - 0.02
    still = dense.score(X_test.reshape(len(X_test), -1), y_test)
    scores = [dense.score(Z.reshape(len(Z), -1), y_test) for Z in moved]
    assert np.mean(scores) < still - 0.5


def test_depth_does_harm_without_shortcuts(digits):
    _, X, y = digits
    losses = {}
    for block, n_blocks in (
        ("plain", 4),
        ("plain", 10),
        ("residual", 2),
        ("residual", 5),
    ):
        net = ConvNetClassifier(
            (8, 16),
            block=block,
            blocks_per_stage=n_blocks,
            normalization="batch",
            global_pool=True,
            hidden_layer_sizes=(),
            batch_size=32,
            learning_rate_init=0.002,
            max_iter=4,
            random_state=5,
            **TRAINING,
        ).fit(X[:800], y[:800])
        losses[block, n_blocks] = net.loss_
    assert losses["plain", 10] > 1.5 * losses["plain", 4]
    assert losses["residual", 5] < losses["residual", 2]
    assert losses["residual", 5] < losses["plain", 10] / 4


def test_layers_of_another_task_help_where_there_are_few_examples(digits):
    _, X, y = digits
    rng = np.random.default_rng(5)

    def anywhere(images):
        pictures = np.zeros((len(images), 14, 14, 1), dtype=np.float32)
        corners = rng.integers(0, 7, size=(len(images), 2))
        for picture, (i, j), image in zip(pictures, corners, images, strict=True):
            picture[i : i + 8, j : j + 8] = image
        return pictures

    def net(**parameters):
        return ConvNetClassifier(
            (16, 32, 32),
            global_pool=True,
            hidden_layer_sizes=(),
            learning_rate_init=0.003,
            **parameters,
            **TRAINING,
        )

    rows = np.tile(np.flatnonzero(y < 5), 3)
    source = net(batch_size=32, max_iter=8, random_state=5)
    source.fit(anywhere(X[rows]), y[rows])
    rows = np.flatnonzero(y >= 5)
    X, y = anywhere(X[rows]), y[rows]
    new, tuned, frozen = [], [], []
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(y))
        train = np.concatenate([order[y[order] == digit][:4] for digit in range(5, 10)])
        test = np.setdiff1d(order, train)
        for scores, start in (
            (new, {}),
            (tuned, {"pretrained": source}),
            (frozen, {"pretrained": source, "freeze": "conv1"}),
        ):
            target = net(batch_size=10, max_iter=50, random_state=seed, **start)
            target.fit(X[train], y[train])
            scores.append(target.score(X[test], y[test]))
            if start:
                same = np.array_equal(target.coefs_[0], source.coefs_[0])
                assert same == (scores is frozen)
    assert np.mean(tuned) > np.mean(new) + 0.05
    assert np.mean(frozen) > np.mean(new) + 0.05
