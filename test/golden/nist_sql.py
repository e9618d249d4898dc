#!/usr/bin/env python3
"""The rows of the tables "columns" and "certified" of test/sql/fit_nist.sql, to paste there, from nist.py.

The numbers are NIST's decimals, the powers are formed by the test.  Run: python3 nist_sql.py
"""
import textwrap

from nist import sets


def wrap(items, indent):
    return "\n".join(textwrap.wrap(", ".join(items), 150, initial_indent=indent, subsequent_indent=indent,
                                   break_long_words=False, break_on_hyphens=False))


certified = []
for name, columns, degree, y, intercept, estimates, errors, _ in sets:
    x = columns[0] if degree else [column[i] for i in range(len(y)) for column in columns]
    terms = ["(intercept)"] * intercept + [f"x[{j + 1}]" for j in range(degree or len(columns))]
    certified += [f"('{name}', '{term}', {b!r}, {e!r})" for term, b, e in zip(terms, estimates, errors, strict=True)]
    print(f"\t('{name}', {degree}, {str(intercept).lower()}, ARRAY[\n" + wrap(x, "\t\t") + "],\n\tARRAY[\n" + wrap(y, "\t\t") + "]),")
print(wrap(certified, "\t"))
