/* sys/sockets, sys/owner and sys/stream over directories that look like a captured host. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "core/catalog.h"
#include "sys/sockets.h"
#include "tree.h"

Suite *sockets_suite(void);

#define LISTEN "/capture/sockets.listen"
#define ALL "/capture/sockets.all"
#define WAIT "/capture/sockets.wait"

static struct arena *arena;
static struct facts *facts;
static struct source *source;
static const char *note;

static void setup(void)
{
	tree_make();
	arena = arena_new();
	facts = facts_new(arena);
	source = NULL;
	note = NULL;
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static int collect_root(void)
{
	const struct sockets_options options = {.port_low = 32768, .port_high = 60999};

	ck_assert_int_eq(source_open(arena, tree_path("/"), &source), 0);
	return sockets_collect(source, facts, &options, &note);
}

static double number(const char *name)
{
	struct fact fact = facts_get(facts, name);

	ck_assert_msg(fact.state == FACT_KNOWN, "%s: %s", name, fact.why);
	return fact.value.number;
}

static const char *source_used(void)
{
	struct fact fact = facts_get(facts, "sockets.source");

	ck_assert_msg(fact.state == FACT_KNOWN, "%s", fact.why);
	return fact.value.text;
}

static struct fact process_cell(size_t row, enum process_column column)
{
	const struct table *table = facts_find_table(facts, "processes");

	ck_assert_ptr_nonnull(table);
	ck_assert_uint_lt(row, table->n_rows);
	return table_row(table, row)[column];
}

/* ---------------------------------------------------------------- messages */

struct buffer {
	_Alignas(8) char bytes[65536];
	size_t length;
};

static void put(struct buffer *buffer, unsigned type, const void *payload, size_t n)
{
	struct nlmsghdr *header = (void *)(buffer->bytes + buffer->length);

	ck_assert_uint_lt(buffer->length + NLMSG_SPACE(n), sizeof(buffer->bytes));
	memset(header, 0, NLMSG_SPACE(n));
	header->nlmsg_len = (uint32_t)NLMSG_LENGTH(n);
	header->nlmsg_type = (uint16_t)type;
	memcpy(NLMSG_DATA(header), payload, n);
	buffer->length += NLMSG_SPACE(n);
}

static void put_socket(struct buffer *buffer, unsigned state, unsigned port, uint32_t inode)
{
	struct inet_diag_msg message = {
		.idiag_family = AF_INET,
		.idiag_state = (uint8_t)state,
		.id = {.idiag_sport = htons((uint16_t)port), .idiag_dport = htons(9)},
		.idiag_inode = inode,
	};

	put(buffer, SOCK_DIAG_BY_FAMILY, &message, sizeof(message));
}

static void put_done(struct buffer *buffer)
{
	const int zero = 0;

	put(buffer, NLMSG_DONE, &zero, sizeof(zero));
}

static void write_dump(const char *path, const struct buffer *buffer)
{
	tree_bytes(path, buffer->bytes, buffer->length);
}

/* A dump of n sockets in a state, with inodes from first on. */
static void write_sockets(const char *path, unsigned state, unsigned n, uint32_t first)
{
	struct buffer *buffer = arena_alloc(arena, sizeof(*buffer));

	for (unsigned i = 0; i < n; i++)
		put_socket(buffer, state, 80, first + i);
	put_done(buffer);
	write_dump(path, buffer);
}

static void write_close_wait(unsigned n)
{
	write_sockets(LISTEN, TCP_LISTEN, 1, 5);
	write_sockets(ALL, TCP_CLOSE_WAIT, n, 100);
	write_sockets(WAIT, TCP_CLOSE_WAIT, n, 100);
}

/* ---------------------------------------------------------------- two looks */

static struct fact new_per_second(void)
{
	const struct table *table = facts_find_table(facts, "destinations");

	ck_assert_ptr_nonnull(table);
	ck_assert_uint_eq(table->n_rows, 1);
	return table_row(table, 0)[DESTINATION_NEW_PER_SECOND];
}

/* Whether there was an earlier look. */
static bool look_twice(struct sockets_options *options)
{
	struct sockets_look *look;

	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/"), &source), 0);
	options->earlier = NULL;
	options->earlier = look = sockets_look(source, arena, options);
	ck_assert_int_eq(sockets_collect(source, facts, options, &note), 0);
	sockets_look_free(look);
	return look;
}

START_TEST(two_looks_of_a_capture)
{
	struct sockets_options options = {.port_low = 1, .port_high = 65535};

	write_sockets(LISTEN, TCP_LISTEN, 0, 0);
	write_sockets(ALL, TCP_ESTABLISHED, 70, 1);
	ck_assert(!look_twice(&options));
	ck_assert_int_eq(new_per_second().state, FACT_UNREADABLE);
	tree_file("/capture/interval.sockets", "2.500000\n");
	ck_assert(!look_twice(&options));
	write_sockets("/capture/sockets.earlier.listen", TCP_LISTEN, 0, 0);
	write_sockets("/capture/sockets.earlier.all", TCP_ESTABLISHED, 20, 1);
	ck_assert(look_twice(&options));
	ck_assert_int_eq(new_per_second().state, FACT_KNOWN);
	ck_assert_double_eq(new_per_second().value.number, 20);
	tree_file("/capture/interval.sockets", "soon\n");
	ck_assert(!look_twice(&options));
	tree_file("/capture/interval.sockets", "1\n");
	tree_file("/capture/sockets.earlier.all", "no netlink");
	ck_assert(!look_twice(&options));
}
END_TEST

/* A listener with so many in its queue. */
static void write_queue(const char *path, unsigned queued)
{
	struct buffer *buffer = arena_alloc(arena, sizeof(*buffer));
	struct nlmsghdr *header = (void *)buffer->bytes;

	put_socket(buffer, TCP_LISTEN, 80, 7);
	((struct inet_diag_msg *)NLMSG_DATA(header))->idiag_rqueue = queued;
	put_done(buffer);
	write_dump(path, buffer);
}

START_TEST(looks_at_the_queues_between)
{
	struct sockets_options options = {.port_low = 1, .port_high = 65535};
	struct sockets_look *look;
	const struct fact *row;

	write_sockets("/capture/sockets.earlier.all", TCP_ESTABLISHED, 0, 1);
	write_queue("/capture/sockets.earlier.listen", 3);
	write_queue("/capture/sockets.queues.1", 40);
	write_queue("/capture/sockets.queues.3", 7);
	write_queue(LISTEN, 5);
	write_sockets(ALL, TCP_ESTABLISHED, 0, 1);
	tree_file("/capture/interval.sockets", "2\n");
	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/"), &source), 0);
	options.earlier = look = sockets_look(source, arena, &options);
	ck_assert_ptr_nonnull(look);
	for (unsigned i = 0; i < 3; i++)
		sockets_look_again(look);
	ck_assert_int_eq(sockets_collect(source, facts, &options, &note), 0);
	sockets_look_free(look);
	row = table_row(facts_find_table(facts, "listeners"), 0);
	ck_assert_double_eq(row[LISTENER_LOOKS].value.number, 4);
	ck_assert_double_eq(row[LISTENER_QUEUED_MOST].value.number, 40);
	ck_assert_double_eq(row[LISTENER_QUEUED_MEDIAN].value.number, 5);
}
END_TEST

/* ------------------------------------------------------------ each connection */

static void collect_paths(void)
{
	const struct sockets_options options = {.port_low = 1, .port_high = 65535, .with_paths = true};

	source_close(source);
	facts = facts_new(arena);
	ck_assert_int_eq(source_open(arena, tree_path("/"), &source), 0);
	ck_assert_int_eq(sockets_collect(source, facts, &options, &note), 0);
}

static const char *why_no_paths(void)
{
	const struct table *table = facts_find_table(facts, "paths");

	ck_assert_ptr_nonnull(table);
	ck_assert_int_eq(table->state, FACT_UNREADABLE);
	return table->why;
}

/* A dump of n connections from which nothing more is known. */
static void write_connections(const char *path, unsigned n)
{
	const size_t room = (n + 1) * 96;
	struct buffer buffer = {.length = 0};
	char *bytes = arena_alloc(arena, room);
	size_t length = 0;

	for (unsigned i = 0; i <= n; i++) {
		buffer.length = 0;
		if (i < n)
			put_socket(&buffer, TCP_ESTABLISHED, 80, i + 1);
		else
			put_done(&buffer);
		ck_assert_uint_le(length + buffer.length, room);
		memcpy(bytes + length, buffer.bytes, buffer.length);
		length += buffer.length;
	}
	tree_bytes(path, bytes, length);
}

START_TEST(paths_of_a_capture)
{
	write_sockets(LISTEN, TCP_LISTEN, 0, 0);
	write_connections(ALL, 3);
	collect_paths();
	ck_assert_str_eq(why_no_paths(), "it was not captured");
	write_connections("/capture/sockets.paths", 3);
	collect_paths();
	ck_assert_uint_eq(facts_find_table(facts, "paths")->n_rows, 1);
	ck_assert_double_eq(table_row(facts_find_table(facts, "paths"), 0)[PATH_SOCKETS].value.number, 3);
	tree_file("/capture/sockets.paths", "no netlink");
	collect_paths();
	ck_assert_str_eq(why_no_paths(), "the replies are malformed");
	/* The census does not suffer. */
	ck_assert_double_eq(number("sockets.established"), 3);
}
END_TEST

/* Of a capture with two looks what came since; where the first one is not there, all. */
START_TEST(paths_of_two_looks)
{
	struct sockets_options options = {.port_low = 1, .port_high = 65535, .with_paths = true};

	write_sockets(LISTEN, TCP_LISTEN, 0, 0);
	write_connections(ALL, 3);
	write_connections("/capture/sockets.paths", 3);
	write_sockets("/capture/sockets.earlier.listen", TCP_LISTEN, 0, 0);
	write_connections("/capture/sockets.earlier.all", 3);
	tree_file("/capture/interval.sockets", "1\n");
	ck_assert(look_twice(&options));
	ck_assert(!facts_get(facts, "established.live").value.boolean);
	write_connections("/capture/sockets.earlier.paths", 3);
	ck_assert(look_twice(&options));
	ck_assert(facts_get(facts, "established.live").value.boolean);
}
END_TEST

START_TEST(paths_of_nobody)
{
	write_sockets(LISTEN, TCP_LISTEN, 0, 0);
	write_connections(ALL, 0);
	collect_paths();
	ck_assert_double_eq(number("remote.sockets"), 0);
	ck_assert_uint_eq(facts_find_table(facts, "congestion")->n_rows, 0);
}
END_TEST

START_TEST(too_many_paths)
{
	write_sockets(LISTEN, TCP_LISTEN, 0, 0);
	write_connections(ALL, 20001);
	collect_paths();
	ck_assert_ptr_nonnull(strstr(why_no_paths(), "20001 connections are too many"));
}
END_TEST

START_TEST(text_has_no_paths)
{
	tree_file("/proc/net/tcp",
		  "  sl  local_address rem_address\n"
		  "   0: 0100007F:1F90 0200000A:0050 01 0:0 00:0 0 0 0 1\n");
	collect_paths();
	ck_assert_str_eq(why_no_paths(), "/proc/net/tcp does not tell it");
}
END_TEST

/* ------------------------------------------------------------------ sources */

START_TEST(a_capture)
{
	write_close_wait(300);
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_str_eq(source_used(), "SOCK_DIAG_BY_FAMILY dumps");
	ck_assert_double_eq(number("sockets.close_wait"), 300);
	ck_assert_double_eq(number("sockets.listen"), 1);
	ck_assert_ptr_null(note);
	ck_assert_str_eq(process_cell(0, PROCESS_NAME).value.text, "uid 0 (owner not visible)");
}
END_TEST

/* Two dumps in one file, as by family: the second counts too. */
START_TEST(dumps_one_after_the_other)
{
	struct buffer *buffer = arena_alloc(arena, sizeof(*buffer));

	write_sockets(LISTEN, TCP_LISTEN, 1, 5);
	put_socket(buffer, TCP_ESTABLISHED, 80, 7);
	put_done(buffer);
	put_socket(buffer, TCP_ESTABLISHED, 80, 8);
	put_done(buffer);
	write_dump(ALL, buffer);
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_double_eq(number("sockets.established"), 2);
}
END_TEST

#define PROC_LINE "  0: 0100007F:0050 00000000:0000 0A 0:0 00:0 0 0 0 5\n"

static void damage_nothing(void)
{
	tree_remove();
	tree_make();
}

static void damage_end(void)
{
	struct buffer *buffer = arena_alloc(arena, sizeof(*buffer));

	put_socket(buffer, TCP_ESTABLISHED, 80, 7);
	write_dump(ALL, buffer);
}

static void damage_middle(void)
{
	struct buffer *buffer = arena_alloc(arena, sizeof(*buffer));

	put_socket(buffer, TCP_ESTABLISHED, 80, 7);
	put_done(buffer);
	buffer->length -= 3;
	write_dump(ALL, buffer);
}

static void damage_length(void)
{
	tree_bytes(ALL, "\xff\xff\xff\xff garbage that is no netlink", 30);
}

static void damage_header(void)
{
	tree_bytes(ALL, "\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
}

static void damage_all(void)
{
	tree_bytes(ALL, "", 0);
}

static void damage_wait(void)
{
	tree_bytes(WAIT, "", 0);
}

static void damage_fifo(void)
{
	tree_remove();
	tree_make();
	tree_fifo(LISTEN);
}

static void refuse(void)
{
	tree_remove();
	tree_make();
	tree_file("/capture/missing", "EPERM /capture/sockets.listen\n");
}

static const struct {
	void (*damage)(void);
	const char *source;
} damages[] = {
	{damage_nothing, "/proc/net/tcp and tcp6: no netlink replies were captured"},
	{damage_end, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_middle, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_length, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_header, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_all, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_wait, "/proc/net/tcp and tcp6: netlink is not available (the replies are malformed)"},
	{damage_fifo, "/proc/net/tcp and tcp6: netlink is not available (EINVAL)"},
	{refuse, "/proc/net/tcp and tcp6: netlink is not available (EPERM)"},
};

/* What was counted of a damaged capture before the damage does not count. */
START_TEST(a_damaged_capture)
{
	write_close_wait(3);
	damages[_i].damage();
	tree_file("/proc/net/tcp", "  sl  local_address\n" PROC_LINE);
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_str_eq(source_used(), damages[_i].source);
	ck_assert_double_eq(number("sockets.total"), 1);
	ck_assert_double_eq(number("sockets.listen"), 1);
	ck_assert_ptr_null(note);
}
END_TEST

START_TEST(lines_that_are_no_sockets)
{
	tree_file("/proc/net/tcp", "  sl  local_address\n" PROC_LINE "nonsense\n");
	tree_file("/proc/net/tcp6", "more\nof\n" PROC_LINE);
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_double_eq(number("sockets.listen"), 2);
	ck_assert_str_eq(note, "3 lines of /proc/net/tcp and tcp6 are no sockets");
}
END_TEST

START_TEST(a_line_without_end)
{
	const size_t n = 300000;
	char *line = arena_alloc(arena, n + 1);

	memset(line, 'x', n);
	tree_file("/proc/net/tcp", line);
	ck_assert_int_lt(collect_root(), 0);
	ck_assert_int_eq(facts_get(facts, "sockets.total").state, FACT_UNREADABLE);
	ck_assert_int_eq(facts_find_table(facts, "listeners")->state, FACT_UNREADABLE);
}
END_TEST

/* ------------------------------------------------------------------- owners */

static void write_fds(unsigned pid, uint32_t first, unsigned n, const char *end)
{
	char *text = arena_alloc(arena, 64 * (size_t)n + 64);
	size_t length = 0;

	for (unsigned i = 0; i < n; i++)
		length += (size_t)sprintf(text + length, "%u socket:[%u]\n", 3 + i, first + i);
	strcpy(text + length, end);
	tree_file(arena_printf(arena, "/capture/fds/%u", pid), text);
}

/* 100 and 101 are of 9 and of 30: the lower pid has them, in the order of numbers and not of names. */
START_TEST(owners)
{
	write_close_wait(5);
	write_fds(30, 100, 3, "total 44\n");
	write_fds(9, 100, 2, "total 22\n");
	tree_file("/proc/9/comm", "web\n");
	tree_file("/proc/30/comm", "a b\033\n");
	tree_file("/proc/9/limits", "Max open files            1024      4096     files\n");
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_uint_eq(facts_find_table(facts, "processes")->n_rows, 3);
	ck_assert_str_eq(process_cell(0, PROCESS_NAME).value.text, "uid 0 (owner not visible)");
	ck_assert_double_eq(process_cell(0, PROCESS_CLOSE_WAIT).value.number, 2);
	ck_assert_str_eq(process_cell(1, PROCESS_NAME).value.text, "web[9]");
	ck_assert_double_eq(process_cell(1, PROCESS_CLOSE_WAIT).value.number, 2);
	ck_assert_double_eq(process_cell(1, PROCESS_FDS).value.number, 22);
	ck_assert_double_eq(process_cell(1, PROCESS_FD_LIMIT).value.number, 1024);
	ck_assert_str_eq(process_cell(2, PROCESS_NAME).value.text, "a b\\x1b[30]");
	ck_assert_double_eq(process_cell(2, PROCESS_CLOSE_WAIT).value.number, 1);
	ck_assert_double_eq(process_cell(2, PROCESS_FDS).value.number, 44);
	ck_assert_int_eq(process_cell(2, PROCESS_FD_LIMIT).state, FACT_UNREADABLE);
	ck_assert_ptr_null(note);
}
END_TEST

START_TEST(closed_processes_are_counted)
{
	write_close_wait(5);
	write_fds(9, 100, 2, "total 22\n");
	tree_file("/proc/9/comm", "web\n");
	tree_file("/capture/fds/denied", "12\n");
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_str_eq(note, "3 sockets could not be attributed to a process: "
			       "the descriptors of 12 processes may not be read: run as root");
	ck_assert_str_eq(process_cell(0, PROCESS_PID).why,
			 "the descriptors of 12 processes may not be read: run as root");
}
END_TEST

START_TEST(lists_that_are_none)
{
	write_close_wait(1);
	tree_file("/capture/fds/x", "3 socket:[100]\n");
	tree_file("/capture/fds/-1", "3 socket:[100]\n");
	tree_file("/capture/fds/0", "3 socket:[100]\n");
	tree_file("/capture/fds/99999999999999999999", "3 socket:[100]\n");
	tree_file("/capture/fds/7", "socket:[100]\n\n3\ntotal\ntotal x\n3 socket:[1000\n");
	ck_assert_int_eq(collect_root(), 0);
	ck_assert_uint_eq(facts_find_table(facts, "processes")->n_rows, 1);
	ck_assert(!process_cell(0, PROCESS_VISIBLE).value.boolean);
}
END_TEST

Suite *sockets_suite(void)
{
	Suite *suite = suite_create("sockets");
	TCase *tcase = tcase_create("captures");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, a_capture);
	tcase_add_test(tcase, two_looks_of_a_capture);
	tcase_add_test(tcase, looks_at_the_queues_between);
	tcase_add_test(tcase, paths_of_a_capture);
	tcase_add_test(tcase, paths_of_two_looks);
	tcase_add_test(tcase, paths_of_nobody);
	tcase_add_test(tcase, too_many_paths);
	tcase_add_test(tcase, text_has_no_paths);
	tcase_add_test(tcase, dumps_one_after_the_other);
	tcase_add_loop_test(tcase, a_damaged_capture, 0, sizeof(damages) / sizeof(damages[0]));
	tcase_add_test(tcase, lines_that_are_no_sockets);
	tcase_add_test(tcase, a_line_without_end);
	tcase_add_test(tcase, owners);
	tcase_add_test(tcase, closed_processes_are_counted);
	tcase_add_test(tcase, lists_that_are_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
