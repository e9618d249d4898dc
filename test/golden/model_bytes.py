#!/usr/bin/env python3
"""model_bytes.py: writes models of format version 1 and what they predict, to models/v1_*.txt.

An encoder of its own, from docs/model-format.md; predictions in exact rational arithmetic.
Standard library only; Python 3.11.  Run: python3 model_bytes.py

A file has the lines
    bytes   HEX
    digest  HEX
    score   VALUE   FIELD ...     (separated by tabs, a field a feature in its order)
VALUE is a hexadecimal float, nan, inf or -inf, or one a class between commas for more than two
classes; a FIELD is null, a number, numbers (or null) between
commas within brackets, or a text after an equals sign.
"""
import hashlib
import math
import os
import struct
from decimal import Decimal, localcontext
from fractions import Fraction

NAN, INF = math.nan, math.inf
NUMBER, TIME, INTERVAL, CATEGORY = range(4)
LINEAR, LOGISTIC, BOOSTING, ISOLATION_FOREST, GLM, QUANTILE_REGRESSION, HUBER_REGRESSION = 1, 2, 3, 6, 7, 8, 9
SQUARED_ERROR, LOG_LOSS, HUBER, QUANTILE, POISSON, ISOLATION = 1, 2, 4, 5, 6, 10
IDENTITY, LOGIT, LOG, SOFTMAX = 0, 1, 2, 4
INTERCEPT = (-1, -1, 0)
PLAIN, POOLED, MISSING = -1, -2, -3     # levels of terms that are no level


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def u8(x): return struct.pack("<B", x)
def u16(x): return struct.pack("<H", x)
def u32(x): return struct.pack("<I", x)
def i32(x): return struct.pack("<i", x)
def u64(x): return struct.pack("<Q", x)
def f64(x): return u64(0x7FF8000000000000) if math.isnan(x) else struct.pack("<d", x)


def text(x):
    raw = x.encode()
    return u32(len(raw)) + raw


def many(write, items):
    return u32(len(items)) + b"".join(map(write, items))


def feature(f):
    head = text(f["name"]) + u8(f["family"])
    if f["family"] == CATEGORY:
        return (head + many(text, f["levels"]) + b"".join(map(f64, f["frequency"])) +
                many(text, f.get("pooled", [])))
    return head + u32(f.get("length", 0)) + b"".join(map(f64, f["fill"]))


def coefficient(c):
    term, *values = c
    return b"".join(map(i32, term)) + b"".join(map(f64, values))


def f32(x): return struct.pack("<f", x)


def is_single(x):
    return abs(x) <= 3.4028234663852886e38 and struct.unpack("<f", f32(x))[0] == x


def varint(x):
    out = b""
    while x >= 128:
        out += u8(x & 127 | 128)
        x >>= 7
    return out + u8(x)


# A node is (value, cover) or (slot, question, missing_left, cover, gain, left, right); a question is
# a threshold or the set of levels that go left.
def is_leaf(node): return len(node) == 2


def nodes(node):
    """in preorder"""
    return [node] if is_leaf(node) else [node, *nodes(node[5]), *nodes(node[6])]


def cover(node): return node[1] if is_leaf(node) else node[3]


def sums_up(node):
    """covers are whole numbers, those of inner nodes the sums of their children's"""
    if is_leaf(node):
        return node[1] == int(node[1])
    return (node[3] == cover(node[5]) + cover(node[6]) and sums_up(node[5]) and sums_up(node[6]))


def tree_levels(m):
    return [len(f["levels"]) + bool(f.get("pooled")) for f in m["features"] if f["family"] == CATEGORY]


def number_slots(m):
    return sum(max(f.get("length", 0), 1) for f in m["features"] if f["family"] != CATEGORY)


def trees(m):
    n_numbers, levels = number_slots(m), tree_levels(m)
    everything = [node for _, root in m["trees"] for node in nodes(root) if not is_leaf(node)]
    thresholds = [sorted({node[1] for node in everything if node[0] == s}) for s in range(n_numbers)]

    n_thresholds = sum(map(len, thresholds))
    code = u16 if n_thresholds + len(levels) <= 32767 else u32

    def question(node):
        slot, asked, missing_left = node[:3]
        place = (sum(map(len, thresholds[:slot])) + thresholds[slot].index(asked) if slot < n_numbers else
                 n_thresholds + slot - n_numbers)
        return code(2 * place + missing_left)

    def subset(node):
        bits = sum(1 << level for level in node[1])
        return bits.to_bytes((levels[node[0] - n_numbers] + 7) // 8, "little")

    out = (u8(m["tree_link"]) + f64(m.get("scale", 1.0)) + f64(m.get("path_scale", 1.0)) +
           many(f64, m["base"]))
    for values in thresholds:
        out += varint(len(values)) + b"".join(map(f64, values))
    out += u32(len(m["trees"]))
    for output, root in m["trees"]:
        counts, every = sums_up(root), nodes(root)
        inner, leaves = [n for n in every if not is_leaf(n)], [n for n in every if is_leaf(n)]
        singles = all(is_single(n[0]) for n in leaves)
        out += varint(output) + varint(len(leaves)) + u8((not counts) + 2 * singles)
        shape = sum(1 << i for i, node in enumerate(every) if not is_leaf(node))
        out += shape.to_bytes((len(every) + 7) // 8, "little")
        out += b"".join(map(question, inner)) + b"".join(subset(n) for n in inner if n[0] >= n_numbers)
        out += b"".join((f32 if singles else f64)(n[0]) for n in leaves)
        out += b"".join(varint(int(n[1])) for n in leaves) if counts else b"".join(f64(cover(n)) for n in every)
    return out


def gains(m):
    return b"".join(f32(node[4]) for _, root in m["trees"] for node in nodes(root) if not is_leaf(node))


def curves(m):
    train, validation = m.get("curves", ([], None))
    return (many(f64, train) + u8(validation is not None) +
            b"".join(map(f64, validation if validation is not None else [])))


def scores(m):
    if "scores" not in m:
        return u32(0)
    folds, l1_ratio, chosen, rows = m["scores"]
    return u32(folds) + f64(l1_ratio) + u32(chosen) + many(lambda row: b"".join(map(f64, row)), rows)


def covariance(m):
    if "covariance" not in m:
        return u8(m.get("covariance_type", 0)) + u8(0)
    centre, factor = m["covariance"]
    return u8(m.get("covariance_type", 0)) + u8(1) + b"".join(map(f64, centre)) + b"".join(map(f64, factor))


# A step is (kind, options and what was learnt as its fields' encodings in order).
STANDARD, ONEHOT, TARGET = 1, 14, 18


def maybe_text(x): return u8(0) if x is None else u8(1) + text(x)


def standard(column, rows, missing, center, scale):
    """nothing behind it"""
    return (u8(STANDARD) + maybe_text(column) + many(bytes, []) + u32(NUMBER) + f64(rows) + f64(missing) + f64(center) +
            f64(scale))


def onehot(column, rows, missing, levels):
    """drop none, min_count 1, max_categories 0, nulls zeros, unknown ignore, nothing behind it"""
    return (u8(ONEHOT) + maybe_text(column) + u32(0) + u32(1) + u32(0) + u32(0) + u32(0) +
            many(bytes, []) + u32(CATEGORY) +
            f64(rows) + f64(missing) + many(text, levels) + many(text, []) + u8(0))


def target_mean(column, target, fold, rows, missing, levels, folds, priors, values):
    """smooth auto, nothing behind it, no level of NULL, no classes"""
    return (u8(TARGET) + maybe_text(column) + maybe_text(target) + maybe_text(fold) + f64(NAN) +
            many(bytes, []) + u32(CATEGORY) + f64(rows) + f64(missing) + many(text, levels) + u8(0) + many(text, []) +
            u32(folds) + many(f64, priors) + many(f64, values))


def preprocess(m):
    if "recipe" not in m:
        return u32(0)
    head = b"ORST" + u8(1) + u8(1) + struct.pack("<H", 0)
    steps = u32(len(m["recipe"])) + b"".join(m["recipe"])
    recipe = head + hashlib.sha256(head + steps).digest()[:16] + steps
    return u32(len(recipe)) + recipe


def encode(m):
    digest_part = (
        u8(m["algorithm"]) + u8(m["objective"]) + u8(m.get("unknown", 0)) + u8(m.get("link", IDENTITY)) +
        text(m["target"]) + u64(m["seed"]) + text(m["options"]) + many(text, m.get("classes", [])) +
        u32(m.get("positive", 0)) + f64(m.get("constant", NAN)) +
        (i32(m["reference"]) if m.get("link") == SOFTMAX else b"") + many(feature, m["features"]) +
        preprocess(m) +
        many(coefficient, m.get("terms", [])) + (b"" if "trees" in m else covariance(m)) + (trees(m) if "trees" in m else b""))
    facts = m["facts"]
    facts_part = (
        u64(m["rows"]) + u64(m.get("rows_skipped", 0)) + many(text, m.get("warnings", [])) +
        many(lambda p: text(p[0]) + f64(p[1]), m.get("metrics", [])) +
        b"".join(map(f64, facts[:6])) + b"".join(map(i32, facts[6:8])) + b"".join(map(u8, facts[8:])) +
        (curves(m) + gains(m) if "trees" in m else b"") + (scores(m) if m["algorithm"] == LINEAR else b""))
    digest = hashlib.sha256(digest_part).digest()
    body = u32(len(digest_part)) + digest_part + facts_part

    def with_checksum(checksum):
        return (b"ORCM" + struct.pack("<HH", 1, 0) + u32(48 + len(body)) + u32(checksum) + digest + body)
    return with_checksum(crc32c(with_checksum(0))), digest


def logistic(eta):
    with localcontext() as context:
        context.prec = 60
        return float(1 / (1 + (-Decimal(eta.numerator) / Decimal(eta.denominator)).exp()))


def exponential(eta):
    with localcontext() as context:
        context.prec = 60
        return float((Decimal(eta.numerator) / Decimal(eta.denominator)).exp())


def exact(x):
    """a fraction, or the float itself where there is none"""
    return Fraction(x) if math.isfinite(x) else x


def add(total, weight, x):
    """total + weight * x; infinities and NaN as IEEE 754 has them"""
    if isinstance(total, Fraction) and math.isfinite(x):
        return total + Fraction(weight) * Fraction(x)
    return float(total) + weight * x


def prepared(row):
    """the features of the model with_recipe; scale 0.5 keeps them exact"""
    age, plan, size = row
    values = dict(basic=10.0, pro=12.0)
    return [None if age is None or math.isnan(age) else (age - 40.5) / 0.5, float(plan == "basic"),
            float(plan == "pro"), values.get(plan, 11.0), size]


def score(m, row):
    if "recipe" in m:
        row = prepared(row)
    estimate = {c[0]: c[1] for c in m.get("terms", [])}
    if "constant" in m:
        return m["constant"]
    eta = Fraction(estimate.get(INTERCEPT, 0.0))
    for f, (f_dict, given) in enumerate(zip(m["features"], row, strict=True)):
        if f_dict["family"] == CATEGORY:
            levels, pooled = f_dict["levels"], f_dict.get("pooled", [])
            kept = {(f, i, 0): f_dict["frequency"][i] for i in range(1, len(levels))}
            kept[(f, POOLED, 0)] = f_dict["frequency"][len(levels)]
            if given in levels:
                eta += Fraction(estimate.get((f, levels.index(given), 0), 0.0))
            elif given in pooled:
                eta += Fraction(estimate.get((f, POOLED, 0), 0.0))
            else:
                for term, frequency in kept.items():
                    eta += Fraction(estimate.get(term, 0.0)) * Fraction(frequency)
            is_missing = given is None
        else:
            n = max(f_dict.get("length", 0), 1)
            elements = [None] * n if given is None else given if isinstance(given, list) else [given]
            is_missing = any(x is None for x in elements)
            for element, x in enumerate(elements):
                eta = add(eta, estimate.get((f, PLAIN, element), 0.0),
                          f_dict["fill"][element] if x is None else x)
        if is_missing:
            eta += Fraction(estimate.get((f, MISSING, 0), 0.0)) if isinstance(eta, Fraction) else 0.0
    if "raw" in m:
        return eta
    if m.get("link", IDENTITY) == IDENTITY:
        return float(eta)
    if isinstance(eta, Fraction):
        return logistic(eta) if m["link"] == LOGIT else exponential(eta)
    if m["link"] == LOG:
        return NAN if math.isnan(eta) else INF if eta > 0 else 0.0
    return NAN if math.isnan(eta) else 1.0 if eta > 0 else 0.0


def softmax_score(m, row):
    """the probabilities of all classes, each with its own list of terms"""
    names = m["classes"]
    lists = len(names) - (m["reference"] >= 0)
    size = len(m["terms"]) // lists
    chunks = [m["terms"][i * size:(i + 1) * size] for i in range(lists)]
    if m["reference"] >= 0:
        chunks.insert(m["reference"], [])
    etas = [score(dict(features=m["features"], terms=chunk, raw=True), row) for chunk in chunks]
    if not all(isinstance(eta, Fraction) for eta in etas):
        return [NAN] * len(names)
    with localcontext() as context:
        context.prec = 60
        powers = [(Decimal(eta.numerator) / Decimal(eta.denominator)).exp() for eta in etas]
        return [float(p / sum(powers)) for p in powers]


def go_left(m, node, slots):
    x = slots[node[0]]
    if x is None or (isinstance(x, float) and math.isnan(x)):
        return node[2]
    return x in node[1] if isinstance(node[1], set) else x <= node[1]


def slots_of(m, row):
    """numbers, then categories as places among the levels; None where missing"""
    numbers, categories = [], []
    for f, given in zip(m["features"], row, strict=True):
        if f["family"] == CATEGORY:
            levels, pooled = f["levels"], f.get("pooled", [])
            categories.append(levels.index(given) if given in levels else
                              len(levels) if given in pooled else None)
        else:
            n = max(f.get("length", 0), 1)
            numbers += [None] * n if given is None else given if isinstance(given, list) else [given]
    return numbers + categories


def tree_score(m, row):
    """the predictions of all outputs"""
    slots = slots_of(m, row)
    raw = [Fraction(x) for x in m["base"]]
    for output, node in m["trees"]:
        while not is_leaf(node):
            node = node[5] if go_left(m, node, slots) else node[6]
        raw[output] += Fraction(m.get("scale", 1.0)) * Fraction(node[0])
    with localcontext() as context:
        context.prec = 60
        exact_raw = [Decimal(x.numerator) / Decimal(x.denominator) for x in raw]
        match m["tree_link"]:
            case 0:
                return [float(x) for x in raw]
            case 1:
                return [logistic(raw[0])]
            case 2:
                return [float(exact_raw[0].exp())]
            case 3:
                top = max(exact_raw)
                powers = [(x - top).exp() for x in exact_raw]
                return [float(p / sum(powers)) for p in powers]
            case 4:
                return [float((-exact_raw[0] / Decimal(m["path_scale"]) * Decimal(2).ln()).exp())]


TREE_FACTS = (NAN, NAN, NAN, NAN, NAN, NAN, 0, 3, 1, 0)
NO_FACTS = (NAN, NAN, NAN, NAN, 0.0, NAN, 0, 0, 1, 0)
LOGISTIC_FEATURES = [
    dict(name="x", family=NUMBER, fill=[0.5]),
    dict(name="active", family=CATEGORY, levels=["false", "true"], frequency=[0.6, 0.4, 0.0]),
    dict(name="z", family=NUMBER, fill=[-0.5])]
AGE = dict(name="age", family=NUMBER, fill=[35.5])
SOFTMAX_FEATURES = [
    dict(name="x", family=NUMBER, fill=[0.5]),
    dict(name="active", family=CATEGORY, levels=["false", "true"], frequency=[0.75, 0.25, 0.0])]
SOFTMAX_TERMS = [
    (INTERCEPT, -1.5, 0.5, -3.0, 0.0027), ((0, PLAIN, 0), 0.75, 0.25, 3.0, 0.0027),
    ((0, MISSING, 0), 3.0, NAN, NAN, NAN), ((1, 1, 0), 1.5, 1.0, 1.5, 0.13),
    (INTERCEPT, 2.25, 0.75, 3.0, 0.0027), ((0, PLAIN, 0), -3.0, 1.0, -3.0, 0.0027),
    ((0, MISSING, 0), 1.5, NAN, NAN, NAN), ((1, 1, 0), 0.0, 1.0, 0.0, 1.0),
    (INTERCEPT, -0.75, NAN, NAN, NAN), ((0, PLAIN, 0), 2.25, NAN, NAN, NAN),
    ((0, MISSING, 0), -4.5, NAN, NAN, NAN), ((1, 1, 0), -1.5, NAN, NAN, NAN)]
SOFTMAX_ROWS = [[0.0, "false"], [1.0, "true"], [None, None], [-2.5, "never"], [40.0, "true"],
                [-40.0, "false"], [INF, "true"], [-INF, "false"], [NAN, "true"]]

MODELS = dict(
    numbers=(
        dict(algorithm=LINEAR, objective=SQUARED_ERROR, target="price", seed=42,
             options='{"algorithm": "linear_regression", "l2": 0}',
             features=[AGE, dict(name="joined", family=TIME, fill=[1.7e9]),
                       dict(name="spent", family=INTERVAL, fill=[3600.0]),
                       dict(name="résumé", family=NUMBER, fill=[-1e-5])],
             terms=[(INTERCEPT, 12.75, 0.5, 25.5, 1e-9),
                    ((0, PLAIN, 0), -0.1, 0.01, -10.0, 2.5e-7),
                    ((1, PLAIN, 0), 3e-9, NAN, NAN, NAN),
                    ((2, PLAIN, 0), 0.0, NAN, NAN, NAN),
                    ((3, PLAIN, 0), 1e10, 0.0, INF, 0.0)],
             rows=1000, rows_skipped=3,
             warnings=['constant in the training rows, coefficient 0: "spent"', ""],
             metrics=[("train.r2", 0.75), ("train.rmse", 0.5)],
             facts=(-1234.5, 0.25, 250.0, 1000.0, NAN, 17.5, 4, 0, 1, 0)),
        [[30.0, 1.6e9, 10.0, 0.0], [None, None, None, None], [1e300, -1e300, 1e308, 1e-300],
         [NAN, 0.0, 0.0, 0.0], [INF, 0.0, 0.0, 0.0], [0.0, 0.0, INF, 0.0], [0.0, 0.0, 0.0, -INF],
         [5e-324, -0.0, None, 2.0]]),
    arrays=(
        dict(algorithm=LINEAR, objective=SQUARED_ERROR, target="y", seed=2**64 - 1,
             options='{"fit_intercept": false, "missing_indicator": true}',
             features=[dict(name="embedding", family=NUMBER, length=3, fill=[1.0, 2.0, 4.0]),
                       dict(name="age", family=NUMBER, fill=[7.0])],
             terms=[((0, PLAIN, 0), 0.5, 1.0, 0.5, 0.625),
                    ((0, PLAIN, 1), -0.25, 1.0, -0.25, 0.8),
                    ((0, PLAIN, 2), 0.125, 1.0, 0.125, 0.9),
                    ((0, MISSING, 0), 100.0, 2.0, 50.0, 0.0),
                    ((1, PLAIN, 0), 2.0, 1.0, 2.0, 0.05),
                    ((1, MISSING, 0), -1000.0, 4.0, -250.0, 0.0)],
             covariance=([0.5, -1.0, 0.0, 0.25, 7.0, 0.0],
                         [1.0, -0.25, 0.75, 0.5, 0.0, -1.5, 2.0, 0.125, 1e-300, 3.0, -0.0, 1e10, 0.0, 0.0, 4.0,
                          -0.25, 0.5, 8.0, 0.0, -2.0, 1e-5]),
             rows=20, facts=(NAN, 1.0, 14.0, 100.0, NAN, 3.0, 6, 0, 1, 0),
             scores=(5, 0.75, 1, [(8.0, 400.0, 12.5), (0.5, 100.0, 8.0), (0.03125, 101.0, 0.0)])),
        [[[0.1, 0.2, 0.3], 0.4], [None, 1.0], [[None, 1.0, None], 2.0], [[1.0, 2.0, 3.0], None],
         [None, None], [[NAN, 0.0, 0.0], None]]),
    categories=(
        dict(algorithm=LINEAR, objective=SQUARED_ERROR, target="spend", seed=0,
             options='{"max_categories": 4}',
             features=[dict(name="plan", family=CATEGORY, levels=["", "basic", "café", "pro"],
                            frequency=[0.25, 0.375, 0.125, 0.125, 0.125],
                            pooled=["rare a", "rare b", "rare c"]),
                       dict(name="tenure", family=NUMBER, fill=[10.0]),
                       dict(name="size", family=CATEGORY, levels=["small", "large"],
                            frequency=[0.75, 0.25, 0.0]),
                       dict(name="never", family=CATEGORY, levels=[], frequency=[0.0])],
             terms=[(INTERCEPT, 1.0, 0.25, 4.0, 0.001),
                    ((0, 1, 0), 2.0, 1.0, 2.0, 0.05), ((0, 2, 0), -4.0, 1.0, -4.0, 0.001),
                    ((0, 3, 0), 8.0, 1.0, 8.0, 0.0), ((0, POOLED, 0), 16.0, 1.0, 16.0, 0.0),
                    ((0, MISSING, 0), 32.0, 1.0, 32.0, 0.0),
                    ((1, PLAIN, 0), 0.1, 0.1, 1.0, 0.3), ((2, 1, 0), 64.0, 1.0, 64.0, 0.0),
                    ((3, MISSING, 0), 0.0, NAN, NAN, NAN)],
             covariance_type=1, rows=64, warnings=['column "plan" has 7 categories'],
             facts=(NAN, 1.0, 56.0, 100.0, NAN, NAN, 8, 0, 1, 0)),
        [[plan, tenure, size, never]
         for plan, tenure, size, never in (
             ("", 0.0, "small", None), ("basic", 1.0, "large", None), ("café", 2.0, "small", "x"),
             ("pro", 3.0, "large", ""), ("rare a", 4.0, "small", None), ("rare b", 5.0, "medium", None),
             ("rare c", None, None, None), ("rare d", 1.5, "", None), ("caf", 1.5, "larger", None),
             ("café ", 1.5, "small", None), (None, None, None, None), ("BASIC", 0.0, "small", None))]),
    logistic=(
        dict(algorithm=LOGISTIC, objective=LOG_LOSS, unknown=1, link=LOGIT, target="churned", seed=42,
             options='{"l2": 0.01, "unknown": "error"}', classes=["no", "yes"], positive=1,
             features=LOGISTIC_FEATURES,
             terms=[(INTERCEPT, -1.25, NAN, NAN, NAN), ((0, PLAIN, 0), 0.75, NAN, NAN, NAN),
                    ((1, 1, 0), 1.5, NAN, NAN, NAN), ((2, PLAIN, 0), -2.0, NAN, NAN, NAN)],
             rows=5000000000, metrics=[("train.log_loss", 0.34), ("train.accuracy", 0.875)],
             facts=(-1.7e9, NAN, NAN, NAN, 1e-10, 12.0, 4, 7, 1, 1)),
        [[0.0, "false", 0.0], [1.0, "true", -1.0], [None, None, None], [1000.0, "true", 1.0],
         [-1000.0, "false", 1.0], [INF, "true", 0.0], [-INF, "true", 0.0], [NAN, "true", 0.0],
         [INF, "true", INF]]),
    softmax=(
        dict(algorithm=LOGISTIC, objective=LOG_LOSS, link=SOFTMAX, target="kind", seed=42,
             options='{"missing_indicator": true}', classes=["a", "b", "c"], reference=1,
             features=SOFTMAX_FEATURES, terms=SOFTMAX_TERMS[:8], rows=90,
             facts=(-60.5, NAN, NAN, NAN, 1e-10, NAN, 8, 9, 1, 0)),
        SOFTMAX_ROWS),
    symmetric=(
        dict(algorithm=LOGISTIC, objective=LOG_LOSS, link=SOFTMAX, target="kind", seed=42,
             options='{"l2": 0.01}', classes=["a", "b", "c"], reference=-1,
             features=SOFTMAX_FEATURES, terms=SOFTMAX_TERMS, rows=90,
             facts=(-60.5, NAN, NAN, NAN, 1e-10, NAN, 8, 9, 1, 0)),
        SOFTMAX_ROWS),
    constant=(
        dict(algorithm=LOGISTIC, objective=LOG_LOSS, target="late", seed=42, options="{}",
             classes=["false", "true"], positive=0, constant=1.0, features=LOGISTIC_FEATURES,
             rows=5, facts=NO_FACTS),
        [[0.0, "false", 0.0], [None, "never seen", 3.0]]),
    one_class=(
        dict(algorithm=LOGISTIC, objective=LOG_LOSS, target="kind", seed=42, options="{}",
             classes=["false"], positive=0, constant=1.0, features=[AGE], rows=1, facts=NO_FACTS),
        [[1.0], [None]]),
    visits=(
        dict(algorithm=GLM, objective=POISSON, target="visits", link=LOG, seed=42,
             options='{"algorithm": "glm", "offset": "log_exposure"}',
             features=[dict(name="x", family=NUMBER, fill=[2.5]), dict(name="log_exposure", family=NUMBER, fill=[0.75])],
             terms=[(INTERCEPT, -0.5, 0.25, -2.0, 0.05), ((0, PLAIN, 0), 0.125, 0.0625, 2.0, 0.05),
                    ((1, PLAIN, 0), 1.0, NAN, NAN, NAN)],
             rows=100, facts=(-250.0, NAN, 100.0, 150.0, 1e-12, NAN, 2, 5, 1, 0)),
        [[0.0, 0.0], [8.0, 1.5], [None, None], [INF, 0.0], [-INF, 0.0], [NAN, 0.0], [100.0, -20.0]]),
    x_quantile=(
        dict(algorithm=QUANTILE_REGRESSION, objective=QUANTILE, target="food", seed=42,
             options='{"algorithm": "quantile_regression", "cov_type": "kernel"}',
             features=[dict(name="income", family=NUMBER, fill=[512.0])],
             terms=[(INTERCEPT, 81.5, 16.0, 5.09375, 0.0), ((0, PLAIN, 0), 0.5625, 0.03125, 18.0, 0.0)],
             covariance=([0.0, 512.0], [8.0, 0.0, 0.03125]), covariance_type=7,
             rows=235, facts=(NAN, 4096.0, NAN, NAN, 1e-15, NAN, 2, 9, 1, 0)),
        [[0.0], [1000.0], [None], [INF], [-INF], [NAN]]),
    x_robust=(
        dict(algorithm=HUBER_REGRESSION, objective=HUBER, target="loss", seed=42,
             options='{"algorithm": "huber", "cov_type": "H3"}',
             features=[dict(name="air", family=NUMBER, fill=[60.5]), dict(name="plant", family=CATEGORY, levels=["a", "b"],
                                                                         frequency=[0.5, 0.5, 0.0])],
             terms=[(INTERCEPT, -38.5, 8.0, -4.8125, 0.0), ((0, PLAIN, 0), 0.75, 0.125, 6.0, 0.0),
                    ((1, 1, 0), 0.25, 0.5, 0.5, 0.625)],
             covariance=([0.0, 60.5, 0.5], [0.5, 0.0, 0.125, 0.0, -0.0625, 0.5]), covariance_type=6,
             rows=21, facts=(NAN, 1.5625, 190.0, 2069.0, 1e-13, NAN, 3, 6, 1, 0)),
        [[0.0, "a"], [58.0, "b"], [None, None], [1.0, "other"], [INF, "b"], [NAN, "a"]]),
    empty=(
        dict(algorithm=LINEAR, objective=SQUARED_ERROR, target="y", seed=1, options="", features=[],
             terms=[(INTERCEPT, -3.5, 0.5, -7.0, 1e-5)], covariance=([0.0], [0.5]),
             covariance_type=4, rows=2,
             facts=(0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1, 0, 0, 0)),
        [[]]),
    trees_boosted=(
        dict(algorithm=BOOSTING, objective=LOG_LOSS, target="churned", seed=7,
             options='{"n_estimators": 3}', classes=["no", "yes"], positive=1,
             features=[
                 dict(name="x", family=NUMBER, fill=[0.5]),
                 dict(name="plan", family=CATEGORY, levels=["basic", "free", "pro"],
                      frequency=[0.5, 0.25, 0.125, 0.125], pooled=["odd", "old"]),
                 dict(name="v", family=NUMBER, length=2, fill=[-0.5, 2.0]),
                 dict(name="active", family=CATEGORY, levels=["false", "true"],
                      frequency=[0.6, 0.4, 0.0])],
             tree_link=1, base=[-1.25],
             trees=[(0, (0, 0.1, True, 100.0, 12.5,
                         (3, {1, 3}, False, 60.0, 3.25, (-0.25, 20.0), (0.125, 40.0)),
                         (2, INF, False, 40.0, 1.0, (0.75, 30.0), (-1.5, 10.0)))),
                    (0, (4, {0}, True, 37.5, 0.5, (0.0625, 12.25),
                         (1, -5e-324, False, 25.25, 0.0, (1e-3, 25.0), (-0.0, 0.25)))),
                    (0, (0.5, 100.0))],
             curves=([0.69, 0.5, 0.375, 0.25], [0.7, 0.625, 0.5, NAN]),
             rows=100, facts=TREE_FACTS),
        [[0.1, "basic", [0.0, 1.0], "true"], [0.1, "free", [-0.0, 1.0], "true"],
         [math.nextafter(0.1, 1), "old", [-5e-324, 1e308], "true"], [None, "odd", None, "false"],
         [NAN, "never", [NAN, NAN], "maybe"], [INF, "pro", [-INF, INF], "true"],
         [-INF, "pro", [INF, None], None], [1.0, None, [-1e-300, None], "true"],
         [0.0, "old", [5e-324, -INF], "true"]]),
    trees_classes=(
        dict(algorithm=BOOSTING, objective=LOG_LOSS, target="kind", seed=42, options="{}",
             classes=["a", "b", "c"], features=[dict(name="age", family=NUMBER, fill=[0.5])],
             tree_link=3, base=[0.5, 0.0, -0.5],
             trees=[(0, (0, 30.0, False, 9.0, 4.0, (1.0, 4.0), (-2.0, 5.0))), (1, (0.25, 9.0)),
                    (2, (0, 40.0, True, 9.0, 4.0, (-1000.0, 6.0), (1000.0, 3.0)))],
             rows=9, facts=(*TREE_FACTS[:7], 1, 1, 0)),
        [[30.0], [31.0], [40.0], [41.0], [None], [NAN], [INF], [-INF]]),
    trees_isolation=(
        dict(algorithm=ISOLATION_FOREST, objective=ISOLATION, target="", seed=42, options="{}",
             features=[dict(name="age", family=NUMBER, fill=[0.5])],
             tree_link=4, base=[0.0], scale=0.5, path_scale=3.25,
             trees=[(0, (0, 0.0, False, 8.0, 0.0, (1.0, 1.0), (4.1, 7.0))), (0, (3.0, 8.0))],
             rows=8, facts=(*TREE_FACTS[:7], 2, 1, 0)),
        [[-1.0], [-0.0], [0.0], [5e-324], [None]]),
    with_recipe=(
        dict(algorithm=LINEAR, objective=SQUARED_ERROR, target="spend", seed=42,
             options='{"preprocess": []}',
             features=[dict(name="age", family=NUMBER, fill=[-0.25]),
                       dict(name="plan=basic", family=NUMBER, fill=[0.625]),
                       dict(name="plan=pro", family=NUMBER, fill=[0.375]),
                       dict(name="plan", family=NUMBER, fill=[10.5]),
                       dict(name="size", family=NUMBER, fill=[3.0])],
             recipe=[standard("age", 100.0, 3.0, 40.5, 0.5), onehot("plan", 100.0, 0.0, ["basic", "pro"]),
                     target_mean("plan", "spend", "fold", 100.0, 0.0, ["basic", "pro"], 1, [11.0, 11.5],
                                 [10.0, 10.25, 12.0, 12.5])],
             terms=[(INTERCEPT, 1.5, NAN, NAN, NAN), ((0, PLAIN, 0), 0.5, NAN, NAN, NAN),
                    ((1, PLAIN, 0), -0.25, NAN, NAN, NAN), ((2, PLAIN, 0), 0.25, NAN, NAN, NAN),
                    ((3, PLAIN, 0), 0.125, NAN, NAN, NAN), ((4, PLAIN, 0), -2.0, NAN, NAN, NAN)],
             rows=100, facts=(NAN, NAN, 50.0, 100.0, NAN, NAN, 5, 0, 1, 0)),
        [[41.0, "basic", 2.0], [None, "pro", None], [NAN, "never", 0.0], [1e3, None, -8.0], [INF, "pro", 1.0]]),
)


def number(x):
    return "null" if x is None else x.hex()


def field(x):
    if isinstance(x, list):
        return "[" + ",".join(map(number, x)) + "]"
    return "=" + x if isinstance(x, str) else number(x)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    os.makedirs(os.path.join(here, "models"), exist_ok=True)
    for name, (model, rows) in MODELS.items():
        stored, identity = encode(model)
        with open(os.path.join(here, "models", f"v1_{name}.txt"), "w", encoding="utf-8") as out:
            print("bytes", stored.hex(), sep="\t", file=out)
            print("digest", identity.hex(), sep="\t", file=out)
            for row in rows:
                values = (tree_score(model, row) if "trees" in model else
                          softmax_score(model, row) if model.get("link") == SOFTMAX else [score(model, row)])
                print("score", ",".join(x.hex() for x in values), *map(field, row), sep="\t", file=out)


if __name__ == "__main__":
    main()
