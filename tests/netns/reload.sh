#!/bin/bash
# reload against sysctl -p of procps-ng 4: generated files are loaded by both, each in
# a fresh network namespace of its own. The values of all keys, the status, the lines on
# stdout and what the messages say must be the same, but for the differences that
# sys/reload.h lists. FILES and SEED may be set for a longer run.
. "$(dirname "$0")/../lib.sh"
need sysctl unshare ip
need_root_netns

# Exclusion of keys by glob came with 4.0.5, status 1 for a read-only key with 4.0.6.
case $(sysctl --version) in
*' 4.0.'[2-4]) ;;
*) skip_all "the reference is sysctl of procps-ng 4.0.2 to 4.0.4" ;;
esac
generate=$BUILD/tests/netns/reload_gen
[ -x "$generate" ] || skip_all "$generate is not built"

# No mistake here reaches the host: what is no key of a network namespace is read-only.
# shellcheck disable=SC2016
guard='for tree in kernel vm fs; do
	mount --bind -o ro "/proc/sys/$tree" "/proc/sys/$tree" || exit 1
done'
if [ "${1:-}" != guarded ]; then
	unshare -m sh -c "$guard" 2>/dev/null || skip_all "cannot make parts of /proc/sys read-only"
	rm -rf "$TMP"
	trap - EXIT
	exec unshare -m sh -c "$guard; exec bash \"\$0\" guarded" "$0"
fi

# sandbox COMMAND...: in a network namespace with two devices whose names have dots.
# The values that the command leaves go to $TMP/values.
sandbox()
{
	# shellcheck disable=SC2016
	unshare -n sh -c '
		ip link add v.5 type veth peer name w.6 || exit 99
		"$@" >"$TMP/out" 2>"$TMP/err"
		rc=$?
		grep -rs . /proc/sys/net/ipv4 | sort >"$TMP/values"
		exit $rc' sandbox "$@"
}

# Of a key that was not even opened, sysctl's message has the reason of some call before.
# The reason is left out where one of our messages, in the file $1, says that it was so.
reasonable()
{
	awk -v keys="$(sed -nE 's/.*: (setting key ".*"): (Operation not permitted|Is a directory)$/\1/p' "$1")" '
	BEGIN { n = split(keys, list, "\n"); for (i = 1; i <= n; i++) stale[list[i]] }
	/^setting key/ { key = $0; sub(/: [^:]*$/, "", key); if (key in stale) $0 = key }
	{ print }'
}

# sysctl's messages in our words: file:line, and what is said of a path outside net.
theirs()
{
	sed -E -e 's/^sysctl: //' -e '/^separators should not be repeated/d' \
		-e 's/^(.*)\(([0-9]+)\): invalid syntax/\1:\2: invalid syntax/' \
		-e 's,^Path is not under /proc/sys/: .*,not net,' -e 's/\t/\\x09/g' "$1"
}

ours()
{
	sed -E -e 's/^tcptune: //' -e '/separators should not be repeated/d' \
		-e '/: invalid syntax/!s/^[^ ]*:[0-9]+: //' \
		-e 's/^setting key ".*": only keys under net\. are written$/not net/' "$1"
}

# The bytes that we do not pass on to a terminal.
visible()
{
	sed -e 's/\r/\\x0d/g' -e 's/\x1b/\\x1b/g' -e 's/\xff/\\xff/g' -e 's/\v/\\x0b/g' -e 's/\f/\\x0c/g'
}

# load NAME COMMAND...: the results go to $TMP/NAME.*
load()
{
	local name=$1 rc=0
	shift
	sandbox "$@" <"$TMP/stdin" || rc=$?
	echo "$rc" >"$TMP/$name.rc"
	mv "$TMP/out" "$TMP/$name.out"
	mv "$TMP/err" "$TMP/$name.err"
	mv "$TMP/values" "$TMP/$name.values"
}

# compare FILE...: loads them with both, and sets $difference to the first thing that differs.
compare()
{
	load a sysctl -p "$@"
	load b "$TCPTUNE" reload "$@"
	visible <"$TMP/a.out" >"$TMP/a.said"
	theirs "$TMP/a.err" | reasonable "$TMP/b.err" | visible >"$TMP/a.told"
	mv "$TMP/b.out" "$TMP/b.said"
	ours "$TMP/b.err" | reasonable "$TMP/b.err" >"$TMP/b.told"
	difference=
	for part in values rc said told; do
		cmp -s "$TMP/a.$part" "$TMP/b.$part" && continue
		difference="$part differ: $(diff "$TMP/a.$part" "$TMP/b.$part" | head -n 6)"
		return
	done
}

first=${SEED:-1}
count=${FILES:-200}
agreed=0 written=0 failed=0 disagreed=
for ((seed = first; seed < first + count; seed++)); do
	: >"$TMP/stdin"
	"$generate" "$seed" >"$TMP/one.conf"
	set -- "$TMP/one.conf"
	case $((seed % 8)) in
	1) # The second file's keys keep the first one's globs off.
		"$generate" $((seed + 1000000)) >"$TMP/two.conf"
		set -- "$TMP/one.conf" "$TMP/two.conf"
		;;
	2)
		cp "$TMP/one.conf" "$TMP/stdin"
		set -- -
		;;
	3) set -- "$TMP/missing.conf" "$TMP/on[e].conf" ;;
	esac
	compare "$@"
	if [ -z "$difference" ]; then
		agreed=$((agreed + 1))
	else
		disagreed="$disagreed
seed $seed: $difference"
	fi
	written=$((written + $(wc -l <"$TMP/b.said")))
	failed=$((failed + $(wc -l <"$TMP/b.told")))
done
is "$count generated files: reload does what sysctl -p does" "$agreed$disagreed" "$count"
note "$written values were written, $failed lines gave a message"

# The comparison means something: both things happened, and a difference is seen.
check "values were written" [ "$written" -gt "$count" ]
check "lines gave messages" [ "$failed" -gt "$count" ]
printf 'net.ipv4.tcp_fin_timeout = 7\n' >"$TMP/one.conf"
: >"$TMP/stdin"
load a sysctl -p "$TMP/one.conf"
printf 'net.ipv4.tcp_fin_timeout = 8\n' >"$TMP/one.conf"
load b "$TCPTUNE" reload "$TMP/one.conf"
is "another value is seen" "$(diff "$TMP/a.values" "$TMP/b.values" | grep -c '[<>]')" 2

# -q silences what was written, not what was wrong.
printf 'net.ipv4.tcp_fin_timeout = 8\nnet.ipv4.nosuch = 1\n' >"$TMP/one.conf"
load b "$TCPTUNE" reload -q "$TMP/one.conf"
is "-q: nothing on stdout" "$(cat "$TMP/b.out")" ""
is "-q: the message" "$(cat "$TMP/b.err")" \
	"tcptune: $TMP/one.conf:2: cannot stat /proc/sys/net/ipv4/nosuch: No such file or directory"
is "-q: the status" "$(cat "$TMP/b.rc")" 1
done_testing
