/* The tables of facts, column by column. */
#include <string.h>

#include "core/catalog.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct column listener_columns[] = {
	[LISTENER_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "address:port"},
	[LISTENER_ADDRESS] = {"address", VALUE_TEXT, UNIT_NONE, "the address listened on"},
	[LISTENER_PORT] = {"port", VALUE_NUMBER, UNIT_NONE, "the port"},
	[LISTENER_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE, "reached from this host only"},
	[LISTENER_SOCKETS] = {"sockets", VALUE_NUMBER, UNIT_NONE,
			      "sockets that share it (SO_REUSEPORT); queues and limit are those of the fullest"},
	[LISTENER_QUEUED] = {"queued", VALUE_NUMBER, UNIT_NONE, "connections that wait for accept()"},
	[LISTENER_QUEUED_MEDIAN] = {"queued_median", VALUE_NUMBER, UNIT_NONE,
				    "the middle one of what waited at each look: most looks found as many or more"},
	[LISTENER_QUEUED_MOST] = {"queued_most", VALUE_NUMBER, UNIT_NONE, "most of what waited at a look"},
	[LISTENER_LOOKS] = {"looks", VALUE_NUMBER, UNIT_NONE,
			    "looks at its queue: 1, with --interval 5, spread evenly"},
	[LISTENER_LIMIT] = {"limit", VALUE_NUMBER, UNIT_NONE,
			    "the queue's limit: min(backlog, somaxconn) at the time of listen()"},
	[LISTENER_DROPS] = {"drops", VALUE_NUMBER, UNIT_NONE, "packets that this listener dropped"},
	[LISTENER_SYN_RECV] = {"syn_recv", VALUE_NUMBER, UNIT_NONE, "handshakes under way here"},
	[LISTENER_SYN_SOURCES] = {"syn_sources", VALUE_NUMBER, UNIT_NONE,
				  "different addresses among them"},
	[LISTENER_NEW_PER_SECOND] =
		{"new_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
		 "connections that came, over --interval: what there is more, what this side closed first, and of "
		 "what clients closed first a share of Tcp.PassiveOpens by its connections; exact for one busy listener"},
	[LISTENER_LASTS] =
		{"lasts", VALUE_NUMBER, UNIT_SECONDS,
		 "how long the queue takes what comes when the program accepts nothing from now on"},
	[LISTENER_SECONDS_LEFT] =
		{"seconds_left", VALUE_NUMBER, UNIT_SECONDS,
		 "until the queue is full as it grew over --interval; absent where it does not grow"},
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
	[DESTINATION_CLOSED_PER_SECOND] =
		{"closed_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
		 "connections to it that this side closed first, over the last 10 s or --interval: "
		 "by the age of TIME_WAIT; with tcp_tw_reuse it can be more"},
	[DESTINATION_NEW_PER_SECOND] =
		{"new_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
		 "connections that were made to it, at least, over --interval: what is there more, "
		 "and what this side closed; unknown without --interval"},
	[DESTINATION_SECONDS_LEFT] =
		{"seconds_left", VALUE_NUMBER, UNIT_SECONDS,
		 "until used reaches the ports that there are, as it grew over --interval, or by what "
		 "came to TIME_WAIT in the last 10 s and what leaves it in the next; absent where it does not grow"},
	[DESTINATION_PROCESS] = {"process", VALUE_TEXT, UNIT_NONE,
				 "name[pid] of one of the programs, looked up where half of the ports are used"},
};

static const struct column source_columns[] = {
	[SOURCE_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the local address"},
	[SOURCE_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE, "it is 127/8 or ::1"},
	[SOURCE_SOCKETS] = {"sockets", VALUE_NUMBER, UNIT_NONE,
			    "outgoing connections from it that hold a port of ip_local_port_range, in any state"},
	[SOURCE_PORTS] = {"ports", VALUE_NUMBER, UNIT_NONE,
			  "different ports that they hold: as many as sockets where none is shared"},
	[SOURCE_TIME_WAIT] = {"time_wait", VALUE_NUMBER, UNIT_NONE, "of the sockets, in TIME_WAIT"},
	[SOURCE_DESTINATIONS] = {"destinations", VALUE_NUMBER, UNIT_NONE,
				 "different destinations (address, port)"},
	[SOURCE_PROCESS] = {"process", VALUE_TEXT, UNIT_NONE,
			    "name[pid] of one of the programs, looked up where 1000 sockets or more share few ports"},
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
	[CLIENT_CLOSED_PER_SECOND] =
		{"closed_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
		 "of them that this side closed first, over the last 10 s or --interval: "
		 "by the age of TIME_WAIT"},
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
	[CONFIGURED_IGNORE] = {"ignore", VALUE_BOOL, UNIT_NONE,
			       "it is written with a leading '-': failures are not to matter"},
	[CONFIGURED_GLOB] = {"glob", VALUE_BOOL, UNIT_NONE, "the key is a pattern, with * ? or ["},
	[CONFIGURED_GLOBAL] = {"global", VALUE_BOOL, UNIT_NONE,
			       "the key belongs to the whole host: a child namespace cannot set it; unknown for "
			       "a key that tcptune does not know"},
	[CONFIGURED_STATE] =
		{"state", VALUE_TEXT, UNIT_NONE,
		 "what this host makes of the key: present, no-op, read-only, global-only (a child namespace "
		 "does not show it), no-module, no-interface, removed, not-yet, vendor (only kernels of some vendors have it), "
		 "absent (for no known reason), unreadable, misspelt, unknown, or glob"},
	[CONFIGURED_NOTE] = {"note", VALUE_TEXT, UNIT_NONE,
			     "what goes with the state: since when, which module; or empty"},
	[CONFIGURED_NEAREST] = {"nearest", VALUE_TEXT, UNIT_NONE,
				"where it is misspelt, the key that was meant; or empty"},
	[CONFIGURED_MODULE] = {"module", VALUE_TEXT, UNIT_NONE,
			       "the kernel module that brings the key; or empty"},
	[CONFIGURED_REFUSAL] = {"refusal", VALUE_TEXT, UNIT_NONE,
				"why the value is not one to write: out of range, no number, a comment behind "
				"it; or empty"},
	[CONFIGURED_DEFAULT] = {"default", VALUE_BOOL, UNIT_NONE,
				"the value is the kernel's default; unknown where that is a formula"},
	[CONFIGURED_CURRENT] = {"current", VALUE_BOOL, UNIT_NONE,
				"the value is the running one; absent where the key is not there"},
	[CONFIGURED_OFFERED] = {"offered", VALUE_BOOL, UNIT_NONE,
				"of a congestion control: the kernel has the algorithm, without loading a module; "
				"absent for other keys"},
	[CONFIGURED_SYSCTL_CONF] = {"sysctl_conf", VALUE_BOOL, UNIT_NONE, "it stands in /etc/sysctl.conf"},
	[CONFIGURED_READ_SYSTEMD] = {"read_systemd", VALUE_BOOL, UNIT_NONE,
				     "systemd-sysctl reads it; sysctl --system reads them all"},
	[CONFIGURED_WINS_SYSTEMD] = {"wins_systemd", VALUE_BOOL, UNIT_NONE,
				     "it decides its key under systemd-sysctl"},
	[CONFIGURED_WINS_PROCPS] = {"wins_procps", VALUE_BOOL, UNIT_NONE,
				    "it decides its key under sysctl --system"},
	[CONFIGURED_BEATEN_SYSTEMD] = {"beaten_systemd", VALUE_TEXT, UNIT_NONE,
				       "file:line of what decides in its place under systemd-sysctl; or empty"},
	[CONFIGURED_BEATEN_PROCPS] = {"beaten_procps", VALUE_TEXT, UNIT_NONE,
				      "the same under sysctl --system"},
};

static const struct column configured_key_columns[] = {
	[CONFIGURED_KEY_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the key, with dots"},
	[CONFIGURED_KEY_STATE] = {"state", VALUE_TEXT, UNIT_NONE,
				  "what this host makes of it, in the words of configured"},
	[CONFIGURED_KEY_NOTE] = {"note", VALUE_TEXT, UNIT_NONE, "what goes with the state; or empty"},
	[CONFIGURED_KEY_NEAREST] = {"nearest", VALUE_TEXT, UNIT_NONE,
				    "where it is misspelt, the key that was meant; or empty"},
	[CONFIGURED_KEY_MODULE] = {"module", VALUE_TEXT, UNIT_NONE,
				   "the kernel module that brings it; or empty"},
	[CONFIGURED_KEY_MODULE_EARLY] = {"module_early", VALUE_BOOL, UNIT_NONE,
					 "that module is built in, or modules-load.d loads it before the "
					 "sysctls; absent where it needs none"},
	[CONFIGURED_KEY_LINES] = {"lines", VALUE_NUMBER, UNIT_NONE,
				  "lines that set it: those that name it, or the globs where none does"},
	[CONFIGURED_KEY_VALUES] = {"values", VALUE_NUMBER, UNIT_NONE,
				   "different values among them, as the kernel reads them"},
	[CONFIGURED_KEY_RUNNING] = {"running", VALUE_TEXT, UNIT_NONE, "the value now"},
	[CONFIGURED_KEY_DEFAULT] = {"default", VALUE_TEXT, UNIT_NONE,
				    "the kernel's default; unknown where that is a formula"},
	[CONFIGURED_KEY_SYSTEMD] = {"systemd", VALUE_TEXT, UNIT_NONE,
				    "the value after a boot with systemd-sysctl; absent where no line that it "
				    "reads sets the key"},
	[CONFIGURED_KEY_PROCPS] = {"procps", VALUE_TEXT, UNIT_NONE, "the value after sysctl --system, likewise"},
	[CONFIGURED_KEY_SYSTEMD_BY] = {"systemd_by", VALUE_TEXT, UNIT_NONE,
				       "file:line of the line that decides under systemd-sysctl; or empty"},
	[CONFIGURED_KEY_PROCPS_BY] = {"procps_by", VALUE_TEXT, UNIT_NONE,
				      "the same under sysctl --system"},
	[CONFIGURED_KEY_AGREE] = {"agree", VALUE_BOOL, UNIT_NONE, "both loaders end with the same value"},
	[CONFIGURED_KEY_BOOT] = {"boot", VALUE_TEXT, UNIT_NONE,
				 "the value after the next boot, with the loader of this host (boot.loader), or "
				 "where both agree; absent where that sets nothing"},
	[CONFIGURED_KEY_BOOT_BY] = {"boot_by", VALUE_TEXT, UNIT_NONE, "file:line of the line that decides it; or empty"},
	[CONFIGURED_KEY_UNREAD] = {"unread", VALUE_BOOL, UNIT_NONE,
				   "the loader of this host reads none of its lines: a boot does not set it"},
	[CONFIGURED_KEY_DRIFT] = {"drift", VALUE_BOOL, UNIT_NONE,
				  "the running value is not the one after the next boot; absent where the key is "
				  "not there, or a boot does not set it"},
	[CONFIGURED_KEY_EDITED] = {"edited", VALUE_BOOL, UNIT_NONE,
				   "the file of the line that decides was changed since this host booted: it may "
				   "never have been loaded"},
};

static const struct column masked_columns[] = {
	[MASKED_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the file that is not read"},
	[MASKED_BY] = {"by", VALUE_TEXT, UNIT_NONE,
		       "the file of the same name, in a higher directory, that is read in its place"},
	[MASKED_DELIBERATE] = {"deliberate", VALUE_BOOL, UNIT_NONE,
			       "that one is empty or a link to /dev/null: made to hide it"},
	[MASKED_KEYS] = {"keys", VALUE_NUMBER, UNIT_NONE, "net.* keys that it would set"},
	[MASKED_LOST] = {"lost", VALUE_NUMBER, UNIT_NONE, "of them, no file that is read sets them"},
	[MASKED_LOST_KEYS] = {"lost_keys", VALUE_TEXT, UNIT_NONE, "these, with commas"},
};

static const struct column path_columns[] = {
	[PATH_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the peer's address"},
	[PATH_LOCAL] = {"local", VALUE_BOOL, UNIT_NONE, "the peer is this host"},
	[PATH_SOCKETS] = {"sockets", VALUE_NUMBER, UNIT_NONE, "connections with it"},
	[PATH_RTT] = {"rtt", VALUE_NUMBER, UNIT_MILLISECONDS,
		      "mean of their round trips, each smoothed by the kernel"},
	[PATH_RTT_LEAST] = {"rtt_least", VALUE_NUMBER, UNIT_MILLISECONDS,
			    "shortest round trip that was seen lately: the way without queues"},
	[PATH_RTT_WORST] = {"rtt_worst", VALUE_NUMBER, UNIT_MILLISECONDS,
			    "longest of the smoothed round trips"},
	[PATH_SEGMENTS] = {"segments", VALUE_NUMBER, UNIT_NONE,
			   "segments with data that they sent, over --interval or since they began"},
	[PATH_RETRANSMITS] = {"retransmits", VALUE_NUMBER, UNIT_NONE, "of them, sent again"},
	[PATH_BACKED_OFF] = {"backed_off", VALUE_NUMBER, UNIT_NONE,
			     "with data on the way and three timeouts or more in a row"},
	[PATH_BACKED_OFF_FULL] = {"backed_off_full", VALUE_NUMBER, UNIT_NONE,
				  "of them, the MSS is above 1200 bytes, that much or more waits, and less was "
				  "ever acknowledged: what a path looks like that swallows large packets"},
	[PATH_SILENT] = {"silent", VALUE_NUMBER, UNIT_NONE, "with six timeouts or more in a row"},
	[PATH_MSS] = {"mss", VALUE_NUMBER, UNIT_BYTES, "smallest segment size for sending"},
	[PATH_PMTU] = {"pmtu", VALUE_NUMBER, UNIT_BYTES, "smallest path MTU"},
	[PATH_BUSY] = {"busy", VALUE_NUMBER, UNIT_SECONDS,
		       "how long they had data to send, over the same time, added up"},
	[PATH_RWND_LIMITED] = {"rwnd_limited", VALUE_NUMBER, UNIT_SECONDS,
			       "of it, how long they waited for the peer's window"},
	[PATH_SNDBUF_LIMITED] = {"sndbuf_limited", VALUE_NUMBER, UNIT_SECONDS,
				 "of it, how long they waited for room in the send buffer"},
	[PATH_RECEIVED] = {"received", VALUE_NUMBER, UNIT_BYTES, "what they received, over the same time"},
	[PATH_NOTSENT] = {"notsent", VALUE_NUMBER, UNIT_BYTES, "written by programs and not sent yet"},
	[PATH_RCV_SPACE] = {"rcv_space", VALUE_NUMBER, UNIT_BYTES,
			    "most that a program took in one round trip, of those that leave little unread"},
	[PATH_RCV_WINDOW] = {"rcv_window", VALUE_NUMBER, UNIT_BYTES,
			     "largest window that this connection offers its peer"},
	[PATH_RCV_RTT] = {"rcv_rtt", VALUE_NUMBER, UNIT_MILLISECONDS,
			  "round trip of this connection, as its receiving side measures it"},
	[PATH_RCV_BUFFER] = {"rcv_buffer", VALUE_NUMBER, UNIT_BYTES,
			     "receive buffer of this connection, as the kernel counts it"},
	[PATH_RCVBUF] = {"rcvbuf", VALUE_NUMBER, UNIT_BYTES, "largest receive buffer, as the kernel counts it"},
	[PATH_SNDBUF] = {"sndbuf", VALUE_NUMBER, UNIT_BYTES, "largest send buffer, as the kernel counts it"},
	[PATH_RCVBUF_CAPPED] = {"rcvbuf_capped", VALUE_NUMBER, UNIT_NONE,
				"a program fixed the receive buffer at all that net.core.rmem_max gives"},
	[PATH_SNDBUF_CAPPED] = {"sndbuf_capped", VALUE_NUMBER, UNIT_NONE,
				"a program fixed the send buffer at all that net.core.wmem_max gives"},
	[PATH_SNDBUF_FULL] = {"sndbuf_full", VALUE_NUMBER, UNIT_NONE,
			      "the send buffer is full, all of it is on the way, and more could be: nothing else "
			      "limits it at this moment"},
	[PATH_RCVBUF_HELD] = {"rcvbuf_held", VALUE_NUMBER, UNIT_NONE,
			      "the receive buffer did not grow, below tcp_rmem[2], although a full window came "
			      "in a round trip: a program fixed it"},
	[PATH_SNDBUF_HELD] = {"sndbuf_held", VALUE_NUMBER, UNIT_NONE,
			      "of sndbuf_full, the buffer did not grow, below tcp_wmem[2]: a program fixed it"},
	[PATH_KEEPALIVE] = {"keepalive", VALUE_NUMBER, UNIT_NONE, "the keepalive timer runs"},
	[PATH_KEEPALIVE_HIDDEN] = {"keepalive_hidden", VALUE_NUMBER, UNIT_NONE,
				   "another timer runs, so that the keepalive timer does not show"},
	[PATH_IDLE] = {"idle", VALUE_NUMBER, UNIT_NONE, "no data either way for 4 minutes or more"},
	[PATH_IDLE_KEEPALIVE] = {"idle_keepalive", VALUE_NUMBER, UNIT_NONE,
				 "of the idle ones, the keepalive timer runs"},
	[PATH_IDLE_LONGEST] = {"idle_longest", VALUE_NUMBER, UNIT_SECONDS,
			       "longest time without data either way"},
	[PATH_KEEPALIVE_SILENCE] = {"keepalive_silence", VALUE_NUMBER, UNIT_SECONDS,
				    "of those whose keepalive timer runs, the longest time without any segment "
				    "from the peer, an answer to a probe too"},
	[PATH_CONGESTION] = {"congestion", VALUE_TEXT, UNIT_NONE,
			     "congestion control algorithms, with counts"},
};

static const struct column program_columns[] = {
	[PROGRAM_NAME] = {"name", VALUE_TEXT, UNIT_NONE,
			  "command[pid]; what is known instead where the owner may not be looked up"},
	[PROGRAM_VISIBLE] = {"visible", VALUE_BOOL, UNIT_NONE, "the owner could be looked up"},
	[PROGRAM_UNREAD] = {"unread", VALUE_NUMBER, UNIT_NONE,
			    "connections with a quarter of the receive buffer, or with overhead a half, that it has not read"},
	[PROGRAM_UNREAD_BYTES] = {"unread_bytes", VALUE_NUMBER, UNIT_BYTES, "what waits in them (Recv-Q)"},
	[PROGRAM_UNREAD_LONGEST] = {"unread_longest", VALUE_NUMBER, UNIT_SECONDS,
				    "longest time since data came to one of them: its window is shut, or the peer is done"},
	[PROGRAM_RCVBUF_HELD] = {"rcvbuf_held", VALUE_NUMBER, UNIT_NONE,
				 "connections whose receive buffer it fixed and that filled it"},
	[PROGRAM_RCVBUF] = {"rcvbuf", VALUE_NUMBER, UNIT_BYTES, "largest of these buffers, as the kernel counts it"},
	[PROGRAM_SNDBUF_HELD] = {"sndbuf_held", VALUE_NUMBER, UNIT_NONE,
				 "connections whose send buffer it fixed and that filled it"},
	[PROGRAM_SNDBUF] = {"sndbuf", VALUE_NUMBER, UNIT_BYTES, "largest of these buffers, as the kernel counts it"},
	[PROGRAM_NOTSENT] = {"notsent", VALUE_NUMBER, UNIT_BYTES,
			     "written and not sent yet, of connections with 128 KiB of it or more"},
};

static const struct column congestion_columns[] = {
	[CONGESTION_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the algorithm"},
	[CONGESTION_SOCKETS] = {"sockets", VALUE_NUMBER, UNIT_NONE, "connections that use it"},
};

static const struct column interface_columns[] = {
	[INTERFACE_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the interface"},
	[INTERFACE_KIND] = {"kind", VALUE_TEXT, UNIT_NONE,
			    "what made it: veth, bridge, vxlan, wireguard, ...; empty for a card and for lo"},
	[INTERFACE_LOOPBACK] = {"loopback", VALUE_BOOL, UNIT_NONE, "it is lo"},
	[INTERFACE_UP] = {"up", VALUE_BOOL, UNIT_NONE, "it was switched on"},
	[INTERFACE_MTU] = {"mtu", VALUE_NUMBER, UNIT_BYTES, "largest packet"},
	[INTERFACE_TXQUEUELEN] = {"txqueuelen", VALUE_NUMBER, UNIT_NONE,
				  "length of its queue, for disciplines that ask for it"},
	[INTERFACE_QDISC] = {"qdisc", VALUE_TEXT, UNIT_NONE, "queueing discipline at its root"},
	[INTERFACE_FORWARDING] = {"forwarding", VALUE_NUMBER, UNIT_NONE,
				  "its own entry of net.ipv4.conf; absent where it has no IPv4"},
	[INTERFACE_RP_FILTER] = {"rp_filter", VALUE_NUMBER, UNIT_NONE,
				 "likewise; the larger of it and conf.all counts"},
	[INTERFACE_ACCEPT_REDIRECTS] = {"accept_redirects", VALUE_NUMBER, UNIT_NONE,
					"likewise; it or conf.all counts, on an interface that forwards both must"},
	[INTERFACE_SECURE_REDIRECTS] = {"secure_redirects", VALUE_NUMBER, UNIT_NONE,
					"likewise; it or conf.all counts"},
	[INTERFACE_SEND_REDIRECTS] = {"send_redirects", VALUE_NUMBER, UNIT_NONE,
				      "likewise; it or conf.all counts"},
	[INTERFACE_ACCEPT_SOURCE_ROUTE] = {"accept_source_route", VALUE_NUMBER, UNIT_NONE,
					   "likewise; it and conf.all must both allow it"},
	[INTERFACE_SPEED] = {"speed", VALUE_NUMBER, UNIT_BITS_PER_SECOND,
			     "of the link, from Linux 5.6 on; of a veth a number that means nothing"},
	[INTERFACE_MASTER] = {"master", VALUE_TEXT, UNIT_NONE,
			      "the bridge, bond, team or VRF that it is part of; or empty"},
};

static const struct column qdisc_columns[] = {
	[QDISC_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "the interface, and what it hangs below"},
	[QDISC_DEVICE] = {"device", VALUE_TEXT, UNIT_NONE, "the interface"},
	[QDISC_UP] = {"up", VALUE_BOOL, UNIT_NONE, "the interface was switched on"},
	[QDISC_KIND] = {"kind", VALUE_TEXT, UNIT_NONE, "fq_codel, fq, mq, noqueue, ..."},
	[QDISC_ROOT] = {"root", VALUE_BOOL, UNIT_NONE, "it is the root of its interface"},
	[QDISC_PARENT] = {"parent", VALUE_TEXT, UNIT_NONE,
			  "kind of the root that it hangs below: mq for those of a card's queues"},
	[QDISC_INGRESS] = {"ingress", VALUE_BOOL, UNIT_NONE, "it is for what comes in"},
	[QDISC_AUTOMATIC] = {"automatic", VALUE_BOOL, UNIT_NONE,
			     "the kernel chose it (handle 0), by net.core.default_qdisc or for want of a queue"},
};

static const struct column softnet_columns[] = {
	[SOFTNET_NAME] = {"name", VALUE_TEXT, UNIT_NONE, "CPU and its number"},
	[SOFTNET_CPU] = {"cpu", VALUE_NUMBER, UNIT_NONE,
			 "its number; before Linux 5.14 its place among those that are online"},
	[SOFTNET_PROCESSED] = {"processed", VALUE_NUMBER, UNIT_NONE, "packets since boot; it wraps at 32 bits"},
	[SOFTNET_DROPPED] = {"dropped", VALUE_NUMBER, UNIT_NONE,
			     "of them dropped because its backlog held netdev_max_backlog"},
	[SOFTNET_TIME_SQUEEZE] = {"time_squeeze", VALUE_NUMBER, UNIT_NONE,
				  "times that its softirq ran out of budget with work left"},
	[SOFTNET_RPS] = {"rps", VALUE_NUMBER, UNIT_NONE,
			 "times that another CPU woke it for packets (RPS)"},
	[SOFTNET_BACKLOG] = {"backlog", VALUE_NUMBER, UNIT_NONE,
			     "packets in its backlog at this moment; absent before Linux 5.14"},
	[SOFTNET_PROCESSED_PER_SECOND] = {"processed_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
					  "packets a second"},
	[SOFTNET_DROPPED_PER_SECOND] = {"dropped_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
					"dropped a second"},
	[SOFTNET_SQUEEZED_PER_SECOND] = {"squeezed_per_second", VALUE_NUMBER, UNIT_PER_SECOND,
					 "time_squeeze a second"},
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
const struct table_def configured_keys_def =
	TABLE("configured_keys", configured_key_columns,
	      "every net.* key that one of these lines sets, by name or by a glob that matches it here");
const struct table_def masked_def =
	TABLE("masked", masked_columns,
	      "sysctl.d files that are not read: a higher directory has one of the same name");

const struct table_def paths_def =
	TABLE("paths", path_columns,
	      "connections in ESTABLISHED by the peer's address, unless there are more than 20000 of them");
const struct table_def programs_def =
	TABLE("programs", program_columns,
	      "programs whose connections in ESTABLISHED have unread data, unsent data or fixed buffers, likewise");
const struct table_def congestion_def =
	TABLE("congestion", congestion_columns,
	      "congestion control algorithms of connections in ESTABLISHED, likewise");

const struct table_def sources_def =
	TABLE("sources", source_columns, "outgoing connections by the local address");

const struct table_def interfaces_def = TABLE("interfaces", interface_columns, "network interfaces");
const struct table_def qdiscs_def = TABLE("qdiscs", qdisc_columns, "queueing disciplines of interfaces");
const struct table_def softnet_cpus_def =
	TABLE("softnet_cpus", softnet_columns, "what each CPU of the machine did with packets");

static const struct table_def *const tables[] = {
	&listeners_def,  &destinations_def, &clients_def,    &processes_def,
	&configured_def, &configured_keys_def, &masked_def,  &paths_def,
	&congestion_def, &sources_def,      &interfaces_def, &qdiscs_def,
	&programs_def,   &softnet_cpus_def,
};

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
