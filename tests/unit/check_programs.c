#include <check.h>

#include "core/catalog.h"
#include "core/programs.h"

Suite *programs_suite(void);

static struct arena *arena;
static struct facts *facts;
static struct programs *programs;
static struct inodes *inodes;
static const struct owner two[] = {{.pid = 10, .command = "shop"}, {.pid = 20, .command = "\x1b[m"}};
static const struct owners owners = {.items = two, .n = 2, .why_unseen = "run as root"};

static void setup(void)
{
	arena = arena_new();
	facts = facts_new(arena);
	programs = programs_new(arena);
	inodes = inodes_new();
}

static void teardown(void)
{
	inodes_free(inodes);
	arena_free(arena);
}

static void unread(uint32_t inode, uint32_t bytes, uint32_t age)
{
	programs_note(programs, &(struct program_socket){
					.inode = inode, .uid = 33, .is_unread = true,
					.unread = bytes, .age = age, .rcvbuf = 9, .sndbuf = 9});
}

static const struct table *table(void)
{
	const struct table *found = facts_find_table(facts, "programs");

	ck_assert_ptr_nonnull(found);
	ck_assert_int_eq(found->state, FACT_KNOWN);
	return found;
}

static double number(size_t row, enum program_column column)
{
	struct fact fact = table_row(table(), row)[column];

	ck_assert_int_eq(fact.state, FACT_KNOWN);
	ck_assert_int_eq(fact.value.unit, programs_def.columns[column].unit);
	return fact.value.number;
}

static const char *name(size_t row)
{
	return table_row(table(), row)[PROGRAM_NAME].value.text;
}

START_TEST(added_up_by_process)
{
	unread(1, 100, 500);
	unread(2, 5000, 70);
	unread(3, 300, 90000);
	programs_note(programs, &(struct program_socket){.inode = 3, .is_rcvbuf_held = true,
							 .rcvbuf = 131072, .notsent = 131071});
	programs_note(programs, &(struct program_socket){.inode = 1, .is_sndbuf_held = true,
							 .sndbuf = 65536, .notsent = 131072});
	programs_want(programs, inodes);
	inodes_own(inodes, 1, 1);
	inodes_own(inodes, 2, 2);
	inodes_own(inodes, 3, 1);
	programs_facts(programs, &owners, inodes, facts);
	ck_assert_uint_eq(table()->n_rows, 2);
	ck_assert_str_eq(name(0), "\\x1b[m[20]");
	ck_assert_double_eq(number(0, PROGRAM_UNREAD_BYTES), 5000);
	ck_assert_double_eq(number(0, PROGRAM_RCVBUF), 0);
	ck_assert_str_eq(name(1), "shop[10]");
	ck_assert(table_row(table(), 1)[PROGRAM_VISIBLE].value.boolean);
	ck_assert_double_eq(number(1, PROGRAM_UNREAD), 2);
	ck_assert_double_eq(number(1, PROGRAM_UNREAD_BYTES), 400);
	ck_assert_double_eq(number(1, PROGRAM_UNREAD_LONGEST), 90);
	ck_assert_double_eq(number(1, PROGRAM_RCVBUF_HELD), 1);
	ck_assert_double_eq(number(1, PROGRAM_RCVBUF), 131072);
	ck_assert_double_eq(number(1, PROGRAM_SNDBUF_HELD), 1);
	ck_assert_double_eq(number(1, PROGRAM_SNDBUF), 65536);
	ck_assert_double_eq(number(1, PROGRAM_NOTSENT), 131072);
}
END_TEST

/* Of users where the process may not be seen; whether anybody was looked for makes no difference. */
START_TEST(nobody_may_be_seen)
{
	const struct owners *who = _i ? &owners : NULL;

	unread(1, 100, 0);
	unread(2, 100, 0);
	programs_note(programs, &(struct program_socket){.inode = 3, .uid = 7, .is_rcvbuf_held = true});
	programs_want(programs, inodes);
	programs_facts(programs, who, inodes, facts);
	ck_assert_uint_eq(table()->n_rows, 2);
	ck_assert_str_eq(name(0), "uid 33 (owner not visible)");
	ck_assert_str_eq(name(1), "uid 7 (owner not visible)");
	ck_assert(!table_row(table(), 0)[PROGRAM_VISIBLE].value.boolean);
	ck_assert_double_eq(number(0, PROGRAM_UNREAD), 2);
}
END_TEST

/* Nothing to say of it, or nobody has it yet. */
START_TEST(what_is_not_noted)
{
	programs_note(programs, &(struct program_socket){.inode = 1, .unread = 10, .age = 9, .notsent = 131071});
	unread(0, 100, 0);
	programs_want(programs, inodes);
	ck_assert_uint_eq(inodes_count(inodes), 0);
	programs_facts(programs, &owners, inodes, facts);
	ck_assert_uint_eq(table()->n_rows, 0);
	programs_note(programs, &(struct program_socket){.inode = 1, .notsent = 131072});
	programs_want(programs, inodes);
	ck_assert(inodes_is_wanted(inodes, 1));
}
END_TEST

Suite *programs_suite(void)
{
	Suite *suite = suite_create("programs");
	TCase *tcase = tcase_create("programs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, added_up_by_process);
	tcase_add_loop_test(tcase, nobody_may_be_seen, 0, 2);
	tcase_add_test(tcase, what_is_not_noted);
	suite_add_tcase(suite, tcase);
	return suite;
}
