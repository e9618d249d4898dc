/*
 * node_blocks_simd.h: walking blocks of nodes, eight at a time where the processor can.
 *
 * A block has up to seven nodes and eight exits, from left to right.  All its nodes compare at once:
 * bit j of the block's answers is set when the code at places[j] exceeds codes[j], which goes right.
 * Exit e is the one whose answers on the way to it, care[e], are want[e].  What a block does not use
 * never matches: a node compares with 255, an exit wants bit 7, which is never set.
 *
 * An exit holds the value of a leaf, or, as the bits of a NaN, the number of the block that goes on.
 */
#ifndef ORCHARD_KERNEL_TREE_NODE_BLOCKS_SIMD_H
#define ORCHARD_KERNEL_TREE_NODE_BLOCKS_SIMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_NODES 7
#define BLOCK_EXITS 8
#define BLOCK_GROUP 8							 /* roots that stand together */
#define BLOCK_CHILD UINT64_C(0x7ff8000000000000) /* or-ed to the number of a block */

typedef struct NodeBlock
{
	uint8_t places[BLOCK_EXITS];
	uint8_t codes[BLOCK_EXITS];
	uint8_t care[BLOCK_EXITS];
	uint8_t want[BLOCK_EXITS];
} NodeBlock;

/* The first blocks of eight trees. */
typedef struct RootGroup
{
	uint8_t places[BLOCK_GROUP][BLOCK_EXITS];
	uint8_t codes[BLOCK_GROUP][BLOCK_EXITS];
	uint8_t care[BLOCK_GROUP][BLOCK_EXITS];
	uint8_t want[BLOCK_GROUP][BLOCK_EXITS];
	uint64_t children; /* bit e of byte i: exit e of block i goes on */
} RootGroup;

/* What a walk reads, and its scratch. */
typedef struct BlockTables
{
	int32_t n_groups;
	RootGroup *roots;	  /* n_groups */
	uint64_t *root_exits; /* n_groups * 64 */
	NodeBlock *blocks;	  /* of the others; the first one ends at once */
	uint64_t *exits;	  /* 8 a block */
	double *values;		  /* scratch: (n_groups + 1) * 8, one a tree */
	uint32_t *noted;	  /* scratch, the same number: exits of roots that go on */
	uint64_t *next;		  /* likewise: the blocks that they lead to */
	uint64_t *trees;	  /* likewise: the trees of these */
} BlockTables;

/* Has the processor the instructions that make blocks worth while? */
extern bool node_blocks_suit(void);

/*
 * The leaf's value of each tree in tables->values, for a vector's bytes; their sums,
 * tree t in lane t % 8, in lanes.
 */
extern void node_blocks_walk(const BlockTables *tables, const uint8_t *codes,
							 double lanes[BLOCK_GROUP]);

/* The same by the code for any processor, for tests. */
extern void node_blocks_walk_portable(const BlockTables *tables, const uint8_t *codes,
									  double lanes[BLOCK_GROUP]);

#endif /* ORCHARD_KERNEL_TREE_NODE_BLOCKS_SIMD_H */
