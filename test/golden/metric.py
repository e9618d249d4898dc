#!/usr/bin/env python3
"""Golden values for the metric room, written to metric.h.

    pip install numpy==2.4.6 scikit-learn==1.9.1
    python3 metric.py > metric.h
The rows are made from integers, so that the C test makes the same ones.
"""
import numpy
import sklearn
from sklearn import metrics

i = numpy.arange(500)
label = (i * 37 % 101) / 4.0
prediction = label + (i * 53 % 89) / 16.0 - 2.5
weight = 1.0 + i % 4
positive = (i * 37 % 101) + (i * 53 % 89) > 90
probability = (i * 37 % 101) / 100.0
print("/* metric.h: written by metric.py with numpy %s, scikit-learn %s. */" % (numpy.__version__, sklearn.__version__))
for name, w in (("golden_metric", None), ("golden_metric_weighted", weight)):
    values = [
        numpy.sqrt(metrics.mean_squared_error(label, prediction, sample_weight=w)),
        metrics.mean_absolute_error(label, prediction, sample_weight=w),
        metrics.r2_score(label, prediction, sample_weight=w),
        metrics.log_loss(positive, probability, sample_weight=w),
        metrics.roc_auc_score(positive, probability, sample_weight=w),
    ]
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in values)))

# The area under the precision-recall curve, and the distance of the two distributions of scores.
from scipy import stats

for name, w in (("golden_curve", None), ("golden_curve_weighted", weight)):
    repeats = numpy.ones(500, int) if w is None else w.astype(int)
    score, truth = numpy.repeat(probability, repeats), numpy.repeat(positive, repeats)
    values = [
        metrics.average_precision_score(positive, probability, sample_weight=w),
        stats.ks_2samp(score[truth], score[~truth]).statistic,
    ]
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in values)))

# Losses: brier, mape of label + 1, pinball at 0.9.
for name, w in (("golden_loss", None), ("golden_loss_weighted", weight)):
    values = [
        metrics.brier_score_loss(positive, probability, sample_weight=w),
        metrics.mean_absolute_percentage_error(label + 1.0, prediction, sample_weight=w),
        metrics.mean_pinball_loss(label, prediction, alpha=0.9, sample_weight=w),
    ]
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in values)))

# Four classes, of which the last is never actual: the actual ones, and probabilities in 64ths.
parts = numpy.column_stack([i * 37 % 23, i * 53 % 29, i * 31 % 19, i * 41 % 5]) + 1.0
parts[numpy.arange(500), i * 7 % 3] += 12.0
share = parts / parts.sum(axis=1, keepdims=True)
actual = i * 7 % 3
predicted = share.argmax(axis=1)
for name, w in (("golden_classes", None), ("golden_classes_weighted", weight)):
    k = {"sample_weight": w}
    areas = [metrics.roc_auc_score(actual == c, share[:, c], **k) for c in range(3)]
    values = [
        numpy.mean(areas),
        metrics.log_loss(actual, share, labels=[0, 1, 2, 3], **k),
        metrics.accuracy_score(actual, predicted, **k),
        metrics.f1_score(actual, predicted, average="macro", **k),
        metrics.f1_score(actual, predicted, average="weighted", **k),
        metrics.matthews_corrcoef(actual, predicted, **k),
        metrics.precision_score(actual, predicted, average=None, **k)[1],
        metrics.recall_score(actual, predicted, average=None, **k)[1],
    ]
    print("static const double %s[] = {%s};" % (name, ", ".join("%.17g" % v for v in values)))
