#include <math.h>
#include <string.h>

#include "core/catalog.h"
#include "out_samples.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* A list and its length, which stands behind it in the struct. */
#define LIST(member, ...) \
	member = (const char *const[]){__VA_ARGS__}, N(((const char *const[]){__VA_ARGS__}))

static const char *const time_wait_profile[] = {"time-wait"};
static const char *const two_profiles[] = {"time-wait", "web"};

/* ------------------------------------------------------------------ facts */

struct number {
	const char *name;
	double number;
	enum unit unit;
};

static void set_numbers(struct facts *facts, const struct number *numbers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		facts_set(facts, numbers[i].name, value_number(numbers[i].number, numbers[i].unit));
}

static void set_host(struct facts *facts, const char *name)
{
	facts_set(facts, "host.name", value_text(name));
	facts_set(facts, "kernel.release", value_text("6.18.44"));
	facts_set(facts, "namespace.child", value_bool(false));
	facts_set(facts, "sample.live", value_bool(false));
	facts_set(facts, "sockets.source", value_text("one TCPDIAG_GETSOCK dump"));
}

static struct fact *add_row(struct facts *facts, const struct table_def *def)
{
	struct table *table = facts_table(facts, def);

	table->state = FACT_KNOWN;
	return table_add_row(facts, table);
}

static struct fact count(double number)
{
	return fact_known(value_number(number, UNIT_NONE));
}

static void add_destination(struct facts *facts, const char *name, double used)
{
	struct fact *row = add_row(facts, &destinations_def);

	row[DESTINATION_NAME] = fact_known(value_text(name));
	row[DESTINATION_USED] = count(used);
}

static void add_listener(struct facts *facts, const char *name, double queued, double limit)
{
	struct fact *row = add_row(facts, &listeners_def);

	row[LISTENER_NAME] = fact_known(value_text(name));
	row[LISTENER_QUEUED] = count(queued);
	row[LISTENER_LIMIT] = count(limit);
}

static void add_process(struct facts *facts, const char *name, double close_wait, double oldest)
{
	struct fact *row = add_row(facts, &processes_def);

	row[PROCESS_NAME] = fact_known(value_text(name));
	row[PROCESS_CLOSE_WAIT] = count(close_wait);
	row[PROCESS_CLOSE_WAIT_OLDEST] = fact_known(value_number(oldest, UNIT_SECONDS));
}

static struct facts *healthy_facts(struct arena *arena)
{
	static const struct number numbers[] = {
		{"uptime", 1054321.9, UNIT_SECONDS},
		{"sample.seconds", 1054321.9, UNIT_SECONDS},
		{"ports.usable", 28232, UNIT_NONE},
		{"sockets.total", 1534, UNIT_NONE},
		{"sockets.established", 311, UNIT_NONE},
		{"sockets.syn_sent", 0, UNIT_NONE},
		{"sockets.syn_recv", 0, UNIT_NONE},
		{"sockets.fin_wait1", 0, UNIT_NONE},
		{"sockets.fin_wait2", 4, UNIT_NONE},
		{"sockets.time_wait", 1204, UNIT_NONE},
		{"sockets.close_wait", 3, UNIT_NONE},
		{"sockets.last_ack", 0, UNIT_NONE},
		{"sockets.listen", 12, UNIT_NONE},
		{"sockets.closing", 0, UNIT_NONE},
		{"sockstat.tw", 1208, UNIT_NONE},
		{"net.ipv4.tcp_max_tw_buckets", 65536, UNIT_NONE},
		{"counter.TcpExt.ListenOverflows", 0, UNIT_NONE},
		{"counter.TcpExt.ListenDrops", 0, UNIT_NONE},
		{"counter.TcpExt.TCPTimeWaitOverflow", 0, UNIT_NONE},
	};
	struct facts *facts = facts_new(arena);

	set_host(facts, "web-1");
	set_numbers(facts, numbers, N(numbers));
	add_destination(facts, "10.0.0.5 -> 10.0.0.8:6379", 96);
	add_destination(facts, "10.0.0.5 -> 10.0.0.9:3306", 412);
	add_listener(facts, "0.0.0.0:22", 0, 128);
	add_listener(facts, "0.0.0.0:80", 2, 511);
	add_process(facts, "nginx[812]", 3, 12.4);
	return facts;
}

static struct facts *sick_facts(struct arena *arena)
{
	static const struct number numbers[] = {
		{"uptime", 1054321, UNIT_SECONDS},        {"sample.seconds", 10, UNIT_SECONDS},
		{"ports.usable", 28232, UNIT_NONE},       {"sockets.total", 40212, UNIT_NONE},
		{"sockets.established", 6902, UNIT_NONE}, {"sockets.syn_sent", 12, UNIT_NONE},
		{"sockets.syn_recv", 38, UNIT_NONE},      {"sockets.fin_wait1", 3, UNIT_NONE},
		{"sockets.fin_wait2", 97, UNIT_NONE},     {"sockets.time_wait", 28100, UNIT_NONE},
		{"sockets.close_wait", 5017, UNIT_NONE},  {"sockets.last_ack", 0, UNIT_NONE},
		{"sockets.listen", 43, UNIT_NONE},        {"sockets.closing", 0, UNIT_NONE},
	};
	struct facts *facts = facts_new(arena);

	set_host(facts, "web-1");
	facts_set(facts, "sample.live", value_bool(true));
	set_numbers(facts, numbers, N(numbers));
	return facts;
}

/* --------------------------------------------------------------- findings */

static const struct remedy port_remedies[] = {
	{REMEDY_PROGRAM,
	 "keep connections open and reuse them: a keep-alive or a connection pool to this "
	 "destination (nginx: upstream keepalive; HTTP clients: one pooled client, not one a request)",
	 NULL, NULL},
	{REMEDY_OPERATOR, "give the destination more addresses or ports: each has the local ports to itself",
	 NULL, NULL},
	{REMEDY_SYSCTL,
	 "outgoing connections may take over a TIME_WAIT socket of their own that is a second old",
	 "net.ipv4.tcp_tw_reuse", "1"},
	{REMEDY_SYSCTL, "more local ports for every destination", "net.ipv4.ip_local_port_range",
	 "10000 65535"},
};

static const struct remedy close_wait_remedies[] = {
	{REMEDY_PROGRAM,
	 "close the socket when read() returns 0, on the error and timeout paths too; return pooled "
	 "connections and let the pool drop idle ones sooner than the peer does",
	 NULL, NULL},
	{REMEDY_OPERATOR, "until it is mended, restarting python3 frees the sockets", NULL, NULL},
};

static const struct remedy queue_remedies[] = {
	{REMEDY_CONFIG, "raise the program's own backlog (nginx: listen ... backlog=4096) and restart it",
	 NULL, NULL},
};

static const struct remedy somaxconn_remedies[] = {
	{REMEDY_SYSCTL, "", "net.core.somaxconn", "4096"},
};

static const struct finding sick_findings[] = {
	{
		.id = "accept-queue-overflow",
		.title = "A listener's accept queue overflows",
		.severity = SEVERITY_CRITICAL,
		.subject = "0.0.0.0:8080",
		.summary = "0.0.0.0:8080 (gunicorn[977]) turns connections away: its accept queue is full, "
			   "512 of 511",
		LIST(.evidence, "8.3 connections a second were dropped because a queue was full (ListenOverflows)",
		     "the limit is 511, net.core.somaxconn is 4096: the program's own backlog decides"),
		.facts = (const struct named_value[]){{"queued", {VALUE_NUMBER, UNIT_NONE, {.number = 512}}},
						      {"rate", {VALUE_NUMBER, UNIT_PER_SECOND, {.number = 8.3}}}},
		.n_facts = 2,
		.remedies = queue_remedies,
		.n_remedies = 1,
		.risk = "clients wait longer in a longer queue: where the program is too slow, more workers "
			"help and a longer queue hides it",
		.corrects = "tcp_max_syn_backlog does not size this queue",
		LIST(.sources, "Linux 6.18 net/ipv4/tcp_input.c tcp_conn_request()"),
	},
	{
		.id = "eph-port-exhaustion-dest",
		.title = "The local ports for one destination run out",
		.severity = SEVERITY_CRITICAL,
		.subject = "10.0.0.5 -> 10.0.0.9:3306",
		.summary = "26821 of 28232 local ports are in use, 95%",
		LIST(.evidence, "25904 of them in TIME_WAIT, 917 in ESTABLISHED",
		     "new connections to it fail with EADDRNOTAVAIL when the last one is taken"),
		.facts = (const struct named_value[]){{"used", {VALUE_NUMBER, UNIT_NONE, {.number = 26821}}},
						      {"outgoing", {VALUE_BOOL, UNIT_NONE, {.boolean = true}}},
						      {"range", {VALUE_TUPLE, UNIT_NONE, {.tuple = {2, {32768, 60999}}}}},
						      {"kernel", {VALUE_VERSION, UNIT_NONE, {.version = {6, 18, 44}}}},
						      {"nonsense", {VALUE_NUMBER, UNIT_NONE, {.number = NAN}}},
						      {"name", {VALUE_TEXT, UNIT_NONE, {.text = "10.0.0.9:3306"}}}},
		.n_facts = 6,
		.remedies = port_remedies,
		.n_remedies = N(port_remedies),
		.risk = "a firewall between that does not know the reuse may drop the SYN; a wider range may "
			"take ports that services listen on",
		.corrects = "28k TIME_WAIT are not the end of all ports: the limit is for each destination",
		LIST(.sources, "https://vincent.bernat.ch/en/blog/2014-tcp-time-wait-state-linux",
				"Linux 6.18 net/ipv4/inet_hashtables.c __inet_hash_connect()"),
	},
	{
		.id = "close-wait-leak",
		.title = "A program does not close connections that its peers have closed",
		.severity = SEVERITY_HIGH,
		.subject = "python3[1234]",
		.summary = "python3[1234] does not close: 5000 connections whose peers are gone, the oldest "
			   "for 2 h 3 min",
		LIST(.evidence, "4990 with Recv-Q 0: the program read the end and forgot close()",
		     "peers: 10.0.0.7:443 (3100), 10.0.0.8:443 (1900)",
		     "5012 of 8192 file descriptors in use"),
		.facts = (const struct named_value[]){{"count", {VALUE_NUMBER, UNIT_NONE, {.number = 5000}}}},
		.n_facts = 1,
		.remedies = close_wait_remedies,
		.n_remedies = N(close_wait_remedies),
		.risk = "none of the sysctls that are offered for this helps: the socket is the program's",
		.corrects = "no sysctl ends CLOSE_WAIT, tcp_fin_timeout neither",
		LIST(.sources, "Linux 6.18 net/ipv4/tcp_timer.c tcp_keepalive_timer()"),
	},
	{
		.id = "somaxconn-low",
		.title = "The limit of accept queues is low",
		.severity = SEVERITY_MEDIUM,
		.subject = "",
		.summary = "net.core.somaxconn is 128: no accept queue of this host is longer",
		LIST(.evidence, "set in /etc/sysctl.d/50-old.conf:3"),
		.remedies = somaxconn_remedies,
		.n_remedies = 1,
	},
	{
		.id = "port-range-covers-listener",
		.title = "A listener's port is one that outgoing connections may take",
		.severity = SEVERITY_LOW,
		.subject = "0.0.0.0:50051",
		.summary = "0.0.0.0:50051 lies within ip_local_port_range and is not reserved",
	},
	{
		.id = "tw-count-harmless",
		.title = "Many TIME_WAIT, and no harm",
		.severity = SEVERITY_INFO,
		.subject = "",
		.summary = "28100 sockets in TIME_WAIT hold about 7 MiB and block nothing but the destination above",
	},
};

static const struct unjudged sick_unknown[] = {
	{"finwait2-pileup", "owners of sockets are not visible: run as root"},
	{"tw-buckets-lowered", "net.ipv4.tcp_max_tw_buckets: Permission denied"},
	{"close-wait-unread-eof", "owners of sockets are not visible: run as root"},
};

static const struct unjudged not_applicable[] = {
	{"tw-recycle-present", "this kernel does not have net.ipv4.tcp_tw_recycle"},
};

/* ------------------------------------------------------------------- plan */

static const char *const bernat[] = {"https://vincent.bernat.ch/en/blog/2014-tcp-time-wait-state-linux",
				     "Linux commit 4396e46187ca"};

static struct setting_result sick_settings[] = {
	{.key = "net.core.somaxconn", .current = "128", .wanted = "4096", .asks = "at least 4096",
	 .profile = "web", .verdict = SETTING_DIFFERS,
	 .why = "bursts of connections wait instead of being turned away"},
	{.key = "net.ipv4.ip_local_port_range", .current = "32768 60999", .wanted = "10000 65535",
	 .asks = "10000 65535", .profile = "time-wait", .verdict = SETTING_CONFLICT,
	 .why = "more local ports for every destination",
	 .note = "profile time-wait asks 10000 65535, profile web asks 32768 60999"},
	{.key = "net.ipv4.ip_local_port_range", .current = "32768 60999", .wanted = "32768 60999",
	 .asks = "32768 60999", .profile = "web", .verdict = SETTING_CONFLICT,
	 .why = "the firewall knows no others",
	 .note = "profile time-wait asks 10000 65535, profile web asks 32768 60999"},
	{.key = "net.ipv4.tcp_fin_timeout", .current = "60", .wanted = "30", .asks = "30",
	 .profile = "time-wait", .verdict = SETTING_DIFFERS,
	 .why = "orphaned FIN_WAIT_2 ends sooner; TIME_WAIT does not",
	 .claim = "how long a socket stays in FIN_WAIT_2 when this side closed", .sources = bernat,
	 .n_sources = 1},
	{.key = "net.ipv4.tcp_low_latency", .current = "0", .wanted = "1", .asks = "1", .profile = "web",
	 .verdict = SETTING_NOOP, .why = "lower latency", .note = "without effect since kernel 4.14"},
	{.key = "net.ipv4.tcp_mem", .asks = "memory.pages / 16", .profile = "web",
	 .verdict = SETTING_UNKNOWN, .why = "room for buffers", .note = "Permission denied"},
	{.key = "net.ipv4.tcp_rmem", .current = "4096 131072 6291456", .wanted = "4096 131072 16777216",
	 .asks = "[keep, keep, at least 16 MiB]", .profile = "web", .verdict = SETTING_DIFFERS,
	 .why = "room for 1 Gbit/s over 100 ms"},
	{.key = "net.ipv4.tcp_syncookies", .current = "1", .wanted = "1", .asks = "1",
	 .profile = "time-wait", .verdict = SETTING_OK,
	 .why = "answers a SYN flood without a queue; it is the default"},
	{.key = "net.ipv4.tcp_tw_recycle", .wanted = "1", .asks = "1", .profile = "time-wait",
	 .verdict = SETTING_REMOVED, .why = "fast recycling of TIME_WAIT",
	 .note = "removed in kernel 4.12: 6.18.44 does not have it",
	 .warning = "net.ipv4.tcp_tw_recycle: removed in kernel 4.12: 6.18.44 does not have it; not "
		    "written (before that it drops the connections of clients behind NAT)",
	 .sources = bernat, .n_sources = 2},
	{.key = "net.ipv4.tcp_tw_reuse", .current = "2", .wanted = "1", .asks = "1",
	 .profile = "time-wait", .verdict = SETTING_DIFFERS,
	 .why = "outgoing connections may take over their own TIME_WAIT sockets", .sources = bernat,
	 .n_sources = 1},
	{.key = "net.ipv4.tcp_tw_reuse_delay", .wanted = "1000", .asks = "1000", .profile = "web",
	 .verdict = SETTING_ABSENT, .why = "the default", .note = "this kernel does not have it"},
	{.key = "net.netfilter.nf_conntrack_max", .current = "262144", .wanted = "524288",
	 .asks = "at least 524288", .profile = "web", .verdict = SETTING_READ_ONLY,
	 .why = "room for connections",
	 .note = "it belongs to the whole host and is read-only in this network namespace"},
};

static const struct change sick_changes[] = {
	{.key = "net.core.somaxconn", .from = "128", .to = "4096", .where = CHANGE_RUNNING | CHANGE_FILE,
	 LIST(.because, "web", "somaxconn-low"),
	 .note = "programs must be restarted: the limit is read at listen()"},
	{.key = "net.ipv4.tcp_ecn", .from = "2", .where = CHANGE_FILE,
	 LIST(.because, "no profile asks for it any more")},
	{.key = "net.ipv4.tcp_fin_timeout", .from = "60", .to = "30", .where = CHANGE_RUNNING | CHANGE_FILE,
	 LIST(.because, "time-wait"), .note = "below the kernel's default of 60"},
	{.key = "net.ipv4.tcp_rmem", .from = "4096 131072 6291456", .to = "4096 131072 16777216",
	 .where = CHANGE_RUNNING, LIST(.because, "web")},
	{.key = "net.ipv4.tcp_syncookies", .from = "1", .to = "1", .where = CHANGE_FILE,
	 LIST(.because, "time-wait")},
	{.key = "net.ipv4.tcp_tw_reuse", .from = "2", .to = "1", .where = CHANGE_RUNNING | CHANGE_FILE,
	 LIST(.because, "time-wait", "eph-port-exhaustion-dest")},
};

static const struct skipped sick_skipped[] = {
	{"net.core.rmem_max", "eph-port-exhaustion-dest", "this kernel does not have it"},
	{"net.ipv4.ip_local_port_range", "time-wait",
	 "a conflict: profile time-wait asks 10000 65535, profile web asks 32768 60999"},
	{"net.ipv4.tcp_low_latency", "web", "without effect since kernel 4.14"},
	{"net.ipv4.tcp_tw_recycle", "time-wait", "removed in kernel 4.12: 6.18.44 does not have it"},
};

static const struct obstacle sick_obstacles[] = {
	{"net.ipv4.tcp_fin_timeout", "15", "30", {"/etc/sysctl.d/99-legacy.conf", 7, 0}},
	{"net.ipv4.tcp_tw_reuse", "0", "1", {"/etc/sysctl.conf", 41, 0}},
};

static const struct plan *sick_plan(struct arena *arena, bool has_obstacles)
{
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	*plan = (struct plan){
		.settings = sick_settings,
		.n_settings = N(sick_settings),
		.changes = (struct change *)(size_t)sick_changes,
		.n_changes = N(sick_changes),
		.skipped = (struct skipped *)(size_t)sick_skipped,
		.n_skipped = N(sick_skipped),
		.obstacles = (struct obstacle *)(size_t)sick_obstacles,
		.n_obstacles = has_obstacles ? N(sick_obstacles) : 0,
		.dropin_path = "/etc/sysctl.d/60-tcptune.conf",
		.dropin = "net.ipv4.tcp_fin_timeout = 30\n",
		.dropin_changes = true,
	};
	return plan;
}

/* ---------------------------------------------------------------- reports */

static struct findings *findings_of(struct arena *arena, const struct finding *items, size_t n)
{
	struct findings *findings = arena_alloc(arena, sizeof(*findings));

	findings->items = arena_array(arena, n, sizeof(*items));
	if (n)
		memcpy(findings->items, items, n * sizeof(*items));
	findings->n = n;
	return findings;
}

static void set_unknown(struct findings *findings)
{
	findings->unknown = (struct unjudged *)(size_t)sick_unknown;
	findings->n_unknown = N(sick_unknown);
	findings->not_applicable = (struct unjudged *)(size_t)not_applicable;
	findings->n_not_applicable = N(not_applicable);
}

struct check_report *sample_sick(struct arena *arena)
{
	static const char *const notes[] = {
		"The owners of 17 sockets could not be looked up: not root.",
	};
	struct check_report *report = arena_alloc(arena, sizeof(*report));
	struct findings *findings = findings_of(arena, sick_findings, N(sick_findings));
	static const struct place place = {.file = "/etc/tcptune/tcptune.yaml", .line = 4, .column = 3};

	set_unknown(findings);
	findings->n_quiet = 31;
	findings->items[2].was_accepted = "accepted until 2026-10-31: until the new release";
	findings->accepted = arena_array(arena, 2, sizeof(*findings->accepted));
	findings->accepted[0] = (struct accepted){sick_findings[4], "for the metrics", NULL, place};
	findings->accepted[1] =
		(struct accepted){sick_findings[3], "moved in spring", "2027-03-31", place};
	findings->n_accepted = 2;
	findings->unmet = arena_array(arena, 1, sizeof(*findings->unmet));
	findings->unmet[0] = (struct unmet){"sack-off", place};
	findings->n_unmet = 1;
	*report = (struct check_report){
		.facts = sick_facts(arena),
		.findings = findings,
		.plan = sick_plan(arena, true),
		.profiles = two_profiles,
		.n_profiles = 2,
		.notes = notes,
		.n_notes = 1,
		.pending = "An apply (record 3) was cut off half-way: `tcptune revert` takes it back.",
	};
	return report;
}

struct check_report *sample_healthy(struct arena *arena)
{
	struct check_report *report = arena_alloc(arena, sizeof(*report));
	struct plan *plan = arena_alloc(arena, sizeof(*plan));
	struct findings *findings = findings_of(arena, &sick_findings[5], 1);

	findings->n_quiet = 36;
	plan->settings = arena_array(arena, 2, sizeof(*plan->settings));
	plan->settings[0] = sick_settings[7];
	plan->settings[1] = sick_settings[8];
	plan->n_settings = 2;
	plan->dropin_path = "/etc/sysctl.d/60-tcptune.conf";
	plan->dropin = plan->dropin_now = "net.ipv4.tcp_syncookies = 1\n";
	*report = (struct check_report){
		.facts = healthy_facts(arena),
		.findings = findings,
		.plan = plan,
		.profiles = time_wait_profile,
		.n_profiles = 1,
	};
	return report;
}

struct check_report *sample_blind(struct arena *arena)
{
	struct check_report *report = arena_alloc(arena, sizeof(*report));
	struct findings *findings = findings_of(arena, NULL, 0);
	struct plan *plan = arena_alloc(arena, sizeof(*plan));

	set_unknown(findings);
	plan->dropin_path = "/etc/sysctl.d/60-tcptune.conf";
	plan->dropin = "";
	*report = (struct check_report){
		.facts = facts_new(arena),
		.findings = findings,
		.plan = plan,
	};
	return report;
}

#define EVIL "\033[31mred\a \xff\xfe caf\xc3\xa9 \xc2\x9b" "1m\r\nnext\tline"

struct check_report *sample_hostile(struct arena *arena)
{
	static const char *const evil[] = {EVIL};
	struct check_report *report = sample_sick(arena);
	struct facts *facts = sick_facts(arena);
	struct findings *findings = findings_of(arena, sick_findings, 1);
	struct finding *finding = &findings->items[0];
	char *endless = arena_alloc(arena, 3001);

	memset(endless, 'w', 3000);
	facts_set(facts, "host.name", value_text(EVIL));
	facts_set(facts, "sockets.source", value_text("/proc/net/tcp: " EVIL));
	finding->subject = finding->summary = finding->risk = finding->corrects = EVIL;
	finding->evidence = finding->sources = evil;
	finding->n_evidence = finding->n_sources = 1;
	finding->title = endless;
	report->facts = facts;
	report->findings = findings;
	report->pending = EVIL;
	report->notes = evil;
	return report;
}

static const struct apply_problem problems[] = {
	{"net.ipv4.tcp_rmem", "the kernel refused 4096 131072 16777216: Invalid argument"},
	{"/etc/sysctl.d/60-tcptune.conf", "cannot be written: No space left on device; free some and try again"},
};

static const char diff[] = "--- /etc/sysctl.d/60-tcptune.conf\n"
			   "+++ /etc/sysctl.d/60-tcptune.conf\n"
			   "@@ -1,2 +1,4 @@\n"
			   " # Written by tcptune.\n"
			   "-net.ipv4.tcp_fin_timeout = 60\n"
			   "+# profile time-wait: orphaned FIN_WAIT_2 ends sooner; TIME_WAIT does not\n"
			   "+net.ipv4.tcp_fin_timeout = 30\n"
			   "+net.ipv4.tcp_tw_reuse = 1\n";

static bool is_failure(enum apply_outcome outcome)
{
	return outcome == APPLY_RESTORED || outcome == APPLY_BROKEN;
}

struct apply_report *sample_apply(struct arena *arena, enum apply_outcome outcome, bool dry_run)
{
	struct apply_report *report = arena_alloc(arena, sizeof(*report));
	struct plan *nothing = arena_alloc(arena, sizeof(*nothing));

	nothing->dropin_path = "/etc/sysctl.d/60-tcptune.conf";
	*report = (struct apply_report){
		.outcome = outcome,
		.dry_run = dry_run,
		.check = sample_sick(arena),
		.plan = outcome == APPLY_UNCHANGED ? nothing
						   : sick_plan(arena, outcome == APPLY_STOPPED),
		.dropin_diff = outcome == APPLY_UNCHANGED ? "" : diff,
		.problems = problems,
		.n_problems = is_failure(outcome) ? N(problems) : 0,
		.record = outcome == APPLY_DONE ? 4 : 0,
	};
	return report;
}

struct revert_report *sample_revert(struct arena *arena, enum apply_outcome outcome, bool dry_run)
{
	static const struct change changes[] = {
		{.key = "net.ipv4.tcp_fin_timeout", .from = "30", .to = "60",
		 .where = CHANGE_RUNNING | CHANGE_FILE},
	};
	static const struct skipped left[] = {
		{"net.ipv4.tcp_tw_reuse", "record 4", "it was 1 as tcptune left it, now it is 0"},
	};
	struct revert_report *report = arena_alloc(arena, sizeof(*report));
	bool has_nothing = outcome == APPLY_UNCHANGED;

	*report = (struct revert_report){
		.outcome = outcome,
		.dry_run = dry_run,
		.changes = changes,
		.n_changes = has_nothing ? 0 : 1,
		.left = left,
		.n_left = has_nothing ? 0 : 1,
		.dropin_path = has_nothing ? NULL : "/etc/sysctl.d/60-tcptune.conf",
		.dropin_diff = has_nothing ? "" : diff,
		.problems = problems,
		.n_problems = is_failure(outcome) ? N(problems) : 0,
		.record = has_nothing ? 0 : 4,
	};
	return report;
}
