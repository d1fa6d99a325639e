#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalog.h"
#include "core/census.h"
#include "core/groups.h"
#include "core/listeners.h"
#include "core/ports.h"
#include "core/sources.h"
#include "core/waiting.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A request that has no socket yet; the dumps call it SYN_RECV, their filter does not. */
#define NEW_SYN_RECV 12
#define N_STATES 12

static const char *const state_facts[N_STATES] = {
	[TCP_ESTABLISHED] = "sockets.established",
	[TCP_SYN_SENT] = "sockets.syn_sent",
	[TCP_SYN_RECV] = "sockets.syn_recv",
	[TCP_FIN_WAIT1] = "sockets.fin_wait1",
	[TCP_FIN_WAIT2] = "sockets.fin_wait2",
	[TCP_TIME_WAIT] = "sockets.time_wait",
	[TCP_CLOSE_WAIT] = "sockets.close_wait",
	[TCP_LAST_ACK] = "sockets.last_ack",
	[TCP_LISTEN] = "sockets.listen",
	[TCP_CLOSING] = "sockets.closing",
};

struct census {
	struct arena *arena;
	uint64_t states[N_STATES];
	uint64_t fin_wait2_mini, fin_wait2_orphans, time_wait_incoming, time_wait_outgoing;
	uint64_t owned_fin_wait2;
	struct portset local_ports; /* those that connect() may take */
	bool with_arrivals;
	unsigned window; /* milliseconds */
	struct listeners *listeners;
	struct groups *groups;
	struct sources *sources; /* NULL: not wanted */
	struct waiting *waiting;
	struct inodes *wanted;
	const struct owners *owners;
};

static const struct {
	const char *name;
	size_t offset;
} counts[] = {
	{"sockets.fin_wait2_mini", offsetof(struct census, fin_wait2_mini)},
	{"sockets.fin_wait2_orphans", offsetof(struct census, fin_wait2_orphans)},
	{"sockets.time_wait_incoming", offsetof(struct census, time_wait_incoming)},
	{"sockets.time_wait_outgoing", offsetof(struct census, time_wait_outgoing)},
};

/* list as ports_merge() prints it: ascending, numbers and ranges that are valid. */
static void remove_list(struct portset *set, char *list)
{
	while (*list) {
		unsigned long port = strtoul(list, &list, 10);
		unsigned long last = *list == '-' ? strtoul(list + 1, &list, 10) : port;

		for (; port <= last; port++)
			portset_remove(set, (uint32_t)port);
		list += *list == ',';
	}
}

static void set_local_ports(struct census *census, const struct census_options *options)
{
	unsigned high = options->port_high < 65535 ? options->port_high : 65535;

	if (options->port_high && options->port_low <= high)
		portset_add_range(&census->local_ports, options->port_low, high);
	if (options->reserved && *options->reserved)
		remove_list(&census->local_ports,
			    ports_merge(census->arena, options->reserved, ""));
}

struct census *census_new(const struct census_options *options)
{
	struct arena *arena = arena_new();
	struct census *census = arena_alloc(arena, sizeof(*census));

	census->arena = arena;
	census->with_arrivals = options->with_arrivals;
	census->window = groups_window(options->window);
	set_local_ports(census, options);
	census->listeners = listeners_new(arena, options->seed);
	census->groups = groups_new(arena, &(struct groups_options){
						   .seed = options->seed,
						   .window = census->window,
						   .has_range = options->port_high != 0,
						   .usable = portset_count(&census->local_ports),
					   });
	census->sources = options->with_sources ? sources_new(arena) : NULL;
	census->waiting = waiting_new(arena, options->seed);
	census->wanted = inodes_new();
	return census;
}

void census_free(struct census *census)
{
	if (!census)
		return;
	inodes_free(census->wanted);
	arena_free(census->arena);
}

static void add_close_wait(struct census *census, const struct census_socket *socket)
{
	struct listener *listener;

	inodes_want(census->wanted, socket->inode);
	if (socket->inode)
		return;
	listener = listeners_match(census->listeners, &socket->address, socket->port);
	if (listener)
		listener->unaccepted++;
}

static void add_fin_wait2(struct census *census, const struct census_socket *socket)
{
	census->fin_wait2_mini += socket->timer == CENSUS_TIMER_MINI;
	inodes_want(census->wanted, socket->inode);
	if (socket->inode) {
		census->owned_fin_wait2++;
		return;
	}
	census->fin_wait2_orphans++;
	waiting_add_orphan(census->waiting, socket);
}

void census_add(struct census *census, const struct census_socket *socket)
{
	unsigned state = socket->state == NEW_SYN_RECV ? TCP_SYN_RECV : socket->state;
	bool is_incoming, is_local_port;

	if (state >= N_STATES || !state_facts[state])
		return;
	census->states[state]++;
	if (state == TCP_LISTEN) {
		listeners_add(census->listeners, socket);
		return;
	}
	is_incoming = listeners_have(census->listeners, &socket->address, socket->port);
	is_local_port = portset_has(&census->local_ports, socket->port);
	groups_add(census->groups, socket, state,
		   is_incoming ? GROUP_CLIENT : GROUP_DESTINATION, is_local_port);
	if (census->sources && !is_incoming && is_local_port)
		sources_add(census->sources, socket, state);
	if (census->with_arrivals && is_incoming && state != TCP_SYN_RECV)
		listeners_count(census->listeners, socket,
				state == TCP_TIME_WAIT && groups_is_young(census->window, socket));
	if (state == TCP_TIME_WAIT)
		*(is_incoming ? &census->time_wait_incoming : &census->time_wait_outgoing) += 1;
	else if (state == TCP_SYN_RECV)
		listeners_add_syn(census->listeners, socket);
	else if (state == TCP_CLOSE_WAIT)
		add_close_wait(census, socket);
	else if (state == TCP_FIN_WAIT2)
		add_fin_wait2(census, socket);
}

struct inodes *census_wanted(struct census *census)
{
	listeners_want(census->listeners, &census->local_ports, census->wanted);
	groups_want(census->groups, census->wanted);
	if (census->sources)
		sources_want(census->sources, census->wanted);
	return census->wanted;
}

uint64_t census_count(const struct census *census, unsigned state)
{
	return state < N_STATES ? census->states[state] : 0;
}

unsigned census_waiting_states(const struct census *census)
{
	unsigned states = 0;

	if (census->states[TCP_CLOSE_WAIT])
		states |= 1U << TCP_CLOSE_WAIT;
	if (census->owned_fin_wait2)
		states |= 1U << TCP_FIN_WAIT2;
	return states;
}

void census_set_owners(struct census *census, const struct owners *owners)
{
	census->owners = owners;
}

void census_set_earlier(struct census *census, const struct census *earlier, double seconds)
{
	const struct listeners_span span = {seconds, census->window / 1000.0};

	groups_set_earlier(census->groups, earlier->groups, seconds);
	if (seconds > 0)
		listeners_set_earlier(census->listeners, earlier->listeners, &span);
}

void census_look_again(struct census *earlier)
{
	listeners_look_again(earlier->listeners);
}

void census_add_queue(struct census *earlier, const struct census_socket *socket)
{
	listeners_add_queue(earlier->listeners, socket);
}

void census_add_waiting(struct census *census, const struct census_socket *socket)
{
	const struct waiting_context context = {census->listeners, census->wanted, census->owners};

	waiting_add(census->waiting, &context, socket);
}

static void set_number(struct facts *facts, const char *name, uint64_t number)
{
	facts_set(facts, name, value_number((double)number, UNIT_NONE));
}

void census_facts(const struct census *census, struct facts *facts)
{
	uint64_t total = 0;

	for (size_t i = 0; i < N(state_facts); i++) {
		if (!state_facts[i])
			continue;
		set_number(facts, state_facts[i], census->states[i]);
		total += census->states[i];
	}
	set_number(facts, "sockets.total", total);
	for (size_t i = 0; i < N(counts); i++) {
		uint64_t number;

		memcpy(&number, (const char *)census + counts[i].offset, sizeof(number));
		set_number(facts, counts[i].name, number);
	}
	listeners_facts(census->listeners, census->wanted, census->owners, facts);
	groups_facts(census->groups, census->wanted, census->owners, facts);
	if (census->sources)
		sources_facts(census->sources, census->groups, census->wanted, census->owners, facts);
	waiting_facts(census->waiting, census->owners, facts);
}

void census_facts_missing(struct facts *facts, const char *why)
{
	static const struct table_def *const tables[] = {&listeners_def, &destinations_def,
							 &clients_def, &processes_def,
							 &sources_def};
	static const char *const texts[] = {"sockets.source", "sockets.fin_wait2_orphan_peers"};

	for (size_t i = 0; i < N(state_facts); i++)
		if (state_facts[i])
			facts_set_missing(facts, state_facts[i], FACT_UNREADABLE, why);
	for (size_t i = 0; i < N(counts); i++)
		facts_set_missing(facts, counts[i].name, FACT_UNREADABLE, why);
	facts_set_missing(facts, "sockets.total", FACT_UNREADABLE, why);
	for (size_t i = 0; i < N(texts); i++)
		facts_set_missing(facts, texts[i], FACT_UNREADABLE, why);
	for (size_t i = 0; i < N(tables); i++) {
		struct table *table = facts_table(facts, tables[i]);

		table->state = FACT_UNREADABLE;
		table->why = why;
	}
}
