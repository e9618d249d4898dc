#!/bin/sh
# by_name.sh: what scoring with a registered model costs: one row, a trigger, the first score of a fresh
# connection.  ROUNDS (default 15) is the number of runs behind each median, SECONDS (default 1) the
# length of each.
set -eu

SERVER=bench SETTINGS="jit=off autovacuum=off synchronous_commit=off" exec test/server.sh run perl test/bench/by_name.pl
