#!/bin/sh
# training_set.sh: what training_set_sql writes, against the join with row_number and what one would
# write by hand.  ROUNDS (default 5) are the runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/training_set.sql postgres
