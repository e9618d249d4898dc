#!/usr/bin/env python3
"""base.py: expected values of the unit tests of src/kernel/base, written to base.h.

Exact rational arithmetic (fractions) and hashlib of the standard library; Python 3.11.  Square
roots come from integer square roots of scaled integers.  Run: python3 base.py > base.h
"""
import hashlib
import math
import random
from fractions import Fraction

random.seed(20260101)
MASK = 2**64 - 1


def parts(exact):
    """exact to about 159 bits, as three doubles that decrease in size"""
    result = []
    for _ in range(3):
        nearest = float(exact)
        result.append(nearest)
        exact -= Fraction(nearest)
    return result


def small_part(hi):
    """what may follow hi: below half its last place, and with bits far below that"""
    lo = random.choice([-1, 1]) * random.uniform(1, 2) * 2.0 ** random.randint(-12, -2) * math.ulp(hi)
    return lo if hi + lo == hi else 0.0


def number(scale):
    """a random DoubleDouble as (hi, lo)"""
    hi = random.choice([-1, 1]) * random.uniform(1, 2) * 2.0 ** random.randint(-scale, scale)
    return (hi, small_part(hi))


def near_opposite(a):
    """a number that cancels most of a"""
    hi = -a[0] + random.randint(-3, 3) * math.ulp(a[0])
    return (hi, small_part(hi))


def value(a):
    return Fraction(a[0]) + Fraction(a[1])


def square_root(exact):
    shift = 2 * (200 - (exact.numerator.bit_length() - exact.denominator.bit_length()) // 2)
    scaled = exact * 2**shift if shift >= 0 else exact / 2**-shift
    return Fraction(math.isqrt(int(scaled))) / Fraction(2) ** (shift // 2)


def table(name, operation, b_has_lo=True, positive=False, cancel=False):
    print(f"static const DoubleDoubleCase {name}[] = {{")
    for i in range(48):
        a = number(40 if i % 2 else 2)
        b = near_opposite(a) if cancel and i % 3 == 0 else number(40 if i % 2 else 2)
        if positive and a[0] < 0:
            a = (-a[0], -a[1])
        if not b_has_lo:
            b = (b[0], 0.0)
        e = parts(operation(value(a), value(b)))
        print("\t{%s, {%s}}," % tuple(", ".join(x.hex() for x in part) for part in ((*a, *b), e)))
    print("};\n")


def mix(x):
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def hash_bytes(text, seed):
    """the definition, written apart from the C: words of 8 bytes, the rest padded with zeros"""
    golden = 0x9E3779B97F4A7C15
    state = mix(seed ^ golden) ^ len(text)
    whole = len(text) // 8 * 8
    for at in range(0, whole, 8):
        state = (mix(state ^ int.from_bytes(text[at:at + 8], "little")) + golden) & MASK
    return mix(state ^ int.from_bytes(text[whole:], "little"))


print("/* base.h: written by base.py. */")
print("#ifndef ORCHARD_TEST_GOLDEN_BASE_H\n#define ORCHARD_TEST_GOLDEN_BASE_H\n")
print("#include <stdint.h>\n")
print("typedef struct DoubleDoubleCase\n{\n\tdouble\t\ta_hi, a_lo;\n\tdouble\t\tb_hi, b_lo;")
print("\tdouble\t\texact[3];\t\t/* the result to 159 bits, the largest part first */\n} DoubleDoubleCase;\n")
table("add_cases", lambda a, b: a + b, cancel=True)
table("add_double_cases", lambda a, b: a + b, b_has_lo=False, cancel=True)
table("multiply_cases", lambda a, b: a * b)
table("multiply_double_cases", lambda a, b: a * b, b_has_lo=False)
table("divide_cases", lambda a, b: a / b)
table("divide_double_cases", lambda a, b: a / b, b_has_lo=False)
table("sqrt_cases", lambda a, b: square_root(a), positive=True)

print("/* hash_bytes of the bytes 0, 1, ..., n - 1 with seed 1000 + n */")
print("static const uint64_t hash_of_counting[] = {")
for n in range(26):
    print("\tUINT64_C(0x%016x)," % hash_bytes(bytes(range(n)), 1000 + n))
print("};\n")
print("/* SHA-256 over the SHA-256 digests of the bytes 0, 1, ..., n - 1 for n = 0 to 255 */")
chain = hashlib.sha256(b"".join(hashlib.sha256(bytes(range(n))).digest() for n in range(256)))
print('static const char sha256_of_digests[] = "%s";\n' % chain.hexdigest())
print("#endif							/* ORCHARD_TEST_GOLDEN_BASE_H */")
