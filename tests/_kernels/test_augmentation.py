"""Augmentation of samples against maps composed of matrices and SciPy's sampling."""

import ctypes

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from op_cases import Source, make_op, run_op
from scipy.ndimage import map_coordinates

from skmanifold_nn._kernels._augmentation import ADDRESSES, scratch_size
from skmanifold_nn._kernels._random import fill

both_dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32])
SEED, STEP, INDEX = 8, 3, 5
# Samples, images and signals, of whole lanes and less.
SHAPES = [(1, 1, 1), (8, 8, 1), (5, 33, 2), (7, 6, 3), (17, 16, 1), (1, 40, 9)]
ALL = {"shift": (1.5, 2.5), "rotation": 0.4, "zoom": 0.3, "crop": 0.4, "flips": 3}


class Augment:
    """The op with samples of its own, and what it has drawn."""

    def __init__(self, shape, dtype, *, n=9, flips=0, nearest=0, whole=0, **largest):
        self.shape, self.n, self.dtype = shape, n, dtype
        rng = np.random.default_rng([7, n, *shape])
        self.is_bytes = largest.pop("is_bytes", False)
        self.x = rng.normal(size=(n, *shape)).astype(dtype)
        if self.is_bytes:
            self.x = rng.integers(256, size=(n, *shape), dtype=np.uint8)
        self.scale = largest.pop("scale", 1 / 255 if self.is_bytes else 1.0)
        self.shift = np.broadcast_to(largest.pop("shift", 0), 2)
        names = "rotation", "zoom", "crop"
        self.rotation, self.zoom, self.crop = (largest.pop(k, 0.0) for k in names)
        assert not largest
        self.flips, self.nearest, self.whole = flips, nearest, whole
        ints = (*shape, self.is_bytes, flips, nearest, whole)
        reals = self.scale, *self.shift, self.rotation, self.zoom, self.crop
        size = int(np.prod(shape))
        words = {"output": 2, "n_in": size, "n_out": size, "index": INDEX}
        self.words = words | {"ints": ints, "reals": reals}
        self.source = Source(self.x.ctypes.data, None, None, size)

    def run(self, rows=None, *, first_row=0, training=1, step=STEP):
        rows = np.arange(self.n) if rows is None else np.asarray(rows)
        size, dtype = self.words["n_out"], np.dtype(self.dtype)
        scratch = scratch_size(*self.shape)
        values = np.full(2 + len(rows) * size + 1 + scratch + 1, 7, dtype)
        op = make_op(cache=len(values) - scratch - 1, **self.words)
        words = {"seed": SEED, "step": step, "first_row": first_row}
        words |= {"source": ctypes.addressof(self.source), "training": training}
        words |= {"rows": rows.ctypes.data, "n_rows": len(rows)}
        forward, backward = ADDRESSES["augment"][dtype.name]
        run_op(forward, op, values, **words)
        before = values.copy()
        run_op(backward, op, values, values, **words)
        assert_array_equal(values, before)
        end = 2 + len(rows) * size
        assert_array_equal(values[[0, 1, end, -1]], 7)
        return values[2:end].reshape(-1, *self.shape)

    @property
    def scaled(self):
        return self.x.astype(self.dtype) * self.dtype(self.scale)

    def numbers(self, row, step=STEP):
        """Eight uniform numbers of a place in the minibatch, and the last bits."""
        bits = np.empty(8, np.uint32)
        fill(SEED, step, INDEX, 8 * row, bits)
        return (bits + 0.5) / 2**32, int(bits[7] >> 30)

    def drawn(self, row, step=STEP):
        """Shifts, angle, zoom, side of the window, its place, and flips."""
        u, flips = self.numbers(row, step)
        shift = (2 * u[:2] - 1) * self.shift
        for k, bit in enumerate((1, 2)):
            if self.whole & bit:
                n = 2 * self.shift[k] + 1
                shift[k] = np.floor(u[k] * n) - self.shift[k]
        side = 1 - self.crop * u[4]
        room = (1 - side) * (np.array(self.shape[:2]) - 1) / 2
        angle, zoom = (2 * u[2:4] - 1) * (self.rotation, self.zoom)
        return shift, angle, np.exp(zoom), side, (2 * u[5:7] - 1) * room, flips

    def matrix(self, row, step=STEP):
        """Homogeneous matrix from places of the output to those of the image."""
        shift, angle, zoom, side, place, flips = self.drawn(row, step)
        flips &= self.flips
        centre = (np.array(self.shape[:2]) - 1) / 2
        turned = np.eye(3)
        turned[:2, :2] = [
            [np.cos(angle), -np.sin(angle)],
            [np.sin(angle), np.cos(angle)],
        ]
        signs = -1 if flips & 2 else 1, -1 if flips & 1 else 1
        return (
            move(centre + place)
            @ np.diag([side, side, 1])
            @ np.diag([*signs, 1])
            @ np.diag([1 / zoom, 1 / zoom, 1])
            @ turned
            @ move(-centre)
            @ move(-shift)
        )

    def twin(self, rows=None, first_row=0, step=STEP):
        rows = range(self.n) if rows is None else rows
        images = self.x.astype(np.float64) * self.scale
        mode = "nearest" if self.nearest else "grid-constant"
        places = np.indices(self.shape[:2]).reshape(2, -1)
        places = np.vstack([places, np.ones(places.shape[1])])
        out = np.empty((len(rows), *self.shape))
        for k, row in enumerate(rows):
            at = (self.matrix(first_row + k, step) @ places)[:2]
            for c in range(self.shape[2]):
                image = images[row, ..., c]
                seen = map_coordinates(image, at, order=1, mode=mode, cval=0.0)
                out[k, ..., c] = seen.reshape(self.shape[:2])
        return out


def move(by):
    matrix = np.eye(3)
    matrix[:2, 2] = by
    return matrix


def assert_as_twin(op, **options):
    tolerance = 1e-12 if op.dtype == np.float64 else 2e-5
    assert_allclose(op.run(**options), op.twin(**options), rtol=0, atol=tolerance)


@both_dtypes
@pytest.mark.parametrize("is_bytes", [False, True])
@pytest.mark.parametrize("nearest", [0, 1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_all_at_once_as_scipy(shape, nearest, is_bytes, dtype):
    options = ALL | ({"rotation": 0.0, "shift": (0, 3.5)} if shape[0] == 1 else {})
    op = Augment(shape, dtype, nearest=nearest, is_bytes=is_bytes, **options)
    assert_as_twin(op)


@both_dtypes
@pytest.mark.parametrize("name", ALL)
def test_one_at_a_time_as_scipy(name, dtype):
    op = Augment((9, 12, 1), dtype, **{name: ALL[name]})
    assert_as_twin(op)
    assert_as_twin(op, step=STEP + 1)
    assert not np.array_equal(op.run(), op.run(step=STEP + 1))
    assert not np.array_equal(op.run(), op.scaled)


@both_dtypes
def test_maps_far_outside(dtype):
    for nearest in (0, 1):
        for shift in ((50.0, 0), (0, 1e12), (3, 1e4)):
            op = Augment((6, 7, 1), dtype, nearest=nearest, shift=shift)
            out = op.run()
            assert np.isfinite(out).all()
            if max(shift) < 1e3:
                assert_as_twin(op)


@both_dtypes
@pytest.mark.parametrize("nearest", [0, 1])
@pytest.mark.parametrize("is_bytes", [False, True])
@pytest.mark.parametrize("shape", [(6, 20, 1), (5, 4, 3), (1, 19, 2)], ids=str)
def test_whole_shifts_and_flips_are_copies(shape, is_bytes, nearest, dtype):
    words = {"is_bytes": is_bytes, "nearest": nearest, "flips": 3, "whole": 3}
    op = Augment(shape, dtype, shift=(min(2, shape[0] - 1), 3), n=40, **words)
    out, kinds = op.run(), set()
    for row, (image, changed) in enumerate(zip(op.scaled, out, strict=True)):
        (dy, dx), *_, flips = op.drawn(row)
        kinds.add((dy, dx, flips))
        image = image[:: -1 if flips & 2 else 1, :: -1 if flips & 1 else 1]
        padded = np.pad(
            image, [(2, 2), (3, 3), (0, 0)], mode="edge" if nearest else "constant"
        )
        lines = slice(2 - int(dy), 2 - int(dy) + shape[0])
        columns = slice(3 - int(dx), 3 - int(dx) + shape[1])
        assert_array_equal(changed, padded[lines, columns])
    assert {dx for _, dx, _ in kinds} == {-3, -2, -1, 0, 1, 2, 3}
    assert {flips for *_, flips in kinds} == {0, 1, 2, 3}


@both_dtypes
def test_rows_have_the_same_bits_in_any_part(dtype):
    for is_bytes in (False, True):
        op = Augment((9, 11, 1), dtype, is_bytes=is_bytes, **ALL)
        rows = np.array([3, 0, 8, 8, 1, 5])
        whole = op.run(rows)
        for cut in (1, 2, 5):
            parts = op.run(rows[:cut]), op.run(rows[cut:], first_row=cut)
            assert_array_equal(np.concatenate(parts), whole)
        # The same sample at other places of the minibatch is seen otherwise.
        assert not np.array_equal(whole[2], whole[3])
        assert len(op.run([])) == 0


@both_dtypes
def test_only_scaling_outside_training(dtype):
    for is_bytes in (False, True):
        op = Augment((7, 9, 2), dtype, is_bytes=is_bytes, scale=0.3, **ALL)
        assert_array_equal(op.run(training=0), op.scaled)


def test_directions_and_centre():
    """Of one drawn map: where a point of the image is seen."""
    op = Augment((41, 41, 1), np.float64, n=30, shift=3, rotation=0.5, whole=3)
    op.x[:] = 0
    op.x[:, 20, 35] = 1  # 15 places to the right of the centre
    for row, image in enumerate(op.run()[..., 0]):
        (dy, dx), angle, *_ = op.drawn(row)
        at = (np.indices(image.shape) * image).sum(axis=(1, 2)) / image.sum()
        # The inverse of a turn by `angle` of (line, column).
        place = 20 + dy + 15 * np.sin(angle), 20 + dx + 15 * np.cos(angle)
        assert_allclose(at, place, atol=0.1)


def test_what_is_drawn_is_uniform():
    op = Augment((8, 8, 1), np.float64, shift=2, whole=3, flips=3, crop=0.5)
    drawn = [op.drawn(row) for row in range(4000)]
    shifts = np.array([d[0] for d in drawn])
    assert_allclose(np.bincount(shifts[:, 0].astype(int) + 2) / 4000, 0.2, atol=0.03)
    assert_allclose(np.corrcoef(shifts.T), np.eye(2), atol=0.05)
    assert_allclose(np.bincount([d[-1] for d in drawn]) / 4000, 0.25, atol=0.03)
    assert_allclose(np.mean([d[3] for d in drawn]), 0.75, atol=0.02)
