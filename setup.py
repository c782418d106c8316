"""Extension modules only; everything else is in pyproject.toml."""

import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
# SKMANIFOLD_NN_CHECKS=1 compiles every kernel with Cython's run-time checks.
CHECKS = os.environ.get("SKMANIFOLD_NN_CHECKS", "0") not in ("", "0")
# SKMANIFOLD_NN_SIMD=0 leaves the per-processor clones out.
SIMD = os.environ.get("SKMANIFOLD_NN_SIMD", "1") not in ("", "0")

DIRECTIVES = {
    "language_level": 3,
    "boundscheck": CHECKS,
    "wraparound": False,
    "initializedcheck": CHECKS,
    "nonecheck": CHECKS,
    "cdivision": not CHECKS,
    "freethreading_compatible": True,
    "embedsignature": True,
}

OPENMP_SOURCE = """
#include <omp.h>
int main(void) {
    int n = 0;
    #pragma omp parallel reduction(+:n)
    n += 1;
    return n < 1 || omp_get_max_threads() < 1;
}
"""
CLONES_SOURCE = """
__attribute__((target_clones(%s)))
void twice(double *x) { for (int i = 0; i < 64; i++) x[i] += x[i]; }
int main(void) { double x[64] = {0}; twice(x); return 0; }
"""
# The first list that compiles, links and runs is used.
CLONES = [
    '"arch=x86-64-v4","arch=x86-64-v3","default"',
    '"avx512f","arch=haswell","default"',
]


def builds(compiler, source, compile_args=(), link_args=()):
    """Whether `source` compiles, links and runs with the given flags."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.c"
        path.write_text(source)
        try:
            objects = compiler.compile(
                [str(path)], output_dir=folder, extra_postargs=list(compile_args)
            )
            program = str(Path(folder) / "probe")
            compiler.link_executable(objects, program, extra_postargs=list(link_args))
            return subprocess.run([program], timeout=60).returncode == 0
        except Exception as error:  # any failure means "not available"
            print(f"probe failed with {compile_args}: {error}", file=sys.stderr)
            return False


def openmp_flags(compiler):
    """(compile, link) flags of OpenMP; empty where there is none."""
    if compiler.compiler_type == "msvc":
        candidates = [(["/openmp"], [])]
    elif sys.platform == "darwin":
        candidates = [(["-Xpreprocessor", "-fopenmp"], ["-lomp"])]
    else:
        candidates = [(["-fopenmp"], ["-fopenmp"])]
    for flags in candidates:
        if builds(compiler, OPENMP_SOURCE, *flags):
            return flags
    print("No OpenMP: kernels run on one thread.", file=sys.stderr)
    return [], []


def clones_macro(compiler):
    """Macro that names the processors for which SIMD kernels are cloned."""
    if not SIMD or platform.machine().lower() not in ("x86_64", "amd64"):
        return []
    for clones in CLONES:
        if compiler.compiler_type != "msvc" and builds(
            compiler, CLONES_SOURCE % clones
        ):
            return [("SKMNN_CLONES", clones)]
    return []


class build_ext_probed(build_ext):
    """Adds what the compiler at hand supports to every extension."""

    def finalize_options(self):
        super().finalize_options()
        if self.parallel is None:
            self.parallel = os.cpu_count()

    def build_extensions(self):
        compile_args, link_args = openmp_flags(self.compiler)
        macros = clones_macro(self.compiler)
        if self.compiler.compiler_type != "msvc":
            compile_args = [
                *compile_args,
                "-O1" if CHECKS else "-O3",  # checked kernels need not be quick
                "-fopenmp-simd",
                "-fno-math-errno",
                "-g0",
            ]
        # Not when setup.py is read: neither metadata nor a source distribution need C.
        translated = cythonize(
            list(extensions()), compiler_directives=DIRECTIVES, nthreads=N_PROCESSES
        )
        sources = {extension.name: extension.sources for extension in translated}
        for extension in self.extensions:
            extension.sources = sources[extension._full_name]
            extension.extra_compile_args = compile_args
            extension.extra_link_args = link_args
            extension.define_macros = macros
        super().build_extensions()


def headers_of(path):
    """Headers beside a source that it includes, directly or through others."""
    found, unread = set(), [path, path.with_suffix(".pxd")]
    while unread:
        path = unread.pop()
        if path in found or not path.exists():
            continue
        found.add(path)
        text = path.read_text()
        names = re.findall(r'(?:include|extern from) "(\w+\.h)"', text)
        names += [f"{name}.pxd" for name in re.findall(r"from \.(\w+) cimport", text)]
        unread += [path.with_name(name) for name in names]
    return sorted(path for path in found if path.suffix == ".h")


def extensions():
    sources = sorted((ROOT / "skmanifold_nn").rglob("*.pyx"))
    for path in sources:
        relative = path.relative_to(ROOT)
        headers = [str(header.relative_to(ROOT)) for header in headers_of(path)]
        yield Extension(
            ".".join(relative.with_suffix("").parts), [str(relative)], depends=headers
        )


# Processes are started without importing this file again on Linux only.
N_PROCESSES = (os.cpu_count() or 1) if sys.platform.startswith("linux") else 0

setup(ext_modules=list(extensions()), cmdclass={"build_ext": build_ext_probed})
