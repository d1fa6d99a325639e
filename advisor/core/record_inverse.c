/* record_inverse() of core/record.h. */
#include <string.h>

#include "core/record.h"
#include "core/stored.h"
#include "core/text.h"

struct unwinder {
	struct arena *arena;
	const struct record *const *records; /* the newest first */
	size_t n;
	bool force;
	struct inverse *inverse;
};

/* One key on its way back through the records. */
struct walk {
	const char *key;
	const char *value;    /* as it would be; NULL: it cannot be read */
	const char **because; /* the records that changed it */
	size_t n_because;
	const char *left_by, *why; /* the newest record that leaves it, and why; or NULL */
	bool rounds;
};

const struct reading *reading_find(const struct reading *readings, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(readings[i].key, key))
			return &readings[i];
	return NULL;
}

bool record_was_reverting(const struct record *first, const struct record *record)
{
	for (size_t i = 0; first->state == RECORD_REVERTING && i < first->n_reverts; i++)
		if (first->reverts[i] == record->number)
			return true;
	return first->state == RECORD_REVERTING && first == record;
}

static size_t change_index(const struct record *record, const char *key)
{
	size_t i = 0;

	while (i < record->n_changes && strcmp(record->changes[i].key, key))
		i++;
	return i;
}

static bool is_as_left(const struct record *record, const struct record_change *change, const char *now)
{
	enum stored_rounding rounding = change->rounds ? STORED_JIFFIES : STORED_EXACT;

	if (record->state == RECORD_APPLYING)
		return stored_between(now, change->from, change->to, rounding);
	return stored_is(now, change->to, rounding);
}

/* Why it is not to be put back; NULL when it is. */
static const char *refusal(const struct unwinder *unwinder, const struct record *record,
			   const struct record_change *change, const char *now)
{
	if (!now)
		return "it cannot be read any more";
	if (unwinder->force || is_as_left(record, change, now))
		return NULL;
	return arena_printf(unwinder->arena, "it is \"%s\", not the \"%s\" that was applied: somebody else changed it",
			    text_printable(unwinder->arena, now), text_printable(unwinder->arena, change->to));
}

static void step_back(const struct unwinder *unwinder, size_t index, struct walk *walk)
{
	const struct record *record = unwinder->records[index];
	size_t i = change_index(record, walk->key);
	const struct record_change *change = &record->changes[i];
	const char *why;

	if (i == record->n_changes)
		return;
	if (record->state == RECORD_REVERTED && !change->left &&
	    !record_was_reverting(unwinder->records[0], record))
		return;
	if (walk->value && stored_same(walk->value, change->from))
		return;
	why = refusal(unwinder, record, change, walk->value);
	if (why) {
		unwinder->inverse->is_left[index][i] = true;
		if (!walk->why) {
			walk->left_by = arena_printf(unwinder->arena, "revert of %u", record->number);
			walk->why = why;
		}
		return;
	}
	walk->value = change->from;
	walk->rounds |= change->rounds;
	walk->because[walk->n_because++] = arena_printf(unwinder->arena, "revert of %u", record->number);
}

static struct walk walk_back(const struct unwinder *unwinder, const char *key, const char *value)
{
	struct walk walk = {.key = key, .value = value};

	walk.because = arena_array(unwinder->arena, unwinder->n, sizeof(*walk.because));
	for (size_t i = 0; i < unwinder->n; i++) {
		size_t at = change_index(unwinder->records[i], key);

		if (at < unwinder->records[i]->n_changes)
			unwinder->inverse->is_left[i][at] = false;
		step_back(unwinder, i, &walk);
	}
	return walk;
}

/* What the newest of the records wrote. */
static const char *last_written(const struct unwinder *unwinder, const char *key)
{
	for (size_t i = 0; i < unwinder->n; i++) {
		const struct record *record = unwinder->records[i];
		size_t at = change_index(record, key);

		if (at < record->n_changes)
			return record->changes[at].to;
	}
	return NULL;
}

/*
 * Of a revert that was cut off, each value is the old one, the new one, or half
 * of each. Of any other, what is as it was at the beginning has nothing to be
 * taken back, whatever the records between say.
 */
static bool is_between(const struct unwinder *unwinder, const char *key, const char *now, struct walk *ret)
{
	const char *start = last_written(unwinder, key);

	if (!now || !start)
		return false;
	*ret = walk_back(unwinder, key, start);
	if (unwinder->records[0]->state != RECORD_REVERTING)
		return !ret->why && stored_same(now, ret->value);
	return stored_between(now, ret->value, start, ret->rounds ? STORED_JIFFIES : STORED_EXACT);
}

static void unwind(const struct unwinder *unwinder, const char *key, const char *now)
{
	struct inverse *inverse = unwinder->inverse;
	struct walk walk;

	if (!is_between(unwinder, key, now, &walk))
		walk = walk_back(unwinder, key, now);
	if (walk.why)
		inverse->left[inverse->n_left++] = (struct skipped){key, walk.left_by, walk.why};
	if (!now || !walk.n_because || stored_same(now, walk.value))
		return;
	inverse->changes[inverse->n_changes++] = (struct change){
		.key = key, .from = now, .to = walk.value, .where = CHANGE_RUNNING,
		.because = walk.because, .n_because = walk.n_because, .rounds = walk.rounds,
	};
}

/* A record of several that has the key before this one has dealt with it. */
static bool is_seen(const struct unwinder *unwinder, size_t index, const char *key)
{
	for (size_t i = 0; i < index; i++)
		if (change_index(unwinder->records[i], key) < unwinder->records[i]->n_changes)
			return true;
	return false;
}

struct inverse record_inverse(struct arena *arena, const struct record *const *records, size_t n,
			      const struct reading *readings, size_t n_readings, bool force)
{
	struct inverse inverse = {
		.changes = arena_array(arena, n_readings, sizeof(*inverse.changes)),
		.left = arena_array(arena, n_readings, sizeof(*inverse.left)),
		.is_left = arena_array(arena, n, sizeof(*inverse.is_left)),
	};
	const struct unwinder unwinder = {arena, records, n, force, &inverse};

	for (size_t i = 0; i < n; i++)
		inverse.is_left[i] = arena_array(arena, records[i]->n_changes, sizeof(**inverse.is_left));
	for (size_t i = 0; i < n; i++) {
		for (size_t k = records[i]->n_changes; k-- > 0;) {
			const char *key = records[i]->changes[k].key;
			const struct reading *reading = reading_find(readings, n_readings, key);

			if (reading && change_index(records[i], key) == k && !is_seen(&unwinder, i, key))
				unwind(&unwinder, key, reading->now);
		}
	}
	return inverse;
}
