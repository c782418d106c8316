"""
How long it takes
=================

Every line is one piece of work, done by this library and by others in turn, each time
in a process of its own: medians of three rounds on two cores. The figures are read from
the file that the benchmarks of the repository wrote when they ran last
(``python tests/benchmarks/bench_isomap.py --record`` and its like); nothing is typed in
here, and nothing is timed while this page is built.
"""

# %%
# One line a work: the time of each library on a logarithmic axis, ours in blue, and how
# many times as long the quickest of the others takes.

import json
from pathlib import Path

import matplotlib.pyplot as plt

results = json.loads(Path("../tests/benchmarks/results.json").read_text())

PEERS = {  # colour and marker
    "scikit-learn": ("#d55e00", "s"),
    "SciPy": ("#e69f00", "D"),
    "tapkee": ("#cc79a7", "^"),
    "PyTorch": ("#009e73", "v"),
}
OURS = ("#0072b2", "o")


def works_of(*scripts):
    """Name and libraries of each work that a peer did too, the largest ratio first."""
    works = {
        name: entry["libraries"]
        for name, entry in results.items()
        if entry["script"] in scripts and PEERS.keys() & entry["libraries"].keys()
    }

    return sorted(works.items(), key=lambda work: ratio_of(work[1]))


def ratio_of(libraries):
    """Time of the quickest peer in units of ours."""
    return min(libraries[peer]["ratio"] for peer in PEERS if peer in libraries)


def draw(works, title):
    """Seconds of all libraries, one line a work."""
    height = 1.6 + 0.36 * len(works)
    figure, ax = plt.subplots(figsize=(8.5, height), layout="constrained")
    for place, (_, libraries) in enumerate(works):
        seconds = {name: of["seconds"] for name, of in libraries.items()}
        ours = seconds["ours"]
        peers = {name: seconds[name] for name in PEERS if name in seconds}
        ends = [ours, *peers.values()]
        ax.plot([min(ends), max(ends)], [place] * 2, color="0.8", zorder=1)
        for name, value in peers.items():
            color, marker = PEERS[name]
            ax.scatter(value, place, c=color, marker=marker, label=name, zorder=2)
        ax.scatter(ours, place, c=OURS[0], marker=OURS[1], label="ours", zorder=3)
        ratio = ratio_of(libraries)
        ax.annotate(
            f"{ratio:.0f} x" if ratio >= 10 else f"{ratio:.1f} x",
            (max(ends), place),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
        )
    ax.set(xscale="log", xlabel="seconds", axisbelow=True)
    ax.set_yticks(range(len(works)), [name for name, _ in works])
    figure.suptitle(title, x=0.02, ha="left")
    ax.grid(axis="x", color="0.93")
    ax.margins(x=0.12)
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    figure.legend(
        handles.values(), handles.keys(), loc="outside upper right", ncols=len(handles)
    )
    ax.spines[["top", "right", "left"]].set_visible(False)


embeddings = ["bench_isomap.py", "bench_spectral.py", "bench_mds.py"]
draw(works_of(*embeddings, "bench_metrics.py"), "Embeddings and measures")

# %%
# Networks: whole fits of a fixed number of epochs, with Adam in float32. PyTorch has as
# many threads as ours, its faster memory format for images, and a plain loop over
# minibatches that are in memory already.

draw(works_of("bench_nn.py", "bench_rnn.py", "bench_cnn.py"), "Networks")

# %%
# Works of ours alone, too large for the others:

for name, entry in results.items():
    if entry["libraries"].keys() == {"ours"}:
        ours = entry["libraries"]["ours"]
        print(f"{name}: {ours['seconds']:.1f} s, {ours['megabytes'] / 1000:.2g} GB")

# %%
# The days and the versions of the runs:

lines = {
    f"{entry['date']}: "
    + ", ".join(f"{name} {version}" for name, version in entry["versions"].items())
    for entry in results.values()
}
print(*sorted(lines), sep="\n")
