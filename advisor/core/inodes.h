/*
 * The sockets whose owners are wanted, by inode, and the owners found. Eight
 * bytes a slot, at most four fifths full: 400,000 sockets cost 4 MiB, and 6
 * for a moment while the table grows.
 */
#ifndef TCPTUNE_INODES_H
#define TCPTUNE_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inodes;

/* It has memory of its own, because it grows by large pieces: inodes_free(). */
struct inodes *inodes_new(void);

/* Accepts NULL. */
void inodes_free(struct inodes *inodes);

/* Inode 0 is no inode and is ignored. */
void inodes_want(struct inodes *inodes, uint32_t inode);

/* How many are wanted, and how many of them have no owner yet. */
size_t inodes_count(const struct inodes *inodes);
size_t inodes_missing(const struct inodes *inodes);

bool inodes_is_wanted(const struct inodes *inodes, uint32_t inode);

/* The first owner given stays; false when the inode is not wanted or has one. owner is not 0. */
bool inodes_own(struct inodes *inodes, uint32_t inode, uint32_t owner);

/* 0: not wanted, or nobody was found. */
uint32_t inodes_owner(const struct inodes *inodes, uint32_t inode);

#endif
