"""Samples that enter a network changed at random, as an op of a planned network.

"augment" reads samples, images or signals, as "gather_scaled" and "gather_bytes" do;
not in training it gives what they give. In training every sample is seen through an
affine map of its own, drawn by its place in the minibatch, bilinearly: a window cut out
and enlarged to the size of the image, flipped, zoomed and turned about the centre, and
shifted. What whole shifts and flips bring are the places' values themselves, as
bilinear weights are then 0 and 1.

``op.ints`` is the `augment_geometry` of ``_augmentation.h``. ``op.reals`` is the scale;
the largest shifts along height and width, in places; the largest angle, in radians; the
logarithm of the largest zoom; the largest share of a side that is cut off. The cache
has an image with a border of zeros.
"""

from cython cimport floating
from libc.math cimport cos, exp, floor, sin
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memset

from ._network cimport Op, Pass
from ._random cimport random_bits, random_keys
from ._scaled_rows cimport scale_row, scale_rows


cdef extern from "_augmentation.h":
    enum:
        AUGMENT_BORDER
    ctypedef struct augment_geometry:
        int64_t height
        int64_t width
        int64_t channels
        int64_t is_bytes
        int64_t flips
        int64_t nearest
        int64_t whole
    ctypedef struct augment_map:
        double y
        double y_line
        double y_column
        double x
        double x_line
        double x_column
    void augment_image_f64(
        const augment_geometry *, const augment_map *, const double *,
        double *) noexcept nogil
    void augment_image_f32(
        const augment_geometry *, const augment_map *, const float *,
        float *) noexcept nogil


cdef enum:
    # Positions of a sample's random numbers.
    NUMBERS = 8
    SHIFT_HEIGHT = 0
    SHIFT_WIDTH = 1
    ANGLE = 2
    ZOOM = 3
    SIDE = 4
    CROP_HEIGHT = 5
    CROP_WIDTH = 6
    FLIPS = 7
    # What op.reals holds.
    SCALE = 0
    LARGEST = 1


# What is drawn for a sample.
cdef struct Draw:
    double shift_height
    double shift_width
    double angle
    double zoom
    double side  # of the window, a share of the image's
    double crop_height  # where the window's centre is, in places from the image's
    double crop_width
    int64_t flips


cdef inline double uniform(double largest, uint32_t bits) noexcept nogil:
    """From -largest to largest."""
    return largest * ((bits + 0.5) / 2147483648.0 - 1)


cdef inline double draw_shift(double largest, bint whole, uint32_t bits) noexcept nogil:
    if whole:
        return floor((2 * largest + 1) * (bits / 4294967296.0)) - largest
    return uniform(largest, bits)


cdef Draw draw(
    const augment_geometry *g, const Op *op, const Pass *run, int64_t row,
) noexcept nogil:
    cdef const double *largest = &op.reals[LARGEST]
    cdef uint64_t position = <uint64_t> (run.first_row + row) * NUMBERS
    cdef uint64_t keys = random_keys(run.seed, run.step, op.index, position >> 32)
    cdef uint32_t bits[NUMBERS]
    cdef Draw drawn
    cdef int k
    for k in range(NUMBERS):
        bits[k] = random_bits(keys, <uint32_t> (position + <uint64_t> k))
    drawn.shift_height = draw_shift(largest[0], g.whole & 1, bits[SHIFT_HEIGHT])
    drawn.shift_width = draw_shift(largest[1], g.whole & 2, bits[SHIFT_WIDTH])
    drawn.angle = uniform(largest[2], bits[ANGLE])
    drawn.zoom = exp(uniform(largest[3], bits[ZOOM]))
    drawn.side = 1 - largest[4] * ((bits[SIDE] + 0.5) / 4294967296.0)
    drawn.crop_height = uniform((1 - drawn.side) * (g.height - 1) / 2,
                                bits[CROP_HEIGHT])
    drawn.crop_width = uniform((1 - drawn.side) * (g.width - 1) / 2, bits[CROP_WIDTH])
    drawn.flips = g.flips & (bits[FLIPS] >> 30)
    return drawn


cdef augment_map map_of(const augment_geometry *g, Draw drawn) noexcept nogil:
    """From places of the output to those of the image; both from their centres."""
    cdef augment_map m
    cdef double middle = (g.height - 1) / 2.0, centre = (g.width - 1) / 2.0
    cdef double size = drawn.side / drawn.zoom
    cdef double down = -size if drawn.flips & 2 else size
    cdef double right = -size if drawn.flips & 1 else size
    m.y_line, m.y_column = down * cos(drawn.angle), -down * sin(drawn.angle)
    m.x_line, m.x_column = right * sin(drawn.angle), right * cos(drawn.angle)
    m.y = (middle + drawn.crop_height - m.y_line * (middle + drawn.shift_height)
           - m.y_column * (centre + drawn.shift_width))
    m.x = (centre + drawn.crop_width - m.x_line * (middle + drawn.shift_height)
           - m.x_column * (centre + drawn.shift_width))
    return m


cdef inline int64_t scratch(
    int64_t height, int64_t width, int64_t n_channels,
) noexcept nogil:
    return (height + AUGMENT_BORDER) * (width + AUGMENT_BORDER) * n_channels


cdef void bordered(
    const augment_geometry *g, const void *row, double scale, floating *image,
) noexcept nogil:
    """A sample, scaled, inside of the border that `image` has."""
    cdef Py_ssize_t n = g.width * g.channels, line
    cdef Py_ssize_t stride = n + AUGMENT_BORDER * g.channels
    cdef Py_ssize_t size = 1 if g.is_bytes else <Py_ssize_t> sizeof(floating)
    for line in range(g.height):
        scale_row(n, <const uint8_t *> row + line * n * size, g.is_bytes, scale,
                  image + (line + 1) * stride + g.channels)


cdef void forward(const Op *op, const Pass *run, floating *values) noexcept nogil:
    cdef const augment_geometry *g = <const augment_geometry *> &op.ints[0]
    cdef floating *image = values + op.cache
    cdef floating *out = values + op.output
    cdef const uint8_t *samples = <const uint8_t *> run.source.values
    cdef Py_ssize_t size = op.n_out if g.is_bytes else op.n_out * sizeof(floating), k
    cdef augment_map drawn
    if not run.training:
        scale_rows(run, g.is_bytes, op.reals[SCALE], out)
        return
    memset(image, 0, scratch(g.height, g.width, g.channels) * sizeof(floating))
    for k in range(run.n_rows):
        bordered(g, samples + run.rows[k] * size, op.reals[SCALE], image)
        drawn = map_of(g, draw(g, op, run, k))
        if floating is double:
            augment_image_f64(g, &drawn, image, out + k * op.n_out)
        else:
            augment_image_f32(g, &drawn, image, out + k * op.n_out)


cdef void forward_f64(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <double *> run.values)


cdef void forward_f32(const Op *op, const Pass *run) noexcept nogil:
    forward(op, run, <float *> run.values)


cdef void nothing(const Op *op, const Pass *run) noexcept nogil:
    pass


def scratch_size(int64_t height, int64_t width, int64_t n_channels):
    """Elements of the op's cache."""
    return scratch(height, width, n_channels)


ADDRESSES = {
    "augment": {
        "float64": (<uintptr_t> &forward_f64, <uintptr_t> &nothing),
        "float32": (<uintptr_t> &forward_f32, <uintptr_t> &nothing),
    },
}
