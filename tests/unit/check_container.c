/* What made the container that tcptune runs in. */
#include <check.h>

#include "core/value.h"
#include "sys/container.h"
#include "tree.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

Suite *container_suite(void);

static struct arena *arena;
static struct source *source;

static void setup(void)
{
	arena = arena_new();
	source = NULL;
	tree_make();
}

static void teardown(void)
{
	source_close(source);
	tree_remove();
	arena_free(arena);
}

static struct fact look(const char *root)
{
	struct facts *facts = facts_new(arena);

	source_close(source);
	ck_assert_int_eq(source_open(arena, root, &source), 0);
	container_collect(source, facts);
	return facts_get(facts, "container.manager");
}

static const struct {
	const char *path, *text, *manager;
} marks[] = {
	{"/run/secrets/kubernetes.io/serviceaccount/namespace", "shop", "kubernetes"},
	{"/var/run/secrets/kubernetes.io/serviceaccount/namespace", "shop", "kubernetes"},
	{"/.dockerenv", "", "docker"},
	{"/run/.containerenv", "engine=\"podman\"\n", "podman"},
	{"/run/host/container-manager", "systemd-nspawn\n", "systemd-nspawn"},
	{"/run/systemd/container", "lxc\nmore\n", "lxc"},
	{"/capture/container", "container\n", "container"},
	{"/capture/container", "\n", ""},
};

START_TEST(marks_are_known)
{
	struct fact fact;

	tree_file(marks[_i].path, marks[_i].text);
	fact = look(tree_path(""));
	ck_assert_int_eq(fact.state, FACT_KNOWN);
	ck_assert_str_eq(fact.value.text, marks[_i].manager);
}
END_TEST

/* A pod has what its runtime leaves too; a capture beats what lies in its tree. */
START_TEST(the_first_mark_counts)
{
	tree_file("/.dockerenv", "");
	tree_file("/run/secrets/kubernetes.io/serviceaccount/namespace", "shop");
	ck_assert_str_eq(look(tree_path("")).value.text, "kubernetes");
	tree_file("/capture/container", "podman\n");
	ck_assert_str_eq(look(tree_path("")).value.text, "podman");
}
END_TEST

START_TEST(no_mark_in_a_capture_says_nothing)
{
	struct fact fact = look(tree_path(""));

	ck_assert_int_eq(fact.state, FACT_UNREADABLE);
	ck_assert_str_eq(fact.why, "it was not captured");
}
END_TEST

/* Here it is known, and a recording says the same. */
START_TEST(this_machine)
{
	struct facts *facts = facts_new(arena);
	struct fact fact;

	ck_assert_int_eq(source_open(arena, NULL, &source), 0);
	ck_assert_int_eq(source_record(source, arena_strdup(arena, tree_path("/out")), false), 0);
	container_collect(source, facts);
	fact = facts_get(facts, "container.manager");
	ck_assert_int_eq(fact.state, FACT_KNOWN);
	ck_assert_str_eq(look(tree_path("/out")).value.text, fact.value.text);
}
END_TEST

Suite *container_suite(void)
{
	Suite *suite = suite_create("container");
	TCase *tcase = tcase_create("container");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, marks_are_known, 0, N(marks));
	tcase_add_test(tcase, the_first_mark_counts);
	tcase_add_test(tcase, no_mark_in_a_capture_says_nothing);
	tcase_add_test(tcase, this_machine);
	suite_add_tcase(suite, tcase);
	return suite;
}
