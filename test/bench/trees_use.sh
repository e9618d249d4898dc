#!/bin/sh
# trees_use.sh: models of trees in parallel workers, in a trigger and in the first statement of a session.
#
# ROWS (default 400,000) are scored by one process and by two workers; CONNECTIONS (20) and ROUNDS
# (7) are the numbers behind the medians.
set -eu

SERVER=bench SETTINGS="shared_buffers=1GB jit=off autovacuum=off" exec test/server.sh run perl test/bench/trees_use.pl
