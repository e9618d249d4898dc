#!/usr/bin/env python3
"""Prints the golden rows of test/sql/transform_scale.sql: Yeo-Johnson as scikit-learn has it, by the size of the values.

The values are those of the test, by the same arithmetic.  A line holds the size and the outputs.
"""
import numpy as np
import scipy
import sklearn
from sklearn.preprocessing import PowerTransformer

i = np.arange(1, 41)
x = ((i * 37 % 41) / 8.0) ** 2

print(f"-- scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}")
for size in (-40, -20, -7, 0, 20):
    values = PowerTransformer().fit_transform((x * 2.0**size).reshape(-1, 1))[:, 0]
    print(f"\t({size}, '{{{','.join(repr(float(v)) for v in values)}}}'),")
