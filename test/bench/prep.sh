#!/bin/sh
# prep.sh: a recipe of 30 columns over a million rows, fitted and applied.
#
# 20 scaled, 4 one-hot, 4 encoded by the target out of fold (250 to 1,000 levels), 2 cyclic.  The fit
# against a scan of the same columns and against scikit-learn's ColumnTransformer.fit on a pandas
# frame in memory; apply by the row; a scaler against its arithmetic in SQL.  PYTHON names a Python
# with pandas and scikit-learn; without it that line is left out.  ROWS and ROUNDS may be changed.
set -eu

SERVER=bench SETTINGS="shared_buffers=2GB jit=off autovacuum=off" \
	exec test/server.sh run "${PYTHON:-python3}" test/bench/prep.py
