/*
 * Runs the libcheck suites: all of them, or those named on the command line.
 * The last line of stdout is for tests/run.sh: "unit: N run, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

/* suites.h is made from the names of tests/unit/check_*.c: SUITE(name) each. */
#define SUITE(name) Suite *name##_suite(void);
#include "suites.h"
#undef SUITE

static const struct suite_row {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "suites.h"
#undef SUITE
};

static const size_t suites_n = sizeof(suites) / sizeof(suites[0]);

static int has_name(int argc, char **argv, const char *name)
{
	if (argc < 2)
		return 1;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	SRunner *runner = srunner_create(NULL);

	for (size_t i = 0; i < suites_n; i++)
		if (has_name(argc, argv, suites[i].name))
			srunner_add_suite(runner, suites[i].make());
	srunner_run_all(runner, CK_ENV);

	int run = srunner_ntests_run(runner);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("unit: %d run, %d failed\n", run, failed);
	return failed || !run ? EXIT_FAILURE : EXIT_SUCCESS;
}
