#!/bin/sh
# forest_train.sh: random and isolation forests by train() against scikit-learn.
#
# The same settings: trees to the end, leaves of one row, the square root of the columns at a node,
# drawn with replacement.  Orchard's time holds the scan, the model's bytes and the registration.
# PYTHON names a Python with numpy and scikit-learn; ROWS (200,000), TREES (100), THREADS (1, of
# both) and ROUNDS (3) may be changed.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/forest_train.py
