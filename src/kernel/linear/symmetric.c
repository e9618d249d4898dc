/*
 * symmetric.c: symmetric_template.h for both precisions.
 */
#include "kernel/linear/symmetric.h"

#define NAME(f) exact_##f
#define REAL DoubleDouble
#define FROM(d) dd_from(d)
#define VALUE(x) ((x).hi)
#define MINUS_PRODUCT(s, x, y) dd_subtract(s, dd_multiply(x, y))
#define QUOTIENT(x, y) dd_divide(x, y)
#define ROOT(x) dd_sqrt(x)
#include "kernel/linear/symmetric_template.h"

#define NAME(f) plain_##f
#define REAL double
#define FROM(d) (d)
#define VALUE(x) (x)
#define MINUS_PRODUCT(s, x, y) ((s) - (x) * (y))
#define QUOTIENT(x, y) ((x) / (y))
#define ROOT(x) sqrt(x)
#include "kernel/linear/symmetric_template.h"
