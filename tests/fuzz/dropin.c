/*
 * Two texts, the old drop-in and reasons for a new one. Printed and parsed it is the same
 * again, has no control character and no other key than was asked; the loaders' reader sees the
 * same keys and values. The diff, applied to the old text, gives the new one.
 */
#include <stdlib.h>
#include <string.h>

#include "core/dropin.h"
#include "core/sysctlconf.h"
#include "core/text.h"
#include "fuzz.h"

/* Lines of a unified diff applied to old; must() it fits. */
static char *patch(struct arena *arena, const char *old, const char *diff)
{
	struct text now = text_new(arena);
	unsigned long line = 1;

	diff = strstr(diff, "\n@@");
	if (!diff)
		return arena_strdup(arena, old);
	for (diff++; *diff; diff = strchr(diff, '\n') + 1) {
		size_t n = strcspn(diff, "\n");
		bool bare = !strncmp(diff + n, "\n\\ ", 3);

		if (*diff == '@') {
			unsigned long from = strtoul(diff + 4, NULL, 10);
			const char *comma = diff + 4 + strcspn(diff + 4, ", ");

			/* "-3,0" stands behind line 3. */
			from += *comma == ',' && comma[1] == '0';
			for (; line < from; line++) {
				size_t whole = strcspn(old, "\n");

				must(old[whole] == '\n');
				text_add_n(&now, old, whole + 1);
				old += whole + 1;
			}
			continue;
		}
		if (*diff == '\\')
			continue;
		if (*diff == ' ' || *diff == '+') {
			text_add_n(&now, diff + 1, n - 1);
			text_add(&now, bare ? "" : "\n");
		}
		if (*diff == ' ' || *diff == '-') {
			must(!strncmp(old, diff + 1, n - 1));
			old += n - 1;
			must(bare ? !*old : *old == '\n');
			old += !bare;
			line++;
		}
	}
	text_add(&now, old);
	return now.data;
}

static void check_diff(struct arena *arena, const char *old, const char *now)
{
	const char *diff = dropin_diff(arena, DROPIN_PATH, old, now);

	must(fuzz_is_clean(diff, true));
	must(!*diff == !strcmp(old, now));
	if (fuzz_is_clean(old, true) && fuzz_is_clean(now, true))
		must(!strcmp(patch(arena, old, diff), now));
}

/* Both loaders' reader sees what was meant, and nothing else. */
static void check_loaders(struct arena *arena, const struct dropin *dropin, const char *text)
{
	const struct conf_file *file = conf_parse(arena, DROPIN_PATH, text, strlen(text));

	must(file->n == dropin->n);
	for (size_t i = 0; i < file->n; i++) {
		must(file->entries[i].kind == CONF_ASSIGNMENT);
		must(!file->entries[i].is_glob && !file->entries[i].ignore);
		must(!strcmp(file->entries[i].value, dropin->lines[i].value));
		must(!strncmp(file->entries[i].path, "net", 3));
	}
}

static const char *print(struct arena *arena, const struct dropin *dropin)
{
	const char *text = dropin_print(arena, dropin);
	const struct dropin *again = dropin_parse(arena, text, strlen(text));

	must(fuzz_is_clean(text, true) && !strchr(text, '\t'));
	must(!strcmp(dropin_print(arena, again), text));
	must(!*text || again->is_ours);
	check_loaders(arena, again, text);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	const uint8_t *part = data;
	size_t length = 0, at = 0;
	char *old, *now, *why;
	const struct dropin *parsed;
	struct dropin_line line = {.key = "net.ipv4.tcp_fin_timeout", .value = "30", .n_because = 1, .n_sources = 1};
	struct dropin made = {.lines = &line, .n = 1};

	fuzz_part(data, size, &at, &part, &length);
	old = fuzz_copy(arena, part, length);
	length = 0;
	fuzz_part(data, size, &at, &part, &length);
	now = fuzz_copy(arena, part, length);
	check_diff(arena, old, now);
	parsed = dropin_parse(arena, (const char *)data, size);
	check_diff(arena, old, print(arena, parsed));
	length = 0;
	fuzz_part(data, size, &at, &part, &length);
	why = fuzz_copy(arena, part, length);
	line.because = (const char *const[]){old};
	line.why = (const char *const[]){now};
	line.sources = (const char *const[]){why};
	must(strstr(print(arena, &made), "\nnet.ipv4.tcp_fin_timeout = 30\n"));
	line.value = why;
	line.key = now;
	print(arena, &made);
	arena_free(arena);
	return 0;
}
