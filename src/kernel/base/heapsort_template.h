/*
 * heapsort_template.h: heapsort, in place: it needs no memory, and no input makes it slow.
 *
 * Included once a type of element, with
 *	 HEAPSORT			name of what is made: static void HEAPSORT(HEAPSORT_ELEMENT *elements,
 *						size_t n, const HEAPSORT_CONTEXT *context), ascending
 *	 HEAPSORT_SIFT		name of its part
 *	 HEAPSORT_ELEMENT	type, small enough to be moved by value
 *	 HEAPSORT_CONTEXT	type of what the order depends on besides, void for nothing
 *	 HEAPSORT_BEFORE(context, a, b)	does the element at a come before that at b?
 * The macros end with it.  Equal elements may change places.
 */

/* Moves the element at i down a heap of n, the last in order on top. */
static void
HEAPSORT_SIFT(HEAPSORT_ELEMENT *heap, size_t i, size_t n, const HEAPSORT_CONTEXT *context)
{
	HEAPSORT_ELEMENT moved = heap[i];
	size_t child;

	(void) context;
	for (; (child = 2 * i + 1) < n; i = child)
	{
		if (child + 1 < n && HEAPSORT_BEFORE(context, &heap[child], &heap[child + 1]))
			child++;
		if (!HEAPSORT_BEFORE(context, &moved, &heap[child]))
			break;
		heap[i] = heap[child];
	}
	heap[i] = moved;
}

static void
HEAPSORT(HEAPSORT_ELEMENT *elements, size_t n, const HEAPSORT_CONTEXT *context)
{
	size_t i;

	for (i = n / 2; i-- > 0;)
		HEAPSORT_SIFT(elements, i, n, context);
	for (i = n; i-- > 1;)
	{
		HEAPSORT_ELEMENT last = elements[0];

		elements[0] = elements[i];
		elements[i] = last;
		HEAPSORT_SIFT(elements, 0, i, context);
	}
}

#undef HEAPSORT
#undef HEAPSORT_SIFT
#undef HEAPSORT_ELEMENT
#undef HEAPSORT_CONTEXT
#undef HEAPSORT_BEFORE
