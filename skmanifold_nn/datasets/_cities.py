"""Distances between cities, the tables on which scaling is usually shown."""

from __future__ import annotations

import numpy as np
from sklearn.utils import Bunch

from ._checks import check_choice
from ._files import import_pandas

__all__ = ["load_city_distances"]

_EUROPE = """
Athens; Barcelona; Brussels; Calais; Cherbourg; Cologne; Copenhagen; Geneva; Gibraltar;
Hamburg; Hook of Holland; Lisbon; Lyons; Madrid; Marseilles; Milan; Munich; Paris; Rome;
Stockholm; Vienna
"""
# Rows of the lower triangle, one after another.
_BY_ROAD = """
3313 2963 1318 3175 1326 204 3339 1294 583 460 2762 1498 206 409 785 3276 2218 966 1136
1545 760 2610 803 677 747 853 1662 1418 4485 1172 2256 2224 2047 2436 3196 1975 2977
2018 597 714 1115 460 460 1118 2897 3030 1490 172 330 731 269 269 895 2428 550 4532 1305
2084 2052 1827 2290 2971 1936 676 2671 2280 2753 645 690 739 789 714 1458 158 1817 1159
863 1178 3949 636 1558 1550 1347 1764 2498 1439 698 2198 1730 668 1281 2865 521 1011
1059 1101 1035 1778 425 1693 1479 1183 1762 320 1157 2282 1014 925 1077 1209 911 1537
328 2185 1238 1098 2250 328 1724 618 2179 1365 747 977 1160 583 1104 591 2565 805 851
2507 724 2010 1109 331 3000 1033 285 280 340 465 1176 513 1971 877 457 1799 471 1273 792
856 821 817 1460 1511 1662 1794 1497 2050 995 2631 1751 1683 2700 1048 2097 1011 586 946
1476 3927 2868 1616 1786 2196 1403 650 2068 3886 949 1500 3231 2108 3188 2428 2187 1754
1827 2707 1991 1802 1175 1381 1588 937 1455 1019 2974 1155 1205 2937 1157 2409 1363 898
428 1249 1209 2105
"""
_USA = """
Atlanta; Chicago; Denver; Houston; Los Angeles; Miami; New York; San Francisco; Seattle;
Washington
"""
_BY_AIR = """
587 1212 920 701 940 879 1936 1745 831 1374 604 1188 1726 968 2339 748 713 1631 1420
2451 1092 2139 1858 949 1645 347 2594 2571 2182 1737 1021 1891 959 2734 2408 678 543 597
1494 1220 2300 923 205 2442 2329
"""
# Degrees north and east.
_EUROPE_NORTH = """
38.0 41.4 50.8 51.0 49.6 50.9 55.7 46.2 36.1 53.6 52.0 38.7 45.8 40.4 43.3 45.5 48.1
48.9 41.9 59.3 48.2
"""
_EUROPE_EAST = """
23.7 2.2 4.4 1.9 -1.6 7.0 12.6 6.1 -5.4 10.0 4.1 -9.1 4.8 -3.7 5.4 9.2 11.6 2.4 12.5
18.1 16.4
"""
_USA_NORTH = "33.7 41.9 39.7 29.8 34.1 25.8 40.7 37.8 47.6 38.9"
_USA_EAST = "-84.4 -87.6 -105.0 -95.4 -118.2 -80.2 -74.0 -122.4 -122.3 -77.0"

_TABLES = {
    "europe": (_EUROPE, _BY_ROAD, _EUROPE_NORTH, _EUROPE_EAST, "km"),
    "usa": (_USA, _BY_AIR, _USA_NORTH, _USA_EAST, "miles"),
}
_DESCRIPTIONS = {
    "europe": "Road distances in km between 21 European cities, from The Cambridge "
    "Encyclopaedia; the same figures as R's dataset eurodist. Three are misprinted "
    "there: Cologne - Geneva, Lisbon - Lyons, Copenhagen - Hook of Holland.",
    "usa": "Straight distances in miles between 10 cities of the United States; the "
    "same figures as R's dataset UScitiesD.",
}


def load_city_distances(region: str = "europe", *, as_frame: bool = False) -> Bunch:
    """Distances between cities, for maps by multidimensional scaling.

    Roads are longer than straight lines, each by another factor: no map reproduces the
    European table, in which three figures are misprints besides. The American one is
    nearly a map.

    Parameters
    ----------
    region : {"europe", "usa"}, default="europe"
        21 European cities by road, or 10 of the United States in straight lines.
    as_frame : bool, default=False
        Whether ``data`` is a DataFrame whose rows and columns have the cities' names.

    Returns
    -------
    table : Bunch
        ``data``, ndarray of shape (n_cities, n_cities), float64: symmetric distances.
        ``cities``, ndarray of shape (n_cities,), str: names.
        ``places``, ndarray of shape (n_cities, 2), float64: where the cities are,
        degrees north and east to one decimal.
        ``unit``, str: "km" or "miles".
        ``DESCR``, str: origin.

    Raises
    ------
    ValueError
        If there is no such region.
    ImportError
        If ``as_frame`` is true and pandas is not installed.

    References
    ----------
    Crystal (editor), "The Cambridge Encyclopaedia", Cambridge University Press, 1990.

    Examples
    --------
    >>> from skmanifold_nn.datasets import load_city_distances
    >>> table = load_city_distances("usa")
    >>> print(table.cities[:3], table.data[0, :3], table.unit)
    ['Atlanta' 'Chicago' 'Denver'] [   0.  587. 1212.] miles
    """
    region = check_choice("region", region, ("europe", "usa"))
    names, lower, north, east, unit = _TABLES[region]
    cities = np.array([" ".join(name.split()) for name in names.split(";")])
    data = np.zeros((len(cities), len(cities)))
    data[np.tril_indices(len(cities), -1)] = lower.split()
    data += data.T
    places = np.array([north.split(), east.split()], dtype=np.float64).T
    if as_frame:
        pandas = import_pandas("load_city_distances")
        data = pandas.DataFrame(data, index=cities, columns=cities)
    return Bunch(
        data=data, cities=cities, places=places, unit=unit, DESCR=_DESCRIPTIONS[region]
    )
