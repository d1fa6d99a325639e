/*
 * What the fuzz targets share. A target is a LLVMFuzzerTestOneInput() that takes bytes
 * which somebody hostile wrote and must()s what has to hold for all of them, beyond not
 * crashing. It links with libFuzzer (make fuzz), or with replay.c, which runs it over
 * files (make check, over the corpus).
 */
#ifndef TCPTUNE_FUZZ_H
#define TCPTUNE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/catalog.h"
#include "core/counter.h"
#include "core/diag.h"
#include "core/fact.h"
#include "core/node.h"
#include "core/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, as a sanitizer does, where the claim does not hold. */
#define must(claim) ((claim) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #claim))
_Noreturn void fuzz_fail(const char *file, int line, const char *claim);

/* The knowledge that is compiled in. Loaded once; ends the program where it does not load. */
struct fuzz_shelf {
	struct arena *arena;
	struct params *params;
	struct counters counters;
	struct catalog catalog;
};
const struct fuzz_shelf *fuzz_shelf(void);

/*
 * A made-up host: every fact and table has a value that depends on its name alone,
 * some with escape codes and line breaks in them, some absent, some unreadable.
 */
struct facts *fuzz_facts(struct arena *arena);

/* Valid UTF-8 without control characters; with lines, line breaks and tabs may be in it. */
bool fuzz_is_clean(const char *text, bool lines);

/* must(): errors were counted, and each message is clean and stands within the text. */
void fuzz_check_diag(const struct diag *diag, const uint8_t *data, size_t size);

/* must(): what a renderer wrote is one JSON document, as clean as any text. Frees the text. */
void fuzz_check_json(char *text, size_t length);

/* must(): clean lines. Frees the text. */
void fuzz_check_text(char *text, size_t length);

/* A NUL-terminated copy of one part of the input. */
char *fuzz_copy(struct arena *arena, const uint8_t *data, size_t size);

/* The next part of the input, up to a line "%%" or its end; *at goes behind it. False at the end. */
bool fuzz_part(const uint8_t *data, size_t size, size_t *at, const uint8_t **ret, size_t *ret_size);

#endif
