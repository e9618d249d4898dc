#!/bin/sh
# path.sh: the regularisation path from SQL against scikit-learn's enet_path on the array in memory,
# and cross-validation against the path.
#
# Both use one thread and are brought to optimality conditions of 1e-8 of the largest moment, which are
# computed anew from the coefficients of both.  PYTHON names a Python with numpy and scikit-learn
# 1.9.1 (pip install numpy scikit-learn==1.9.1); ROUNDS (default 5) are the runs behind each median.
set -eu

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/path.py
