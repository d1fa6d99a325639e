/*
 * The names that rules and profiles may use: what tcptune can observe, with
 * types and units. Sysctls come from the parameters, counters from
 * rules/counters; everything else is the table in catalog.c.
 */
#ifndef TCPTUNE_CATALOG_H
#define TCPTUNE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "core/fact.h"

struct params;

struct fact_def {
	const char *name;
	enum value_type type;
	enum unit unit;
	const char *summary;
};

/* A counter of /proc/net/netstat or /proc/net/snmp. */
struct counter_def {
	const char *name; /* "TcpExt.ListenOverflows" */
	const char *summary;
};

struct catalog {
	const struct params *params;
	const struct counter_def *counters;
	size_t n_counters;
};

/*
 * A scalar by its name: "uptime", a sysctl key, "counter.TcpExt.X" (since
 * boot) or "rate.TcpExt.X" (a second). False for a name that is none.
 */
bool catalog_find(const struct catalog *catalog, const char *name, struct fact_def *ret);

/* NULL for a name that is no table. */
const struct table_def *catalog_table(const char *name);

/* The built-in scalars and tables, for listing. */
const struct fact_def *catalog_scalars(size_t *ret_n);
const struct table_def *const *catalog_tables(size_t *ret_n);

/* Columns, by position in a row. Kept beside the definitions in catalog.c. */
enum listener_column {
	LISTENER_NAME,
	LISTENER_ADDRESS,
	LISTENER_PORT,
	LISTENER_LOOPBACK,
	LISTENER_SOCKETS,
	LISTENER_QUEUED,
	LISTENER_QUEUED_MEDIAN,
	LISTENER_QUEUED_MOST,
	LISTENER_LOOKS,
	LISTENER_LIMIT,
	LISTENER_DROPS,
	LISTENER_SYN_RECV,
	LISTENER_SYN_SOURCES,
	LISTENER_NEW_PER_SECOND,
	LISTENER_LASTS,
	LISTENER_SECONDS_LEFT,
	LISTENER_PROCESS,
};

enum destination_column {
	DESTINATION_NAME,
	DESTINATION_SOURCE,
	DESTINATION_ADDRESS,
	DESTINATION_PORT,
	DESTINATION_LOOPBACK,
	DESTINATION_USED,
	DESTINATION_TIME_WAIT,
	DESTINATION_ESTABLISHED,
	DESTINATION_SYN_SENT,
	DESTINATION_CLOSE_WAIT,
	DESTINATION_FIN_WAIT,
	DESTINATION_CLOSED_PER_SECOND,
	DESTINATION_NEW_PER_SECOND,
	DESTINATION_SECONDS_LEFT,
	DESTINATION_PROCESS,
};

enum source_column {
	SOURCE_NAME,
	SOURCE_LOOPBACK,
	SOURCE_SOCKETS,
	SOURCE_PORTS,
	SOURCE_TIME_WAIT,
	SOURCE_DESTINATIONS,
	SOURCE_PROCESS,
};

enum client_column {
	CLIENT_NAME,
	CLIENT_PORT,
	CLIENT_ADDRESS,
	CLIENT_LOOPBACK,
	CLIENT_USED,
	CLIENT_TIME_WAIT,
	CLIENT_ESTABLISHED,
	CLIENT_CLOSE_WAIT,
	CLIENT_CLOSED_PER_SECOND,
};

enum process_column {
	PROCESS_NAME,
	PROCESS_COMMAND,
	PROCESS_PID,
	PROCESS_UID,
	PROCESS_VISIBLE,
	PROCESS_CLOSE_WAIT,
	PROCESS_CLOSE_WAIT_STALE,
	PROCESS_CLOSE_WAIT_OLDEST,
	PROCESS_EOF_READ,
	PROCESS_EOF_UNREAD,
	PROCESS_DATA_UNREAD,
	PROCESS_SENDING,
	PROCESS_UNACCEPTED,
	PROCESS_RECV_Q,
	PROCESS_PEERS,
	PROCESS_PORTS,
	PROCESS_FIN_WAIT2,
	PROCESS_FIN_WAIT2_STALE,
	PROCESS_FIN_WAIT2_OLDEST,
	PROCESS_FIN_WAIT2_PEERS,
	PROCESS_FDS,
	PROCESS_FD_LIMIT,
};

enum configured_column {
	CONFIGURED_NAME,
	CONFIGURED_KEY,
	CONFIGURED_VALUE,
	CONFIGURED_FILE,
	CONFIGURED_LINE,
	CONFIGURED_WINS,
	CONFIGURED_OURS,
};

enum path_column {
	PATH_NAME,
	PATH_LOCAL,
	PATH_SOCKETS,
	PATH_RTT,
	PATH_RTT_LEAST,
	PATH_RTT_WORST,
	PATH_SEGMENTS,
	PATH_RETRANSMITS,
	PATH_BACKED_OFF,
	PATH_BACKED_OFF_FULL,
	PATH_SILENT,
	PATH_MSS,
	PATH_PMTU,
	PATH_BUSY,
	PATH_RWND_LIMITED,
	PATH_SNDBUF_LIMITED,
	PATH_RECEIVED,
	PATH_NOTSENT,
	PATH_RCV_SPACE,
	PATH_RCV_WINDOW,
	PATH_RCV_RTT,
	PATH_RCV_BUFFER,
	PATH_RCVBUF,
	PATH_SNDBUF,
	PATH_RCVBUF_CAPPED,
	PATH_SNDBUF_CAPPED,
	PATH_SNDBUF_FULL,
	PATH_RCVBUF_HELD,
	PATH_SNDBUF_HELD,
	PATH_KEEPALIVE,
	PATH_KEEPALIVE_HIDDEN,
	PATH_IDLE,
	PATH_IDLE_KEEPALIVE,
	PATH_IDLE_LONGEST,
	PATH_CONGESTION,
};

enum program_column {
	PROGRAM_NAME,
	PROGRAM_VISIBLE,
	PROGRAM_UNREAD,
	PROGRAM_UNREAD_BYTES,
	PROGRAM_UNREAD_LONGEST,
	PROGRAM_RCVBUF_HELD,
	PROGRAM_RCVBUF,
	PROGRAM_SNDBUF_HELD,
	PROGRAM_SNDBUF,
	PROGRAM_NOTSENT,
};

enum congestion_column { CONGESTION_NAME, CONGESTION_SOCKETS };

enum interface_column {
	INTERFACE_NAME,
	INTERFACE_KIND,
	INTERFACE_LOOPBACK,
	INTERFACE_UP,
	INTERFACE_MTU,
	INTERFACE_TXQUEUELEN,
	INTERFACE_QDISC,
};

enum qdisc_column {
	QDISC_NAME,
	QDISC_DEVICE,
	QDISC_UP,
	QDISC_KIND,
	QDISC_ROOT,
	QDISC_PARENT,
	QDISC_INGRESS,
	QDISC_AUTOMATIC,
};

enum softnet_column {
	SOFTNET_NAME,
	SOFTNET_CPU,
	SOFTNET_PROCESSED,
	SOFTNET_DROPPED,
	SOFTNET_TIME_SQUEEZE,
	SOFTNET_RPS,
	SOFTNET_BACKLOG,
	SOFTNET_PROCESSED_PER_SECOND,
	SOFTNET_DROPPED_PER_SECOND,
	SOFTNET_SQUEEZED_PER_SECOND,
};

extern const struct table_def listeners_def, destinations_def, clients_def, processes_def,
	configured_def, paths_def, programs_def, congestion_def, sources_def,
	interfaces_def, qdiscs_def, softnet_cpus_def;

#endif
