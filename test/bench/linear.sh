#!/bin/sh
# linear.sh: linear regression on many columns, on many groups, from many states and on ever more rows.
#
# PYTHON names a Python with numpy and scipy (pip install numpy scipy) whose BLAS is OpenBLAS; ROUNDS
# (default 5) are the runs behind each median; PARTS chooses among wide, groups, merge and rows.  The
# widest table takes 2 GB of disk, the longest 1 GB.
set -eu

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
SERVER=bench SETTINGS="shared_buffers=3GB work_mem=256MB jit=off autovacuum=off max_wal_size=8GB max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/linear.py
