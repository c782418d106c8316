"""Works timed beside a peer's: every one in a process of its own, in turn.

A benchmark file has a table of works, ``name: {library: factory}``: a factory prepares
the data and returns the work to time and a function that judges its result. The library
"ours" is compared with each of the others. With ``--record`` the rows also take the
place of those of the same names in results.json, from which the documentation draws.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from sklearn.datasets import make_swiss_roll

N_JOBS = 2
N_PAIRS = 3
RESULTS = Path(__file__).with_name("results.json")


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
    """Medians of all libraries, and each peer's time over ours by pairs."""
    rounds = [
        {library: measure(script, name, library) for library in libraries}
        for _ in range(N_PAIRS)
    ]
    row = {}
    for library in libraries:
        columns = zip(*(runs[library] for runs in rounds), strict=True)
        medians = (statistics.median(column) for column in columns)
        row[library] = dict(
            zip(("seconds", "megabytes", "quality"), medians, strict=True)
        )
        if library != "ours":
            row[library]["ratio"] = statistics.median(
                runs[library][0] / runs["ours"][0] for runs in rounds
            )
    return row


def line_of(name, row):
    """One line of the printed table."""
    line = f"{name:50s}"
    for library, of in row.items():
        line += f" | {library} {of['seconds']:.2f} s {of['megabytes']:.0f} MB"
        line += f" quality {of['quality']:.6g}"
        if "ratio" in of:
            line += f" {of['ratio']:.1f} x"
    return line


def versions():
    found = {"Python": platform.python_version()}
    for name in ("numpy", "scipy", "scikit-learn", "tapkee", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            pass
    return found


def record(script, name, row):
    """Put a row into results.json, in place of the one that had its name."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    finite = {
        library: {key: value for key, value in of.items() if value == value}
        for library, of in row.items()
    }
    results[name] = {
        "script": Path(script).name,
        "date": datetime.date.today().isoformat(),
        "threads": N_JOBS,
        "versions": versions(),
        "libraries": finite,
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def main(script, works):
    """The whole table, the rows whose name contains a word, or one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("word", nargs="?", default="", help="rows with it in the name")
    parser.add_argument("library", nargs="?", help="run only this, once")
    parser.add_argument("--record", action="store_true", help="keep in results.json")
    given = parser.parse_args()
    if given.library:
        run_one(works[given.word][given.library])
        return
    for name, libraries in works.items():
        if given.word not in name:
            continue
        try:
            row = row_of(script, name, libraries)
        except RuntimeError as error:
            print(name, "left out:", str(error).strip().splitlines()[-1])
            continue
        print(line_of(name, row), flush=True)
        if given.record:
            record(script, name, row)
