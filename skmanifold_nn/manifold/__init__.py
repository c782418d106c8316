"""Manifold learning: embeddings of rows that lie near a curved sheet."""

from ._classical_mds import ClassicalMDS
from ._diffusion import DiffusionMap
from ._isomap import Isomap
from ._laplacian import LaplacianEigenmaps, SpectralEmbedding, spectral_embedding
from ._lle import LocallyLinearEmbedding, locally_linear_embedding
from ._mds import MDS
from ._smacof import smacof

__all__ = [
    "MDS",
    "ClassicalMDS",
    "DiffusionMap",
    "Isomap",
    "LaplacianEigenmaps",
    "LocallyLinearEmbedding",
    "SpectralEmbedding",
    "locally_linear_embedding",
    "smacof",
    "spectral_embedding",
]
