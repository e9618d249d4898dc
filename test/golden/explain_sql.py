#!/usr/bin/env python3
"""Golden values of test/sql/trees_explain.sql: rows of VALUES to paste there.

Shapley values by their definition, over all subsets of the slots, in rational arithmetic: of the
trees of model_bytes.py.  Standard library only.  Run: python3 explain_sql.py
"""
import math
from fractions import Fraction

import model_bytes as mb


def worth(m, node, slots, known):
    """what a tree gives when only these slots are known"""
    if mb.is_leaf(node):
        return Fraction(node[0])
    if node[0] in known:
        return worth(m, node[5] if mb.go_left(m, node, slots) else node[6], slots, known)
    left, right = Fraction(mb.cover(node[5])), Fraction(mb.cover(node[6]))
    return (left * worth(m, node[5], slots, known) + right * worth(m, node[6], slots, known)) / (left + right)


def explain(m, row, output=0):
    slots = mb.slots_of(m, row)
    n = len(slots)
    worths = []
    for bits in range(1 << n):
        known = {s for s in range(n) if bits >> s & 1}
        worths.append(Fraction(m["base"][output]) + Fraction(m.get("scale", 1.0)) * sum(
            worth(m, root, slots, known) for k, root in m["trees"] if k == output))
    phi = []
    for s in range(n):
        total = Fraction(0)
        for bits in range(1 << n):
            if not bits >> s & 1:
                size = bits.bit_count()
                total += (worths[bits | 1 << s] - worths[bits]) / (n * math.comb(n - 1, size))
        phi.append(float(total))
    return [float(worths[0]), *by_feature(m, phi)]


def by_feature(m, phi):
    """from the order of the slots, categories last, to that of the features"""
    numbers, categories = iter(phi[:mb.number_slots(m)]), iter(phi[mb.number_slots(m):])
    out = []
    for f in m["features"]:
        if f["family"] == mb.CATEGORY:
            out.append(next(categories))
        else:
            out += [next(numbers) for _ in range(max(f.get("length", 0), 1))]
    return out


def main():
    for name, output in (("trees_boosted", 0), ("trees_classes", 0), ("trees_classes", 2), ("trees_isolation", 0)):
        m, rows = mb.MODELS[name]
        for i, row in enumerate(rows):
            values = ", ".join(map(repr, explain(m, row, output)))
            print(f"\t('{name[6:]}', {output}, {i + 1}, '{{{values}}}'),")


if __name__ == "__main__":
    main()
