"""Displays: pictures of fitted embeddings and networks, after scikit-learn's.

A Display holds the arrays of one picture. `from_estimator` and its like for plain
arrays compute them and draw; `plot` draws once more, on axes of your own. matplotlib,
which the extra ``plot`` installs, is imported when something is drawn and not before.

`_pairs` measures what is drawn of embeddings, `_labels` tells classes from values,
`_points`, `_edges` and `_thumbnails` draw them, `_networks` asks networks, `_tiles`
draws small pictures side by side, `_drawing` holds what all Displays need of
matplotlib.
"""

from ._decision_regions import DecisionRegionsDisplay
from ._embedding import EmbeddingDisplay
from ._filters import FiltersDisplay
from ._layer_representations import LayerRepresentationsDisplay
from ._loss_curves import LossCurveDisplay
from ._maps import FeatureMapsDisplay
from ._saliency import SaliencyDisplay
from ._sequence_predictions import SequencePredictionsDisplay
from ._shepard import ShepardDisplay
from ._stress_per_point import StressPerPointDisplay

__all__ = [
    "DecisionRegionsDisplay",
    "EmbeddingDisplay",
    "FeatureMapsDisplay",
    "FiltersDisplay",
    "LayerRepresentationsDisplay",
    "LossCurveDisplay",
    "SaliencyDisplay",
    "SequencePredictionsDisplay",
    "ShepardDisplay",
    "StressPerPointDisplay",
]
