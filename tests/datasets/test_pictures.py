"""Pictures that are drawn by a rule."""

import numpy as np
import pytest

from skmanifold_nn.datasets import make_hook_images


def corner_and_place(picture):
    """The square that has the three dark places, and where it begins."""
    lines, columns = np.nonzero(picture)
    assert len(lines) == 3
    line, column = lines.min(), columns.min()
    square = picture[line : line + 2, column : column + 2]
    assert square.sum() == 3
    return square.astype(int).tolist(), (int(line), int(column))


@pytest.mark.parametrize("size", [2, 4, 7])
def test_every_picture_has_a_corner_and_hooks_are_labelled(size):
    X, y = make_hook_images(601, size=size, random_state=5)
    assert X.shape == (601, size, size, 1)
    assert (X.dtype, y.dtype) == (np.float64, np.int64)
    found = [corner_and_place(picture[:, :, 0]) for picture in X]
    is_hook = [square == [[1, 1], [0, 1]] for square, _ in found]
    np.testing.assert_array_equal(is_hook, y == 1)
    assert y.sum() == 300
    others = [str(square) for square, _ in found if square != [[1, 1], [0, 1]]]
    counts = np.unique(others, return_counts=True)[1]
    assert len(counts) == 3
    assert counts.min() > 70
    assert len({place for _, place in found}) == (size - 1) ** 2


def test_places():
    places = [(0, 2), (1, 1)]
    X, _ = make_hook_images(50, places=places, random_state=5)
    found = {corner_and_place(picture[:, :, 0])[1] for picture in X}
    assert found == set(places)


def test_noise_is_added():
    calm, y = make_hook_images(200, random_state=5)
    X, labels = make_hook_images(200, noise=0.3, random_state=5)
    np.testing.assert_array_equal(labels, y)
    assert np.std(X - calm) == pytest.approx(0.3, rel=0.1)


def test_seeds():
    first, again, other = (
        make_hook_images(20, random_state=seed)[0] for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": 0}, "n_samples must be an int of at least 1, got 0"),
        ({"size": 1}, "size must be an int of at least 2, got 1"),
        ({"noise": -1}, "noise must be a number at least 0"),
        ({"places": "some"}, "places must be 'all' or pairs .* 0 to 2"),
        ({"places": [(0, 3)]}, "places must be"),
        ({"places": [(-1, 0)]}, "places must be"),
        ({"places": [0, 1]}, "places must be"),
        ({"places": [[0, 1], [2]]}, "places must be"),
        ({"places": np.empty((0, 2), int)}, "places must be"),
        ({"places": [(0.5, 1)]}, "places must be"),
    ],
)
def test_what_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_hook_images(**arguments)
