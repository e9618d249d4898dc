"""window_time.py: expected values of exponentially weighted and decayed sums.

Writes window_time.h.  Run with pandas and mpmath; their versions stand in its first lines:
    python3 test/golden/window_time.py > test/golden/window_time.h
"""
import mpmath
import pandas

mpmath.mp.dps = 60

# A short series with gaps: pandas' own ewm (adjust=True, ignore_na=False, bias=False).
SHORT = [None if i % 7 == 3 or i in (0, 40, 41, 42, 43) else ((i * 7919) % 2003 - 900) / 8 for i in range(60)]
ALPHAS = [0.05, 0.3, 0.9]


# A long series around 1e9 with a spread of 1: x, and times in microseconds, irregular and increasing.
def long_x(i):
    return 1e9 + ((i * 7919) % 2003) / 1024


def long_time(i):
    return 757_382_400_000_000 + i * 37_000 + (i * i) % 29_989


N, WIDTH, ALPHA, HALF_LIFE = 6000, 2500, 0.001, 10_000_000


def weighted(pairs):
    w = mpmath.fsum(w for w, x in pairs)
    mean = mpmath.fsum(w * x for w, x in pairs) / w
    m2 = mpmath.fsum(w * (x - mean) ** 2 for w, x in pairs)
    deviation = mpmath.sqrt(m2 * w / (w * w - mpmath.fsum(w * w for w, x in pairs)))
    return w, mean, deviation


def number(x):
    return "NAN" if x is None or x != x else mpmath.nstr(mpmath.mpf(x), 20)


def array(name, values):
    print(f"static const double {name}[] = {{{', '.join(number(x) for x in values)}}};")


print("/*\n * window_time.h: made by window_time.py with pandas %s and mpmath %s.\n */" % (pandas.__version__, mpmath.__version__))
print("/* clang-format off */")
series = pandas.Series(SHORT, dtype=float)
array("short_x", SHORT)
array("ewm_alphas", ALPHAS)
for name, values in (("ewm_means", [series.ewm(alpha=a).mean() for a in ALPHAS]), ("ewm_deviations", [series.ewm(alpha=a).std() for a in ALPHAS])):
    array(name, [x for s in values for x in s])

rows = range(N - WIDTH, N)
q = 1 - mpmath.mpf(ALPHA)
_, mean, deviation = weighted([(q ** (N - 1 - i), mpmath.mpf(long_x(i))) for i in rows])
array("long_ewm", [mean, deviation])
halves = [(mpmath.mpf(2) ** (mpmath.mpf(long_time(i) - long_time(N - 1)) / HALF_LIFE), mpmath.mpf(long_x(i))) for i in rows]
w, mean, _ = weighted(halves)
array("long_decayed", [w, w * mean, mean])
print("/* clang-format on */")
