/* A directory for one test, that looks like the root of a host. */
#ifndef TCPTUNE_TEST_TREE_H
#define TCPTUNE_TEST_TREE_H

#include <stddef.h>

/* A new empty directory; the name lives until tree_remove(). */
const char *tree_make(void);
void tree_remove(void);

/* path with a leading "/" is below the tree; directories are made as needed. */
void tree_bytes(const char *path, const void *bytes, size_t n);
void tree_file(const char *path, const char *text);
void tree_link(const char *path, const char *target);
void tree_fifo(const char *path);
void tree_chmod(const char *path, unsigned mode);

/* The place of a path of the tree, until the next call. */
const char *tree_path(const char *path);

/* The text of any file (not of the tree), NULL when there is none; until the next call. */
const char *tree_read(const char *file);

#endif
