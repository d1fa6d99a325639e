/*
 * A sysctl.d file before it leaves the host: keys stay, no address and no Fast Open key does,
 * the same address becomes the same one.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "core/anonymise.h"
#include "core/sysctlconf.h"
#include "fuzz.h"

static const unsigned char secret[ANONYMISE_KEY_BYTES] = "a key of a test";

static struct anonymise *begin(struct arena *arena, bool hides)
{
	struct anonymise *anonymise = anonymise_new(arena, secret, hides);

	anonymise_set_host(anonymise, "web1");
	return anonymise;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == ':';
}

/* Whole words of a value that are IPv4 addresses: 10/8 and 240/4 is where they go. */
static void check_values(const char *value)
{
	while (*value) {
		char word[32];
		unsigned char address[4];
		size_t n = 0;

		while (*value && !is_word(*value))
			value++;
		while (is_word(value[n]))
			n++;
		if (n < sizeof(word)) {
			memcpy(word, value, n);
			word[n] = '\0';
			if (inet_pton(AF_INET, word, address) == 1)
				must(address[0] == 10 || address[0] >= 240 || address[0] == 127 ||
				     !strcmp(word, "0.0.0.0"));
		}
		value += n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	size_t n, again, plain;
	const char *text = (const char *)data;
	const char *hidden = anonymise_conf(begin(arena, true), text, size, &n);
	const char *twice = anonymise_conf(begin(arena, true), text, size, &again);
	const char *kept = anonymise_conf(begin(arena, false), text, size, &plain);
	const struct conf_file *before = conf_parse(arena, "a", kept, plain), *after;

	must(n == again && !memcmp(hidden, twice, n));
	after = conf_parse(arena, "a", hidden, n);
	must(before->n == after->n);
	for (size_t i = 0; i < after->n; i++) {
		must(before->entries[i].kind == after->entries[i].kind);
		must(before->entries[i].place.line == after->entries[i].place.line);
		if (after->entries[i].kind != CONF_ASSIGNMENT)
			continue;
		must(!strcmp(before->entries[i].key, after->entries[i].key));
		check_values(after->entries[i].value);
	}
	arena_free(arena);
	return 0;
}
