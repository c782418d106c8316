"""Tables of distances: facts, symmetry, and that the cities are where they are said."""

import numpy as np
import pytest

from skmanifold_nn.datasets import load_city_distances


def great_circles(places, radius):
    """Distances on the globe between places in degrees."""
    north, east = np.radians(places).T
    x = np.stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )
    return radius * np.arccos(np.clip(x.T @ x, -1, 1))


@pytest.mark.parametrize(
    ("region", "n_cities", "unit"), [("europe", 21, "km"), ("usa", 10, "miles")]
)
def test_tables(region, n_cities, unit):
    table = load_city_distances(region)
    assert table.data.shape == (n_cities, n_cities)
    assert table.data.dtype == np.float64
    np.testing.assert_array_equal(table.data, table.data.T)
    np.testing.assert_array_equal(np.diag(table.data), 0)
    assert len(set(table.cities)) == n_cities
    assert list(table.cities) == sorted(table.cities)
    assert table.places.shape == (n_cities, 2)
    assert table.unit == unit
    frame = load_city_distances(region, as_frame=True).data
    assert list(frame.columns) == list(frame.index) == list(table.cities)
    np.testing.assert_array_equal(frame, table.data)


def test_straight_distances_are_those_on_the_globe():
    table = load_city_distances("usa")
    pairs = np.triu_indices(10, 1)
    ratio = table.data[pairs] / great_circles(table.places, 3959)[pairs]
    assert np.abs(ratio - 1).max() < 0.02


def test_roads_are_longer_than_straight_lines():
    table = load_city_distances()
    pairs = np.triu_indices(21, 1)
    ratio = table.data[pairs] / great_circles(table.places, 6371)[pairs]
    assert 1.2 < np.median(ratio) < 1.4
    # Athens - Rome leaves out the sea; the others are misprints.
    short = np.transpose(pairs)[ratio < 0.9]
    assert {" - ".join(table.cities[pair]) for pair in short} == {
        "Athens - Rome",
        "Copenhagen - Hook of Holland",
        "Lisbon - Lyons",
    }
    assert table.data[0, 1] == 3313
    assert table.data[20, 19] == 2105


def test_unknown_region():
    for region in ("asia", ["usa"]):
        with pytest.raises(ValueError, match="region must be 'europe' or 'usa', got"):
            load_city_distances(region)
