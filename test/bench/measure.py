"""What the bench scripts in Python share: a psql that stays connected, and medians."""
import statistics
import subprocess
import time


class Session:
    """One psql that stays connected; statements are answered up to a marker."""

    def __init__(self):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "postgres"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, text):
        self.psql.stdin.write(text + "\n\\echo done\n")
        self.psql.stdin.flush()
        lines = []
        for line in self.psql.stdout:
            if line == "done\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise RuntimeError("psql ended")


def timed(run):
    """Milliseconds, and what the call gave."""
    start = time.perf_counter()
    value = run()
    return 1000.0 * (time.perf_counter() - start), value


def medians(rounds, calls, warm=False):
    """Median milliseconds of each call by name; in each round all run once, so that noise meets all.

    With warm, each runs once more just before, untimed: a virtual machine's host takes memory back
    that was free for seconds, and who touches it next would wait for it.
    """
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            if warm:
                call()
            times[name].append(timed(call)[0])
    return {name: statistics.median(values) for name, values in times.items()}
