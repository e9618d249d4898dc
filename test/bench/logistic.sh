#!/bin/sh
# logistic.sh: logistic regression of two and of five classes from SQL against scikit-learn on the array in memory.
#
# Both use one thread and are brought to a gradient of the mean loss of 1e-8 (infinity norm on
# standardised columns), which is computed anew from the coefficients of both.  PYTHON names a
# Python with numpy and scikit-learn 1.9.1 (pip install numpy scikit-learn==1.9.1); ROUNDS (default
# 5) are the runs behind each median; SHAPES chooses among the nine.  shared_buffers hold the largest
# table, of 440 MB, four times over: one above a quarter of them would be read through a ring of 256 kB.
set -eu

OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
export OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS
SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/logistic.py
