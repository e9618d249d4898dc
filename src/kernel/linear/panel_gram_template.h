/*
 * panel_gram_template.h: the products of a panel's columns in one precision.
 *
 * Included by panel_simd.c once a precision, with
 *	 GRAM				name of what is made: static void GRAM(double *out, const GRAM_ELEMENT *columns,
 *						const double *curvature, ptrdiff_t n, ptrdiff_t first,
 *						const PanelAhead *ahead), as panel_gram()
 *	 GRAM_TILE, GRAM_SCALE	names of its parts
 *	 GRAM_ELEMENT		double or float
 *	 GRAM_VECTOR		32 bytes of them
 *	 GRAM_STORE(out, a, b, c, d)	adds the sums of four vectors to out[0..3]
 * The macros end with it.
 */
#define GRAM_AT(pointer) (*(const GRAM_VECTOR *) (pointer))
#define GRAM_LANES ((int32_t) (sizeof(GRAM_VECTOR) / sizeof(GRAM_ELEMENT)))

/* Three scaled columns against four columns: twelve sums in twelve registers. */
INLINE void
GRAM_TILE(double *restrict out, ptrdiff_t stride, const GRAM_ELEMENT *restrict scaled,
		  const GRAM_ELEMENT *restrict columns)
{
	GRAM_VECTOR a0 = {0.0}, a1 = {0.0}, a2 = {0.0}, a3 = {0.0};
	GRAM_VECTOR b0 = {0.0}, b1 = {0.0}, b2 = {0.0}, b3 = {0.0};
	GRAM_VECTOR c0 = {0.0}, c1 = {0.0}, c2 = {0.0}, c3 = {0.0};
	int32_t i;

	for (i = 0; i < PANEL_ROWS; i += GRAM_LANES)
	{
		GRAM_VECTOR a = GRAM_AT(scaled + i);
		GRAM_VECTOR b = GRAM_AT(scaled + PANEL_ROWS + i);
		GRAM_VECTOR c = GRAM_AT(scaled + 2 * PANEL_ROWS + i);
		GRAM_VECTOR x = GRAM_AT(columns + i);

		a0 += a * x;
		b0 += b * x;
		c0 += c * x;
		x = GRAM_AT(columns + PANEL_ROWS + i);
		a1 += a * x;
		b1 += b * x;
		c1 += c * x;
		x = GRAM_AT(columns + 2 * PANEL_ROWS + i);
		a2 += a * x;
		b2 += b * x;
		c2 += c * x;
		x = GRAM_AT(columns + 3 * PANEL_ROWS + i);
		a3 += a * x;
		b3 += b * x;
		c3 += c * x;
	}
	GRAM_STORE(out, a0, a1, a2, a3);
	GRAM_STORE(out + stride, b0, b1, b2, b3);
	GRAM_STORE(out + 2 * stride, c0, c1, c2, c3);
}

INLINE void
GRAM_SCALE(GRAM_ELEMENT *restrict scaled, const GRAM_ELEMENT *restrict columns,
		   const double *restrict curvature)
{
	int32_t i;
	int32_t j;

	for (j = 0; j < PANEL_TALL; j++)
	{
		for (i = 0; i < PANEL_ROWS; i++)
			scaled[j * PANEL_ROWS + i] =
				columns[(ptrdiff_t) j * PANEL_ROWS + i] * (GRAM_ELEMENT) curvature[i];
	}
}

/* Whole tiles only: those on the diagonal reach beyond it, the last ones into the padding. */
INLINE void
GRAM(double *out, const GRAM_ELEMENT *columns, const double *curvature, ptrdiff_t n,
	 ptrdiff_t first, const PanelAhead *ahead)
{
	_Alignas(PANEL_ALIGNMENT) GRAM_ELEMENT scaled[PANEL_TALL * PANEL_ROWS];
	ptrdiff_t stride = panel_padded(n);
	ptrdiff_t j;
	ptrdiff_t k;

	for (j = first; j < n; j += PANEL_TALL)
	{
		ptrdiff_t end = j + PANEL_TALL < n ? j + PANEL_TALL : n;

		end = end < first + PANEL_GROUP ? end : first + PANEL_GROUP;
		if (first == 0 && ahead != NULL)
			fetch_part(ahead, (size_t) (j / PANEL_TALL),
					   (size_t) ((n + PANEL_TALL - 1) / PANEL_TALL));
		GRAM_SCALE(scaled, columns + j * PANEL_ROWS, curvature);
		for (k = first; k < end; k += PANEL_WIDE)
			GRAM_TILE(out + j * stride + k, stride, scaled, columns + k * PANEL_ROWS);
	}
}

#undef GRAM
#undef GRAM_TILE
#undef GRAM_SCALE
#undef GRAM_ELEMENT
#undef GRAM_VECTOR
#undef GRAM_STORE
#undef GRAM_AT
#undef GRAM_LANES
