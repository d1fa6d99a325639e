/* Shared by the modules that make up core/param.h; nobody else includes it. */
#ifndef TCPTUNE_PARAM_INTERNAL_H
#define TCPTUNE_PARAM_INTERNAL_H

#include "core/param.h"

/*
 * One entry of a parameter file; several where its key has a choice in braces
 * ("net.ipv4.conf.{all,default}.rp_filter"). NULL and *ret_n untouched when it
 * has an error (reported).
 */
const struct param *param_read(struct arena *arena, const struct node *node, struct diag *diag,
			       size_t *ret_n);

/* The words of a value, split at blanks and tabs; *ret_n of them. */
const char **param_words(struct arena *arena, const char *text, size_t *ret_n);

/* Reads a number as the kernel does (octal and hexadecimal too). */
bool param_next_number(const char **text, double *ret);

/* It is made of integers: everything but texts and port lists. */
bool param_is_numeric(const struct param *param);

#endif
