"""Pictures are drawn in memory, and every test closes its own."""

import matplotlib
import pytest

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def no_figure_left():
    """Figures that pyplot makes for a test are closed after it."""
    import matplotlib.pyplot as plt

    assert not plt.get_fignums(), "an earlier test left figures open"
    yield
    plt.close("all")
