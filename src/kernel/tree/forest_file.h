/*
 * forest_file.h: forests on rows that memory has no room for.
 *
 * The rows are in a file by their bins (row_file.h), which is read only.  In each
 * pass over it every tree that has open nodes (forest_top.h) draws its rows anew
 * and walks them down to these: some are summed up by bin, some come into memory,
 * as many as there is room for.  So a tree takes a pass a level as long as its
 * nodes have more rows than fit, then as many passes as its rows have parts that
 * do; trees that are open side by side share the passes.
 *
 * What trees say of the rows is put into the store too, once all are grown.
 */
#ifndef ORCHARD_KERNEL_TREE_FOREST_FILE_H
#define ORCHARD_KERNEL_TREE_FOREST_FILE_H

#include "kernel/tree/forest_state.h"

/* Bins, scales and the file; forest->file is there, to be ended in any case. */
extern Status forest_file_begin(Forest *forest, const TreeSource *source);

/* All trees, into the ensemble, and what is to be measured. */
extern Status forest_file_grow(Forest *forest);
extern void forest_file_end(Forest *forest);

#endif /* ORCHARD_KERNEL_TREE_FOREST_FILE_H */
