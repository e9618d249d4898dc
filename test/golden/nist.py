"""Writes nist.h beside it: NIST's Statistical Reference Datasets for linear regression.

https://www.itl.nist.gov/div898/strd/lls/lls.shtml: data and certified values, in the public domain.
The certified values are computed again here from the data in 60 digits and must agree in all of
their digits, so a mistake in copying cannot stay.  The rows are rounded to double, which alone moves
the solution of Filip's powers in the eighth digit: so each set also has the exact solution of the
rounded rows.
Versions used: Python 3.11, mpmath 1.4.1.
"""
import os
from mpmath import mp, mpf, matrix, lu_solve, inverse, sqrt

mp.dps = 60

FILIP_Y = """.8116 .9072 .9052 .9039 .8053 .8377 .8667 .8809 .7975 .8162 .8515 .8766 .8885 .8859 .8959 .8913 .8959
.8971 .9021 .909 .9139 .9199 .8692 .8872 .89 .891 .8977 .9035 .9078 .7675 .7705 .7713 .7736 .7775 .7841 .7971 .8329
.8641 .8804 .7668 .7633 .7678 .7697 .77 .7749 .7796 .7897 .8131 .8498 .8741 .8061 .846 .8751 .8856 .8919 .8934 .894
.8957 .9047 .9129 .9209 .9219 .7739 .7681 .7665 .7703 .7702 .7761 .7809 .7961 .8253 .8602 .8809 .8301 .8664 .8834
.8898 .8964 .8963 .9074 .9119 .9228"""
FILIP_X = """-6.860120914 -4.324130045 -4.358625055 -4.358426747 -6.955852379 -6.661145254 -6.355462942 -6.118102026
-7.115148017 -6.815308569 -6.519993057 -6.204119983 -5.853871964 -6.109523091 -5.79832982 -5.482672118 -5.171791386
-4.851705903 -4.517126416 -4.143573228 -3.709075441 -3.499489089 -6.300769497 -5.953504836 -5.642065153 -5.031376979
-4.680685696 -4.329846955 -3.928486195 -8.56735134 -8.363211311 -8.107682739 -7.823908741 -7.522878745 -7.218819279
-6.920818754 -6.628932138 -6.323946875 -5.991399828 -8.781464495 -8.663140179 -8.473531488 -8.247337057 -7.971428747
-7.676129393 -7.352812702 -7.072065318 -6.774174009 -6.478861916 -6.159517513 -6.835647144 -6.53165267 -6.224098421
-5.910094889 -5.598599459 -5.290645224 -4.974284616 -4.64454848 -4.290560426 -3.885055584 -3.408378962 -3.13200249
-8.726767166 -8.66695597 -8.511026475 -8.165388579 -7.886056648 -7.588043762 -7.283412422 -6.995678626 -6.691862621
-6.392544977 -6.067374056 -6.684029655 -6.378719832 -6.065855188 -5.752272167 -5.132414673 -4.811352704 -4.098269308
-3.66174277 -3.2644011"""
NORRIS_Y = """.1 338.8 118.1 888.0 9.2 228.1 668.5 998.5 449.1 778.9 559.2 .3 .1 778.1 668.8 339.3 448.9 10.8 557.7
228.3 998.0 888.8 119.6 .3 .6 557.6 339.3 888.0 998.5 778.9 10.2 117.6 228.9 668.4 449.2 .2"""
NORRIS_X = """.2 337.4 118.2 884.6 10.1 226.5 666.3 996.3 448.6 777.0 558.2 .4 .6 775.5 666.9 338.0 447.5 11.6 556.0
228.1 995.8 887.6 120.2 .3 .3 556.8 339.1 887.2 999.0 779.0 11.1 118.3 229.2 669.1 448.9 .5"""
LONGLEY = """60323 83.0 234289 2356 1590 107608 1947 61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949 61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951 63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953 63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955 67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957 66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959 69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961 70551 116.9 554894 4007 2827 130081 1962"""

PONTIUS_Y = """.11019 .21956 .32949 .43899 .54803 .65694 .76562 .87487 .98292 1.09146 1.20001 1.30822 1.41599 1.52399
1.63194 1.73947 1.84646 1.95392 2.06128 2.16844 .11052 .22018 .32939 .43886 .54798 .65739 .76596 .87474 .98300 1.09150
1.20004 1.30818 1.41613 1.52408 1.63159 1.73965 1.84696 1.95445 2.06177 2.16829"""

x20 = [str(i) for i in range(21)]
powers = [sum(mpf(x) ** k for k in range(6)) for x in x20]
noise = [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048]
noise += noise[9::-1]
wampler2 = [mp.nstr(sum((mpf(x) / 10) ** k for k in range(6)), 12) for x in x20]
longley = LONGLEY.split()
w3_error = [2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752,
            0.112324854679312]

# name, x (columns as decimal strings), degree (0 = columns as they are), y, intercept, estimates, errors, residual sd
sets = [
    ("longley", [longley[j::7] for j in range(1, 7)], 0, longley[0::7], True,
     [-3482258.63459582, 15.0618722713733, -0.0358191792925910, -2.02022980381683, -1.03322686717359,
      -0.0511041056535807, 1829.15146461355],
     [890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
      0.226073200069370, 455.478499142212], 304.854073561965),
    ("norris", [NORRIS_X.split()], 0, NORRIS_Y.split(), True, [-0.262323073774029, 1.00211681802045],
     [0.232818234301152, 0.429796848199937E-03], 0.884796396144373),
    ("pontius", [[str(150000 * (1 + i % 20)) for i in range(40)]], 2, PONTIUS_Y.split(), True,
     [0.673565789473684E-03, 0.732059160401003E-06, -0.316081871345029E-14],
     [0.107938612033077E-03, 0.157817399981659E-09, 0.486652849992036E-16], 0.205177424076185E-03),
    ("noint1", [[str(i) for i in range(60, 71)]], 0, [str(i) for i in range(130, 141)], False,
     [2.07438016528926], [0.165289256198347E-01], 3.56753034006338),
    ("noint2", [["4", "5", "6"]], 0, ["3", "4", "4"], False, [0.727272727272727],
     [0.420827318078432E-01], 0.369274472937998),
    ("filip", [FILIP_X.split()], 10, FILIP_Y.split(), True,
     [-1467.48961422980, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349,
      -75.1242017393757, -10.8753180355343, -1.06221498588947, -0.670191154593408E-01, -0.246781078275479E-02,
      -0.402962525080404E-04],
     [298.084530995537, 559.779865474950, 466.477572127796, 227.204274477751, 71.6478660875927, 15.2897178747400,
      2.23691159816033, 0.221624321934227, 0.142363763154724E-01, 0.535617408889821E-03, 0.896632837373868E-05],
     0.334801051324544E-02),
    ("wampler1", [x20], 5, [mp.nstr(p, 20) for p in powers], True, [1.0] * 6, [0.0] * 6, 0.0),
    ("wampler2", [x20], 5, wampler2, True, [1.0, 0.1, 0.01, 0.001, 0.0001, 0.00001], [0.0] * 6, 0.0),
]
for number, factor, sd in ((3, 1, 2360.14502379268), (4, 100, 236014.502379268), (5, 10000, 23601450.2379268)):
    sets.append(("wampler%d" % number, [x20], 5, [mp.nstr(p + factor * d, 20) for p, d in zip(powers, noise)], True,
                 [1.0] * 6, [float(mp.nstr(mpf(e) * factor, 15)) for e in w3_error], sd))


def close(ours, certified, scale):
    """All 15 digits; those of a certified value of zero are of the scale."""
    assert abs(ours - mpf(certified)) <= mpf("2e-14") * (abs(mpf(certified)) or mpf(scale)), (ours, certified)


def solve(columns, y, intercept):
    """Exact least squares: estimates, standard errors, residual standard deviation."""
    n, p = len(y), len(columns)
    design = matrix([([1] if intercept else []) + [c[i] for c in columns] for i in range(n)])
    target = matrix(y)
    b = lu_solve(design.T * design, design.T * target)
    rest = target - design * b
    rss = sum(r * r for r in rest)
    sd = sqrt(rss / (n - p - int(intercept)))
    variance = inverse(design.T * design)
    return list(b), [sqrt(abs(variance[j, j])) * sd for j in range(len(b))], sd


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "nist.h"), "w") as out:
    out.write("/* nist.h: written by nist.py; do not edit. */\n")
    out.write("#ifndef ORCHARD_TEST_GOLDEN_NIST_H\n#define ORCHARD_TEST_GOLDEN_NIST_H\n\n")
    out.write("typedef struct NistSet\n{\n\tconst char *name;\n\tint\t\t\tn;\n\tint\t\t\tp;\t\t\t\t/* columns without the "
              "intercept */\n\tint\t\t\tintercept;\n\tconst double *rows;\t\t\t/* n x (p + 1): the columns, then y "
              "*/\n\tconst double *estimate;\n\tconst double *std_error;\n\tdouble\t\tdeviation;\t\t/* of the residuals */"
              "\n\tconst double *exact;\t\t\t/* of the rows as rounded */\n\tconst double *exact_error;"
              "\n\tdouble\t\texact_deviation;\n} NistSet;\n\n")
    entries = []
    for name, columns, degree, y, intercept, estimate, error, sd in sets:
        exact = [[mpf(v) ** k for v in columns[0]] for k in range(1, degree + 1)] if degree else \
            [[mpf(v) for v in c] for c in columns]
        n, p = len(y), len(exact)
        b, errors, deviation = solve(exact, [mpf(v) for v in y], intercept)
        assert len(estimate) == len(b) and len(error) == len(b)
        for j in range(len(b)):
            close(b[j], estimate[j], 1e-10)
            close(errors[j], error[j], 1e-8)
        close(deviation, sd, 1e-8)
        rounded = [[float(v) for v in c] for c in exact]
        b, errors, deviation = solve([[mpf(v) for v in c] for c in rounded], [mpf(float(v)) for v in y], intercept)
        rows = [v.hex() for i in range(n) for v in [c[i] for c in rounded] + [float(y[i])]]
        out.write(f"static const double nist_{name}_rows[] = {{\n")
        for i in range(0, len(rows), 4):
            out.write("\t" + ", ".join(rows[i:i + 4]) + ",\n")
        out.write("};\n")
        out.write(f"static const double nist_{name}_estimate[] = {{{', '.join(map(repr, estimate))}}};\n")
        out.write(f"static const double nist_{name}_std_error[] = {{{', '.join(map(repr, error))}}};\n")
        out.write(f"static const double nist_{name}_exact[] = {{{', '.join(repr(float(v)) for v in b)}}};\n")
        out.write(f"static const double nist_{name}_exact_error[] = {{{', '.join(repr(float(v)) for v in errors)}}};\n\n")
        entries.append(f'\t{{"{name}", {n}, {p}, {int(intercept)}, nist_{name}_rows, nist_{name}_estimate, '
                       f'nist_{name}_std_error, {sd!r},\n\t nist_{name}_exact, nist_{name}_exact_error, {float(deviation)!r}}},\n')
    out.write("static const NistSet nist_sets[] = {\n" + "".join(entries) + "};\n\n#define N_NIST_SETS %d\n\n" % len(sets))
    out.write("#endif\t\t\t\t\t\t\t/* ORCHARD_TEST_GOLDEN_NIST_H */\n")
