#!/usr/bin/python3
"""sklearn_auc.py EXAMPLES: the demo's model by scikit-learn, on the same examples.

EXAMPLES is the table `example` of the demo as CSV with a header, and beside its columns, for each
penalty of PENALTIES, what Orchard predicts (predicted_0, ...).  The options are equal:

- trained on the months up to October, scored on November and December;
- text is one indicator a level, the first level in byte order left out; a level not seen in
  training takes the mean of each indicator;
- a missing number takes the mean of its column over the training rows;
- columns are standardised (ddof = 0); penalty l2 is C = 1 / (n * l2), the intercept free.

Prints one line a penalty: l2, the AUC of scikit-learn, the largest difference of a probability.
Debian packages: python3-sklearn (with numpy).
"""
import csv
import sys

import numpy
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

NOT_FEATURES = {"id", "scheduled_at", "month", "late"}
TEXT = {"carrier", "origin", "weekday"}
PENALTIES = [0, 0.01]


def design(columns, train):
    """The encoded columns, in the order of the table."""
    encoded = []
    for name, values in columns.items():
        if name in NOT_FEATURES or name.startswith("predicted_"):
            continue
        if name in TEXT:
            values = numpy.array([value.encode() for value in values])
            levels = numpy.unique(values[train])
            unseen = ~numpy.isin(values, levels)
            for level in levels[1:]:
                indicator = (values == level).astype(float)
                indicator[unseen] = indicator[train].mean()
                encoded.append(indicator)
        else:
            number = numpy.array([float(value) if value else numpy.nan for value in values])
            number[numpy.isnan(number)] = numpy.nanmean(number[train])
            encoded.append(number)
    return numpy.column_stack(encoded)


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader)
        columns = dict(zip(header, zip(*reader)))

    month = numpy.array(columns["month"], dtype=int)
    late = numpy.array(columns["late"]) == "t"
    train, test = month <= 10, month >= 11
    x = design(columns, train)
    scaler = StandardScaler().fit(x[train])
    x_train, x_test = scaler.transform(x[train]), scaler.transform(x[test])

    for i, l2 in enumerate(PENALTIES):
        options = {"C": 1 / (train.sum() * l2)} if l2 > 0 else {"penalty": None}
        model = LogisticRegression(solver="newton-cholesky", tol=1e-8, **options)
        probability = model.fit(x_train, late[train]).predict_proba(x_test)[:, 1]
        predicted = numpy.array(columns["predicted_%d" % i], dtype=float)[test]
        print(l2, repr(float(roc_auc_score(late[test], probability))),
              repr(float(numpy.abs(probability - predicted).max())))


if __name__ == "__main__":
    main()
