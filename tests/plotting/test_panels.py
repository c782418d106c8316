"""Several pairs of axes for one picture."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from skmanifold_nn.plotting._panels import columns_of, panels_of


def test_a_new_figure_has_the_panels_and_nothing_else():
    axes = panels_of(None, 5, 3, (2, 1.5), "caller")
    assert axes.shape == (5,)
    figure = axes[0].figure
    assert plt.get_fignums() == [figure.number]
    assert figure.axes == list(axes)
    np.testing.assert_allclose(figure.get_size_inches(), (6, 3))
    columns = [ax.get_subplotspec().colspan.start for ax in axes]
    rows = [ax.get_subplotspec().rowspan.start for ax in axes]
    assert (rows, columns) == ([0, 0, 0, 1, 1], [0, 1, 2, 0, 1])


def test_columns():
    assert columns_of(None, 3) == 3
    assert columns_of(np.int64(2), 3) == 2
    for wrong in (0, -1, 2.5, True, "2"):
        with pytest.raises(ValueError, match=f"n_columns must be .* got {wrong!r}"):
            columns_of(wrong, 3)


def test_axes_give_their_place_to_the_panels():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    axes = panels_of(right, 4, 2, (2, 2), "caller")
    assert left.axison and not right.axison
    bounds = right.get_position()
    for ax in axes:
        place = ax.get_position()
        assert bounds.x0 <= place.x0 + 1e-9 and place.x1 <= bounds.x1 + 1e-9
    free = figure.add_axes((0.1, 0.2, 0.3, 0.4))
    first, last = panels_of(free, 2, 2, (2, 2), "caller")
    np.testing.assert_allclose(first.get_position().x0, 0.1)
    np.testing.assert_allclose(last.get_position().x1, 0.4)
    assert plt.get_fignums() == []


def test_axes_give_their_place_once():
    figure = Figure()
    ax = figure.subplots()
    axes = panels_of(ax, 2, 2, (2, 2), "caller")
    with pytest.raises(ValueError, match=r"caller has given .* ax=display\.axes_"):
        panels_of(ax, 2, 2, (2, 2), "caller")
    assert figure.axes == [ax, *axes]
    assert list(panels_of(axes, 2, 2, (2, 2), "caller")) == list(axes)


def test_axes_without_lines_have_their_place_still():
    ax = Figure().subplots()
    ax.set_axis_off()
    assert len(panels_of(ax, 2, 2, (2, 2), "caller")) == 2
    with pytest.raises(ValueError, match="ax of caller has given"):
        panels_of(ax, 2, 2, (2, 2), "caller")


def test_axes_given_are_the_panels():
    axes = Figure().subplots(2, 2)
    assert list(panels_of(axes, 4, 1, (1, 1), "caller")) == list(axes.flat)
    assert list(panels_of(list(axes[0]), 2, 1, (1, 1), "caller")) == list(axes[0])
    with pytest.raises(ValueError, match="caller draws 3 panels, but ax has 4 axes"):
        panels_of(axes, 3, 1, (1, 1), "caller")
