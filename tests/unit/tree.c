#include <check.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tree.h"

static char root[64];

const char *tree_make(void)
{
	strcpy(root, "/tmp/tcptune-unit.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	return root;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void tree_remove(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	root[0] = '\0';
}

const char *tree_path(const char *path)
{
	static char full[PATH_MAX];

	ck_assert_msg(snprintf(full, sizeof(full), "%s%s", root, path) < (int)sizeof(full), "path");
	return full;
}

/* The directories above. */
static const char *place(const char *path)
{
	char *full = (char *)tree_path(path);

	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	return full;
}

void tree_bytes(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(place(path), "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, n, file), n);
	ck_assert_int_eq(fclose(file), 0);
}

void tree_file(const char *path, const char *text)
{
	tree_bytes(path, text, strlen(text));
}

void tree_link(const char *path, const char *target)
{
	ck_assert_int_eq(symlink(target, place(path)), 0);
}

void tree_fifo(const char *path)
{
	ck_assert_int_eq(mkfifo(place(path), 0644), 0);
}

void tree_chmod(const char *path, unsigned mode)
{
	ck_assert_int_eq(chmod(tree_path(path), mode), 0);
}

const char *tree_read(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t n;

	if (!file)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	return text;
}
