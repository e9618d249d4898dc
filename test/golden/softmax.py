#!/usr/bin/env python3
"""Golden values for multinomial logistic regression, written to softmax.h.

Independent of Orchard: statsmodels (MNLogit) without a penalty, scikit-learn with one, and Newton's
method in 40 digits (mpmath) where columns are nearly dependent.  Run:
    pip install statsmodels==0.15.0 scikit-learn==1.9.1 numpy==2.4.6 mpmath==1.3.0
    python3 softmax.py > softmax.h
"""
import mpmath
import numpy
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn.datasets import load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression

N = 400
i = numpy.arange(1, N + 1)
x1 = (i * 37 % 101) / 4.0
x2 = (i * 53 % 97).astype(float)
level = i * 7 % 3
weight = 1 + i % 4
label = ((i * 37 % 101) + 8 * level + (i * 41 % 61) + (i * 29 % 53)) // 65 % 4


def emit(name, values):
    print("static const double %s[] = {%s};"
          % (name, ", ".join("%.17g" % v for v in numpy.asarray(values, dtype=float).ravel())))


def mnlogit(y, x):
    return sm.MNLogit(y, x).fit(disp=0, method="newton", tol=1e-15, maxiter=300)


def emit_mnlogit(name, fit):
    """class by class, the first class being the reference"""
    emit(name + "_estimate", numpy.asarray(fit.params).T)
    emit(name + "_std_error", numpy.asarray(fit.bse).T)
    emit(name + "_p_value", numpy.asarray(fit.pvalues).T)
    emit(name + "_log_likelihood", [fit.llf])


def emit_penalised(name, y, x, l2, weights=None):
    """scikit-learn on standardised columns, back in the columns' units: class by class, intercept first"""
    weights = numpy.ones(len(y)) if weights is None else weights
    mean = numpy.average(x, axis=0, weights=weights)
    deviation = numpy.sqrt(numpy.average((x - mean) ** 2, axis=0, weights=weights))
    used = deviation > 0
    z = (x[:, used] - mean[used]) / deviation[used]
    fit = LogisticRegression(C=1.0 / (l2 * weights.sum()), solver="newton-cholesky", tol=1e-13, max_iter=1000)
    fit.fit(z, y, sample_weight=weights)
    slope = numpy.zeros((len(fit.classes_), x.shape[1]))
    slope[:, used] = fit.coef_ / deviation[used]
    intercept = fit.intercept_ - slope @ mean
    emit(name, numpy.column_stack([intercept - intercept.mean(), slope]))


def exact(y, x, n_classes):
    """Newton's method in 40 digits"""
    mpmath.mp.dps = 40
    rows = [[mpmath.mpf(1)] + [mpmath.mpf(v) for v in row] for row in x]
    q, free = len(rows[0]), n_classes - 1
    b = mpmath.matrix(free * q, 1)
    for _ in range(60):
        gradient, hessian = mpmath.matrix(free * q, 1), mpmath.matrix(free * q, free * q)
        for row, own in zip(rows, y):
            e = [mpmath.mpf(1)] + [mpmath.exp(sum(b[m * q + j] * row[j] for j in range(q))) for m in range(free)]
            p = [v / sum(e) for v in e]
            for m in range(free):
                for j in range(q):
                    gradient[m * q + j] += (p[m + 1] - (own == m + 1)) * row[j]
                for c in range(free):
                    curve = p[m + 1] * ((m == c) - p[c + 1])
                    for j in range(q):
                        for k in range(q):
                            hessian[m * q + j, c * q + k] += curve * row[j] * row[k]
        step = mpmath.lu_solve(hessian, gradient)
        b -= step
        if max(abs(v) for v in step) < mpmath.mpf(10) ** -30:
            break
    inverse = hessian ** -1
    return [float(v) for v in b], [float(mpmath.sqrt(inverse[k, k])) for k in range(free * q)]


print("/* softmax.h: golden values; written by softmax.py with statsmodels %s, scikit-learn %s, numpy %s, mpmath %s. */"
      % (statsmodels.__version__, sklearn.__version__, numpy.__version__, mpmath.__version__))

iris = load_iris()
print("#define IRIS_ROWS %d" % len(iris.target))
emit("iris_columns", iris.data.T)
emit("iris_class", iris.target)
# Both sepal columns together tell setosa without exception; the length alone does not.
emit_mnlogit("iris_length", mnlogit(iris.target, sm.add_constant(iris.data[:, :1])))
emit_penalised("iris_penalised", iris.target, iris.data, 0.01)

wine = load_wine()
print("#define WINE_ROWS %d" % len(wine.target))
emit("wine_columns", wine.data[:, [1, 2, 4]].T)  # malic acid, ash, magnesium
emit("wine_class", wine.target)
emit_mnlogit("wine", mnlogit(wine.target, sm.add_constant(wine.data[:, [1, 2, 4]])))

# 8 x 8 pixels of 0 to 16, written as letters; some columns are constant.
digits = load_digits()
print("#define DIGIT_ROWS 300")
print("static const char digit_pixels[] =\n%s;" % "\n".join(
    '\t"%s"' % "".join(chr(ord("a") + int(v)) for v in row) for row in digits.data[:300]))
print('static const char digit_class[] = "%s";' % "".join(str(v) for v in digits.target[:300]))
emit_penalised("digits_penalised", digits.target[:300], digits.data[:300], 0.1)

# Numbers and a category, frequency weights, class weights, a missing indicator, no intercept.
indicators = numpy.column_stack([level == 1, level == 2]).astype(float)
plain = numpy.column_stack([x1, x2, indicators])
emit_mnlogit("mixed", mnlogit(label, sm.add_constant(plain)))
doubled = weight * numpy.where(label == 2, 3, 1)
emit_mnlogit("weighted", mnlogit(numpy.repeat(label, doubled), sm.add_constant(numpy.repeat(plain, doubled, axis=0))))
emit_penalised("weighted_penalised", label, plain, 0.05, doubled.astype(float))
emit_mnlogit("bare", mnlogit(label, plain))
gone = i % 7 == 0
filled = numpy.where(gone, x2[~gone].mean(), x2)
emit_mnlogit("indicated", mnlogit(label, sm.add_constant(numpy.column_stack([x1, filled, gone.astype(float), indicators]))))

# x2 follows x1 but for 1e-4 of it.
near = x1 + 1e-4 * (i * 53 % 97)
estimate, error = exact(label[:200], numpy.column_stack([x1, near])[:200], 4)
emit("near_estimate", estimate)
emit("near_std_error", error)
