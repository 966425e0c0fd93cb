"""Entry point: fixes everything that could change a byte, before numpy is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: One thread each: sums then have one order, and two stages do not fight for two cores.
FIXED = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "PYTHONWARNINGS": "ignore",
}


def fixed_environment(cpu_flags: frozenset[str]) -> dict[str, str]:
    """Return the environment in which a stage runs, given the flags of the processor.

    On x86-64 the kernels of BLAS and numpy are held at AVX2, so that a processor that also knows
    AVX-512 gives the same last digits as one that does not.
    """
    out = dict(FIXED)
    if "avx2" in cpu_flags:
        out["OPENBLAS_CORETYPE"] = "Haswell"
    if "avx512f" in cpu_flags:
        out["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"
    return out


def _cpu_flags() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return frozenset()
    for line in text.splitlines():
        if line.startswith("flags"):
            return frozenset(line.partition(":")[2].split())
    return frozenset()


def main() -> None:
    """Run the command line in the fixed environment."""
    wanted = fixed_environment(_cpu_flags())
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        # The hash seed can only be set at birth: start again in the right environment.
        environment = {**os.environ, **wanted}
        command = [sys.executable, "-m", "mining", *sys.argv[1:]]
        os.execve(sys.executable, command, environment)  # noqa: S606 - same interpreter, own module
    from mining.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
