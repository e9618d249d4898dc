#!/bin/sh
# trees_train.sh: boosting by train() against LightGBM, and held-out loss and AUC of both.
#
# The same settings, THREADS (1) each.  Orchard's time holds the scan, the bins, the trees, the
# model's bytes and the registration; LightGBM's the Dataset of a float32 array in memory and the
# training, with and without use_quantized_grad.  PYTHON names a Python with numpy, scikit-learn
# and lightgbm 4.6.0; ROWS (1,000,000), LEAVES (31,255), TREES (100) and ROUNDS (3) may be changed.
set -eu

OMP_NUM_THREADS="${THREADS:-1}"
export OMP_NUM_THREADS
SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/trees_train.py
