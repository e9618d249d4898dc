/*
 * vertex.c: simplex method for sums of tilted absolute residuals.
 *
 * Each row but the k of the basis has a side, which tells its dual; where rows tie, a residual is 0 and
 * the side is what the pivots made of it.  The inverse of the basis is updated, and computed anew
 * every REFRESH pivots and before the end is believed.
 */
#include "kernel/linear/vertex.h"

#include <math.h>
#include <string.h>

#define REFRESH 64
#define NO_SLOPE 1e-12 /* of what it could be: a row that the step does not move */
#define LOOSE 1e-12	   /* of a row's span: how far a dual may be beyond its bounds */

/* A row that the step would take across 0. */
typedef struct Crossing
{
	double at;	 /* length of the step there */
	double gain; /* by which the slope rises */
	int64_t row;
} Crossing;

typedef struct RowPlace
{
	double size; /* |r| */
	int64_t row;
} RowPlace;

#define HEAPSORT sort_places
#define HEAPSORT_SIFT sift_place
#define HEAPSORT_ELEMENT RowPlace
#define HEAPSORT_CONTEXT void
#define HEAPSORT_BEFORE(context, a, b) \
	((a)->size < (b)->size || ((a)->size == (b)->size && (a)->row < (b)->row))
#include "kernel/base/heapsort_template.h"

/* Lives through one vertex_solve. */
typedef struct Vertex
{
	const VertexProblem *problem;
	const Allocator *allocator;
	const StopCheck *stop;
	VertexResult *result;
	double *inverse;	/* k vectors of k: column q of the basis' inverse */
	double *work;		/* k x 2k */
	double *r;			/* n */
	double *move;		/* n: x_i'u of the step */
	double *length;		/* n: of x_i */
	double *slope;		/* k: sum of x_i times dual over rows outside the basis, `fixed` included */
	double *row_dual;	/* k: of the basis */
	Crossing *crossing; /* n */
	RowPlace *places;	/* n */
	int32_t *position;	/* n: place in the basis, or -1 */
	int8_t *side;		/* n: 1 or -1 */
} Vertex;

static const double *
row_of(const Vertex *vertex, int64_t i)
{
	return vertex->problem->x + (size_t) i * (size_t) vertex->problem->k;
}

static double
product(const double *a, const double *b, int32_t k)
{
	double sum[4] = {0.0, 0.0, 0.0, 0.0};
	int32_t j;
	int32_t s;

	for (j = 0; j + 4 <= k; j += 4)
	{
		for (s = 0; s < 4; s++)
			sum[s] += a[j + s] * b[j + s];
	}
	for (; j < k; j++)
		sum[0] += a[j] * b[j];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void
add_multiple(double *to, double factor, const double *from, int32_t k)
{
	int32_t j;

	for (j = 0; j < k; j++)
		to[j] += factor * from[j];
}

static void
release(Vertex *vertex)
{
	size_t n = (size_t) vertex->problem->n;
	size_t k = (size_t) vertex->problem->k;
	const Allocator *allocator = vertex->allocator;

	memory_release(allocator, vertex->inverse, k, k * sizeof(double));
	memory_release(allocator, vertex->work, 2 * k, k * sizeof(double));
	memory_release(allocator, vertex->r, n, sizeof(double));
	memory_release(allocator, vertex->move, n, sizeof(double));
	memory_release(allocator, vertex->length, n, sizeof(double));
	memory_release(allocator, vertex->slope, k, sizeof(double));
	memory_release(allocator, vertex->row_dual, k, sizeof(double));
	memory_release(allocator, vertex->crossing, n, sizeof(Crossing));
	memory_release(allocator, vertex->places, n, sizeof(RowPlace));
	memory_release(allocator, vertex->position, n, sizeof(int32_t));
	memory_release(allocator, vertex->side, n, sizeof(int8_t));
}

static Status
allocate(Vertex *vertex)
{
	size_t n = (size_t) vertex->problem->n;
	size_t k = (size_t) vertex->problem->k;
	const Allocator *allocator = vertex->allocator;

	vertex->inverse = memory_allocate(allocator, k, k * sizeof(double));
	vertex->work = memory_allocate(allocator, 2 * k, k * sizeof(double));
	vertex->r = memory_allocate(allocator, n, sizeof(double));
	vertex->move = memory_allocate(allocator, n, sizeof(double));
	vertex->length = memory_allocate(allocator, n, sizeof(double));
	vertex->slope = memory_allocate(allocator, k, sizeof(double));
	vertex->row_dual = memory_allocate(allocator, k, sizeof(double));
	vertex->crossing = memory_allocate(allocator, n, sizeof(Crossing));
	vertex->places = memory_allocate(allocator, n, sizeof(RowPlace));
	vertex->position = memory_allocate(allocator, n, sizeof(int32_t));
	vertex->side = memory_allocate(allocator, n, sizeof(int8_t));
	return vertex->inverse != NULL && vertex->work != NULL && vertex->r != NULL &&
			vertex->move != NULL && vertex->length != NULL && vertex->slope != NULL &&
			vertex->row_dual != NULL && vertex->crossing != NULL && vertex->places != NULL &&
			vertex->position != NULL && vertex->side != NULL ?
		KERNEL_OK :
		KERNEL_OUT_OF_MEMORY;
}

/* The residuals at b; the side of each row that has none yet. */
static void
find_residuals(Vertex *vertex)
{
	const VertexProblem *problem = vertex->problem;
	int64_t i;

	for (i = 0; i < problem->n; i++)
		vertex->r[i] = problem->y[i] + problem->shift[i] -
			product(row_of(vertex, i), vertex->result->b, problem->k);
}

/*
 * Adds the row to the basis when it is independent of the rows there: what is left of it without
 * their directions (orthonormal, in work) is longer than the threshold.  Gram and Schmidt, twice.
 */
static void
try_row(Vertex *vertex, int64_t i, double threshold, int32_t *found)
{
	int32_t k = vertex->problem->k;
	double *rest = vertex->work + (size_t) *found * (size_t) k;
	double length = vertex->length[i];
	double left;
	int32_t round;
	int32_t q;

	if (length == 0.0)
		return;
	memcpy(rest, row_of(vertex, i), (size_t) k * sizeof(double));
	for (round = 0; round < 2; round++)
	{
		for (q = 0; q < *found; q++)
		{
			const double *direction = vertex->work + (size_t) q * (size_t) k;

			add_multiple(rest, -product(rest, direction, k), direction, k);
		}
		left = sqrt(product(rest, rest, k));
		if (left <= threshold * length)
			return;
	}
	for (q = 0; q < k; q++)
		rest[q] /= left;
	vertex->position[i] = *found;
	vertex->result->basis[(*found)++] = i;
}

/* The k independent rows nearest to the start, well apart where there are such. */
static Status
find_basis(Vertex *vertex)
{
	static const double thresholds[] = {1e-2, 1e-5, 1e-8, 1e-10};
	const VertexProblem *problem = vertex->problem;
	int32_t found = 0;
	int64_t i;
	int t;

	for (i = 0; i < problem->n; i++)
	{
		vertex->places[i] = (RowPlace){fabs(vertex->r[i]), i};
		vertex->length[i] = sqrt(product(row_of(vertex, i), row_of(vertex, i), problem->k));
		vertex->position[i] = -1;
		vertex->side[i] = vertex->r[i] < 0.0 ? -1 : 1;
	}
	sort_places(vertex->places, (size_t) problem->n, NULL);
	for (t = 0; t < 4; t++)
	{
		for (i = 0; i < problem->n && found < problem->k; i++)
		{
			if ((i & 63) == 0 && stop_requested(vertex->stop))
				return KERNEL_STOPPED;
			if (vertex->position[vertex->places[i].row] < 0)
				try_row(vertex, vertex->places[i].row, thresholds[t], &found);
		}
	}
	return found == problem->k ? KERNEL_OK : KERNEL_NOT_CONVERGED;
}

/* The inverse of the basis by Gauss and Jordan with the largest pivot of a column. */
static Status
invert(Vertex *vertex)
{
	size_t k = (size_t) vertex->problem->k;
	size_t width = 2 * k;
	double *work = vertex->work;
	size_t q;
	size_t i;
	size_t j;

	for (q = 0; q < k; q++)
	{
		memcpy(work + q * width, row_of(vertex, vertex->result->basis[q]), k * sizeof(double));
		memset(work + q * width + k, 0, k * sizeof(double));
		work[q * width + k + q] = 1.0;
	}
	for (j = 0; j < k; j++)
	{
		size_t best = j;
		double factor;

		if (stop_requested(vertex->stop))
			return KERNEL_STOPPED;
		for (i = j + 1; i < k; i++)
			best = fabs(work[i * width + j]) > fabs(work[best * width + j]) ? i : best;
		if (work[best * width + j] == 0.0)
			return KERNEL_NOT_CONVERGED;
		for (i = j; i < width && best != j; i++)
		{
			double kept = work[j * width + i];

			work[j * width + i] = work[best * width + i];
			work[best * width + i] = kept;
		}
		factor = 1.0 / work[j * width + j];
		for (i = j; i < width; i++)
			work[j * width + i] *= factor;
		for (i = 0; i < k; i++)
		{
			double own = work[i * width + j];

			if (i != j && own != 0.0)
				add_multiple(work + i * width + j, -own, work + j * width + j,
							 (int32_t) (width - j));
		}
	}
	for (q = 0; q < k; q++)
	{
		for (j = 0; j < k; j++)
			vertex->inverse[q * k + j] = work[j * width + k + q];
	}
	return KERNEL_OK;
}

static double
side_dual(const Vertex *vertex, int64_t i)
{
	return vertex->side[i] > 0 ? vertex->problem->high[i] : vertex->problem->low[i];
}

/* Inverse, estimate, residuals and slope from the basis and the sides. */
static Status
refresh(Vertex *vertex)
{
	const VertexProblem *problem = vertex->problem;
	int32_t k = problem->k;
	Status status = invert(vertex);
	int64_t i;
	int32_t q;

	if (status != KERNEL_OK)
		return status;
	memset(vertex->result->b, 0, (size_t) k * sizeof(double));
	for (q = 0; q < k; q++)
	{
		int64_t row = vertex->result->basis[q];

		add_multiple(vertex->result->b, problem->y[row] + problem->shift[row],
					 vertex->inverse + (size_t) q * (size_t) k, k);
	}
	find_residuals(vertex);
	memcpy(vertex->slope, problem->fixed, (size_t) k * sizeof(double));
	for (i = 0; i < problem->n; i++)
	{
		if (vertex->position[i] >= 0)
			vertex->r[i] = 0.0;
		else
			add_multiple(vertex->slope, side_dual(vertex, i), row_of(vertex, i), k);
	}
	return KERNEL_OK;
}

/* A side that a residual contradicts by more than rounding is taken from it. */
static void
trust_residuals(Vertex *vertex)
{
	int64_t i;

	for (i = 0; i < vertex->problem->n; i++)
	{
		if (vertex->position[i] < 0 && vertex->r[i] != 0.0)
			vertex->side[i] = vertex->r[i] < 0.0 ? -1 : 1;
	}
}

/* The place in the basis whose dual is furthest beyond its bounds, or -1; *excess: how far, signed. */
static int32_t
find_leaving(Vertex *vertex, double *excess)
{
	const VertexProblem *problem = vertex->problem;
	int32_t k = problem->k;
	int32_t leaving = -1;
	double worst = 0.0;
	int32_t q;

	for (q = 0; q < k; q++)
	{
		int64_t row = vertex->result->basis[q];
		double dual = -product(vertex->slope, vertex->inverse + (size_t) q * (size_t) k, k);
		double low = problem->low[row];
		double high = problem->high[row];
		double beyond = dual > high ? dual - high : dual < low ? dual - low : 0.0;
		const double *direction = vertex->inverse + (size_t) q * (size_t) k;
		double score;

		vertex->row_dual[q] = dual;
		if (fabs(beyond) <= problem->slack + LOOSE * (high - low))
			continue;
		/* The slope along the edge, by its length. */
		score = fabs(beyond) / sqrt(product(direction, direction, k));
		if (score > worst)
		{
			worst = score;
			leaving = q;
			*excess = beyond;
		}
	}
	return leaving;
}

/* The rows that the step takes across 0; returns their number. */
static int64_t
find_crossings(Vertex *vertex, const double *direction, double sign)
{
	const VertexProblem *problem = vertex->problem;
	double reach = NO_SLOPE * sqrt(product(direction, direction, problem->k));
	int64_t found = 0;
	int64_t i;

	for (i = 0; i < problem->n; i++)
	{
		double along;
		double left = vertex->r[i] * vertex->side[i];

		vertex->move[i] = sign * product(row_of(vertex, i), direction, problem->k);
		along = vertex->move[i] * vertex->side[i];
		if (vertex->position[i] < 0 && along < -reach * vertex->length[i])
			vertex->crossing[found++] =
				(Crossing){(left > 0.0 ? left : 0.0) / -along,
						   -along * (problem->high[i] - problem->low[i]), i};
	}
	return found;
}

/* The middle one of three. */
static double
middle(double a, double b, double c)
{
	double low = a < b ? a : b;
	double high = a < b ? b : a;

	return c < low ? low : c > high ? high : c;
}

/*
 * Moves crossings at less than the pivot to the front and those at more to the back.
 * *below, *above: where the middle part begins and ends.  Returns the gain of the front; *equal: of the middle.
 */
static double
partition(Crossing *crossing, int64_t first, int64_t end, double pivot, int64_t *below,
		  int64_t *above, double *equal)
{
	double gain = 0.0;
	int64_t i = first;

	*below = first;
	*above = end;
	*equal = 0.0;
	while (i < *above)
	{
		Crossing own = crossing[i];

		if (own.at < pivot)
		{
			gain += own.gain;
			crossing[i++] = crossing[*below];
			crossing[(*below)++] = own;
		}
		else if (own.at > pivot)
		{
			crossing[i] = crossing[--*above];
			crossing[*above] = own;
		}
		else
		{
			*equal += own.gain;
			i++;
		}
	}
	return gain;
}

/*
 * The row where the slope turns upward, beginning at -descent: crossings before *first are passed.
 * -1 when it never does; the last crossing then, where the loss is known to have a minimum.
 */
static int64_t
find_entering(Vertex *vertex, int64_t n, double descent, int64_t *first)
{
	Crossing *crossing = vertex->crossing;
	int64_t end = n;
	int64_t below = 0;
	int64_t above = 0;
	int64_t best;
	int64_t i;
	double slope = -descent;

	*first = 0;
	while (*first < end)
	{
		double equal;
		double pivot = middle(crossing[*first].at, crossing[*first + (end - *first) / 2].at,
							  crossing[end - 1].at);
		double front = partition(crossing, *first, end, pivot, &below, &above, &equal);

		if (slope + front >= 0.0)
		{
			end = below;
			continue;
		}
		if (slope + front + equal >= 0.0 || (above == n && vertex->problem->is_whole))
			break;
		slope += front + equal;
		*first = above;
	}
	/* Where only rounding turned the slope, the group looked at last is the one. */
	if (*first >= end && (end == n || n == 0))
		return -1;
	*first = below;
	for (best = i = below; i < above; i++)
		best = crossing[i].gain > crossing[best].gain ? i : best;
	return crossing[best].row;
}

/* The basis with a row in place of that at q, and its inverse. */
static void
exchange(Vertex *vertex, int32_t q, int64_t entering)
{
	int32_t k = vertex->problem->k;
	double *own = vertex->inverse + (size_t) q * (size_t) k;
	double scale = 1.0 / product(row_of(vertex, entering), own, k);
	int32_t j;

	for (j = 0; j < k; j++)
		own[j] *= scale;
	for (j = 0; j < k; j++)
	{
		double *other = vertex->inverse + (size_t) j * (size_t) k;

		if (j != q)
			add_multiple(other, -product(row_of(vertex, entering), other, k), own, k);
	}
	vertex->position[vertex->result->basis[q]] = -1;
	vertex->position[entering] = q;
	vertex->result->basis[q] = entering;
}

/* One pivot: the row at q leaves. */
static Status
pivot(Vertex *vertex, int32_t q, double excess)
{
	const VertexProblem *problem = vertex->problem;
	int32_t k = problem->k;
	double sign = excess > 0.0 ? 1.0 : -1.0;
	int64_t leaving = vertex->result->basis[q];
	int64_t n = find_crossings(vertex, vertex->inverse + (size_t) q * (size_t) k, sign);
	int64_t passed;
	int64_t entering = find_entering(vertex, n, fabs(excess), &passed);
	double length;
	int64_t i;

	if (entering < 0)
		return KERNEL_NOT_CONVERGED;
	length = vertex->r[entering] / -vertex->move[entering];
	length = length > 0.0 ? length : 0.0;
	for (i = 0; i < passed; i++)
	{
		int64_t row = vertex->crossing[i].row;
		double before = side_dual(vertex, row);

		vertex->side[row] = (int8_t) -vertex->side[row];
		add_multiple(vertex->slope, side_dual(vertex, row) - before, row_of(vertex, row), k);
	}
	add_multiple(vertex->slope, -side_dual(vertex, entering), row_of(vertex, entering), k);
	for (i = 0; i < problem->n; i++)
		vertex->r[i] += length * vertex->move[i];
	exchange(vertex, q, entering);
	vertex->r[entering] = 0.0;
	vertex->r[leaving] = sign * length;
	vertex->side[leaving] = (int8_t) sign;
	add_multiple(vertex->slope, side_dual(vertex, leaving), row_of(vertex, leaving), k);
	return KERNEL_OK;
}

/* Pivots until all duals are within their bounds, by what has just been computed anew. */
static Status
iterate(Vertex *vertex, int64_t max_pivots)
{
	int32_t age = 0;
	Status status = refresh(vertex);

	trust_residuals(vertex);
	if (status == KERNEL_OK)
		status = refresh(vertex);
	while (status == KERNEL_OK)
	{
		double excess = 0.0;
		int32_t leaving = find_leaving(vertex, &excess);

		if (stop_requested(vertex->stop))
			return KERNEL_STOPPED;
		if (leaving < 0 && age == 0)
		{
			vertex->result->is_optimal = true;
			return KERNEL_OK;
		}
		if (vertex->result->pivots >= max_pivots && age == 0)
			return KERNEL_OK;
		if (leaving < 0 || age >= REFRESH || vertex->result->pivots >= max_pivots)
		{
			status = refresh(vertex);
			age = 0;
			continue;
		}
		status = pivot(vertex, leaving, excess);
		/* No row is left to meet though there is a minimum: it is here, but for rounding. */
		if (status == KERNEL_NOT_CONVERGED && vertex->problem->is_whole)
			return KERNEL_OK;
		vertex->result->pivots++;
		age++;
	}
	return status;
}

/* The minimum without the shifts, and the duals. */
static void
conclude(Vertex *vertex)
{
	const VertexProblem *problem = vertex->problem;
	VertexResult *result = vertex->result;
	int64_t i;
	int32_t q;

	memset(result->b, 0, (size_t) problem->k * sizeof(double));
	for (q = 0; q < problem->k; q++)
		add_multiple(result->b, problem->y[result->basis[q]],
					 vertex->inverse + (size_t) q * (size_t) problem->k, problem->k);
	for (i = 0; i < problem->n; i++)
		result->dual[i] =
			vertex->position[i] >= 0 ? vertex->row_dual[vertex->position[i]] : side_dual(vertex, i);
}

Status
vertex_solve(const VertexProblem *problem, int64_t max_pivots, const Allocator *allocator,
			 const StopCheck *stop, VertexResult *result)
{
	Vertex vertex = {.problem = problem, .allocator = allocator, .stop = stop, .result = result};
	Status status;

	result->pivots = 0;
	result->is_optimal = false;
	if (problem->n < problem->k)
		return KERNEL_NOT_CONVERGED;
	status = allocate(&vertex);
	if (status == KERNEL_OK)
	{
		find_residuals(&vertex);
		status = find_basis(&vertex);
	}
	if (status == KERNEL_OK)
		status = iterate(&vertex, max_pivots);
	if (status == KERNEL_OK)
		conclude(&vertex);
	release(&vertex);
	return status;
}
