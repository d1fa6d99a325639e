# shellcheck shell=bash
# Sourced by every test script (bash): TAP without a plan in advance.
#
#	. "$(dirname "$0")/../lib.sh"
#	run "$TCPTUNE" --version
#	is "status" "$rc" 0
#	done_testing
#
# $TOP is the source tree, $BUILD the build directory, $TCPTUNE the program,
# $TMP a directory that goes away at the end. Scripts may be run by hand.

set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TCPTUNE=${TCPTUNE:-$BUILD/tcptune}
TMP=$(mktemp -d "${TMPDIR:-/tmp}/tcptune-test.XXXXXX")
export TOP BUILD TCPTUNE TMP

tap_n=0
tap_failed=0
tap_done=0

# What a script started in the background it ends in a function at_exit().
tap_exit()
{
	local rc=$?
	if declare -F at_exit >/dev/null; then
		at_exit
	fi
	rm -rf "$TMP"
	if [ "$tap_done" = 0 ] && [ "$rc" != 77 ]; then
		echo "not ok $((tap_n + 1)) - the script ended early (status $rc)"
		rc=1
	fi
	exit "$rc"
}
trap tap_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# note TEXT...: as TAP comment lines.
note()
{
	printf '%s\n' "$@" | sed 's/^/# /'
}

# ok NAME
ok()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

# not_ok NAME [DETAILS...]
not_ok()
{
	tap_n=$((tap_n + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	shift
	[ $# = 0 ] || note "$@"
}

# skip NAME WHY; a skip is a failure where everything must run.
skip()
{
	if [ "${CI:-}" = true ]; then
		not_ok "$1" "skipped, which CI does not allow: $2"
	else
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - $1 # SKIP $2"
	fi
}

# skip_all WHY: the whole script, with a word.
skip_all()
{
	skip "$(basename "$0" .sh)" "$1"
	done_testing
}

# is NAME GOT EXPECTED
is()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:" "$2" "expected:" "$3"
	fi
}

# has NAME TEXT PART; hasnt NAME TEXT PART: the part is a fixed string.
has()
{
	case $2 in
	*"$3"*) ok "$1" ;;
	*) not_ok "$1" "not found: $3" "in: $2" ;;
	esac
}
hasnt()
{
	case $2 in
	*"$3"*) not_ok "$1" "found: $3" "in: $2" ;;
	*) ok "$1" ;;
	esac
}

# like NAME TEXT EXTENDED_REGEX: some line of the text matches.
like()
{
	if printf '%s\n' "$2" | grep -Eq -e "$3"; then
		ok "$1"
	else
		not_ok "$1" "no line matches: $3" "in: $2"
	fi
}

# check NAME COMMAND...: passes when the command's status is 0.
check()
{
	local name=$1 text
	shift
	if text=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "failed: $*" "$text"
	fi
}

# run COMMAND...: sets $out, $err (without the last newlines) and $rc. The exact
# bytes are in $TMP/out and $TMP/err. The command's stdin is empty.
# shellcheck disable=SC2034
run()
{
	rc=0
	"$@" </dev/null >"$TMP/out" 2>"$TMP/err" || rc=$?
	out=$(tr -d '\0' <"$TMP/out")
	err=$(tr -d '\0' <"$TMP/err")
}

# need COMMAND...: skips the script where one of the commands is missing.
need()
{
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
}

# need_python MODULE: sets $PYTHON to an interpreter that has the module, or skips the
# script. A python3 that comes first in PATH need not be the distribution's own.
need_python()
{
	for PYTHON in python3 /usr/bin/python3; do
		"$PYTHON" -W ignore -c "import $1" 2>/dev/null && return
	done
	skip_all "no python3 with $1"
}

# Runs the rest of the script as root in a network namespace of its own, with
# loopback up: the script is executed again inside. /proc/sys/net is then that of the
# namespace; what is not per namespace is still the host's. Skips where it can't be.
need_root_netns()
{
	[ "${TCPTUNE_TEST_NETNS:-}" = "$(readlink /proc/self/ns/net)" ] && return
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	unshare -n true 2>/dev/null || skip_all "needs the right to make network namespaces"
	unshare -n sh -c 'ip link set lo up && : >>/proc/sys/net/ipv4/tcp_fin_timeout' \
		2>/dev/null || skip_all "cannot set up a network namespace"
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -n bash -c 'ip link set lo up &&
		TCPTUNE_TEST_NETNS=$(readlink /proc/self/ns/net) exec bash "$@"' netns "$0"
}

# The last line of every script.
done_testing()
{
	tap_done=1
	if [ "$tap_n" = 0 ]; then
		not_ok "nothing was tested"
	fi
	echo "1..$tap_n"
	[ "$tap_failed" = 0 ]
	exit
}
