"""Manifold learning: embeddings of rows that lie near a curved sheet."""

from ._isomap import Isomap

__all__ = ["Isomap"]
