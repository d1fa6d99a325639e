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
	{"container.manager", VALUE_TEXT, UNIT_NONE,
	 "what made the container that tcptune runs in: kubernetes, docker, podman, lxc, ...; container where that is "
	 "not known, empty in none"},
	{"machine.vendor", VALUE_TEXT, UNIT_NONE,
	 "who made the machine, by its DMI table (sys_vendor); absent where it has none"},
	{"machine.product", VALUE_TEXT, UNIT_NONE, "its product_name, likewise"},
	{"machine.bios", VALUE_TEXT, UNIT_NONE, "its bios_version, likewise"},
	{"machine.asset_tag", VALUE_TEXT, UNIT_NONE, "its chassis_asset_tag, likewise"},
	{"uptime", VALUE_NUMBER, UNIT_SECONDS, "since the kernel booted"},
	{"cpus", VALUE_NUMBER, UNIT_NONE, "processors online"},
	{"memory.total", VALUE_NUMBER, UNIT_BYTES, "MemTotal"},
	{"memory.pages", VALUE_NUMBER, UNIT_PAGES, "MemTotal in pages"},
	{"memory.page_size", VALUE_NUMBER, UNIT_BYTES, "the size of a page"},
	{"boot.loader", VALUE_TEXT, UNIT_NONE,
	 "what loads the sysctl files of this host at boot: systemd (systemd-sysctl), procps (sysctl --system) or none"},
	{"boot.sysctl_conf", VALUE_TEXT, UNIT_NONE,
	 "/etc/sysctl.conf: missing, linked (a link in a sysctl.d directory leads to it, so that systemd-sysctl reads it too) "
	 "or alone (only sysctl --system and sysctl -p read it)"},
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
	{"sockets.time_wait_outgoing", VALUE_NUMBER, UNIT_NONE, "in TIME_WAIT whose local port is no listener's"},
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
	{"conntrack.drop", VALUE_NUMBER, UNIT_NONE,
	 "packets that connection tracking dropped since boot: the table full, no memory, or a clash"},
	{"conntrack.early_drop", VALUE_NUMBER, UNIT_NONE,
	 "tracked connections that went before their time, to make room in a full table"},
	{"conntrack.insert_failed", VALUE_NUMBER, UNIT_NONE,
	 "connections that could not be entered: mostly two packets at the same time, no sign of a full table"},
	{"rate.conntrack.drop", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"rate.conntrack.early_drop", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"rate.conntrack.insert_failed", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"neigh.entries", VALUE_NUMBER, UNIT_NONE,
	 "IPv4 neighbours (ARP) of the whole host; permanent ones count too, but not for gc_thresh3"},
	{"neigh.table_fulls", VALUE_NUMBER, UNIT_NONE,
	 "neighbours that found the table full since boot"},
	{"rate.neigh.table_fulls", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"neigh6.entries", VALUE_NUMBER, UNIT_NONE, "the same of IPv6"},
	{"neigh6.table_fulls", VALUE_NUMBER, UNIT_NONE, "the same of IPv6"},
	{"rate.neigh6.table_fulls", VALUE_NUMBER, UNIT_PER_SECOND, "the same, a second"},
	{"files.open", VALUE_NUMBER, UNIT_NONE, "open files of the whole host"},
	{"files.max", VALUE_NUMBER, UNIT_NONE, "as many there may be (fs.file-max)"},
	{"established.live", VALUE_BOOL, UNIT_NONE,
	 "segments, retransmits, received and the times of connections are those of --interval; "
	 "otherwise of each since it began"},
	{"established.segments", VALUE_NUMBER, UNIT_NONE,
	 "segments with data that the connections in ESTABLISHED sent, over --interval or since they began"},
	{"established.retransmits", VALUE_NUMBER, UNIT_NONE, "of them, sent again"},
	{"established.backed_off", VALUE_NUMBER, UNIT_NONE,
	 "connections with data on the way and three timeouts or more in a row"},
	{"established.silent", VALUE_NUMBER, UNIT_NONE, "the same with six or more"},
	{"established.busy", VALUE_NUMBER, UNIT_SECONDS,
	 "how long they had data to send, over the same time, added up"},
	{"established.rwnd_limited", VALUE_NUMBER, UNIT_SECONDS,
	 "of it, how long they waited for the peer's window"},
	{"established.sndbuf_limited", VALUE_NUMBER, UNIT_SECONDS,
	 "of it, how long they waited for room in the send buffer"},
	{"established.received", VALUE_NUMBER, UNIT_BYTES, "what they received, over the same time"},
	{"established.notsent", VALUE_NUMBER, UNIT_BYTES, "written by programs and not sent yet"},
	{"established.rcvbuf_capped", VALUE_NUMBER, UNIT_NONE,
	 "connections whose receive buffer is as large as net.core.rmem_max lets a program ask for: "
	 "a program fixed it, and wanted as much or more"},
	{"established.sndbuf_capped", VALUE_NUMBER, UNIT_NONE,
	 "the same of the send buffer and net.core.wmem_max"},
	{"remote.sockets", VALUE_NUMBER, UNIT_NONE, "connections in ESTABLISHED with other hosts"},
	{"remote.keepalive", VALUE_NUMBER, UNIT_NONE, "of them, the keepalive timer runs"},
	{"remote.keepalive_hidden", VALUE_NUMBER, UNIT_NONE,
	 "of them, another timer runs, so that the keepalive timer does not show"},
	{"remote.idle", VALUE_NUMBER, UNIT_NONE, "of them, no data either way for 4 minutes or more"},
	{"remote.idle_keepalive", VALUE_NUMBER, UNIT_NONE, "of the idle ones, the keepalive timer runs"},
};

const struct fact_def *catalog_scalars(size_t *ret_n)
{
	*ret_n = N(scalars);
	return scalars;
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

	param = params_find(catalog->params, name);
	if (param) {
		*ret = (struct fact_def){param->key, param_value_type(param), param->unit, param->summary};
		return true;
	}
	if (find_counter(catalog, name, ret))
		return true;
	for (size_t i = 0; i < N(scalars); i++) {
		if (*scalars[i].name == *name && !strcmp(scalars[i].name, name)) {
			*ret = scalars[i];
			return true;
		}
	}
	return false;
}
