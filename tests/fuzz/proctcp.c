/* /proc/net/tcp: read at once and in two pieces it has the same sockets; hidden addresses leave as many. */
#include <string.h>

#include "core/anonymise.h"
#include "core/proctcp.h"
#include "fuzz.h"
#include "sockets.h"

static struct sockets read_pieces(const char *text, size_t length, size_t first, size_t *ret_taken)
{
	struct sockets sockets = {0};
	struct proctcp file = {.socket = sockets_add, .context = &sockets};
	size_t used = proctcp_parse(&file, text, first);

	must(used <= first);
	used += proctcp_parse(&file, text + used, length - used);
	must(used <= length && file.n_sockets == sockets.n);
	*ret_taken = used;
	return sockets;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[ANONYMISE_KEY_BYTES] = "a key of a test";
	struct arena *arena = arena_new();
	char *text = fuzz_copy(arena, data, size);
	size_t taken, again;
	struct sockets whole = read_pieces(text, size, size, &taken);
	struct sockets halves = read_pieces(text, size, size / 2, &again), hidden;
	struct proctcp file;

	must(whole.n == halves.n && whole.sum == halves.sum && taken == again);
	whole = (struct sockets){.census = census_new(&(struct census_options){
					 .port_low = 32768, .port_high = 60999, .with_sources = true})};
	file = (struct proctcp){.socket = sockets_add, .context = &whole};
	proctcp_parse(&file, text, size);
	sockets_check(&whole, arena);
	census_free(whole.census);
	anonymise_proc_net(anonymise_new(arena, key, true), text, size);
	hidden = read_pieces(text, size, size, &again);
	must(hidden.n == whole.n && again == taken);
	arena_free(arena);
	return 0;
}
