"""What all Displays need of matplotlib, imported when they draw."""

__all__ = ["BLUE", "OKABE_ITO", "VERMILION", "axes_of", "styled"]

# Okabe and Ito's palette, told apart with any colour vision: blue, orange, bluish
# green, reddish purple, sky blue, vermilion, yellow, black, in an order in which the
# first few differ most. Two lines or clouds that are contrasted take BLUE, VERMILION.
OKABE_ITO = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#000000",
)
BLUE, VERMILION = OKABE_ITO[0], OKABE_ITO[5]


def axes_of(ax, caller):
    """The axes to draw on, in a new figure of pyplot's where None is given.

    Raises
    ------
    ImportError
        If matplotlib is not installed; says how to get it.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            f"{caller} requires matplotlib, which comes with the extra 'plot': "
            "pip install 'skmanifold-nn[plot]'"
        ) from error
    return plt.subplots()[1] if ax is None else ax


def styled(artist, defaults, given):
    """Keywords for an artist: those given, under any alias, replace the defaults."""
    from matplotlib.cbook import normalize_kwargs

    given = dict(given or {})
    # A scatter's c, values for a colour map, is no alias of its color.
    is_scatter = artist.__name__ == "PathCollection"
    values = {"c": given.pop("c")} if is_scatter and "c" in given else {}
    given = {**normalize_kwargs(given, artist), **values}
    replaced = {"color"} if values else set()
    if is_scatter and "color" in given:
        replaced = {"c", "cmap", "vmin", "vmax"}
    return {key: defaults[key] for key in defaults if key not in replaced} | given
