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
