#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "core/text.h"
#include "sys/netns.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

const struct command commands[] = {
	{"check", cmd_check, "", "psidNAf",
	 "what is wrong here, what the profiles ask, what would change (the default)"},
	{"audit", cmd_audit, "[FILE...]", "kNsdf",
	 "the sysctl files: who sets what, and what the next boot will do"},
	{"apply", cmd_apply, "", "psidNynOCPf", "make the changes: shown, confirmed, verified, recorded"},
	{"confirm", cmd_confirm, "", "nFf", "keep what apply --confirm did"},
	{"revert", cmd_revert, "", "ynFTf", "take back the last apply, or with --to all since an earlier one"},
	{"history", cmd_history, "", "lf", "what was applied and taken back, when, by whom"},
	{"reload", cmd_reload, "[FILE...]", "n", "load sysctl files the way sysctl -p does"},
	{"explain", cmd_explain, "[WHAT...]", "siNlf",
	 "a key, a socket state, an error, a counter or a rule, with its value here"},
	{"profiles", cmd_profiles, "[NAME...]", "lf", "list the profiles, or show some"},
	{"rules", cmd_rules, "[ID...]", "Llf", "list the rules, or show some"},
	{"lint", cmd_lint, "FILE...", "", "check rule, parameter, counter, topic and profile files"},
	{"capture", cmd_capture, "DIR", "iaN", "store the raw facts of this host for --root"},
	{"help", cmd_help, "[COMMAND]", "l", "this text"},
	{NULL, NULL, NULL, NULL, NULL},
};

static const struct option_row {
	struct option option;
	char group; /* the letter in a command's `options`; 0: of all commands */
	const char *argument;
	const char *summary;
} option_rows[] = {
	{{"profile", required_argument, NULL, 'p'}, 'p', "NAME|FILE",
	 "the policy to hold the host against; again for more (default time-wait)"},
	{{"set", required_argument, NULL, 's'}, 's', "NAME=VALUE",
	 "a parameter of a profile, or RULE.THRESHOLD=VALUE"},
	{{"interval", required_argument, NULL, 'i'}, 'i', "SECONDS",
	 "take two samples: rates of now instead of since boot"},
	{{"severity", required_argument, NULL, 'd'}, 'd', "WORD",
	 "findings from this on count for the exit status (default medium)"},
	{{"netns", required_argument, NULL, 'N'}, 'N', "NAME|PATH|PID", "another network namespace"},
	{{"all-netns", no_argument, NULL, 'A'}, 'A', NULL, "each network namespace of this machine"},
	{{"kernel", required_argument, NULL, 'k'}, 'k', "VERSION",
	 "judge the files for this version of Linux, not for the values of a host"},
	{{"yes", no_argument, NULL, 'y'}, 'y', NULL, "do not ask"},
	{{"dry-run", no_argument, NULL, 'n'}, 'n', NULL, "stop before the first write"},
	{{"force", no_argument, NULL, 'F'}, 'F', NULL, "go on though somebody else has changed something"},
	{{"plan", required_argument, NULL, 'P'}, 'P', "FILE", "apply what check or a dry run saved as JSON, and nothing else"},
	{{"confirm", required_argument, NULL, 'C'}, 'C', "SECONDS", "take it back unless tcptune confirm comes in time"},
	{{"to", required_argument, NULL, 'T'}, 'T', "N", "go back to the state after record N; 0: before the first"},
	{{"override", no_argument, NULL, 'O'}, 'O', NULL,
	 "name the drop-in so that it wins over files read later"},
	{{"facts", no_argument, NULL, 'L'}, 'L', NULL, "list the facts that rules may use"},
	{{"list", no_argument, NULL, 'l'}, 'l', NULL, "the names alone, one a line, a tab and a word about each"},
	{{"anonymise", no_argument, NULL, 'a'}, 'a', NULL, "hide addresses and the host's name"},
	{{"format", required_argument, NULL, 'f'}, 'f', "text|json", "how to show it"},
	{{"root", required_argument, NULL, 'r'}, 0, "DIR", "a captured host, or a tree that looks like one"},
	{{"color", required_argument, NULL, 'c'}, 0, "auto|always|never", "colour (default auto)"},
	{{"quiet", no_argument, NULL, 'q'}, 0, NULL, "only what is wrong and what changes"},
	{{"verbose", no_argument, NULL, 'v'}, 0, NULL, "also what was found to be in order"},
	{{"help", no_argument, NULL, 'h'}, 0, NULL, "this text"},
	{{"version", no_argument, NULL, 'V'}, 0, NULL, "the version"},
};

void run_error(const char *format, ...)
{
	struct arena *arena = arena_new();
	struct text text = text_new(arena);
	va_list args;

	va_start(args, format);
	text_vprintf(&text, format, args);
	va_end(args);
	/* It may name a file, and a capture may hold any name. */
	fprintf(stderr, "tcptune: %s\n", text_printable(arena, text.data));
	arena_free(arena);
}

void run_print_diag(struct run *run)
{
	diag_sort(&run->diag);
	for (size_t i = 0; i < run->diag.n; i++)
		fprintf(stderr, "%s%s\n", run->diag.messages[i].place.file ? "" : "tcptune: ",
			diag_format(run->arena, &run->diag.messages[i]));
	run->diag = diag_new(run->arena);
}

void run_warn(const struct run *run, const struct plan *plan)
{
	for (size_t i = 0; strcmp(run->options.format, "text") && i < plan->n_settings; i++)
		if (plan->settings[i].warning)
			run_error("warning: %s", plan->settings[i].warning);
}

static const struct command *find_command(const char *name)
{
	for (const struct command *command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

static void print_option(const struct option_row *row)
{
	char left[64];

	snprintf(left, sizeof(left), "--%s%s%s", row->option.name, row->argument ? " " : "",
		 row->argument ? row->argument : "");
	printf("  %-28s %s\n", left, row->summary);
}

static bool takes(const struct command *command, const struct option_row *row)
{
	return !row->group || strchr(command->options, row->group);
}

static void print_command_help(const struct command *command)
{
	printf("usage: tcptune %s [OPTION...]%s%s\n\n%s\n\n", command->name, *command->arguments ? " " : "",
	       command->arguments, command->summary);
	for (size_t i = 0; i < N(option_rows); i++)
		if (takes(command, &option_rows[i]))
			print_option(&option_rows[i]);
}

/* For completion in shells: the commands, or the options of one. */
static void list_help(const struct command *command)
{
	for (const struct command *one = commands; !command && one->name; one++)
		printf("%s\t%s\n", one->name, one->summary);
	for (size_t i = 0; command && i < N(option_rows); i++)
		if (takes(command, &option_rows[i]))
			printf("--%s\t%s\n", option_rows[i].option.name, option_rows[i].summary);
}

enum status cmd_help(struct run *run, int argc, char **argv)
{
	const struct command *command = argc ? find_command(argv[0]) : NULL;

	if (argc && !command) {
		run_error("'%s' is no command; tcptune help lists them", argv[0]);
		return STATUS_BAD;
	}
	if (run->options.list_names) {
		list_help(command);
		return STATUS_OK;
	}
	if (command) {
		print_command_help(command);
		return STATUS_OK;
	}
	puts("usage: tcptune [COMMAND] [OPTION...] [ARGUMENT...]\n");
	for (command = commands; command->name; command++)
		printf("  %-10s %-11s %s\n", command->name, command->arguments, command->summary);
	puts("\ntcptune help COMMAND shows its options; tcptune(8) says the rest.");
	return STATUS_OK;
}

static bool parse_seconds(const char *text, double *ret)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds >= 0.1 && seconds <= 3600))
		return false;
	*ret = seconds;
	return true;
}

static bool parse_number(const char *text, unsigned max, unsigned *ret)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long number = digits && digits < 10 && !text[digits] ? strtoul(text, NULL, 10) : ULONG_MAX;

	if (number > max)
		return false;
	*ret = (unsigned)number;
	return true;
}

static bool add_set(struct options *options, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text || options->n_sets == N(options->sets))
		return false;
	*equals = '\0';
	options->sets[options->n_sets++] = (struct profile_set){.name = text, .value = equals + 1};
	return true;
}

static bool one_of(const char *word, const char *a, const char *b, const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

/* Takes one option in; a message for a bad argument, NULL when it is good. */
static const char *take_option(struct options *options, int letter, char *argument)
{
	switch (letter) {
	case 'p':
		if (options->n_profiles == N(options->profiles))
			return "at most 16 profiles";
		options->profiles[options->n_profiles++] = argument;
		return NULL;
	case 's':
		return add_set(options, argument) ? NULL : "it is written NAME=VALUE, at most 64 of them";
	case 'i':
		return parse_seconds(argument, &options->interval) ? NULL : "0.1 to 3600 seconds";
	case 'd':
		return severity_parse(argument, &options->severity)
			       ? NULL
			       : "critical, high, medium, low or info";
	case 'P':
		options->plan = argument;
		return NULL;
	case 'C':
		return parse_number(argument, 86400, &options->confirm) && options->confirm ? NULL
											    : "1 to 86400 seconds";
	case 'T':
		options->has_to = parse_number(argument, 999999999, &options->to);
		return options->has_to ? NULL : "the number of a record, as tcptune history shows it";
	case 'c':
		options->color = argument;
		return one_of(argument, "auto", "always", "never") ? NULL : "auto, always or never";
	case 'f':
		options->format = argument;
		return out_find(argument) ? NULL : "text or json";
	case 'r':
		options->root = argument;
		return NULL;
	case 'N':
		options->netns = argument;
		return NULL;
	case 'k':
		options->kernel = argument;
		return NULL;
	default:
		return NULL;
	}
}

static bool *flag_of(struct options *options, int letter)
{
	switch (letter) {
	case 'q':
		return &options->quiet;
	case 'v':
		return &options->verbose;
	case 'y':
		return &options->yes;
	case 'n':
		return &options->dry_run;
	case 'F':
		return &options->force;
	case 'O':
		return &options->override;
	case 'L':
		return &options->list_facts;
	case 'l':
		return &options->list_names;
	case 'A':
		return &options->all_netns;
	case 'a':
		return &options->anonymise;
	default:
		return NULL;
	}
}

static const struct option_row *row_of(int letter)
{
	for (size_t i = 0; i < N(option_rows); i++)
		if (option_rows[i].option.val == letter)
			return &option_rows[i];
	return NULL;
}

/* The command is the first word that is no option; options may stand before and behind it. */
static const struct command *take_command(int *argc, char **argv)
{
	const struct command *command;

	if (!*argc)
		return find_command("check");
	command = find_command(argv[0]);
	if (!command) {
		run_error("'%s' is no command; tcptune help lists them", argv[0]);
		return NULL;
	}
	memmove(argv, argv + 1, (size_t)*argc * sizeof(*argv));
	(*argc)--;
	return command;
}

/* Every option must be one that the command knows. letters: those given. */
static bool options_fit(const struct command *command, const char *letters)
{
	for (; *letters; letters++) {
		const struct option_row *row = row_of(*letters);

		if (takes(command, row))
			continue;
		run_error("--%s is no option of %s; tcptune help %s lists them", row->option.name,
			  command->name, command->name);
		return false;
	}
	return true;
}

/* What getopt_long() did not understand. word: the argument behind which it stands. */
static void report_option(int letter, const char *word)
{
	if (letter == ':')
		run_error("%s needs an argument", word);
	else if (optopt && row_of(optopt))
		run_error("%s: --%s takes no argument", word, row_of(optopt)->option.name);
	else if (optopt)
		run_error("-%c is no option; tcptune help lists the commands", optopt);
	else
		run_error("%s is no option; tcptune help lists the commands", word);
}

/* What getopt_long() found: -1 to go on, otherwise the status to end with. */
static int parse_options(struct options *options, int argc, char **argv, char letters[static 128])
{
	struct option longs[N(option_rows) + 1] = {{0}};
	size_t n = 0;
	int letter;

	for (size_t i = 0; i < N(option_rows); i++)
		longs[i] = option_rows[i].option;
	while ((letter = getopt_long(argc, argv, ":p:s:i:ynf:qvhV", longs, NULL)) != -1) {
		const struct option_row *row = row_of(letter);
		const char *why;

		if (!row) {
			report_option(letter, argv[optind - 1]);
			return STATUS_BAD;
		}
		if (flag_of(options, letter))
			*flag_of(options, letter) = true;
		why = take_option(options, letter, optarg);
		if (why) {
			run_error("--%s %s: %s", row->option.name, optarg, why);
			return STATUS_BAD;
		}
		if (!memchr(letters, letter, n) && n < 127)
			letters[n++] = (char)letter;
	}
	return -1;
}

static bool open_source(struct run *run)
{
	int r = 0;

	if ((run->options.netns || run->options.all_netns) && run->options.root) {
		run_error("--%s and --root do not go together",
			  run->options.netns ? "netns" : "all-netns");
		return false;
	}
	if (run->options.netns && run->options.all_netns) {
		run_error("--netns and --all-netns do not go together");
		return false;
	}
	if (run->options.netns)
		r = netns_enter(run->options.netns);
	run->is_elsewhere = run->options.netns;
	if (r < 0) {
		run_error("--netns %s: %s", run->options.netns, strerror(-r));
		return false;
	}
	r = source_open(run->arena, run->options.root, &run->source);
	if (r < 0)
		run_error("--root %s: %s", run->options.root ? run->options.root : "/", strerror(-r));
	return r >= 0;
}

static enum status run_command(struct run *run, const struct command *command, int argc, char **argv)
{
	enum status status;

	run->out = out_find(run->options.format);
	if (!open_source(run))
		return STATUS_BAD;
	status = command->run(run, argc, argv);
	run_print_diag(run);
	source_close(run->source);
	return status;
}

/* A report that did not reach its reader is no success. */
static enum status end_output(const struct run *run, enum status status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	run_error("cannot write the output");
	/* Status 3 would promise that nothing was changed. */
	return !run->has_changed && (status == STATUS_OK || status == STATUS_DIFFERS) ? STATUS_FAILED : status;
}

/* --version and --help go before everything else. */
static enum status answer(struct run *run, const char *letters, int argc, char **argv)
{
	bool is_named = argc > 0;
	const struct command *command = take_command(&argc, argv);

	if (!command)
		return STATUS_BAD;
	if (strchr(letters, 'V'))
		puts("tcptune " TCPTUNE_VERSION);
	else if (strchr(letters, 'h') && is_named)
		print_command_help(command);
	else if (strchr(letters, 'h'))
		return cmd_help(run, 0, NULL);
	else
		return options_fit(command, letters) ? run_command(run, command, argc, argv) : STATUS_BAD;
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	struct run run = {.arena = arena_new()};
	char letters[128] = "";
	int status;

	run.diag = diag_new(run.arena);
	run.options.format = "text";
	run.options.color = "auto";
	run.options.severity = SEVERITY_MEDIUM;
	opterr = 0;
	status = parse_options(&run.options, argc, argv, letters);
	if (status < 0)
		status = (int)end_output(&run, answer(&run, letters, argc - optind, argv + optind));
	arena_free(run.arena);
	return status;
}
