#!/bin/sh
# digest.sh: data_digest of a million rows of 20 columns, and of other shapes, against forming an array of
# the columns.  ROUNDS (default 5) is the number of runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/digest.sql postgres
