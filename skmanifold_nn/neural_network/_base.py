"""What estimators of networks share: the course of a fit, and predictions.

A subclass says of which layers its network is (`_describe_network`, `_plan_layers`);
classifiers and regressors add what targets are (`_targets`).
"""

import copy
from abc import ABCMeta, abstractmethod
from contextlib import contextmanager
from dataclasses import replace
from numbers import Integral
from os import PathLike
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.validation import check_is_fitted, validate_data

from .._memory import require_memory
from .._sklearn_compat import (
    check_sample_weight,
    fit_context,
    has_callbacks,
    names_columns,
)
from .._threads import effective_n_threads
from .._typing import MatrixLike
from ._bases import (
    BaseEstimator,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from ._numbers import FlatNumbers
from ._rows import needs_no_check
from ._saving import load_estimator, save_estimator
from ._training import (
    OPTIMIZER_PARAMS,
    SCHEDULE_PARAMS,
    Data,
    Network,
    Progress,
    Settings,
    Validation,
    train_fully,
    train_in_steps,
)
from .layers._dense import dense
from .layers._engine import Samples, run
from .layers._planner import Planner

__all__ = ["NeuralNetwork"]

# Attributes in which `Progress` outlives a fit.
_PROGRESS = {
    "n_iter": "n_iter_",
    "t": "t_",
    "loss": "loss_",
    "loss_curve": "loss_curve_",
    "validation_loss_curve": "validation_loss_curve_",
    "validation_scores": "validation_scores_",
    "best_loss": "best_loss_",
    "best_validation_score": "best_validation_score_",
    "learning_rate": "learning_rate_",
    "no_improvement_count": "_no_improvement_count",
    "states": "_optimizer_states",
    "n_steps": "_n_steps",
    "seed": "_seed",
}


class NeuralNetwork(
    FlatNumbers,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    CallbackSupportMixin,
    BaseEstimator,
    metaclass=ABCMeta,
):
    """Base of networks."""

    # How a network is made, once and for all its predictions: see `_plan`.

    @abstractmethod
    def _describe_network(self):
        """Dict of plain values: what `_plan_layers` must know besides shapes."""

    @abstractmethod
    def _plan_layers(self, planner, tensor, described):
        """Plan all layers but the last; returns their output."""

    # Whether samples are sequences.
    _reads_sequences = False
    # Dtypes of samples that stay as they are; others become the first.
    _dtypes: tuple[type, ...] = (np.float64, np.float32)

    @property
    def _input_scale(self):
        """Factor of the samples."""
        return 1.0

    @property
    def _frozen(self):
        """Names of layers that are not trained."""
        return ()

    @property
    def _input_shape(self):
        """Of a sample, or of a step."""
        return (self.n_features_in_,)

    @staticmethod
    def _source(X):
        """What validated samples come as; see `Planner`."""
        return "csr" if issparse(X) else "dense"

    def _plan(self, source="dense", frozen=()):
        """The fitted description as a plan, for samples that come as `source`."""
        plans = self.__dict__.setdefault("_plans", {})
        if (source, frozen) not in plans:
            described = self._described
            planner = Planner(
                self._input_shape,
                source=source,
                scale=self._input_scale,
                sequences=self._reads_sequences,
                frozen=frozen,
            )
            tensor = self._plan_layers(planner, planner.input, described)
            with planner.layer("output"):
                tensor = dense(
                    planner,
                    tensor,
                    self.n_outputs_,
                    initializer=described.get("initializer", "auto"),
                    activation=described.get("activation", "identity"),
                )
                planner.ends(tensor)
            plans[source, frozen] = planner.finish(tensor)
        return plans[source, frozen]

    # Fits.

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: MatrixLike,
        y: MatrixLike,
        sample_weight: ArrayLike | None = None,
        X_val: MatrixLike | None = None,
        y_val: MatrixLike | None = None,
    ) -> Self:
        """Train on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows; float32 is computed in float32, everything else in float64.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels, label indicators, or real numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples in the loss, not negative.
        X_val : {array-like, sparse matrix} of shape (n_validation, n_features), \
                default=None
            Rows that are not trained on: their losses go to ``validation_loss_curve_``,
            and `early_stopping` watches them in place of a share of X.
        y_val : array-like of shape (n_validation,) or (n_validation, n_outputs), \
                default=None
            Targets of `X_val`.

        Returns
        -------
        self : object
            Fitted.

        Raises
        ------
        ValueError
            If training came to numbers that are not finite.
        """
        return self._fit(X, y, sample_weight, X_val, y_val)

    def _fit(
        self,
        X,
        y,
        sample_weight,
        X_val=None,
        y_val=None,
        *,
        incremental=False,
        classes=None,
    ):
        fresh = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        if self.early_stopping and incremental:
            raise ValueError("partial_fit does not support early_stopping=True")
        if (X_val is None) != (y_val is None):
            raise ValueError(
                "X_val and y_val are given together or not at all, got only "
                f"{'y_val' if X_val is None else 'X_val'}: give both."
            )
        X, y, sample_weight = self._validate_training(X, y, sample_weight, reset=fresh)
        dtype = self._dtype_of(X)
        targets = self._targets(
            y, dtype, fresh=fresh, incremental=incremental, classes=classes
        )
        weights = self._weights(X, y, sample_weight, incremental)
        random_state = check_random_state(self.random_state)
        network, progress = self._start(fresh, incremental, dtype, X, random_state)
        data = self._data(X, targets, weights)
        data, validation = self._hold_out(data, X, y, X_val, y_val, random_state)
        if self.random_state is None:  # other threads may draw from it
            random_state = np.random.RandomState(random_state.randint(2**31 - 1))
        n_tasks = 1 if incremental else self.max_iter
        with self._callback_tasks(X, y, n_tasks, progress) as task:
            shared = {"validation": validation, "task": task}
            try:
                if self.solver == "lbfgs":
                    train_fully(network, data, self._settings(), progress, **shared)
                else:
                    train_in_steps(
                        network,
                        data,
                        self._settings(),
                        progress,
                        random_state,
                        n_epochs=1 if incremental else None,
                        **shared,
                    )
            finally:
                self._publish(progress)
        return self

    def _start(self, fresh, incremental, dtype, X, random_state):
        """A new network, or the fitted one, and how far its training came."""
        if fresh:
            self._described = self._describe_network()
            self.__dict__.pop("_plans", None)
            plan = self._plan()
            require_memory(
                plan.n_parameters * dtype.itemsize * 6,
                f"A network of {plan.n_parameters} parameters",
                "Use fewer units, or fewer features.",
            )
            self._link(*self._initial_numbers(plan, random_state, dtype))
            progress = Progress()
        else:
            self._check_description()
            self._link(*self._copied_numbers())
            progress = Progress(
                **{k: getattr(self, v, None) for k, v in _PROGRESS.items()}
            )
            progress.loss_curve = list(progress.loss_curve or [])
            if not incremental:
                progress.states = None
            elif progress.states is not None:  # copies of the estimator share them
                progress.states = progress.states.astype(self._linked[0].dtype)
        params, statistics, _ = self._linked
        plan = self._plan(self._source(X), self._frozen)
        if progress.states is not None:  # no momentum moves a frozen layer
            for start, stop in plan.frozen_ranges:
                progress.states[:, start:stop] = 0
        return Network(plan, params, statistics, self._loss), progress

    def _initial_numbers(self, plan, random_state, dtype):
        """Flat parameters and statistics."""
        params = plan.initial_parameters(random_state, dtype)
        return params, plan.initial_statistics(dtype)

    def _check_description(self):
        """A network that is trained further keeps its layers."""
        described = self._describe_network()
        for name, value in described.items():
            if repr(value) != repr(self._described[name]):
                raise ValueError(
                    f"{name} cannot change between fits of one network: it was "
                    f"{self._described[name]!r}, got {value!r}; set warm_start=False "
                    "or fit a clone."
                )

    def _data(self, X, targets, weights=None):
        """Validated rows and targets in the network's dtype."""
        dtype = self._linked[0].dtype
        targets = np.ascontiguousarray(targets, dtype=dtype)
        if weights is not None:
            weights = np.ascontiguousarray(weights.reshape(-1, 1), dtype=dtype)
        return Data(self._samples(X, dtype), targets, weights)

    @staticmethod
    def _dtype_of(X):
        """The network's, for validated samples."""
        return X.dtype

    def _samples(self, X, dtype):
        """Validated samples as the kernels read them."""
        return Samples.of(X.astype(dtype, copy=False))

    def _places(self, X, rows):
        """Where the targets of some samples are among all."""
        return rows

    def _weights(self, X, y, sample_weight, incremental):
        """Weights of samples, or None where all are one."""
        return sample_weight

    def _hold_out(self, data, X, y, X_val, y_val, random_state):
        """What is trained on, and what is validated on (None: nothing is)."""
        if X_val is not None:
            try:
                checked = self._validate_training(X_val, y_val, None, reset=False)
            except (TypeError, ValueError) as error:
                error.add_note("X and y are X_val and y_val here.")
                raise
            X_val, y_val, _ = checked
            X_val = self._as_source(X_val, self._source(X))
            targets = self._held_out_targets(y_val, data.targets.dtype)
            held_out = self._data(X_val, targets)
            return data, Validation(held_out, self._scorer(X_val, y_val, None))
        if not self.early_stopping or self.solver == "lbfgs":
            return data, None
        n_samples = data.n_samples
        training, validation = train_test_split(
            np.arange(n_samples),
            random_state=random_state,
            test_size=self.validation_fraction,
            stratify=data.targets > 0 if self._stratifies else None,
        )
        if len(validation) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or "
                f"the size of your dataset: {self.validation_fraction} of "
                f"{n_samples} samples are {len(validation)}."
            )
        data, held_out = (
            replace(data, rows=rows, places=self._places(X, rows))
            for rows in (training, validation)
        )
        _, weights = held_out.labels
        score = self._scorer(
            X,
            y[held_out.places],
            None if weights is None else weights[:, 0],
            validation,
        )
        return data, Validation(held_out, score)

    def _as_source(self, X_val, source):
        """Validated samples as the plan of the training data wants them."""
        if self._source(X_val) == source:
            return X_val
        return csr_array(X_val) if source == "csr" else X_val.toarray()

    def _scorer(self, X, y, weights, rows=None):
        """Raw outputs for the held-out rows -> score."""
        if self.scoring == "loss":
            return None
        if self.scoring is None:
            return lambda outputs: self._score(outputs, y, weights)
        scorer = check_scoring(self, self.scoring)
        X = X if rows is None else X[rows]

        def score(outputs):
            estimator = self._for_validated()
            keywords = {} if weights is None else {"sample_weight": weights}
            return scorer(estimator, X, y, **keywords)

        return score

    def _for_validated(self):
        """A copy for validated samples, which no longer have feature names."""
        estimator = copy.copy(self)
        estimator.__dict__.pop("feature_names_in_", None)
        return estimator

    def _settings(self):
        names = Settings.__dataclass_fields__.keys() - {
            "n_threads",
            "shuffles_alone",
            "optimizer_params",
            "schedule_params",
        }
        optimizer_params = {name: getattr(self, name) for name in OPTIMIZER_PARAMS}
        if self.solver in ("adagrad", "adadelta"):
            optimizer_params["epsilon"] = None  # theirs; the parameter's is Adam's
        return Settings(
            **{name: getattr(self, name) for name in names},
            n_threads=effective_n_threads(self.n_jobs),
            shuffles_alone=not isinstance(self.random_state, np.random.RandomState),
            optimizer_params=optimizer_params,
            schedule_params={name: getattr(self, name) for name in SCHEDULE_PARAMS},
        )

    def _publish(self, progress):
        for name, attribute in _PROGRESS.items():
            value = getattr(progress, name)
            if value is None and attribute in ("validation_loss_curve_",):
                self.__dict__.pop(attribute, None)
            else:
                setattr(self, attribute, value)

    @contextmanager
    def _callback_tasks(self, X, y, n_tasks, progress):
        """Context of a whole fit; gives that of one epoch, None if nobody watches."""
        context = self._init_callback_context(max_subtasks=n_tasks)
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)

        @contextmanager
        def task(k):
            subcontext = context.subcontext(task_name="epoch")
            subcontext.call_on_fit_task_begin(estimator=self, X=X, y=y)
            yield
            # Copies are made of the estimator, which has the numbers of this epoch.
            self._publish(progress)
            subcontext.call_on_fit_task_end(
                estimator=self, X=X, y=y, reconstruction_attributes={}
            )

        yield task if has_callbacks(self) else None
        context.call_on_fit_task_end(
            estimator=self, X=X, y=y, reconstruction_attributes={}
        )

    # Predictions.

    def _outputs(self, X, layer=None):
        """Raw outputs, or those of a layer, for rows as users give them."""
        if "coefs_" not in self.__dict__:
            check_is_fitted(self)  # which would take as long as a small network
        params, statistics = self._numbers()
        X = self._validate_rows(X, params.dtype)
        plan = self._plan(self._source(X))
        n_threads = 1 if self.n_jobs is None else effective_n_threads(self.n_jobs)
        outputs = run(
            plan,
            params,
            statistics,
            self._samples(X, params.dtype),
            layer=layer,
            n_threads=n_threads,
        )
        # The steps of a sample are in one row, where all have as many.
        return outputs.reshape(X.shape[0], -1) if plan.n_steps else outputs

    def _predicted(self, X, form):
        """What `form` makes of the raw outputs for rows as users give them."""
        return form(self._outputs(X))

    def _validate_training(self, X, y, sample_weight, *, reset):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            multi_output=True,
            y_numeric=self._y_is_numeric,
            dtype=self._dtypes,
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if sample_weight is not None:
            sample_weight = check_sample_weight(
                sample_weight, X, ensure_non_negative=True
            )
        return X, y, sample_weight

    def _validate_rows(self, X, dtype):
        if needs_no_check(self, X, dtype):
            return X
        return validate_data(
            self, X, accept_sparse="csr", dtype=dtype, order="C", reset=False
        )

    def transform(self, X: MatrixLike, layer: int | str = -1) -> NDArray[Any] | Any:
        """Outputs of a hidden layer: features that the network has learned.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Rows.
        layer : int or str, default=-1
            Number among the hidden layers, the last one by default, or a name of
            ``layer_names_``.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_units)
            X itself, if there is no hidden layer. Outputs at every step of a sample, or
            at every place of an image, stand side by side.

        Raises
        ------
        ValueError
            If there is no such layer; the message has those that there are.
        """
        check_is_fitted(self)
        if not self.layer_names_ and layer == -1:
            X = self._validate_rows(X, self._numbers()[0].dtype)
            return X.toarray() if issparse(X) else X.copy()
        name = self._layer_name(layer)
        self._check_columns(name, layer)
        return self._outputs(X, name)

    def _check_columns(self, name, layer):
        """Refuse layers whose columns nobody could name, where columns are named."""
        if name != self.layer_names_[-1] and names_columns(self):
            raise ValueError(
                f"layer={layer!r} has columns that get_feature_names_out, which tells "
                "of the last hidden layer, cannot name: set_output(transform='default')"
                " before, or take layer=-1."
            )

    def _layer_name(self, layer):
        names = self.layer_names_
        if isinstance(layer, Integral) and -len(names) <= layer < len(names):
            return names[layer]
        if layer in names:
            return layer
        raise ValueError(
            f"layer must be a number below {len(names)} or one of {names}, got "
            f"{layer!r}: choose one of them."
        )

    @property
    def layer_names_(self) -> list[str]:
        """Names of the hidden layers, from the input on; containers' layers too."""
        return [name for name in self._plan().layers if name != "output"]

    @property
    def _n_features_out(self):
        names = self.layer_names_
        return self._plan().layers[names[-1]][1].size if names else self.n_features_in_

    # Files.

    def save(self, path: str | PathLike[str]) -> None:
        """Save the fitted estimator without pickle.

        Parameters
        ----------
        path : str or path-like
            A file in the safetensors format: weights, and parameters as JSON.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        TypeError
            If a parameter or attribute is not plain data, such as a layer of your own.
        """
        check_is_fitted(self)
        save_estimator(self, path)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Load what `save` has written; nothing in the file is executed.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        estimator : object
            Fitted, of the class on which this was called.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        ValueError
            If the file is damaged, altered, or holds another class.
        """
        return load_estimator(path, cls)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "coefs_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
