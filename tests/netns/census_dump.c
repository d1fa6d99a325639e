/*
 * Prints the facts of sockets, one a line: "sockets.total 12", and with -t the
 * tables, "destinations[0].used 3". What is not known is "? why". The note is
 * the line "note ...".
 *
 * census_dump [-t] [-m METHOD] [-r ROOT] [-w CAPTURE_DIRECTORY] [-a]
 *
 * METHOD is that of enum sockets_method; -a hides addresses in the capture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/catalog.h"
#include "core/text.h"
#include "sys/sockets.h"

static void print_fact(struct arena *arena, struct fact fact)
{
	const char *why = fact.why ? fact.why : "absent";

	if (fact.state != FACT_KNOWN)
		printf(" ? %s\n", why);
	else if (fact.value.type == VALUE_TEXT)
		printf(" %s\n", fact.value.text);
	else
		printf(" %s\n", value_raw(arena, fact.value));
}

static void print_scalars(const struct facts *facts, struct arena *arena)
{
	size_t n;
	const struct fact_def *scalars = catalog_scalars(&n);

	for (size_t i = 0; i < n; i++) {
		if (strncmp(scalars[i].name, "sockets.", 8))
			continue;
		printf("%s", scalars[i].name);
		print_fact(arena, facts_get(facts, scalars[i].name));
	}
}

static void print_table(const struct facts *facts, struct arena *arena, const char *name)
{
	const struct table *table = facts_find_table(facts, name);

	printf("%s %s%zu rows%s\n", name, table->state == FACT_KNOWN ? "" : "unreadable, ",
	       table->n_rows, table->incomplete ? ", incomplete" : "");
	for (size_t i = 0; i < table->n_rows; i++) {
		for (size_t k = 0; k < table->def->n_columns; k++) {
			printf("%s[%zu].%s", name, i, table->def->columns[k].name);
			print_fact(arena, table_row(table, i)[k]);
		}
	}
}

struct arguments {
	const char *root, *record;
	bool anonymise, tables;
	int method;
};

static void read_arguments(int argc, char **argv, struct arguments *ret)
{
	int option;

	while ((option = getopt(argc, argv, "tm:r:w:a")) != -1) {
		if (option == 't')
			ret->tables = true;
		else if (option == 'm')
			ret->method = atoi(optarg);
		else if (option == 'r')
			ret->root = optarg;
		else if (option == 'w')
			ret->record = optarg;
		else if (option == 'a')
			ret->anonymise = true;
		else
			exit(2);
	}
}

static void read_ports(struct source *source, struct sockets_options *options)
{
	char *text;
	unsigned mode;

	if (!source_read_sysctl(source, "/proc/sys/net/ipv4/ip_local_port_range", &text, &mode) &&
	    sscanf(text, "%u %u", &options->port_low, &options->port_high) != 2)
		options->port_high = 0;
	if (!source_read_sysctl(source, "/proc/sys/net/ipv4/ip_local_reserved_ports", &text, &mode)) {
		text[strcspn(text, "\n")] = '\0';
		options->reserved = text;
	}
}

int main(int argc, char **argv)
{
	static const char *const tables[] = {"listeners", "destinations", "clients", "processes"};
	struct arguments arguments = {0};
	struct arena *arena = arena_new();
	struct facts *facts = facts_new(arena);
	struct sockets_options options = {0};
	const char *note = NULL;
	struct source *source;
	int r;

	read_arguments(argc, argv, &arguments);
	r = source_open(arena, arguments.root, &source);
	if (!r && arguments.record)
		r = source_record(source, arguments.record, arguments.anonymise);
	if (r) {
		fprintf(stderr, "census_dump: %s\n", strerror(-r));
		return 2;
	}
	read_ports(source, &options);
	options.first = (enum sockets_method)arguments.method;
	r = sockets_collect(source, facts, &options, &note);
	print_scalars(facts, arena);
	for (size_t i = 0; arguments.tables && i < sizeof(tables) / sizeof(tables[0]); i++)
		print_table(facts, arena, tables[i]);
	if (note)
		printf("note %s\n", note);
	if (source_record_error(source))
		fprintf(stderr, "census_dump: recording: %s\n", strerror(-source_record_error(source)));
	source_close(source);
	arena_free(arena);
	return r != 0;
}
