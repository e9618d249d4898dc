#!/bin/sh
# train.sh: orchard.train against sums of the same columns, and against the aggregate.
# ROUNDS (default 5) is the number of runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/train.sql postgres
