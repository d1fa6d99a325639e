#!/bin/bash
# valgrind.sh: the unit tests, the corpora of the fuzz targets and some commands under
# memcheck. Status 1 when it finds an error or a leak. BUILD is the build directory.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
bad=0
runs=0

memcheck()
{
	local rc=0
	valgrind -q --error-exitcode=99 --suppressions=scripts/valgrind.supp \
		--leak-check=full --errors-for-leak-kinds=definite,indirect \
		--show-leak-kinds=definite,indirect "$@" >/dev/null 2>"$BUILD/valgrind.log" </dev/null || rc=$?
	runs=$((runs + 1))
	if [ "$rc" = 99 ] || grep -q '^==' "$BUILD/valgrind.log"; then
		echo "valgrind: $*"
		grep -v '^--' "$BUILD/valgrind.log" # what valgrind does not know: openat2()
		bad=$((bad + 1))
	fi
}

# Memory of a test is its child's: without fork it is freed at the end, or never. The suite of
# the rules reads all rules anew some 900 times, the same way each time: it would take an hour.
for suite in tests/unit/check_*.c; do
	suite=${suite#tests/unit/check_}
	[ "$suite" = rules.c ] ||
		CK_RUN_SUITE=${suite%.c} CK_FORK=no CK_TIMEOUT_MULTIPLIER=50 memcheck "$BUILD/tests/unit/unit"
done
for corpus in tests/fuzz/corpus/*/; do
	memcheck "$BUILD/tests/fuzz/$(basename "$corpus")" "$corpus"
done
for host in tests/hosts/*/; do
	for format in text json; do
		memcheck "$BUILD/tcptune" check --verbose --root "$host" --format $format
		memcheck "$BUILD/tcptune" apply --dry-run --root "$host" --format $format
		memcheck "$BUILD/tcptune" explain tcp_rmem TIME_WAIT EADDRNOTAVAIL --root "$host" --format $format
	done
done
memcheck "$BUILD/tcptune" rules
memcheck "$BUILD/tcptune" profiles
memcheck "$BUILD/tcptune" lint rules/*.yaml profiles/*.yaml
memcheck "$BUILD/tcptune" check
echo "valgrind: $runs runs, $bad with errors"
[ "$bad" = 0 ]
