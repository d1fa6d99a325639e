#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "out.h"
#include "out_samples.h"
#include "out_shared.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
	arena = NULL;
}

/* ---------------------------------------------------------------- samples */

enum command { CHECK, APPLY, REVERT };

static const struct sample {
	const char *name; /* of the file: COMMAND-WHAT */
	enum command command;
	struct check_report *(*check)(struct arena *arena);
	enum apply_outcome outcome;
	bool dry_run;
} samples[] = {
	{"check-sick", CHECK, sample_sick, 0, false},
	{"check-healthy", CHECK, sample_healthy, 0, false},
	{"check-blind", CHECK, sample_blind, 0, false},
	{"check-hostile", CHECK, sample_hostile, 0, false},
	{"apply-unchanged", APPLY, NULL, APPLY_UNCHANGED, false},
	{"apply-dry", APPLY, NULL, APPLY_WOULD, true},
	{"apply-asked", APPLY, NULL, APPLY_WOULD, false},
	{"apply-done", APPLY, NULL, APPLY_DONE, false},
	{"apply-restored", APPLY, NULL, APPLY_RESTORED, false},
	{"apply-broken", APPLY, NULL, APPLY_BROKEN, false},
	{"apply-stopped", APPLY, NULL, APPLY_STOPPED, false},
	{"apply-stopped-dry", APPLY, NULL, APPLY_STOPPED, true},
	{"revert-unchanged", REVERT, NULL, APPLY_UNCHANGED, false},
	{"revert-dry", REVERT, NULL, APPLY_WOULD, true},
	{"revert-done", REVERT, NULL, APPLY_DONE, false},
	{"revert-restored", REVERT, NULL, APPLY_RESTORED, false},
	{"revert-broken", REVERT, NULL, APPLY_BROKEN, false},
};

enum { COLOR = 1, QUIET = 2, VERBOSE = 4, ALL_SEVERITIES = 8 };

static char *render(const struct out *out, const struct sample *sample, unsigned width,
		    unsigned flags)
{
	char *bytes = NULL, *copy;
	size_t length = 0;
	struct out_options options = {
		.stream = open_memstream(&bytes, &length),
		.arena = arena,
		.width = width,
		.color = flags & COLOR,
		.quiet = flags & QUIET,
		.verbose = flags & VERBOSE,
		.severity = flags & ALL_SEVERITIES ? SEVERITY_INFO : SEVERITY_MEDIUM,
	};

	ck_assert_ptr_nonnull(options.stream);
	if (sample->command == CHECK)
		out->check(&options, sample->check(arena));
	else if (sample->command == APPLY)
		out->apply(&options, sample_apply(arena, sample->outcome, sample->dry_run));
	else
		out->revert(&options, sample_revert(arena, sample->outcome, sample->dry_run));
	ck_assert_int_eq(fclose(options.stream), 0);
	copy = arena_strdup(arena, bytes);
	ck_assert_uint_eq(strlen(copy), length);
	free(bytes);
	return copy;
}

static const struct sample *find_sample(const char *name)
{
	for (size_t i = 0; i < N(samples); i++)
		if (!strcmp(samples[i].name, name))
			return &samples[i];
	ck_abort_msg("no sample %s", name);
	return NULL;
}

static char *text_of(const char *name, unsigned flags)
{
	return render(&out_text, find_sample(name), 80, flags);
}

static json_t *json_of(const char *name)
{
	json_error_t error;
	json_t *document = json_loads(render(&out_json, find_sample(name), 80, 0),
				      JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(document != NULL, "%s: line %d: %s", name, error.line, error.text);
	return document;
}

/* ------------------------------------------------------------------ names */

START_TEST(test_severity_names)
{
	enum severity severity = (enum severity)_i, parsed = (enum severity)(-1);

	ck_assert(severity_parse(severity_name(severity), &parsed));
	ck_assert_int_eq(parsed, severity);
}
END_TEST

START_TEST(test_other_names)
{
	enum severity severity = SEVERITY_HIGH;

	ck_assert(!severity_parse("High", &severity));
	ck_assert(!severity_parse("", &severity));
	ck_assert_int_eq(severity, SEVERITY_HIGH);
	ck_assert_str_eq(severity_name(SEVERITY_CRITICAL), "critical");
	ck_assert_str_eq(remedy_kind_name(REMEDY_PROGRAM), "program");
	ck_assert_str_eq(remedy_kind_name(REMEDY_OPERATOR), "operator");
	ck_assert_str_eq(setting_verdict_name(SETTING_NOOP), "no-op");
	ck_assert_str_eq(setting_verdict_name(SETTING_READ_ONLY), "read-only");
	ck_assert_str_eq(setting_verdict_name(SETTING_UNKNOWN), "unknown");
	ck_assert_str_eq(change_where_name(CHANGE_RUNNING), "running");
	ck_assert_str_eq(change_where_name(CHANGE_FILE), "file");
	ck_assert_str_eq(change_where_name(CHANGE_RUNNING | CHANGE_FILE), "both");
}
END_TEST

START_TEST(test_formats)
{
	ck_assert_ptr_eq(out_find("text"), &out_text);
	ck_assert_ptr_eq(out_find("json"), &out_json);
	ck_assert_ptr_null(out_find("JSON"));
	ck_assert_ptr_null(out_find(""));
}
END_TEST

START_TEST(test_lines)
{
	ck_assert_ptr_null(out_line(arena, NULL));
	ck_assert_ptr_null(out_lines(arena, NULL));
	ck_assert_str_eq(out_line(arena, "4096\t131072\n"), "4096 131072");
	ck_assert_str_eq(out_line(arena, "\033[1m\xff"), "\\x1b[1m\\xff");
	ck_assert_str_eq(out_lines(arena, "+a\tb\n-\001\n\n"), "+a\tb\n-\\x01\n\n");
	ck_assert_str_eq(out_lines(arena, ""), "");
	ck_assert_str_eq(out_join(arena, (const char *const[]){"a", "b\n"}, 2, ", "), "a, b");
	ck_assert_str_eq(out_join(arena, NULL, 0, ", "), "");
}
END_TEST

/* ------------------------------------------------------------------- text */

static size_t columns(const char *line, size_t n)
{
	size_t width = 0;

	for (size_t i = 0; i < n; i++)
		width += ((unsigned char)line[i] & 0xc0) != 0x80;
	return width;
}

/* Has the line one word only, behind its indent? */
static bool is_word(const char *line, size_t n)
{
	size_t indent = strspn(line, " ");

	return indent >= n || !memchr(line + indent, ' ', n - indent);
}

static void assert_page(const char *name, const char *text, unsigned width)
{
	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");

		ck_assert_msg(line[n] == '\n', "%s: no line's end at the end", name);
		ck_assert_msg(!n || line[n - 1] != ' ', "%s: a blank ends '%.*s'", name, (int)n,
			      line);
		/* A line of a diff stays what it is. */
		ck_assert_msg(columns(line, n) <= width || is_word(line, n) ||
				      strchr("+-", *line),
			      "%s: wider than %u: '%.*s'", name, width, (int)n, line);
		for (size_t i = 0; i < n; i++)
			ck_assert_msg((unsigned char)line[i] >= 32 && line[i] != 127,
				      "%s: control character %d", name, line[i]);
		line += n + 1;
	}
	ck_assert_msg(!strstr(text, "(null)"), "%s: a NULL is shown", name);
	ck_assert_msg(!strstr(text, "\n\n\n"), "%s: two empty lines", name);
}

/* Every sample in every way is a page: it fits, and nothing raw comes through. */
START_TEST(test_pages)
{
	static const unsigned widths[] = {72, 80, 100, 120, 250};
	const struct sample *sample = &samples[_i];

	for (size_t i = 0; i < N(widths); i++)
		for (unsigned flags = 0; flags < 16; flags += 2)
			assert_page(sample->name, render(&out_text, sample, widths[i], flags),
				    widths[i]);
	/* So narrow that the table does not fit; it must end all the same. */
	ck_assert_ptr_nonnull(strchr(render(&out_text, sample, 1, 0), '\n'));
	ck_assert_str_eq(render(&out_text, sample, 0, 0), render(&out_text, sample, 80, 0));
}
END_TEST

/* The text without "ESC [ ... m". */
static char *without_color(const char *text)
{
	char *plain = arena_alloc(arena, strlen(text) + 1), *to = plain;

	while (*text) {
		if (!strncmp(text, "\033[", 2)) {
			text += 2 + strspn(text + 2, "0123456789;");
			ck_assert_int_eq(*text, 'm');
			text++;
		} else {
			*to++ = *text++;
		}
	}
	return plain;
}

START_TEST(test_color_adds_nothing)
{
	const struct sample *sample = &samples[_i];
	char *colored = render(&out_text, sample, 80, COLOR);

	ck_assert_ptr_nonnull(strstr(colored, "\033["));
	ck_assert_str_eq(without_color(colored), render(&out_text, sample, 80, 0));
}
END_TEST

static const struct phrase {
	const char *sample;
	unsigned flags;
	bool is_there;
	const char *phrase;
} phrases[] = {
	/* the head */
	{"check-sick", 0, true,
	 "web-1, Linux 6.18.44, initial network namespace, up 12 d 4 h\n"},
	{"check-sick", 0, true,
	 "40212 TCP sockets: 28100 TIME_WAIT, 6902 ESTABLISHED, 5017 CLOSE_WAIT,\n"
	 "    97 FIN_WAIT2, 43 LISTEN"},
	{"check-sick", 0, false, "LAST_ACK"},
	{"check-sick", 0, false, "dump"},
	{"check-hostile", 0, true, "(counted from\n    /proc/net/tcp: \\x1b"},
	{"check-sick", 0, true, "measured over 10 s"},
	{"check-healthy", 0, true, "since boot, weak evidence"},
	{"check-blind", 0, false, "is younger"},
	{"check-sick", 0, true, "WARNING   An apply (record 3)"},
	{"check-sick", QUIET, true, "WARNING   An apply (record 3)"},
	{"check-sick", QUIET, false, "web-1"},
	{"check-blind", 0, true, "TCP sockets unknown: not observed"},
	/* findings */
	{"check-sick", 0, true,
	 "4 findings: 2 critical, 1 high, 1 medium (31 rules are quiet, 3 could"},
	{"check-sick", ALL_SEVERITIES, true,
	 "6 findings: 2 critical, 1 high, 1 medium, 1 low, 1 info ("},
	{"check-sick", 0, true, "\nCRITICAL  10.0.0.5 -> 10.0.0.9:3306: 26821 of 28232"},
	{"check-sick", 0, true, "\nHIGH      python3[1234] does not close: 5000 connections"},
	{"check-sick", 0, true,
	 "\n          peers: 10.0.0.7:443 (3100), 10.0.0.8:443 (1900)\n"},
	{"check-sick", 0, true, "\n  do      config: raise the program's own backlog"},
	{"check-sick", 0, true, "\n  do      1. program: keep connections open"},
	{"check-sick", 0, true,
	 "\n          3. sysctl: net.ipv4.tcp_tw_reuse = 1\n             outgoing connections"},
	{"check-sick", 0, true,
	 "\n  do      sysctl: net.core.somaxconn = 4096\n  source  [somaxconn-low]\n"},
	{"check-sick", 0, true, "\n  risk    none of the sysctls"},
	{"check-sick", 0, false, "\n  truth "},
	{"check-sick", VERBOSE, true, "\n  truth   no sysctl ends CLOSE_WAIT"},
	{"check-sick", 0, true, "\nOf less weight\n  low     0.0.0.0:50051 lies"},
	{"check-sick", QUIET, false, "50051"},
	{"check-sick", ALL_SEVERITIES, true, "\nLOW       0.0.0.0:50051 lies"},
	{"check-sick", QUIET, true, "\nHIGH      python3[1234]"},
	/* a healthy host */
	{"check-healthy", 0, true, "Nothing wrong found: 36 rules are quiet"},
	{"check-healthy", 0, true,
	 "busiest destination 10.0.0.5 -> 10.0.0.9:3306 holds 412 of\n"},
	{"check-healthy", 0, true, "28232 (1%)"},
	{"check-healthy", 0, true, "  CLOSE_WAIT     3, the oldest for 12 s in nginx[812]\n"},
	{"check-healthy", 0, true, "  TIME_WAIT      1208 of at most 65536 (1%)\n"},
	{"check-healthy", 0, true, "fullest is 0.0.0.0:80 with 2 waiting of at most 511\n"},
	{"check-healthy", 0, true, "  since boot     ListenOverflows 0, ListenDrops 0"},
	{"check-healthy", 0, true, "Nothing to change"},
	{"check-healthy", 0, true, "\nWorth knowing\n  info    28100"},
	{"check-healthy", 0, false, "tcptune apply"},
	{"check-blind", 0, true, "None of 3 rules could be judged."},
	{"check-blind", 0, false, "Nothing wrong"},
	{"check-blind", 0, true, "  CLOSE_WAIT     unknown: not observed\n"},
	{"check-blind", 0, true, "  local ports    unknown: not observed\n"},
	{"check-blind", 0, true, "  accept queues  unknown: not observed\n"},
	{"check-blind", 0, false, " 0 of "},
	/* settings */
	{"check-sick", 0, true, "\nWhat profiles time-wait, web ask, against what is\n  KEY  "},
	{"check-healthy", 0, true, "\nWhat profile time-wait asks, against what is\n  KEY  "},
	{"check-healthy", 0, false, "PROFILE"},
	{"check-sick", 0, true,
	 "net.ipv4.tcp_rmem               4096 131072  4096 131072  differs    web\n"},
	{"check-sick", 0, true, "net.ipv4.tcp_mem                unknown "},
	{"check-sick", 0, true, "\nWARNING   net.ipv4.tcp_tw_recycle: removed in kernel 4.12"},
	{"check-sick", 0, false, "net.ipv4.tcp_tw_recycle, removed:"},
	{"check-sick", 0, true,
	 "net.ipv4.tcp_low_latency, no-op: without effect since kernel 4.14\n"},
	{"check-sick", 0, false, "net.core.somaxconn asks at least"},
	{"check-sick", VERBOSE, true, "net.core.somaxconn asks at least 4096: bursts"},
	{"check-sick", VERBOSE, true, "the document it is from says: how long"},
	{"check-sick", QUIET, false, "KEY"},
	/* what would change */
	{"check-sick", 0, true,
	 "What would change, and be kept in /etc/sysctl.d/60-tcptune.conf\n"},
	{"check-sick", QUIET, true, "What would change"},
	{"check-sick", 0, true,
	 "  net.ipv4.tcp_tw_reuse: 2 -> 1 (running and file)\n"
	 "      time-wait: outgoing connections may take over their own TIME_WAIT sockets\n"
	 "      eph-port-exhaustion-dest: The local ports for one destination run out\n"},
	{"check-sick", 0, true, "16777216 (running)\n"},
	{"check-sick", 0, true, "  net.ipv4.tcp_syncookies: 1 (file: it runs so"},
	{"check-sick", 0, true,
	 "  net.ipv4.tcp_ecn: out of the drop-in (file); running it stays 2\n"},
	{"check-sick", 0, true,
	 "/etc/sysctl.d/99-legacy.conf:7: net.ipv4.tcp_fin_timeout = 15, wanted is 30\n"},
	{"check-sick", 0, true,
	 "\nWhat would not change\n  net.core.rmem_max (eph-port-exhaustion-dest)"},
	{"check-sick", 0, false, "net.ipv4.tcp_low_latency (web)"},
	/* what is not known */
	{"check-sick", 0, true, "\nNot seen\n  - The owners of 17 sockets"},
	{"check-sick", 0, true, "run as root (finwait2-pileup,\n    close-wait-unread-eof)\n"},
	{"check-sick", 0, false, "Not for this host"},
	{"check-sick", VERBOSE, true, "\nNot for this host: 1 rule\n"},
	{"check-sick", 0, true, "apply stops at what is in the way"},
	/* apply */
	{"apply-unchanged", 0, true, "Already in the desired state: nothing to do.\n"},
	{"apply-dry", 0, true, "This would change:\n  net.core.somaxconn: 128 -> 4096"},
	{"apply-dry", 0, true, "\n+net.ipv4.tcp_tw_reuse = 1\n"},
	{"apply-dry", 0, true, "Dry run: nothing was changed."},
	{"apply-dry", 0, true, "\nWARNING   net.ipv4.tcp_tw_recycle"},
	{"apply-dry", 0, false, "net.ipv4.tcp_tw_recycle (time-wait)"},
	{"apply-dry", 0, false, "Undo"},
	{"apply-asked", 0, false, "nothing was changed"},
	{"apply-done", 0, true, "Changed:\n"},
	{"apply-done", 0, true, "\nUndo with: tcptune revert\n"},
	{"apply-done", QUIET, false, "@@"},
	{"apply-restored", 0, true,
	 "everything is as it was before.\n  net.ipv4.tcp_rmem: the kernel refused"},
	{"apply-broken", 0, true, "could not be put back.\n  net.ipv4.tcp_rmem"},
	{"apply-stopped", 0, true, "Stopped: nothing was touched.\n\nIn the way"},
	{"apply-stopped", 0, false, "Undo"},
	{"apply-stopped-dry", 0, true, "\nThis was to change:\n"},
	/* revert */
	{"revert-unchanged", 0, true, "Nothing to take back.\n"},
	{"revert-done", 0, true,
	 "Taken back:\n  net.ipv4.tcp_fin_timeout: 30 -> 60 (running and file)\n"},
	{"revert-done", 0, true, "\nLeft as it is: changed by somebody else since"},
	{"revert-dry", 0, true, "This would be taken back:\n"},
	{"revert-broken", 0, true, "could not be put back.\n"},
};

START_TEST(test_phrases)
{
	const struct phrase *phrase = &phrases[_i];
	char *text = text_of(phrase->sample, phrase->flags);

	ck_assert_msg((strstr(text, phrase->phrase) != NULL) == phrase->is_there,
		      "%s: %s: %s\n%s", phrase->sample,
		      phrase->is_there ? "not there" : "there", phrase->phrase, text);
}
END_TEST

START_TEST(test_quiet_healthy_says_nothing)
{
	ck_assert_str_eq(text_of("check-healthy", QUIET), "");
}
END_TEST

START_TEST(test_worst_first)
{
	char *text = text_of("check-sick", 0);

	ck_assert(strstr(text, "\nCRITICAL") < strstr(text, "\nHIGH"));
	ck_assert(strstr(text, "\nHIGH") < strstr(text, "\nMEDIUM"));
	ck_assert(strstr(text, "\nMEDIUM") < strstr(text, "\nOf less weight"));
	ck_assert(strstr(text, "\nOf less weight") < strstr(text, "\nWhat profiles"));
	ck_assert(strstr(text, "\nWhat profiles") < strstr(text, "\nWhat would change"));
}
END_TEST

/* A long profile shows what is not as asked, and counts the rest. */
START_TEST(test_long_profile)
{
	struct check_report *report = sample_healthy(arena);
	struct plan plan = *report->plan;
	char *bytes = NULL;
	size_t length;
	struct out_options options = {.arena = arena, .width = 80, .severity = SEVERITY_MEDIUM};

	plan.n_settings = 40;
	plan.settings = arena_array(arena, plan.n_settings, sizeof(*plan.settings));
	for (size_t i = 0; i < plan.n_settings; i++)
		plan.settings[i] = report->plan->settings[0];
	plan.settings[39].verdict = SETTING_DIFFERS;
	report->plan = &plan;
	options.stream = open_memstream(&bytes, &length);
	out_text.check(&options, report);
	fclose(options.stream);
	ck_assert_ptr_nonnull(strstr(bytes, "  differs\n  39 more are as asked"));
	ck_assert_ptr_null(strstr(bytes, "  ok\n"));
	free(bytes);
}
END_TEST

/* Where something asked cannot be had, neither report calls it done. */
static const struct {
	enum setting_verdict verdict;
	bool is_met;
} unmet[] = {
	{SETTING_READ_ONLY, false}, {SETTING_CONFLICT, false}, {SETTING_UNKNOWN, false},
	{SETTING_REMOVED, true},    {SETTING_NOOP, true},      {SETTING_REFUSED, true},
	{SETTING_ABSENT, true},
};

START_TEST(test_unmet_is_not_as_asked)
{
	struct check_report *check = sample_healthy(arena);
	struct apply_report *apply = sample_apply(arena, APPLY_UNCHANGED, true);
	struct setting_result setting = check->plan->settings[0];
	struct skipped skipped = {setting.key, setting.profile, "for a reason"};
	struct plan plan = {.settings = &setting, .n_settings = 1, .skipped = &skipped, .n_skipped = 1};
	struct out_options options = {.arena = arena, .width = 80, .severity = SEVERITY_MEDIUM};
	char *bytes = NULL;
	size_t length;
	bool is_met = unmet[_i].is_met;

	setting.verdict = unmet[_i].verdict;
	check->plan = apply->plan = &plan;
	options.stream = open_memstream(&bytes, &length);
	out_text.check(&options, check);
	out_text.apply(&options, apply);
	fclose(options.stream);
	ck_assert_int_eq(strstr(bytes, "can be set here is as asked") != NULL, is_met);
	ck_assert_int_eq(strstr(bytes, "Already in the desired state") != NULL, is_met);
	ck_assert_int_eq(strstr(bytes, "Left out\n  ") != NULL, !is_met);
	free(bytes);
}
END_TEST

/* ------------------------------------------------------------------- JSON */

static const char *string_at(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

START_TEST(test_json_check)
{
	json_t *document = json_of("check-sick");
	json_t *finding = json_array_get(json_object_get(document, "findings"), 1);
	json_t *facts = json_object_get(finding, "facts");
	json_t *remedy = json_array_get(json_object_get(finding, "remedy"), 2);
	json_t *states = json_object_get(json_object_get(document, "sockets"), "states");

	ck_assert_str_eq(string_at(document, "schema"), "tcptune.check/1");
	ck_assert_uint_eq(json_object_size(states), OUT_STATES);
	ck_assert_int_eq(json_integer_value(json_object_get(states, "TIME_WAIT")), 28100);
	ck_assert(json_is_integer(json_object_get(states, "LAST_ACK")));
	ck_assert_uint_eq(json_array_size(json_object_get(document, "findings")), 6);
	ck_assert_str_eq(string_at(finding, "id"), "eph-port-exhaustion-dest");
	ck_assert_int_eq(json_integer_value(json_object_get(facts, "used")), 26821);
	ck_assert(json_is_true(json_object_get(facts, "outgoing")));
	ck_assert_uint_eq(json_array_size(json_object_get(facts, "range")), 2);
	ck_assert_str_eq(string_at(facts, "kernel"), "6.18.44");
	ck_assert(json_is_null(json_object_get(facts, "nonsense")));
	ck_assert_str_eq(string_at(remedy, "do"), "sysctl");
	ck_assert_str_eq(string_at(remedy, "set"), "net.ipv4.tcp_tw_reuse");
	ck_assert_str_eq(string_at(remedy, "to"), "1");
	json_decref(document);
}
END_TEST

START_TEST(test_accepted)
{
	json_t *document = json_of("check-sick"), *accepted, *first;
	char *text = text_of("check-sick", 0);

	ck_assert_ptr_nonnull(strstr(text, "\nAccepted, not counted\n"));
	ck_assert_ptr_nonnull(strstr(text, "for good: for the metrics"));
	ck_assert_ptr_nonnull(strstr(text, "until 2027-03-31: moved in"));
	ck_assert_ptr_nonnull(strstr(text, "  note    accepted until 2026-10-31: until the new release\n"));
	ck_assert_ptr_null(strstr(text, "tcptune.yaml:4 accepts"));
	ck_assert_ptr_nonnull(strstr(text_of("check-sick", VERBOSE), "tcptune.yaml:4 accepts sack-off"));
	ck_assert_ptr_null(strstr(text_of("check-sick", QUIET), "Accepted"));
	accepted = json_object_get(document, "accepted");
	ck_assert_uint_eq(json_array_size(accepted), 2);
	first = json_array_get(accepted, 0);
	ck_assert_ptr_nonnull(json_object_get(first, "until"));
	ck_assert(json_is_null(json_object_get(first, "until")));
	ck_assert_str_eq(string_at(first, "place"), "/etc/tcptune/tcptune.yaml:4");
	ck_assert_str_eq(string_at(json_object_get(first, "finding"), "id"), "port-range-covers-listener");
	ck_assert_str_eq(string_at(json_array_get(accepted, 1), "until"), "2027-03-31");
	json_decref(document);
}
END_TEST

START_TEST(test_json_is_of_its_order)
{
	static const char *const members[] = {
		"schema",    "tcptune",	       "host",	   "profiles",	     "sockets",
		"sample",    "capacity",       "findings",       "accepted", "settings",	     "changes",
		"plan", "skipped",   "obstacles",      "dropin_foreign", "unknown",  "not_applicable",
		"quiet",     "notes",	       "pending",
	};
	json_t *document = json_of("check-sick");
	const char *name;
	json_t *value;
	size_t i = 0;

	json_object_foreach(document, name, value)
	{
		ck_assert_uint_lt(i, N(members));
		ck_assert_str_eq(name, members[i++]);
	}
	ck_assert_uint_eq(i, N(members));
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(document, "host"),
							    "uptime_s")),
			 1054321);
	json_decref(document);
}
END_TEST

/* Unknown is null, never 0. */
START_TEST(test_json_unknown)
{
	json_t *document = json_of("check-blind");
	json_t *host = json_object_get(document, "host");
	json_t *sockets = json_object_get(document, "sockets");
	const char *name;
	json_t *value;

	json_object_foreach(host, name, value)
		ck_assert_msg(json_is_null(value), "host.%s", name);
	json_object_foreach(json_object_get(sockets, "states"), name, value)
		ck_assert_msg(json_is_null(value), "states.%s", name);
	ck_assert(json_is_null(json_object_get(sockets, "total")));
	ck_assert(json_is_null(json_object_get(json_object_get(document, "sample"), "live")));
	ck_assert(json_is_null(json_object_get(document, "pending")));
	json_decref(document);
}
END_TEST

START_TEST(test_json_numbers)
{
	char *text = render(&out_json, find_sample("check-sick"), 80, 0);

	ck_assert_ptr_nonnull(strstr(text, "\"rate\": 8.3\n"));
	ck_assert_ptr_nonnull(strstr(text, "\"queued\": 512,"));
	ck_assert_ptr_nonnull(strstr(text, "\"seconds\": 10\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n}\n"));
}
END_TEST

static const struct changed_row {
	const char *sample;
	const char *outcome;
	bool changed;
} changed_rows[] = {
	{"apply-unchanged", "unchanged", false},
	{"apply-dry", "would-change", true},
	{"apply-asked", "would-change", false},
	{"apply-done", "done", true},
	{"apply-restored", "restored", false},
	{"apply-broken", "broken", true},
	{"apply-stopped", "stopped", false},
	{"apply-stopped-dry", "stopped", false},
	{"revert-unchanged", "unchanged", false},
	{"revert-dry", "would-change", true},
	{"revert-done", "done", true},
	{"revert-broken", "broken", true},
};

START_TEST(test_json_changed)
{
	const struct changed_row *row = &changed_rows[_i];
	json_t *document = json_of(row->sample);

	ck_assert_str_eq(string_at(document, "outcome"), row->outcome);
	ck_assert_int_eq(json_is_true(json_object_get(document, "changed")), row->changed);
	json_decref(document);
}
END_TEST

START_TEST(test_json_apply)
{
	json_t *document = json_of("apply-done"),
	       *changes = json_object_get(document, "changes");

	ck_assert_str_eq(string_at(document, "dropin"), "/etc/sysctl.d/60-tcptune.conf");
	ck_assert_ptr_nonnull(
		strstr(string_at(document, "diff"), "\n+net.ipv4.tcp_fin_timeout = 30\n"));
	ck_assert_int_eq(json_integer_value(json_object_get(document, "record")), 4);
	ck_assert_str_eq(string_at(json_array_get(changes, 0), "where"), "both");
	ck_assert(json_is_null(json_object_get(json_array_get(changes, 1), "to")));
	ck_assert_str_eq(string_at(json_array_get(changes, 4), "where"), "file");
	json_decref(document);
	document = json_of("revert-unchanged");
	ck_assert(json_is_null(json_object_get(document, "record")));
	ck_assert(json_is_null(json_object_get(document, "dropin")));
	json_decref(document);
}
END_TEST

/*
 * Every sample in both formats. Where $OUT_SAMPLES names a directory they are
 * written there as NAME.text and NAME.json: the schemas are tested with them.
 */
START_TEST(test_samples)
{
	static const struct out *const outs[] = {&out_text, &out_json};
	const char *directory = getenv("OUT_SAMPLES");

	for (size_t i = 0; i < N(outs); i++) {
		char *text = render(outs[i], &samples[_i], 80, 0);
		FILE *file;

		ck_assert_uint_gt(strlen(text), 0);
		if (!directory)
			continue;
		file = fopen(arena_printf(arena, "%s/%s.%s", directory, samples[_i].name,
					  outs[i]->name),
			     "w");
		ck_assert_ptr_nonnull(file);
		ck_assert_int_ge(fputs(text, file), 0);
		ck_assert_int_eq(fclose(file), 0);
	}
}
END_TEST

/* A dry run of what could not be done says both: what would change, and why it won't. */
START_TEST(test_dry_run_that_stops)
{
	static const struct apply_problem problem = {"net.ipv4.tcp_tw_reuse",
						     "/etc/sysctl.conf:41 sets it to 0"};
	struct apply_report *report = sample_apply(arena, APPLY_WOULD, true);
	char *bytes = NULL;
	size_t length;
	struct out_options options = {.arena = arena, .width = 80};

	report->problems = &problem;
	report->n_problems = 1;
	options.stream = open_memstream(&bytes, &length);
	out_text.apply(&options, report);
	fclose(options.stream);
	ck_assert_ptr_nonnull(strstr(bytes, "This would change:\n"));
	ck_assert_ptr_nonnull(strstr(
		bytes, "\nIn the way\n  net.ipv4.tcp_tw_reuse: /etc/sysctl.conf:41 sets"));
	ck_assert_ptr_nonnull(strstr(bytes, "without --dry-run nothing would be.\n"));
	free(bytes);
}
END_TEST

static TCase *text_case(void)
{
	TCase *tcase = tcase_create("text");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test_pages, 0, N(samples));
	tcase_add_loop_test(tcase, test_color_adds_nothing, 0, N(samples));
	tcase_add_loop_test(tcase, test_phrases, 0, N(phrases));
	tcase_add_test(tcase, test_quiet_healthy_says_nothing);
	tcase_add_test(tcase, test_worst_first);
	tcase_add_test(tcase, test_accepted);
	tcase_add_test(tcase, test_long_profile);
	tcase_add_loop_test(tcase, test_unmet_is_not_as_asked, 0, N(unmet));
	tcase_add_test(tcase, test_dry_run_that_stops);
	return tcase;
}

static TCase *json_case(void)
{
	TCase *tcase = tcase_create("json");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_json_check);
	tcase_add_test(tcase, test_json_is_of_its_order);
	tcase_add_test(tcase, test_json_unknown);
	tcase_add_test(tcase, test_json_numbers);
	tcase_add_loop_test(tcase, test_json_changed, 0, N(changed_rows));
	tcase_add_test(tcase, test_json_apply);
	tcase_add_loop_test(tcase, test_samples, 0, N(samples));
	return tcase;
}

Suite *out_suite(void);

Suite *out_suite(void)
{
	Suite *suite = suite_create("out");
	TCase *names = tcase_create("names");

	tcase_add_checked_fixture(names, setup, teardown);
	tcase_add_loop_test(names, test_severity_names, SEVERITY_INFO, SEVERITY_CRITICAL + 1);
	tcase_add_test(names, test_other_names);
	tcase_add_test(names, test_formats);
	tcase_add_test(names, test_lines);
	suite_add_tcase(suite, names);
	suite_add_tcase(suite, text_case());
	suite_add_tcase(suite, json_case());
	return suite;
}
