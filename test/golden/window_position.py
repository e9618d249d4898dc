"""window_position.py: expected values of zscore and circular_mean.

Writes window_position.h.  Run with mpmath; its version stands in the first lines:
    python3 test/golden/window_position.py > test/golden/window_position.h
"""
import mpmath

mpmath.mp.dps = 60
N, WIDTH, PERIOD = 400, 25, 24


# Around 1e9 with a spread of 1; every 60th value is an outlier of 1e15.
def value(i):
    return 1e15 if i % 60 == 30 else 1e9 + ((i * 7919) % 2003) / 1024


# Hours, some of them far away from 0.
def hour(i):
    return ((i * 7919) % 2003) / 64 + (24 * 10**11 if i % 5 == 2 else 0)


def zscore(values):
    n = len(values)
    mean = mpmath.fsum(values) / n
    variance = mpmath.fsum((mpmath.mpf(x) - mean) ** 2 for x in values) / (n - 1)
    return (values[-1] - mean) / mpmath.sqrt(variance)


def circular_mean(values):
    angles = [2 * mpmath.pi * mpmath.mpf(x) / PERIOD for x in values]
    mean = mpmath.atan2(mpmath.fsum(map(mpmath.sin, angles)), mpmath.fsum(map(mpmath.cos, angles)))
    return mean / (2 * mpmath.pi) * PERIOD % PERIOD


def array(name, values):
    print(f"static const double {name}[] = {{{', '.join(values)}}};")


def frames(function, of):
    return [mpmath.nstr(function([of(j) for j in range(max(i - WIDTH + 1, 0), i + 1)]), 20) for i in range(1, N)]


print(f"/*\n * window_position.h: made by window_position.py with mpmath {mpmath.__version__}.\n */\n/* clang-format off */")
array("position_values", [repr(value(i)) for i in range(N)])
array("position_hours", [repr(hour(i)) for i in range(N)])
array("zscores", frames(zscore, value))
array("circular_means", frames(circular_mean, hour))
print("/* clang-format on */")
