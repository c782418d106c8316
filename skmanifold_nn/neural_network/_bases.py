"""scikit-learn's base classes, and what mypy is told of them.

scikit-learn carries no types. To mypy an unknown base may take any argument, so that it
would let wrong calls of constructors pass: it gets the names that users call, and
everything else may be anything. Checkers that have types for scikit-learn see them.
"""

from typing import Any, Self

MYPY = False  # True to mypy alone

if MYPY:
    from numpy.typing import ArrayLike, NDArray

    class Mixin:
        def __getattr__(self, name: str) -> Any: ...

    class BaseEstimator(Mixin):
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...

    class CallbackSupportMixin:
        def set_callbacks(self, *callbacks: Any) -> Self: ...

    class ClassifierMixin:
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

    class RegressorMixin:
        def score(self, X: Any, y: Any, sample_weight: Any = None) -> float: ...

    class TransformerMixin:
        def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any: ...
        def set_output(self, *, transform: str | None = None) -> Self: ...

    class ClassNamePrefixFeaturesOutMixin:
        def get_feature_names_out(
            self, input_features: ArrayLike | None = None
        ) -> NDArray[Any]: ...

else:
    from sklearn.base import (
        BaseEstimator,
        ClassifierMixin,
        ClassNamePrefixFeaturesOutMixin,
        RegressorMixin,
        TransformerMixin,
    )
    from sklearn.callback import CallbackSupportMixin

    # Of parts of a network, which use what the others have.
    Mixin = object

__all__ = [
    "BaseEstimator",
    "CallbackSupportMixin",
    "ClassNamePrefixFeaturesOutMixin",
    "ClassifierMixin",
    "Mixin",
    "RegressorMixin",
    "TransformerMixin",
]
