/*
 * Replies of sock_diag: read at once and in two pieces they have the same sockets; hidden
 * addresses leave as many, in the same states.
 */
#include <string.h>

#include "core/anonymise.h"
#include "core/inetdiag.h"
#include "core/tcpinfo.h"
#include "fuzz.h"
#include "sockets.h"

struct reading {
	struct sockets sockets;
	struct inetdiag dump;
	uint64_t info; /* a sum */
};

static void add(void *context, const struct census_socket *socket)
{
	struct reading *reading = context;
	const struct inetdiag_extras *extras = &reading->dump.extras;
	uint64_t value;

	sockets_add(&reading->sockets, socket);
	must(memchr(extras->congestion, '\0', sizeof(extras->congestion)));
	for (unsigned i = 0; extras->info && i < TCPINFO_FIELDS; i++)
		if (tcpinfo_get(extras->info, extras->info_length, (enum tcpinfo_field)i, &value))
			reading->info += value;
}

static size_t read_pieces(struct reading *reading, const char *bytes, size_t length, size_t first)
{
	size_t used;

	reading->dump = (struct inetdiag){.socket = add, .context = reading};
	used = inetdiag_parse(&reading->dump, bytes, first);
	/* The last message of all may lack its padding. */
	must(used <= first && (used % 4 == 0 || used == length));
	if (!reading->dump.error)
		used += inetdiag_parse(&reading->dump, bytes + used, length - used);
	must(used <= length && reading->dump.n_sockets == reading->sockets.n);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[ANONYMISE_KEY_BYTES] = "a key of a test";
	struct arena *arena = arena_new();
	char *bytes = fuzz_copy(arena, data, size);
	struct reading whole = {0}, halves = {0}, hidden = {0};
	size_t taken = read_pieces(&whole, bytes, size, size);
	size_t again = read_pieces(&halves, bytes, size, size / 2 & ~(size_t)3);

	must(whole.sockets.n == halves.sockets.n && whole.sockets.sum == halves.sockets.sum);
	must(whole.info == halves.info && whole.dump.error == halves.dump.error);
	must(whole.dump.error || taken == again);
	whole = (struct reading){.sockets.census = census_new(&(struct census_options){
					 .port_low = 1024, .port_high = 65535, .with_sources = true})};
	read_pieces(&whole, bytes, size, size);
	sockets_check(&whole.sockets, arena);
	census_free(whole.sockets.census);
	anonymise_diag(anonymise_new(arena, key, true), bytes, size);
	read_pieces(&hidden, bytes, size, size);
	must(hidden.sockets.n == whole.sockets.n && hidden.dump.error == whole.dump.error);
	arena_free(arena);
	return 0;
}
