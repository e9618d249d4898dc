#!/bin/sh
# trees_linear.sh: what train() of gradient boosting costs by rows and by trees, as two plots.
#
# ROWS (100000,300000,1000000,3000000,10000000) by 50 trees of 31 leaves, and TREES (25,50,100,200,400)
# on 300,000 rows, of 31 and 255 leaves, one thread.  PLOT=1 writes docs/trees-rows.svg and
# docs/trees-trees.svg.  ROUNDS (3) runs are behind each median.  PYTHON names a Python.
set -eu

SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off max_wal_size=4GB max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/trees_linear.py
