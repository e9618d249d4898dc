#!/bin/sh
# order.sh: order statistics, counts of values and sketches over frames, against count(*) over the
# same frame and against themselves over longer ones.  ROUNDS (default 5) are the runs behind each
# median.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/order.sql postgres
