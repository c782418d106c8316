"""The tables of README.rst from results.json: run it after benchmarks with --record."""

import json
from pathlib import Path

from compare import RESULTS

README = Path(__file__).parents[2] / "README.rst"
# Scripts of each table, by the comments between which it stands.
TABLES = {
    "embeddings and measures": (
        "bench_isomap.py",
        "bench_spectral.py",
        "bench_mds.py",
        "bench_metrics.py",
    ),
    "networks": ("bench_nn.py", "bench_rnn.py", "bench_cnn.py"),
}
HEADER = ("work", "scikit-learn, SciPy", "tapkee, PyTorch", "skmanifold_nn", "ratios")
PEERS = (("scikit-learn", "SciPy"), ("tapkee", "PyTorch"))  # of the two columns


def digits_of(value):
    """Two digits of a number below 100, whole numbers above."""
    return f"{value:.0f}" if value >= 9.95 else f"{value:#.2g}"


def cell_of(run):
    """Seconds and peak memory of the process."""
    size = run["megabytes"]
    memory = f"{size / 1000:.1f} GB" if size >= 1000 else f"{round(size, -1):.0f} MB"
    return f"{digits_of(run['seconds'])} s, {memory}"


def line_of(name, libraries):
    """The cells of one work; of the backends of a library the quickest counts."""
    cells, ratios = ["", ""], []
    for column, peers in enumerate(PEERS):
        runs = [run for peer, run in libraries.items() if peer.startswith(peers)]
        if runs:
            best = min(runs, key=lambda run: run["seconds"])
            cells[column] = cell_of(best)
            ratios.append(f"{digits_of(best['ratio'])} x")
    return name, *cells, cell_of(libraries["ours"]), ", ".join(ratios)


def is_shown(libraries):
    """Whether a peer did the work, or ours alone."""
    peers = tuple(name for column in PEERS for name in column)
    return len(libraries) == 1 or any(name.startswith(peers) for name in libraries)


def table_of(results, scripts):
    """A simple table in reStructuredText, in the order of the scripts."""
    lines = [
        line_of(name, entry["libraries"])
        for script in scripts
        for name, entry in results.items()
        if entry["script"] == script and is_shown(entry["libraries"])
    ]
    columns = zip(HEADER, *lines, strict=True)
    widths = [max(map(len, column)) for column in columns]
    rule = "  ".join("=" * width for width in widths)
    header, *rows = (
        "  ".join(map(str.ljust, line, widths)).rstrip() for line in (HEADER, *lines)
    )
    return "\n".join([rule, header, rule, *rows, rule])


def with_tables(text, results):
    """A text whose tables are those of the results."""
    for name, scripts in TABLES.items():
        start, end = f".. benchmarks: {name}\n", f".. end of benchmarks: {name}\n"
        before, rest = text.split(start)
        after = rest.split(end)[1]
        table = table_of(results, scripts)
        text = f"{before}{start}\n{table}\n\n{end}{after}"
    return text


if __name__ == "__main__":
    results = json.loads(RESULTS.read_text())
    README.write_text(with_tables(README.read_text(), results))
