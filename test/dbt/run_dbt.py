"""run_dbt.py: dbt's command line for each line of standard input, a JSON array of arguments.

dbt is loaded once and forked, since loading it takes longer than most of what the test asks of it.  What
a command prints is followed by a line "exit STATUS".
"""
import json
import os
import sys

import dbt.adapters.postgres
import dbt.cli.main

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(1, 2)
        sys.argv = ["dbt", *json.loads(line)]
        dbt.cli.main.cli()
    _, status = os.waitpid(child, 0)
    print(f"exit {os.waitstatus_to_exitcode(status)}", flush=True)
