/*
 * What the kernel keeps of what was written to a sysctl, held against what it
 * was. Compared as the kernel sees it: fields one by one, blanks do not
 * count; lists of ports and CPUs ("9001,8080,9000") as the sets that they are,
 * because the kernel sorts and joins them.
 */
#ifndef TCPTUNE_STORED_H
#define TCPTUNE_STORED_H

#include <stdbool.h>

/* How far a field may be from what was written. */
enum stored_rounding {
	STORED_EXACT,
	/*
	 * Milliseconds that the kernel keeps in jiffies, rounded up: at 250 a
	 * second a written 1 reads 4. A jiffy is 10 ms at most (Linux kernel/time/time.c,
	 * __msecs_to_jiffies(); HZ is 100 to 1000).
	 */
	STORED_JIFFIES,
};

bool stored_same(const char *a, const char *b);

/* Reading now after writing wanted means that the kernel took it. */
bool stored_is(const char *now, const char *wanted, enum stored_rounding rounding);

/*
 * now is what a write of b over a, cut off anywhere, can leave: as many
 * fields, each of them a's or b's. The kernel stores a tuple field by field.
 */
bool stored_between(const char *now, const char *a, const char *b, enum stored_rounding rounding);

#endif
