/*
 * The values that facts have and expressions compute.
 *
 * A number is a double: exact for integers up to 2^53, which is beyond every
 * value that a decision rests on. What is shown of a sysctl, compared before a
 * write and written is its text, never a number turned back into text.
 */
#ifndef TCPTUNE_VALUE_H
#define TCPTUNE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"

enum value_type { VALUE_BOOL, VALUE_NUMBER, VALUE_TEXT, VALUE_TUPLE, VALUE_VERSION };

enum unit {
	UNIT_NONE, /* a plain number; agrees with every unit */
	UNIT_BYTES,
	UNIT_PAGES,
	UNIT_SECONDS,
	UNIT_MILLISECONDS,
	UNIT_MICROSECONDS,
	UNIT_NANOSECONDS,
	UNIT_PER_SECOND,
	UNIT_PERCENT,        /* a value counted in percent, as a sysctl of that unit is */
	UNIT_BITS_PER_SECOND,
};

#define TUPLE_MAX 4

struct tuple {
	unsigned n;
	double element[TUPLE_MAX];
};

/* A kernel version. Parts that are not given are 0: "6.1" is 6.1.0. */
struct version {
	unsigned major, minor, patch;
};

struct value {
	enum value_type type;
	enum unit unit; /* of a number, or of each element of a tuple */
	union {
		bool boolean;
		double number;
		const char *text; /* never NULL */
		struct tuple tuple;
		struct version version;
	};
};

struct value value_bool(bool boolean);
struct value value_number(double number, enum unit unit);
struct value value_text(const char *text);

/* "6.18.44-fc" is 6.18.44: what follows the numbers is ignored. False where there are none. */
bool version_parse(const char *text, struct version *ret);
int version_compare(struct version a, struct version b);

/* "boolean", "number", ... for messages. */
const char *value_type_name(enum value_type type);

/* "bytes", "seconds", ...; "" for UNIT_NONE. */
const char *unit_name(enum unit unit);

/* The same for a sentence: "plain numbers" for UNIT_NONE. */
const char *unit_words(enum unit unit);

/* The inverse of unit_name(), for parameter files. False for a word that is no unit; counted things are UNIT_NONE. */
bool unit_parse(const char *name, enum unit *ret);

/* As a person reads it: "16 MiB", "2 min 5 s", "470", "1.5/s", "4096 131072 6291456". */
char *value_show(struct arena *arena, struct value value);

/* As a machine reads it and as a sysctl is written: no unit, fields separated by one blank. */
char *value_raw(struct arena *arena, struct value value);

/* The same with every number cut to a whole one: the kernel takes no fractions. */
char *value_whole(struct arena *arena, struct value value);

#endif
