/* A host of files for apply and revert, and a kernel that can be made to fail. */
#ifndef TCPTUNE_TEST_APPLY_HOST_H
#define TCPTUNE_TEST_APPLY_HOST_H

#include <stdbool.h>
#include <string.h>

#include <check.h>

#include "core/dropin.h"
#include "sys/apply.h"

#define FIN "net.ipv4.tcp_fin_timeout"
#define RMEM "net.ipv4.tcp_rmem"
#define REUSE "net.ipv4.tcp_tw_reuse"
#define PROC "/proc/sys/net/ipv4/"

enum fault {
	NO_FAULT,
	READ_FAILS,
	WRITE_REFUSED_HALFWAY, /* as Linux does it with a tuple: the first element is stored */
	WRITE_REFUSED,
	WRITE_IGNORED,         /* taken, and something else is stored */
	DIES_READING,
	DIES_BEFORE_WRITING,
	DIES_HALFWAY,
	DIES_AFTER_WRITING,
	FAULTS,
};

struct fault_plan {
	enum fault fault;
	unsigned at;    /* the read or write that it befalls, from 1 */
	bool stays;     /* and all later ones */
	unsigned reads, writes; /* so far */
};

extern struct fault_plan kernel;
extern const struct sysctl_ops faulty_ops;

/* Of the test that runs, between host_set_up() and host_tear_down(). */
extern struct arena *arena;
extern struct source *source;

void host_set_up(void);
void host_tear_down(void);

void set_fault(enum fault fault, unsigned at, bool stays);

/* Whether the step was reached at all. */
bool fault_struck(void);

/* The text of a file of the tree, "(none)\n" where there is none. */
const char *look(const char *path);
bool exists(const char *path);

/* Everything that an apply may touch; and that after apply(). */
const char *state(void);
#define APPLIED "30\n8192 262144 8388608\n1\nnew\n(none)\n"

/* Three values, a key that only the drop-in has, and the drop-in "new\n". */
struct apply_request request(void);
struct apply_result apply(void);
struct revert_result revert(void);
struct revert_result revert_with(bool force, bool dry_run);
struct revert_result revert_to(unsigned number);

/* A second and a third apply over the first: another value, another drop-in. */
void apply_again(const char *from, const char *to, const char *dropin);
bool is_pending(void);

bool has_problem(const struct apply_problem *problems, size_t n, const char *key, const char *text);

#define ck_problem(result, wanted_key, wanted_text) \
	ck_assert_msg(has_problem((result).problems, (result).n_problems, wanted_key, wanted_text), "%s: %s", \
		      (result).n_problems ? (result).problems[0].key : "no problem", \
		      (result).n_problems ? (result).problems[0].text : "")

#endif
