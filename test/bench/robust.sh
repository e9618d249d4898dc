#!/bin/sh
# robust.sh: Huber and quantile regression from SQL against scikit-learn on the array in memory.
#
# Both use one thread.  HuberRegressor stops at a gradient of 1e-5, ours at 1e-8; QuantileRegressor solves the
# same linear program with HiGHS, which takes minutes from 10,000 rows on: LP_ROWS (default 5000) is the largest
# table that it is asked for.  PYTHON names a Python with numpy and scikit-learn 1.9.1; ROUNDS (default 5).
set -eu

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/robust.py
