#!/bin/sh
# fit.sh: linear regression by row against what PostgreSQL needs to build the rows as arrays.
# ROUNDS (default 5) is the number of runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/fit.sql postgres
