"""Distances between cities, the tables on which scaling is usually shown.

Origin: the datasets `eurodist` (road distances in km, from The Cambridge Encyclopaedia)
and `UScitiesD` ("straight line" distances in miles) of R 4.2.2, typed row by row from
the lower triangle.
"""

import numpy as np

EUROPE = """
Athens; Barcelona; Brussels; Calais; Cherbourg; Cologne; Copenhagen; Geneva; Gibraltar;
Hamburg; Hook of Holland; Lisbon; Lyons; Madrid; Marseilles; Milan; Munich; Paris; Rome;
Stockholm; Vienna
"""
BY_ROAD = """
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
STATES = """
Atlanta; Chicago; Denver; Houston; Los Angeles; Miami; New York; San Francisco; Seattle;
Washington
"""
BY_AIR = """
587 1212 920 701 940 879 1936 1745 831 1374 604 1188 1726 968 2339 748 713 1631 1420
2451 1092 2139 1858 949 1645 347 2594 2571 2182 1737 1021 1891 959 2734 2408 678 543 597
1494 1220 2300 923 205 2442 2329
"""


def table(cities, distances):
    """Names, and the symmetric matrix."""
    names = [name.strip() for name in cities.split(";")]
    matrix = np.zeros((len(names), len(names)))
    matrix[np.tril_indices(len(names), -1)] = [float(km) for km in distances.split()]
    return names, matrix + matrix.T


def european_cities():
    """Names of 21 cities and the lengths of the roads between them, in km."""
    return table(EUROPE, BY_ROAD)


def american_cities():
    """Names of 10 cities and the straight distances between them, in miles."""
    return table(STATES, BY_AIR)
