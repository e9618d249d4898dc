#!/bin/sh
# trees_predict.sh: models of trees scored and explained in queries, beside LightGBM in memory.
#
# PYTHON names a Python with numpy and lightgbm 4 (pip install numpy lightgbm); ROWS and ROUNDS are
# those of trees_predict.py.  All on one thread.
set -eu

SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/trees_predict.py
