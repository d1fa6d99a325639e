#include <string.h>

#include "core/catalog.h"
#include "core/param.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct fact_def scalars[] = {
	{"host.name", VALUE_TEXT, UNIT_NONE, "the host's name"},
	{"kernel.release", VALUE_TEXT, UNIT_NONE, "what uname -r says"},
	{"kernel.version", VALUE_VERSION, UNIT_NONE,
	 "the numbers of the release; distributions backport, so ask for a key before a version"},
	{"namespace.child", VALUE_BOOL, UNIT_NONE,
	 "this network namespace is not the initial one: host-wide keys are hidden here"},
	{"uptime", VALUE_NUMBER, UNIT_SECONDS, "since the kernel booted"},
	{"cpus", VALUE_NUMBER, UNIT_NONE, "processors online"},
	{"memory.total", VALUE_NUMBER, UNIT_BYTES, "MemTotal"},
	{"memory.pages", VALUE_NUMBER, UNIT_PAGES, "MemTotal in pages"},
	{"memory.page_size", VALUE_NUMBER, UNIT_BYTES, "the size of a page"},
	{"sample.live", VALUE_BOOL, UNIT_NONE,
	 "rates are of now (--interval); otherwise they are averages since boot"},
	{"sample.seconds", VALUE_NUMBER, UNIT_SECONDS, "what rates are averaged over"},
	{"ports.low", VALUE_NUMBER, UNIT_NONE, "first port of ip_local_port_range"},
	{"ports.high", VALUE_NUMBER, UNIT_NONE, "last port of ip_local_port_range"},
	{"ports.usable", VALUE_NUMBER, UNIT_NONE,
	 "ports of ip_local_port_range less those of ip_local_reserved_ports"},
	{"ehash.entries", VALUE_NUMBER, UNIT_NONE,
	 "buckets of the hash table of connections (tcp_ehash_entries, or computed from memory)"},
	{"sockets.source", VALUE_TEXT, UNIT_NONE, "where the socket counts come from"},
	{"sockets.total", VALUE_NUMBER, UNIT_NONE, "TCP sockets of this namespace, IPv4 and IPv6"},
	{"sockets.established", VALUE_NUMBER, UNIT_NONE, "in ESTABLISHED"},
	{"sockets.syn_sent", VALUE_NUMBER, UNIT_NONE, "in SYN_SENT"},
	{"sockets.syn_recv", VALUE_NUMBER, UNIT_NONE, "in SYN_RECV (the kernel's NEW_SYN_RECV too)"},
	{"sockets.fin_wait1", VALUE_NUMBER, UNIT_NONE, "in FIN_WAIT1"},
	{"sockets.fin_wait2", VALUE_NUMBER, UNIT_NONE, "in FIN_WAIT2, full sockets and mini-sockets"},
	{"sockets.time_wait", VALUE_NUMBER, UNIT_NONE, "in TIME_WAIT"},
	{"sockets.close_wait", VALUE_NUMBER, UNIT_NONE, "in CLOSE_WAIT"},
	{"sockets.last_ack", VALUE_NUMBER, UNIT_NONE, "in LAST_ACK"},
	{"sockets.listen", VALUE_NUMBER, UNIT_NONE, "in LISTEN"},
	{"sockets.closing", VALUE_NUMBER, UNIT_NONE, "in CLOSING"},
	{"sockets.fin_wait2_mini", VALUE_NUMBER, UNIT_NONE,
	 "FIN_WAIT2 mini-sockets: orphans that the kernel keeps for tcp_fin_timeout"},
	{"sockets.fin_wait2_orphans", VALUE_NUMBER, UNIT_NONE,
	 "in FIN_WAIT2 without a process: mini-sockets and full orphans"},
	{"sockets.fin_wait2_orphan_peers", VALUE_TEXT, UNIT_NONE, "their busiest peers, with counts"},
	{"sockets.time_wait_incoming", VALUE_NUMBER, UNIT_NONE,
	 "in TIME_WAIT whose local port is a listener's"},
	{"sockets.time_wait_outgoing", VALUE_NUMBER, UNIT_NONE, "the other TIME_WAIT"},
	{"sockstat.inuse", VALUE_NUMBER, UNIT_NONE, "IPv4 TCP sockets in use (of this namespace)"},
	{"sockstat.inuse6", VALUE_NUMBER, UNIT_NONE, "IPv6 TCP sockets in use (of this namespace)"},
	{"sockstat.orphan", VALUE_NUMBER, UNIT_NONE, "orphaned TCP sockets of the whole host"},
	{"sockstat.tw", VALUE_NUMBER, UNIT_NONE,
	 "mini-sockets, TIME_WAIT and FIN_WAIT2: what tcp_max_tw_buckets limits"},
	{"sockstat.alloc", VALUE_NUMBER, UNIT_NONE, "TCP sockets allocated on the whole host"},
	{"sockstat.mem", VALUE_NUMBER, UNIT_PAGES, "memory of TCP sockets on the whole host"},
	{"softnet.dropped", VALUE_NUMBER, UNIT_NONE, "packets dropped at netdev_max_backlog since boot"},
	{"softnet.time_squeeze", VALUE_NUMBER, UNIT_NONE, "times that softirq ran out of budget since boot"},
	{"rate.softnet.dropped", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"rate.softnet.time_squeeze", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
};

static const struct column listener_columns[] = {
	[LISTENER_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "address:port"},
	[LISTENER_ADDRESS] = {"address", VALUE_TEXT, UNIT_NONE, "the address listened on"},
	[LISTENER_PORT] = {"port", VALUE_NUMBER, UNIT_NONE, "the port"},
	[LISTENER_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE, "reached from this host only"},
	[LISTENER_QUEUED] = {"queued", VALUE_NUMBER, UNIT_NONE, "connections that wait for accept()"},
	[LISTENER_LIMIT] = {"limit", VALUE_NUMBER, UNIT_NONE,
			    "the queue's limit: min(backlog, somaxconn) at the time of listen()"},
	[LISTENER_DROPS] = {"drops", VALUE_NUMBER, UNIT_NONE, "packets that this listener dropped"},
	[LISTENER_SYN_RECV] = {"syn_recv", VALUE_NUMBER, UNIT_NONE, "handshakes under way here"},
	[LISTENER_SYN_SOURCES] = {"syn_sources", VALUE_NUMBER, UNIT_NONE,
				  "different addresses among them"},
	[LISTENER_PROCESS] = {"process", VALUE_TEXT, UNIT_NONE, "name[pid] of the program"},
};

static const struct column destination_columns[] = {
	[DESTINATION_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "source -> address:port"},
	[DESTINATION_SOURCE] = {"source", VALUE_TEXT, UNIT_NONE, "the local address"},
	[DESTINATION_ADDRESS] = {"address", VALUE_TEXT, UNIT_NONE, "the remote address"},
	[DESTINATION_PORT] = {"port", VALUE_NUMBER, UNIT_NONE, "the remote port"},
	[DESTINATION_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE,
				  "one of the addresses is 127/8 or ::1: where tcp_tw_reuse = 2 works"},
	[DESTINATION_USED] = {"used", VALUE_NUMBER, UNIT_NONE,
			      "local ports of ip_local_port_range that its sockets hold, in any state"},
	[DESTINATION_TIME_WAIT] = {"time_wait", VALUE_NUMBER, UNIT_NONE, "of them in TIME_WAIT"},
	[DESTINATION_ESTABLISHED] = {"established", VALUE_NUMBER, UNIT_NONE, "of them in ESTABLISHED"},
	[DESTINATION_SYN_SENT] = {"syn_sent", VALUE_NUMBER, UNIT_NONE, "of them in SYN_SENT"},
	[DESTINATION_CLOSE_WAIT] = {"close_wait", VALUE_NUMBER, UNIT_NONE, "of them in CLOSE_WAIT"},
	[DESTINATION_FIN_WAIT] = {"fin_wait", VALUE_NUMBER, UNIT_NONE,
				  "of them in FIN_WAIT1 or FIN_WAIT2"},
};

static const struct column client_columns[] = {
	[CLIENT_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "client -> :port"},
	[CLIENT_PORT] = {"port", VALUE_NUMBER, UNIT_NONE, "the listener's port"},
	[CLIENT_ADDRESS] = {"address", VALUE_TEXT, UNIT_NONE, "the client's address"},
	[CLIENT_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE, "the client is this host"},
	[CLIENT_USED] = {"used", VALUE_NUMBER, UNIT_NONE, "its connections, in any state"},
	[CLIENT_TIME_WAIT] = {"time_wait", VALUE_NUMBER, UNIT_NONE, "of them in TIME_WAIT"},
	[CLIENT_ESTABLISHED] = {"established", VALUE_NUMBER, UNIT_NONE, "of them in ESTABLISHED"},
	[CLIENT_CLOSE_WAIT] = {"close_wait", VALUE_NUMBER, UNIT_NONE, "of them in CLOSE_WAIT"},
};

static const struct column process_columns[] = {
	[PROCESS_NAME] = {"name", VALUE_TEXT, UNIT_NONE,
			  "command[pid]; what is known instead where the owner may not be looked up"},
	[PROCESS_COMMAND] = {"command", VALUE_TEXT, UNIT_NONE, "the command's name"},
	[PROCESS_PID] = {"pid", VALUE_NUMBER, UNIT_NONE, "process id"},
	[PROCESS_UID] = {"uid", VALUE_NUMBER, UNIT_NONE, "user id of its sockets"},
	[PROCESS_VISIBLE] = {"visible", VALUE_BOOL, UNIT_NONE, "the owner could be looked up"},
	[PROCESS_CLOSE_WAIT] = {"close_wait", VALUE_NUMBER, UNIT_NONE, "its sockets in CLOSE_WAIT"},
	[PROCESS_CLOSE_WAIT_STALE] = {"close_wait_stale", VALUE_NUMBER, UNIT_NONE,
				      "of them, nothing came from the peer for more than 60 s"},
	[PROCESS_CLOSE_WAIT_OLDEST] = {"close_wait_oldest", VALUE_NUMBER, UNIT_SECONDS,
				       "longest time since the peer's last segment"},
	[PROCESS_EOF_READ] = {"eof_read", VALUE_NUMBER, UNIT_NONE,
			      "of the stale ones, Recv-Q 0: the program read the end and forgot close()"},
	[PROCESS_EOF_UNREAD] = {"eof_unread", VALUE_NUMBER, UNIT_NONE,
				"of the stale ones, Recv-Q 1: only the FIN waits, nobody read the end"},
	[PROCESS_DATA_UNREAD] = {"data_unread", VALUE_NUMBER, UNIT_NONE,
				 "of the stale ones, Recv-Q above 1: data waits too"},
	[PROCESS_SENDING] = {"sending", VALUE_NUMBER, UNIT_NONE,
			     "in CLOSE_WAIT with Send-Q above 0: still sending, no leak yet"},
	[PROCESS_UNACCEPTED] = {"unaccepted", VALUE_NUMBER, UNIT_NONE,
				"in CLOSE_WAIT in the accept queue: the client left before accept()"},
	[PROCESS_RECV_Q] = {"recv_q", VALUE_NUMBER, UNIT_BYTES, "unread bytes of its CLOSE_WAIT sockets"},
	[PROCESS_PEERS] = {"peers", VALUE_TEXT, UNIT_NONE, "busiest peers of them, with counts"},
	[PROCESS_PORTS] = {"ports", VALUE_TEXT, UNIT_NONE, "busiest service ports of them, with counts"},
	[PROCESS_FIN_WAIT2] = {"fin_wait2", VALUE_NUMBER, UNIT_NONE, "its sockets in FIN_WAIT2"},
	[PROCESS_FIN_WAIT2_STALE] = {"fin_wait2_stale", VALUE_NUMBER, UNIT_NONE,
				     "of them, nothing came from the peer for more than 60 s"},
	[PROCESS_FIN_WAIT2_OLDEST] = {"fin_wait2_oldest", VALUE_NUMBER, UNIT_SECONDS,
				      "longest time since the peer's last segment"},
	[PROCESS_FIN_WAIT2_PEERS] = {"fin_wait2_peers", VALUE_TEXT, UNIT_NONE,
				     "busiest peers of them, with counts"},
	[PROCESS_FDS] = {"fds", VALUE_NUMBER, UNIT_NONE, "its open file descriptors"},
	[PROCESS_FD_LIMIT] = {"fd_limit", VALUE_NUMBER, UNIT_NONE, "its RLIMIT_NOFILE (soft)"},
};

static const struct column configured_columns[] = {
	[CONFIGURED_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "file:line"},
	[CONFIGURED_KEY] = {"key", VALUE_TEXT, UNIT_NONE, "the key, with dots"},
	[CONFIGURED_VALUE] = {"value", VALUE_TEXT, UNIT_NONE, "the value as written"},
	[CONFIGURED_FILE] = {"file", VALUE_TEXT, UNIT_NONE, "the file"},
	[CONFIGURED_LINE] = {"line", VALUE_NUMBER, UNIT_NONE, "the line"},
	[CONFIGURED_WINS] = {"wins", VALUE_BOOL, UNIT_NONE,
			     "it is the last one of its key for at least one of the two loaders"},
	[CONFIGURED_OURS] = {"ours", VALUE_BOOL, UNIT_NONE, "it stands in tcptune's own drop-in"},
};

#define TABLE(name_, columns_, summary_) \
	{.name = name_, .summary = summary_, .columns = columns_, .n_columns = N(columns_)}

const struct table_def listeners_def =
	TABLE("listeners", listener_columns, "sockets in LISTEN");
const struct table_def destinations_def =
	TABLE("destinations", destination_columns,
	      "outgoing connections by (source, address, port): each has the local ports to itself");
const struct table_def clients_def =
	TABLE("clients", client_columns, "incoming connections by (listener's port, client)");
const struct table_def processes_def =
	TABLE("processes", process_columns, "programs with sockets in CLOSE_WAIT or FIN_WAIT2");
const struct table_def configured_def =
	TABLE("configured", configured_columns,
	      "every assignment of a net.* key in sysctl.d files and /etc/sysctl.conf");

static const struct table_def *const tables[] = {
	&listeners_def, &destinations_def, &clients_def, &processes_def, &configured_def,
};

const struct fact_def *catalog_scalars(size_t *ret_n)
{
	*ret_n = N(scalars);
	return scalars;
}

const struct table_def *const *catalog_tables(size_t *ret_n)
{
	*ret_n = N(tables);
	return tables;
}

const struct table_def *catalog_table(const char *name)
{
	for (size_t i = 0; i < N(tables); i++)
		if (!strcmp(tables[i]->name, name))
			return tables[i];
	return NULL;
}

static bool find_counter(const struct catalog *catalog, const char *name, struct fact_def *ret)
{
	bool is_rate = !strncmp(name, "rate.", 5);
	const char *counter = is_rate ? name + 5 : name + 8;

	if (!is_rate && strncmp(name, "counter.", 8))
		return false;
	for (size_t i = 0; i < catalog->n_counters; i++) {
		if (strcmp(catalog->counters[i].name, counter))
			continue;
		*ret = (struct fact_def){name, VALUE_NUMBER, is_rate ? UNIT_PER_SECOND : UNIT_NONE,
					 catalog->counters[i].summary};
		return true;
	}
	return false;
}

bool catalog_find(const struct catalog *catalog, const char *name, struct fact_def *ret)
{
	const struct param *param;

	for (size_t i = 0; i < N(scalars); i++) {
		if (!strcmp(scalars[i].name, name)) {
			*ret = scalars[i];
			return true;
		}
	}
	param = params_find(catalog->params, name);
	if (param) {
		*ret = (struct fact_def){param->key, param_value_type(param), param->unit, param->summary};
		return true;
	}
	return find_counter(catalog, name, ret);
}
