#!/bin/sh
# predict.sh: scores by position, by row and by array against a plain sum of the same columns, with
# one model and with a thousand.  ROUNDS (default 5) is the number of runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/predict.sql postgres
