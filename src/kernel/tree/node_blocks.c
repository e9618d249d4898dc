/*
 * node_blocks.c: cutting trees into blocks, and scoring with them.
 */
#include "kernel/tree/node_blocks.h"

#include <string.h>

#include "kernel/tree/scorer.h"

#define NEVER 0x80 /* an exit that wants this answer is not taken */

/* Estimates in nanoseconds, as in leaf_mask.c. */
#define COST_ROOT 1.2  /* a tree's first block */
#define COST_BLOCK 4.0 /* each one after it */
#define COST_BUILD_NODE 60.0

/* A part of a tree that makes a block. */
typedef struct Cut
{
	int32_t n_nodes;
	int32_t nodes[BLOCK_NODES];
	int32_t n_exits;
	int32_t exits[BLOCK_EXITS]; /* nodes of the tree, from left to right */
	uint8_t care[BLOCK_EXITS];
	uint8_t want[BLOCK_EXITS];
} Cut;

/* The inner node among the exits that most training rows reached; -1 when all are leaves. */
static int32_t
find_heaviest(const Tree *tree, const Cut *cut)
{
	int32_t best = -1;
	int32_t e;

	for (e = 0; e < cut->n_exits; e++)
	{
		const TreeNode *node = &tree->nodes[cut->exits[e]];

		if (node->slot != TREE_LEAF &&
			(best < 0 || node->cover > tree->nodes[cut->exits[best]].cover))
			best = e;
	}
	return best;
}

/* Cuts the block at a node: seven nodes along the ways that most training rows took. */
static void
cut_block(const Tree *tree, int32_t root, Cut *cut)
{
	int32_t e;
	int32_t i;

	*cut = (Cut){.n_exits = 1, .exits = {root}};
	while (cut->n_nodes < BLOCK_NODES && (e = find_heaviest(tree, cut)) >= 0)
	{
		int32_t node = cut->exits[e];
		uint8_t bit = (uint8_t) (1 << cut->n_nodes);

		for (i = cut->n_exits; i > e; i--)
		{
			cut->exits[i] = cut->exits[i - 1];
			cut->care[i] = cut->care[i - 1];
			cut->want[i] = cut->want[i - 1];
		}
		cut->n_exits++;
		cut->nodes[cut->n_nodes++] = node;
		cut->exits[e] = tree->nodes[node].left;
		cut->exits[e + 1] = tree->nodes[node].right;
		cut->care[e] |= bit;
		cut->care[e + 1] |= bit;
		cut->want[e + 1] |= bit;
	}
	for (e = cut->n_exits; e < BLOCK_EXITS; e++)
		cut->care[e] = cut->want[e] = NEVER;
}

/* Blocks of a tree, in *n, and how many a vector visits if it is like the training rows. */
static double
count_blocks(const Tree *tree, int32_t *waiting, size_t *n)
{
	double visits = 0.0;
	int32_t n_waiting = 1;
	int32_t e;

	waiting[0] = 0;
	*n = 0;
	while (n_waiting > 0)
	{
		int32_t root = waiting[--n_waiting];
		Cut cut;

		cut_block(tree, root, &cut);
		visits += tree->nodes[root].cover;
		(*n)++;
		for (e = 0; e < cut.n_exits; e++)
		{
			if (tree->nodes[cut.exits[e]].slot != TREE_LEAF)
				waiting[n_waiting++] = cut.exits[e];
		}
	}
	return tree->nodes[0].cover > 0.0 ? visits / tree->nodes[0].cover : 1.0;
}

/* Nodes of the largest tree. */
static size_t
largest_tree(const Ensemble *ensemble)
{
	int32_t largest = 1;
	int32_t t;

	for (t = 0; t < ensemble->n_trees; t++)
	{
		if (ensemble->trees[t].n_nodes > largest)
			largest = ensemble->trees[t].n_nodes;
	}
	return (size_t) largest;
}

static int32_t
groups_of(const Ensemble *ensemble)
{
	return (ensemble->n_trees + BLOCK_GROUP - 1) / BLOCK_GROUP;
}

Status
node_blocks_plan(const Ensemble *ensemble, const Allocator *allocator, NodeBlocksPlan *plan)
{
	NodeBlocksPlan made = {.n_blocks = 1};
	size_t largest = largest_tree(ensemble);
	SlotThresholds collected;
	int32_t *waiting;
	int32_t t;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return KERNEL_OUT_OF_MEMORY;
	made.fits = byte_coder_fits(ensemble, &collected, &made.row_cost);
	slot_thresholds_release(&collected, allocator);
	waiting = memory_allocate(allocator, largest, sizeof(int32_t));
	if (waiting == NULL)
		return KERNEL_OUT_OF_MEMORY;
	for (t = 0; t < ensemble->n_trees && made.fits; t++)
	{
		size_t n;

		made.row_cost +=
			COST_ROOT + COST_BLOCK * (count_blocks(&ensemble->trees[t], waiting, &n) - 1.0);
		made.n_blocks += n - 1;
		made.build_cost += COST_BUILD_NODE * ensemble->trees[t].n_nodes;
	}
	memory_release(allocator, waiting, largest, sizeof(int32_t));
	made.bytes = (made.n_blocks + (size_t) groups_of(ensemble) * BLOCK_GROUP) *
		(sizeof(NodeBlock) + BLOCK_EXITS * sizeof(uint64_t));
	made.is_possible = made.fits && node_blocks_suit();
	*plan = made;
	return KERNEL_OK;
}

static bool
allocate(NodeBlocks *blocks, const Allocator *allocator)
{
	BlockTables *tables = &blocks->tables;
	size_t n_groups = (size_t) tables->n_groups;
	size_t n_trees = (n_groups + 1) * BLOCK_GROUP;

	tables->roots = memory_allocate_zero(allocator, n_groups, sizeof(RootGroup));
	tables->root_exits =
		memory_allocate_zero(allocator, n_groups * BLOCK_GROUP, BLOCK_EXITS * sizeof(uint64_t));
	tables->blocks = memory_allocate_zero(allocator, blocks->n_blocks, sizeof(NodeBlock));
	tables->exits =
		memory_allocate_zero(allocator, blocks->n_blocks, BLOCK_EXITS * sizeof(uint64_t));
	tables->values = memory_allocate_zero(allocator, n_trees, sizeof(double));
	tables->next = memory_allocate_zero(allocator, n_trees, sizeof(uint64_t));
	tables->noted = memory_allocate_zero(allocator, n_trees, sizeof(uint32_t));
	tables->trees = memory_allocate_zero(allocator, n_trees, sizeof(uint64_t));
	return tables->roots != NULL && tables->root_exits != NULL && tables->blocks != NULL &&
		tables->exits != NULL && tables->values != NULL && tables->noted != NULL &&
		tables->next != NULL && tables->trees != NULL;
}

/* What fills the blocks of one tree after the other. */
typedef struct Builder
{
	NodeBlocks *blocks;
	const SlotThresholds *collected;
	int32_t *waiting; /* scratch: nodes of the tree whose blocks are still to be cut */
	size_t *numbers;  /* scratch: of those blocks */
	size_t n;		  /* blocks so far */
} Builder;

/* The parts of a block, and where its exits lead; blocks that go on are numbered and wait. */
static int32_t
fill_block(Builder *builder, const Tree *tree, const Cut *cut, NodeBlock *block, uint64_t *exits,
		   int32_t n_waiting)
{
	int32_t i;

	*block = (NodeBlock){.places = {0}};
	memset(block->codes, BYTE_UNUSED, sizeof(block->codes));
	for (i = 0; i < cut->n_nodes; i++)
		byte_coder_add(&builder->blocks->coder, builder->blocks->ensemble, builder->collected, tree,
					   &tree->nodes[cut->nodes[i]], &block->places[i], &block->codes[i]);
	memcpy(block->care, cut->care, sizeof(block->care));
	memcpy(block->want, cut->want, sizeof(block->want));
	for (i = 0; i < cut->n_exits; i++)
	{
		const TreeNode *node = &tree->nodes[cut->exits[i]];

		if (node->slot == TREE_LEAF)
		{
			memcpy(&exits[i], &node->value, sizeof(exits[i]));
			continue;
		}
		builder->waiting[n_waiting] = cut->exits[i];
		builder->numbers[n_waiting++] = builder->n;
		exits[i] = BLOCK_CHILD | builder->n++;
	}
	return n_waiting;
}

/* All blocks of tree t. */
static void
add_tree(Builder *builder, int32_t t)
{
	BlockTables *tables = &builder->blocks->tables;
	const Tree *tree = &builder->blocks->ensemble->trees[t];
	RootGroup *group = &tables->roots[t / BLOCK_GROUP];
	int32_t i = t % BLOCK_GROUP;
	int32_t n_waiting;
	int32_t e;
	NodeBlock root;
	Cut cut;

	cut_block(tree, 0, &cut);
	n_waiting =
		fill_block(builder, tree, &cut, &root, tables->root_exits + (size_t) t * BLOCK_EXITS, 0);
	memcpy(group->places[i], root.places, BLOCK_EXITS);
	memcpy(group->codes[i], root.codes, BLOCK_EXITS);
	memcpy(group->care[i], root.care, BLOCK_EXITS);
	memcpy(group->want[i], root.want, BLOCK_EXITS);
	for (e = 0; e < cut.n_exits; e++)
	{
		if (tree->nodes[cut.exits[e]].slot != TREE_LEAF)
			group->children |= UINT64_C(1) << (BLOCK_EXITS * i + e);
	}
	while (n_waiting > 0)
	{
		size_t number = builder->numbers[--n_waiting];

		cut_block(tree, builder->waiting[n_waiting], &cut);
		n_waiting = fill_block(builder, tree, &cut, &tables->blocks[number],
							   tables->exits + number * BLOCK_EXITS, n_waiting);
	}
}

/* Trees beyond the last one, and what is walked on beside the last blocks, end at once in a 0. */
static void
fill_rest(BlockTables *tables, int32_t n_trees)
{
	int32_t t;

	memset(tables->blocks[0].care + 1, NEVER, BLOCK_EXITS - 1);
	memset(tables->blocks[0].want + 1, NEVER, BLOCK_EXITS - 1);
	for (t = n_trees; t < tables->n_groups * BLOCK_GROUP; t++)
	{
		RootGroup *group = &tables->roots[t / BLOCK_GROUP];

		memset(group->care[t % BLOCK_GROUP] + 1, NEVER, BLOCK_EXITS - 1);
		memset(group->want[t % BLOCK_GROUP] + 1, NEVER, BLOCK_EXITS - 1);
		memset(group->codes[t % BLOCK_GROUP], BYTE_UNUSED, BLOCK_EXITS);
	}
	memset(tables->blocks[0].codes, BYTE_UNUSED, BLOCK_EXITS);
}

/* All trees; false when memory is refused. */
static bool
fill(NodeBlocks *blocks, const SlotThresholds *collected, const Allocator *allocator)
{
	size_t largest = largest_tree(blocks->ensemble);
	Builder builder = {.blocks = blocks, .collected = collected, .n = 1};
	bool is_good;
	int32_t t;

	builder.waiting = memory_allocate(allocator, largest, sizeof(int32_t));
	builder.numbers = memory_allocate(allocator, largest, sizeof(size_t));
	is_good = builder.waiting != NULL && builder.numbers != NULL;
	for (t = 0; t < blocks->ensemble->n_trees && is_good; t++)
		add_tree(&builder, t);
	fill_rest(&blocks->tables, blocks->ensemble->n_trees);
	memory_release(allocator, builder.waiting, largest, sizeof(int32_t));
	memory_release(allocator, builder.numbers, largest, sizeof(size_t));
	return is_good;
}

NodeBlocks *
node_blocks_create(const Ensemble *ensemble, const NodeBlocksPlan *plan, const Allocator *allocator)
{
	NodeBlocks *blocks;
	SlotThresholds collected;

	if (slot_thresholds_create(&collected, ensemble, allocator) != KERNEL_OK)
		return NULL;
	blocks = memory_allocate_zero(allocator, 1, sizeof(NodeBlocks));
	if (blocks != NULL)
	{
		blocks->ensemble = ensemble;
		blocks->n_blocks = plan->n_blocks;
		blocks->tables.n_groups = groups_of(ensemble);
		if (!byte_coder_begin(&blocks->coder, ensemble, &collected, allocator) ||
			!allocate(blocks, allocator) || !fill(blocks, &collected, allocator))
		{
			node_blocks_release(blocks, allocator);
			blocks = NULL;
		}
	}
	slot_thresholds_release(&collected, allocator);
	return blocks;
}

void
node_blocks_release(NodeBlocks *blocks, const Allocator *allocator)
{
	BlockTables *tables = &blocks->tables;
	size_t n_groups = (size_t) tables->n_groups;
	size_t n_trees = (n_groups + 1) * BLOCK_GROUP;

	byte_coder_release(&blocks->coder, allocator);
	memory_release(allocator, tables->roots, n_groups, sizeof(RootGroup));
	memory_release(allocator, tables->root_exits, n_groups * BLOCK_GROUP,
				   BLOCK_EXITS * sizeof(uint64_t));
	memory_release(allocator, tables->blocks, blocks->n_blocks, sizeof(NodeBlock));
	memory_release(allocator, tables->exits, blocks->n_blocks, BLOCK_EXITS * sizeof(uint64_t));
	memory_release(allocator, tables->values, n_trees, sizeof(double));
	memory_release(allocator, tables->noted, n_trees, sizeof(uint32_t));
	memory_release(allocator, tables->next, n_trees, sizeof(uint64_t));
	memory_release(allocator, tables->trees, n_trees, sizeof(uint64_t));
	memory_release(allocator, blocks, 1, sizeof(NodeBlocks));
}

void
node_blocks_lanes(const NodeBlocks *blocks, const double *vector, double *lanes)
{
	const Ensemble *ensemble = blocks->ensemble;
	const double *values = blocks->tables.values;
	double sums[TREE_LANES];
	int32_t t;

	byte_coder_find(&blocks->coder, vector);
	node_blocks_walk(&blocks->tables, blocks->coder.bytes, sums);
	if (ensemble->n_outputs == 1)
	{
		memcpy(lanes, sums, sizeof(sums));
		return;
	}
	memset(lanes, 0, TREE_LANES * (size_t) ensemble->n_outputs * sizeof(double));
	for (t = 0; t < ensemble->n_trees; t++)
		lanes[TREE_LANES * ensemble->trees[t].output + t % TREE_LANES] += values[t];
}
