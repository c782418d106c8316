"""Layout of components that are embedded one by one."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from skmanifold_nn.manifold._components import lay_out, warn_of_components


def embedded(rng):
    def embed(rows):
        assert np.all(np.diff(rows) > 0)
        places = rng.standard_normal((len(rows), 2))
        places -= places.mean(axis=0)
        return places / np.linalg.norm(places, axis=0)

    return embed


def test_components_stand_apart_in_order(rng):
    labels = rng.integers(0, 4, 200)
    places = lay_out(labels, embedded(rng), 2)
    spans = [
        (places[labels == c, 0].min(), places[labels == c, 0].max()) for c in range(4)
    ]
    assert all(left[1] < right[0] for left, right in itertools.pairwise(spans))
    assert_allclose(places.mean(axis=0), 0, atol=1e-12)
    for component in range(4):
        own = places[labels == component]
        own = own - own.mean(axis=0)
        assert_allclose(
            np.linalg.norm(own, axis=0), np.sqrt(len(own) / 200), rtol=1e-12
        )


def test_single_rows_have_places_of_their_own(rng):
    places = lay_out(np.array([0, 1, 0, 2, 0]), embedded(rng), 2)
    assert np.isfinite(places).all()
    assert len(np.unique(places[:, 0].round(9))) == 5
    alone = lay_out(np.arange(3), None, 1)
    assert np.all(np.diff(alone[:, 0]) > 0)


def test_the_warning_tells_number_and_remedy():
    with pytest.warns(
        UserWarning,
        match="number of connected components .* is 3 > 1. Each .*Increase k",
    ):
        warn_of_components(3, "k", "Each is embedded by itself.")
