"""How good an embedding is: measures of ranks, of distances, of classes, and a scorer.

All take the rows (or distances) before and after. `_distances` checks them and yields
distances in blocks of rows, so that nothing takes n x n memory but what is said to;
`_anchors` chooses the rows from which to look, all or a sample. `_trustworthiness` and
`_co_ranking` compare ranks, `_distance_measures` compares distances themselves,
`_distortion` the shapes of neighbourhoods, `_neighborhood_hit` classes;
`_scorer` makes any of these a criterion of a search over parameters, and `_reference`
knows which rows a pipeline gave to its embedding.

`_intrinsic_dimension` is an estimator of the data alone: `_dimension_neighbors` finds
distinct points and their neighbours, `_dimension_estimates` has the formulas.
"""

from ._co_ranking import CoRanking, co_ranking, coranking_matrix
from ._distance_measures import (
    geodesic_correlation,
    procrustes_distance,
    residual_variance,
    stress,
)
from ._distortion import LocalDistortion, local_distortion
from ._intrinsic_dimension import IntrinsicDimension
from ._neighborhood_hit import neighborhood_hit
from ._scorer import make_embedding_scorer
from ._trustworthiness import continuity, trustworthiness

__all__ = [
    "CoRanking",
    "IntrinsicDimension",
    "LocalDistortion",
    "co_ranking",
    "continuity",
    "coranking_matrix",
    "geodesic_correlation",
    "local_distortion",
    "make_embedding_scorer",
    "neighborhood_hit",
    "procrustes_distance",
    "residual_variance",
    "stress",
    "trustworthiness",
]
