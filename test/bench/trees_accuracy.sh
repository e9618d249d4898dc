#!/bin/sh
# trees_accuracy.sh: held-out loss of boosting beside LightGBM, XGBoost and scikit-learn.
#
# PYTHON names a Python with numpy, pandas, scikit-learn, statsmodels, lightgbm 4 and xgboost 3.  DATA
# is a directory where test/demo/fetch.sh puts the flights.  SEEDS (10) splits of each set; SETS
# names some of them, comma-separated.
set -eu

OMP_NUM_THREADS=1
export OMP_NUM_THREADS
DATA="${DATA:-build/demo}"
export DATA
[ -s "$DATA/flights.csv" ] || test/demo/fetch.sh "$DATA"
SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off max_parallel_workers_per_gather=0" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/trees_accuracy.py
