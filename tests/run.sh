#!/bin/bash
# run.sh [NAME...]: runs the unit tests and every test script, or only those whose
# path has one of the NAMEs in it ("unit" is the unit tests), and none with a -NAME.
# Shows what failed, with its output, and as the last line: N passed, N failed, N skipped.
# V=1 shows every line. BUILD is the build directory (default build).
set -u
LC_ALL=C
TOP=$(cd "$(dirname "$0")/.." && pwd)
cd "$TOP" || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TCPTUNE=${TCPTUNE:-$BUILD/tcptune}
export LC_ALL BUILD TCPTUNE
unset MAKEFLAGS MFLAGS MAKELEVEL NO_COLOR

# A status that no command of ours uses: a sanitizer's report is never taken for a finding.
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-exitcode=99:halt_on_error=1:print_stacktrace=1}
case $BUILD in */san) export CK_FORK=${CK_FORK:-no} ;; esac

log=$(mktemp "${TMPDIR:-/tmp}/tcptune-run.XXXXXX")
trap 'rm -f "$log"' EXIT
passed=0
failed=0
skipped=0

is_chosen()
{
	local name is_listed=
	for name in "${names[@]}"; do
		case $name in
		-*) case $1 in *"${name#-}"*) return 1 ;; esac ;;
		*) is_listed=no ;;
		esac
	done
	for name in "${names[@]}"; do
		case $1 in *"$name"*) return 0 ;; esac
	done
	[ -z "$is_listed" ]
}

# report NAME PASSED FAILED SKIPPED: adds up, shows the log of what failed.
report()
{
	local word=ok
	if [ "$3" -gt 0 ]; then
		word=FAILED
	elif [ "$4" -gt 0 ]; then
		word='ok, with skips'
	fi
	passed=$((passed + $2))
	failed=$((failed + $3))
	skipped=$((skipped + $4))
	printf '%-36s %4d passed %3d failed %3d skipped  %s\n' "$1" "$2" "$3" "$4" "$word"
	if [ "$3" -gt 0 ] || [ "${V:-}" = 1 ]; then
		sed 's/^/    /' "$log"
	elif [ "$4" -gt 0 ]; then
		sed -n 's/^ok [0-9]* - \(.*\) # SKIP \(.*\)/    skipped: \1: \2/p' "$log"
	fi
}

run_unit()
{
	local rc=0 run bad
	timeout -k 10 600 "$BUILD/tests/unit/unit" >"$log" 2>&1 || rc=$?
	read -r run bad <<<"$(sed -n 's/^unit: \([0-9]*\) run, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)"
	run=${run:-0}
	bad=${bad:-0}
	if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then
		echo "the unit tests ended with status $rc" >>"$log"
		bad=1
		run=$((run + 1))
	fi
	report unit $((run - bad)) "$bad" 0
}

run_script()
{
	local rc=0 good bad skip
	timeout -k 10 300 bash "$1" </dev/null >"$log" 2>&1 || rc=$?
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -c '^not ok ' "$log")
	skip=$(grep -c '^ok .* # SKIP' "$log")
	if [ "$bad" = 0 ] && { [ "$rc" != 0 ] || [ "$good" = 0 ]; }; then
		echo "$1 ended with status $rc after $good tests" >>"$log"
		bad=1
	elif [ "$bad" = 0 ] && ! grep -q "^1\\.\\.$good\$" "$log"; then
		echo "$1 did not run to its end" >>"$log"
		bad=1
	fi
	report "${1#tests/}" $((good - skip)) "$bad" "$skip"
}

names=("$@")
if [ -x "$BUILD/tests/unit/unit" ] && is_chosen unit; then
	run_unit
fi
for script in tests/*.sh tests/cli/*.sh tests/netns/*.sh; do
	case $script in
	*'*'* | tests/lib.sh | tests/run.sh) continue ;;
	esac
	is_chosen "$script" && run_script "$script"
done

rc=0
if [ "$failed" -gt 0 ] || [ $((passed + failed)) = 0 ]; then
	rc=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit $rc
