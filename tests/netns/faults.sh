#!/bin/bash
# Apply and revert on a real kernel, with a kill and with an error at every system call
# from the lock on. After each: the state is the one before or the one after, as the
# status says; no drop-in is torn; and `tcptune revert` brings everything back.
# POINTS=N tries every Nth point only (default 1; 10 with sanitizers, whose own calls for
# memory are left alone).
# Actions are called by their names.
# shellcheck disable=SC2154,SC2317
. "$(dirname "$0")/../lib.sh"
need strace
need_root_netns

# What apply writes to lies in a mount namespace, beside the network namespace.
if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		for place in /etc/sysctl.d /var/lib /run; do
			mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		exec bash "$0" mounted' "$0"
fi
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

every=${POINTS:-1}
spared='^get.*id$'
case $BUILD in
*/san)
	export ASAN_OPTIONS="${ASAN_OPTIONS:-exitcode=99}:detect_leaks=0" # not under ptrace
	every=${POINTS:-10}
	spared='^(get.*id|mmap|munmap|brk|futex|madvise|mprotect)$'
	;;
esac

ipv4=/proc/sys/net/ipv4
keys="tcp_fin_timeout tcp_rmem tcp_tw_reuse"
state=/var/lib/tcptune
dropin=/etc/sysctl.d/60-tcptune.conf

profile()
{
	printf 'profile: %s\ntitle: for a test\nsettings:\n' "$1"
	shift
	while [ $# -gt 1 ]; do
		printf '  - {key: net.ipv4.%s, value: %s, why: for a test}\n' "$1" "$2"
		shift 2
	done
}
profile one tcp_fin_timeout 45 >"$TMP/one.yaml"
profile two tcp_fin_timeout 30 tcp_rmem '[8192, 262144, 8388608]' tcp_tw_reuse 1 >"$TMP/two.yaml"

# All that an apply changes, and nothing else.
snapshot()
{
	local key
	for key in $keys; do
		cat "$ipv4/$key"
	done
	(cd /etc/sysctl.d && ls -A && cat -- * 2>/dev/null)
}

# save NAME, restore NAME: the host as it is, apart from the kernel's other keys.
save()
{
	local key
	mkdir -p "$TMP/$1"
	cp -a /etc/sysctl.d "$state" "$TMP/$1/"
	for key in $keys; do
		cat "$ipv4/$key" >"$TMP/$1/$key"
	done
	snapshot >"$TMP/$1/snapshot"
}
restore()
{
	local key
	find /etc/sysctl.d "$state" -mindepth 1 -delete
	find /run/tcptune -name "guard.*" -delete 2>/dev/null # of a guard that was killed
	cp -a "$TMP/$1/sysctl.d/." /etc/sysctl.d
	cp -a "$TMP/$1/tcptune/." "$state"
	for key in $keys; do
		cat "$TMP/$1/$key" >"$ipv4/$key"
	done
}
is_state()
{
	snapshot | cmp -s - "$TMP/$1/snapshot"
}
has_unfinished()
{
	grep -qE '"state": "(applying|reverting)"' "$state"/*.json
}

# The calls while the lock is held, "name ordinal": strace counts each call by its name.
# What the kernel lets nobody fail (getpid and the like) is left out.
points()
{
	strace -o "$TMP/trace" "$@" >"$TMP/out" 2>"$TMP/err" </dev/null
	awk -v every="$every" -v spared="$spared" '
		/^[a-z0-9_]+\(/ {
			name = $0
			sub(/\(.*/, "", name)
			n[name]++
			if (/"\/run\/tcptune"/)
				inside = 1
			if (inside && name !~ spared && ++seen % every == 0)
				print name, n[name]
			if (/^rt_sigprocmask\(SIG_SETMASK/)
				inside = 0
		}' "$TMP/trace"
}

origin=before # what everything is brought back to
bad=
complain()
{
	bad="$bad$*
"
}

# Runs the command with the injection; $rc is the shell's status of it.
inject()
{
	local name=$1 what=$2
	shift 2
	rc=0
	# A shell of its own, whose word about the killed process is not wanted.
	timeout 20 strace -o /dev/null -e trace="$name" -e inject="$name:$what" "$@" \
		>"$TMP/out" 2>"$TMP/err" </dev/null || rc=$?
}

# Takes back what is left; the host must be as it was before the apply.
take_back()
{
	local rc=0
	if has_unfinished; then
		"$TCPTUNE" apply --yes --profile "$TMP/two.yaml" >/dev/null 2>"$TMP/err"
		[ $? = 3 ] || complain "$*: an unfinished record did not stop the next apply"
		grep -q 'tcptune revert' "$TMP/err" || complain "$*: the next apply did not say what to do"
	fi
	while [ "$(grep -lE '"state": "(applying|applied|reverting|unconfirmed)"' "$state"/*.json | wc -l)" -gt "$([ "$origin" = before ] && echo 1 || echo 0)" ]; do
		"$TCPTUNE" revert >"$TMP/out" 2>"$TMP/err" || rc=$?
		[ "$rc" = 0 ] || break
	done
	[ "$rc" = 0 ] || complain "$*: revert gave status $rc: $(cat "$TMP/err")"
	is_state "$origin" || complain "$*: not brought back"
}

# Killed: either side of the rename, never between; and taken back.
kill_at()
{
	inject "$1" "signal=KILL:when=$2" "${@:3}" 2>/dev/null
	[ "$rc" = 137 ] || complain "$1 $2: not killed, status $rc"
	[ ! -e "$dropin" ] && [ "$origin" = before_first ] ||
		cmp -s "$dropin" "$TMP/before/sysctl.d/60-tcptune.conf" ||
		cmp -s "$dropin" "$TMP/after/sysctl.d/60-tcptune.conf" || complain "$1 $2: torn drop-in"
	take_back "killed at $1 $2"
}

# Also when nobody reaps it.
is_gone()
{
	! kill -0 "$1" 2>/dev/null || [ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)" = Z ]
}
guard_pid()
{
	sed -n 's/.*"guard": \([0-9]*\),*$/\1/p' "$(find "$state" -name '*.json' | sort | tail -n 1)" | head -n 1
}

# Where a guard is at work on what is unfinished, until it is done.
await_guard()
{
	local i guard
	guard=$(guard_pid)
	[ -n "$guard" ] || return 0
	for ((i = 0; i < 1200; i++)); do
		is_gone "$guard" && return 0
		has_unfinished || return 0
		sleep 0.05
	done
	complain "$*: the guard did not finish"
}

# As kill_at, and a guard may take it back by itself.
kill_guarded_at()
{
	inject "$1" "signal=KILL:when=$2" "${@:3}" 2>/dev/null
	[ "$rc" = 137 ] || complain "$1 $2: not killed, status $rc"
	cmp -s "$dropin" "$TMP/before/sysctl.d/60-tcptune.conf" || complain "$1 $2: a drop-in before it is confirmed"
	await_guard "killed at $1 $2"
	take_back "killed at $1 $2"
}

# The guard itself, told to end, which makes it revert: "name ordinal" of its calls from then on.
# trace_guard STRACE_OPTION...: from a fresh apply on.
trace_guard()
{
	local guard tracer i
	"$TCPTUNE" apply --yes --profile "$TMP/two.yaml" --confirm 3000 >/dev/null 2>"$TMP/err" || complain "no apply: $(cat "$TMP/err")"
	guard=$(guard_pid)
	strace "$@" -p "$guard" 2>"$TMP/attached" &
	tracer=$!
	for ((i = 0; i < 600; i++)); do
		grep -q 'TracerPid:.[1-9]' "/proc/$guard/status" 2>/dev/null && break
		sleep 0.02
	done
	kill -TERM "$guard" 2>/dev/null # or it was killed looking at its record
	wait "$tracer"
	for ((i = 0; i < 600; i++)); do
		is_gone "$guard" && return 0
		sleep 0.05
	done
	complain "the guard did not end"
}
guard_points()
{
	trace_guard -o "$TMP/trace"
	awk -v every="$1" -v spared="$spared" '
		/^[a-z0-9_]+\(/ {
			name = $0
			sub(/\(.*/, "", name)
			n[name]++
			if (name ~ spared || name ~ /^(exit|rt_|restart)/)
				next
			if (++seen % every == 0)
				print name, n[name]
		}' "$TMP/trace"
}
kill_guard_at()
{
	trace_guard -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2"
	cmp -s "$dropin" "$TMP/before/sysctl.d/60-tcptune.conf" || complain "$1 $2: a drop-in that was never confirmed"
	take_back "guard killed at $1 $2"
}
# It tries again, and is done in the end.
fail_guard_at()
{
	trace_guard -o /dev/null -e trace="$1" -e inject="$1:error=EIO:when=$2"
	is_state before || complain "$1 $2: the guard ended without having taken it back"
	take_back "guard failed at $1 $2"
}
each_of_guard()
{
	local name=$1 action=$2 n=0 call ordinal
	restore before
	bad=
	guard_points "$3" >"$TMP/points"
	while read -r call ordinal; do
		restore before
		"$action" "$call" "$ordinal"
		n=$((n + 1))
	done <"$TMP/points"
	if [ -z "$bad" ] && [ "$n" -gt 0 ]; then
		ok "$name: $n points"
	else
		not_ok "$name: $n points" "$bad"
	fi
}

# Failed: status 0 is $good, 3 is $back, and nothing is left unfinished.
fail_at()
{
	inject "$1" "error=EIO:when=$2" "${@:3}"
	case $rc in
	0) is_state "$good" || complain "$1 $2: status 0 and not done" ;;
	3)
		is_state "$back" || complain "$1 $2: status 3 and not as before"
		[ -s "$TMP/err" ] || complain "$1 $2: status 3 without a word"
		;;
	*) complain "$1 $2: status $rc: $(cat "$TMP/err")" ;;
	esac
	if has_unfinished; then
		complain "$1 $2: left unfinished"
	fi
	take_back "failed at $1 $2"
}

# each NAME FROM ACTION COMMAND...: the action at every point of the command.
each()
{
	local name=$1 from=$2 action=$3 n=0 call ordinal
	shift 3
	restore "$from"
	points "$@" >"$TMP/points"
	bad=
	while read -r call ordinal; do
		restore "$from"
		"$action" "$call" "$ordinal" "$@"
		n=$((n + 1))
	done <"$TMP/points"
	if [ -z "$bad" ] && [ "$n" -gt 0 ]; then
		ok "$name: $n points"
	else
		not_ok "$name: $n points" "$bad"
	fi
}

# The host: an earlier apply is in force, its drop-in is what must come back.
run "$TCPTUNE" apply --yes --profile "$TMP/one.yaml"
is "an apply to start from" "$rc" 0
save before
run "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
is "an apply to be disturbed" "$rc" 0
save after
run "$TCPTUNE" revert
is "and its revert" "$rc" 0
check "brings back all" is_state before
[ "$tap_failed" = 0 ] || done_testing

# Two applies taken back as one.
restore before
run "$TCPTUNE" revert
save before_first
restore before
run "$TCPTUNE" apply --yes --profile "$TMP/two.yaml"
save after

apply=("$TCPTUNE" apply --yes --profile "$TMP/two.yaml")
each "apply killed" before kill_at "${apply[@]}"
each "revert killed" after kill_at "$TCPTUNE" revert
good=after back=before
each "a call of apply fails" before fail_at "${apply[@]}"
good=before back=after
each "a call of revert fails" after fail_at "$TCPTUNE" revert
origin=before_first
each "revert --to killed" after kill_at "$TCPTUNE" revert --to 0
good=before_first back=after
each "a call of revert --to fails" after fail_at "$TCPTUNE" revert --to 0

# Applied and not confirmed: in the running kernel alone.
origin=before
confirmed=("${apply[@]}" --confirm 3000)
restore before
run "${confirmed[@]}"
is "an apply to be confirmed" "$rc" 0
kill -KILL "$(guard_pid)"
save unconfirmed
run "$TCPTUNE" confirm
is "and confirmed" "$rc" 0
save confirmed
each "apply --confirm killed" before kill_guarded_at "${confirmed[@]}"
good=unconfirmed back=before
each "a call of apply --confirm fails" before fail_at "${confirmed[@]}"
each "confirm killed" unconfirmed kill_at "$TCPTUNE" confirm
good=confirmed back=unconfirmed
each "a call of confirm fails" unconfirmed fail_at "$TCPTUNE" confirm
each_of_guard "the guard killed" kill_guard_at "$every"
each_of_guard "a call of the guard fails" fail_guard_at $((4 * every))
done_testing
