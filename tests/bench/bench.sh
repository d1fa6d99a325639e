#!/bin/bash
# What tcptune costs, beside what an administrator would run instead: every program in turn,
# again and again in one run, so that a busy machine slows all of them alike. Shown are
# medians and ratios; nothing passes or fails. As root, for the many sockets.
#
#	bench.sh [SOCKETS]      (400000)
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
TCPTUNE=${TCPTUNE:-$BUILD/tcptune}
sockets=${1:-400000}
export LC_ALL PATH TOP BUILD TCPTUNE

work=$(mktemp -d "${TMPDIR:-/tmp}/tcptune-bench.XXXXXX")
exec 3>/dev/null
traffic_pid=
at_exit()
{
	exec 3>&-
	[ -z "$traffic_pid" ] || wait "$traffic_pid"
	rm -rf "$work"
}
trap at_exit EXIT

declare -A command
command=(
	[check]="$TCPTUNE check"
	[sysctl]='sysctl -a'
	[discard]="$BUILD/tests/bench/discard"
	[ss]="ss -tan | awk '{ n[\$1]++ } END { for (s in n) print s, n[s] }'"
	[netstat]="netstat -n | awk '/^tcp/ { n[\$6]++ } END { for (s in n) print s, n[s] }'"
)

# rounds N NAME...: each program N times, in turn; microseconds in $work/NAME.
rounds()
{
	local n=$1 name start
	shift
	for name; do
		: >"$work/$name"
		eval "${command[$name]}" >/dev/null 2>&1
	done
	while [ $((n -= 1)) -ge 0 ]; do
		for name; do
			start=${EPOCHREALTIME/./}
			eval "${command[$name]}" >/dev/null 2>&1
			echo $((${EPOCHREALTIME/./} - start)) >>"$work/$name"
		done
	done
}

median()
{
	sort -n "$work/$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'
}

# compare NAME OTHER WHAT
compare()
{
	awk -v a="$(median "$1")" -v b="$(median "$2")" -v what="$3" 'BEGIN {
		printf "%-44s %9.1f ms %9.1f ms %7.2f\n", what, a / 1000, b / 1000, a / b
	}'
}

make_sockets()
{
	mkfifo "$work/stdin"
	"$BUILD/tests/lab/traffic" -p 2000 "time_wait=$1" <"$work/stdin" >"$work/ready" 2>&1 &
	traffic_pid=$!
	exec 3>"$work/stdin"
	until grep -q ready "$work/ready"; do
		kill -0 "$traffic_pid" 2>/dev/null || {
			cat "$work/ready" >&2
			exit 1
		}
		sleep 0.1
	done
}

if [ "${2:-}" != --inside ]; then
	printf '%-44s %12s %12s %7s\n' "Linux $(uname -r), $(nproc) CPUs" this other ratio
	rounds 21 check sysctl
	compare check sysctl "this host: check / sysctl -a"
	rm -rf "$work"
	exec unshare -n -m --propagation private bash "$0" "$sockets" --inside
fi

ip link set lo up
mount -t tmpfs tmpfs /run
sysctl -qw net.ipv4.tcp_max_tw_buckets=1000000
make_sockets "$sockets"
programs=(check discard ss)
type netstat >/dev/null 2>&1 && programs+=(netstat)
rounds 5 "${programs[@]}"
compare check discard "$sockets TIME_WAIT: check / dump and discard"
for name in "${programs[@]:2}"; do
	compare check "$name" "$sockets TIME_WAIT: check / $name | awk"
done
if [ -x /usr/bin/time ]; then
	/usr/bin/time -f '%M KiB' -o "$work/memory" "$TCPTUNE" check >/dev/null
	echo "most memory of check: $(tail -n 1 "$work/memory")"
fi
