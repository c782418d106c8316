"""Works timed beside a peer's: every one in a process of its own, in turn.

A benchmark file has a table of works, ``name: {library: factory}``: a factory prepares
the data and returns the work to time and a function that judges its result. The library
"ours" is compared with each of the others.
"""

import os
import statistics
import subprocess
import sys

import numpy as np
from scipy.stats import spearmanr
from sklearn.datasets import make_swiss_roll

N_JOBS = 2
N_PAIRS = 3


def roll_with_arc(n_samples, dtype=np.float64):
    X, arc = make_swiss_roll(n_samples, noise=0.05, random_state=3)
    return X.astype(dtype), arc


def follow_the_arc(embedding, arc):
    """Rank correlation of the best column with the arc length; NaN if there is none."""
    if arc is None:
        return float("nan")
    return max(abs(spearmanr(column, arc)[0]) for column in embedding.T)


def run_one(factory):
    """In a process of its own: print seconds, peak MB and quality."""
    import resource
    import time

    work, quality = factory()
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(seconds, peak, quality(result))


def measure(script, name, library):
    threads = {"OMP_NUM_THREADS": str(N_JOBS), "OPENBLAS_NUM_THREADS": str(N_JOBS)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", script, name, library],
        env=os.environ | threads,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [float(word) for word in done.stdout.split()[-3:]]


def row_of(script, name, libraries):
    """One row of the table: medians, and each peer's time over ours by pairs."""
    rounds = [
        {library: measure(script, name, library) for library in libraries}
        for _ in range(N_PAIRS)
    ]
    row = f"{name:50s}"
    for library in libraries:
        columns = zip(*(runs[library] for runs in rounds), strict=True)
        seconds, peak, quality = (statistics.median(column) for column in columns)
        row += f" | {library} {seconds:.2f} s {peak:.0f} MB quality {quality:.6g}"
        if library != "ours":
            ratio = statistics.median(r[library][0] / r["ours"][0] for r in rounds)
            row += f" {ratio:.1f} x"
    return row


def main(script, works):
    """The whole table, the rows whose name contains a word, or one run."""
    if len(sys.argv) == 3:
        run_one(works[sys.argv[1]][sys.argv[2]])
        return
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    for name, libraries in works.items():
        if wanted in name:
            try:
                print(row_of(script, name, libraries), flush=True)
            except RuntimeError as error:
                print(name, "left out:", str(error).strip().splitlines()[-1])
