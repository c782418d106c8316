"""Manifold learning: embeddings of rows that lie near a curved sheet."""

from ._isomap import Isomap
from ._lle import LocallyLinearEmbedding, locally_linear_embedding

__all__ = ["Isomap", "LocallyLinearEmbedding", "locally_linear_embedding"]
