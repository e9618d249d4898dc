"""order.h: quantiles, mad and ranks by numpy and pandas.  Run: python3 order.py > order.h

numpy 2.x, pandas 2.x; quantiles by numpy's default, mad as the plain median of absolute deviations,
the rank as Series.rank(pct=True, method="average") of the last value.
"""
import numpy
import pandas

P = [0.0, 0.1, 0.5, 0.77, 1.0]
generator = numpy.random.default_rng(4)
cases = [
    [3.5],
    [2.0, 2.0],
    [1.0, 2.0, 4.0, 8.0],
    list(generator.normal(1e9, 1.0, 37)),
    list(generator.integers(0, 5, 40).astype(float)),
    list(generator.standard_cauchy(61) * 1e-3),
    [-1e300, 5e-324, 0.0, 2.2e-308, 1e300, 1e300, -7.25],
]


def number(x):
    return repr(float(x))


print("/* order.h: written by order.py with numpy %s and pandas %s. */" % (numpy.__version__, pandas.__version__))
print("#ifndef ORCHARD_TEST_GOLDEN_ORDER_H\n#define ORCHARD_TEST_GOLDEN_ORDER_H\n\n#include <stddef.h>\n")
print("typedef struct OrderGolden\n{\n\tsize_t n;\n\tdouble values[64];\n\tdouble quantiles[5]; /* at order_golden_p */")
print("\tdouble mad;\n\tdouble iqr;\n\tdouble rank; /* of the last value */\n} OrderGolden;\n")
print("static const double order_golden_p[5] = {%s};\n" % ", ".join(map(number, P)))
print("static const OrderGolden order_golden[] = {")
for values in cases:
    x = numpy.array(values)
    mad = numpy.median(numpy.abs(x - numpy.median(x)))
    iqr = numpy.quantile(x, 0.75) - numpy.quantile(x, 0.25)
    rank = pandas.Series(x).rank(pct=True, method="average").iloc[-1]
    print("\t{%d,\n\t {%s},\n\t {%s},\n\t %s,\n\t %s,\n\t %s}," % (
        len(x), ",\n\t  ".join(map(number, x)), ", ".join(number(numpy.quantile(x, p)) for p in P),
        number(mad), number(iqr), number(rank)))
print("};\n\n#endif /* ORCHARD_TEST_GOLDEN_ORDER_H */")
