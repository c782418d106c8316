"""Displays: pictures of fitted embeddings and networks, after scikit-learn's.

A Display holds the arrays of one picture. `from_estimator` and its like for plain
arrays compute them and draw; `plot` draws once more, on axes of your own. matplotlib,
which the extra ``plot`` installs, is imported when something is drawn and not before.

`_pairs` measures what is drawn of embeddings, `_labels` tells classes from values,
`_points`, `_edges` and `_thumbnails` draw them, `_fitted` finds what ends a pipeline or
a search, `_networks` asks networks, `_plane` and
`_separability` know the plane of two features and of two components, `_classes` draws
samples in it, `_truths` reads predictions of sequences, `_tiles` draws small pictures
side by side, `_panels` makes small multiples, `_drawing` holds what all Displays need
of matplotlib.
"""

from ._co_ranking import CoRankingDisplay
from ._decision_regions import DecisionRegionsDisplay
from ._embedding import EmbeddingDisplay
from ._filters import FiltersDisplay
from ._intrinsic_dimension import IntrinsicDimensionDisplay
from ._layer_representations import LayerRepresentationsDisplay
from ._loss_curves import LossCurveDisplay
from ._maps import FeatureMapsDisplay
from ._saliency import SaliencyDisplay
from ._scree import ScreeDisplay
from ._sequence_predictions import SequencePredictionsDisplay
from ._shepard import ShepardDisplay
from ._stress_per_point import StressPerPointDisplay
from ._trustworthiness import TrustworthinessDisplay

__all__ = [
    "CoRankingDisplay",
    "DecisionRegionsDisplay",
    "EmbeddingDisplay",
    "FeatureMapsDisplay",
    "FiltersDisplay",
    "IntrinsicDimensionDisplay",
    "LayerRepresentationsDisplay",
    "LossCurveDisplay",
    "SaliencyDisplay",
    "ScreeDisplay",
    "SequencePredictionsDisplay",
    "ShepardDisplay",
    "StressPerPointDisplay",
    "TrustworthinessDisplay",
]
