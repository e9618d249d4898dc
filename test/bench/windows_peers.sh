#!/bin/sh
# windows_peers.sh: windows in SQL against DuckDB, polars and pandas on data in their memory, and against
# the round trip of COPY out, pandas or polars, COPY back.
#
# One thread each.  PYTHON names a Python with numpy, pandas, polars and duckdb (pip install numpy
# pandas==3.1.1 polars==2.1.0 duckdb==2.0.1); ROUNDS (default 5) are the runs behind each median;
# PARTS chooses among round-trip, keys and series.
# The cost of a row against the width of its frame is drawn into SVG (default build/windows-cost.svg).
set -eu

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 POLARS_MAX_THREADS=1
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS POLARS_MAX_THREADS
SERVER=bench SETTINGS="shared_buffers=1GB work_mem=1GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/windows_peers.py
