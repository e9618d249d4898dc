#!/usr/bin/env python3
"""Golden values of test/sql/train_evaluate.sql: rows of VALUES to paste there.

scikit-learn 1.9.1 on the rows of the test's table "ground", which are integers and quarters.
Run: python3 evaluate.py
"""
import numpy
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn import metrics

i = numpy.arange(1, 2001)
x = i * 37 % 101 / 4.0
level = i % 4
y = (i * 53 % 31 + i * 37 % 101).astype(float)
yes = i * 7919 % 11 + i * 37 % 101 / 25.0 > 6
w = i % 3
held_out = i % 5 == 0
design = numpy.column_stack([x] + [(level == k).astype(float) for k in (1, 2, 3)])


def show(test, values):
    for name, value in values.items():
        print(f"\t('{test}', '{name}', {float(value)!r}),")


def regression(label, prediction, weight):
    return {
        "rows": numpy.sum(weight > 0),
        "rmse": metrics.mean_squared_error(label, prediction, sample_weight=weight) ** 0.5,
        "mae": metrics.mean_absolute_error(label, prediction, sample_weight=weight),
        "r2": metrics.r2_score(label, prediction, sample_weight=weight),
        "mape": metrics.mean_absolute_percentage_error(label, prediction, sample_weight=weight),
    }


def kolmogorov_smirnov(label, score, weight):
    """From its definition: the largest difference of the shares at or below a score."""
    share = lambda of, at: numpy.sum(weight[of & (score <= at)]) / numpy.sum(weight[of])
    return max(abs(share(label, at) - share(~label, at)) for at in score)


def classification(label, probability, weight):
    predicted = probability > 0.5
    kwargs = {"sample_weight": weight}
    return {
        "rows": numpy.sum(weight > 0),
        "roc_auc": metrics.roc_auc_score(label, probability, **kwargs),
        "pr_auc": metrics.average_precision_score(label, probability, **kwargs),
        "ks": kolmogorov_smirnov(label, probability, weight),
        "log_loss": metrics.log_loss(label, probability, **kwargs),
        "brier": metrics.brier_score_loss(label, probability, **kwargs),
        "accuracy": metrics.accuracy_score(label, predicted, **kwargs),
        "precision": metrics.precision_score(label, predicted, **kwargs),
        "recall": metrics.recall_score(label, predicted, **kwargs),
        "f1": metrics.f1_score(label, predicted, **kwargs),
        "mcc": metrics.matthews_corrcoef(label, predicted, **kwargs),
    }


one = numpy.ones(len(i))
for name, weight in (("", one), ("weighted ", w.astype(float))):
    used = ~held_out & (weight > 0)
    line = LinearRegression().fit(design[used], y[used], sample_weight=weight[used])
    show(name + "linear", regression(y[held_out], line.predict(design[held_out]), weight[held_out]))
    curve = LogisticRegression(C=numpy.inf, solver="newton-cholesky", tol=1e-12, max_iter=1000)
    curve.fit(design[used], yes[used], sample_weight=weight[used])
    probability = curve.predict_proba(design)[:, 1]
    show(name + "logistic", classification(yes[held_out], probability[held_out], weight[held_out]))
    if name == "":
        tn, fp, fn, tp = metrics.confusion_matrix(yes[held_out], probability[held_out] > 0.6).ravel()
        show("above 0.6", {"true_positives": tp, "false_positives": fp, "true_negatives": tn, "false_negatives": fn})
