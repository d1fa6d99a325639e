/* A fuzz target run over files, and those of directories: TARGET FILE|DIRECTORY... */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#define MOST (1u << 20)

static unsigned n_run;

static _Noreturn void fail(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	exit(2);
}

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(MOST), *exact;
	size_t n;

	if (!file || !data)
		fail(path, "cannot be read");
	n = fread(data, 1, MOST, file);
	fclose(file);
	/* As long as the input and no longer, so that reading beyond it is seen. */
	exact = malloc(n ? n : 1);
	if (!exact)
		fail(path, "no memory");
	memcpy(exact, data, n);
	free(data);
	/* The last line of a run that crashes. */
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(exact, n);
	free(exact);
	n_run++;
}

static void run(const char *path)
{
	struct dirent **names;
	struct stat status;
	int n;

	if (stat(path, &status))
		fail(path, "is not there");
	if (!S_ISDIR(status.st_mode)) {
		run_file(path);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char inside[4096];

		snprintf(inside, sizeof(inside), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			run(inside);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	printf("%u files\n", n_run);
	return n_run ? 0 : 2;
}
