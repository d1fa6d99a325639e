#!/bin/bash
# rules/parameters against the kernel that runs: every key is described, those that
# should be there are there, defaults are those of a fresh namespace, and ranges those
# found by writing. What the files say is of Linux 6.18.
. "$(dirname "$0")/../lib.sh"
need unshare ip
[ "$(id -u)" = 0 ] || skip_all "needs root"
unshare -n true 2>/dev/null || skip_all "needs the right to make network namespaces"
probe=$BUILD/tests/netns/param_probe
[ -x "$probe" ] || skip_all "$probe is not built"
case $(uname -r) in
6.18 | 6.18[.-]*) ;;
*) skip_all "the parameters were probed on Linux 6.18, this is $(uname -r)" ;;
esac

# What the host has outside, to see that nothing of it was touched.
host_values()
{
	(cd /proc/sys/net && find ipv4 core netfilter -type f ! -name flush ! -name '*_count' \
		-exec grep -as . /dev/null {} + | sort)
}

compare()
{
	run unshare -n sh -c 'ip link set lo up && exec "$@"' probe "$probe" "$1"
	if [ "$rc" = 0 ]; then
		ok "$2: ${out##*$'\n'}"
	else
		not_ok "$2" "$out" "$err"
	fi
}

host_values >"$TMP/before"
run "$probe" known
is "every key of the host is described" "$rc" 0
note "$out"
compare known "every key of a namespace is described"
compare there "keys are there, or not, and writable, as described"
compare defaults "defaults are those of a fresh namespace"
compare ranges "ranges are those that the kernel enforces"
host_values >"$TMP/after"
check "the host has some values to compare" test -s "$TMP/before"
check "the host's own values were not touched" cmp "$TMP/before" "$TMP/after"

run unshare -n "$probe" nonsense
is "an unknown check fails" "$rc" 2
if [ -e /proc/sys/net/ipv4/tcp_mem ]; then
	run "$probe" defaults
	is "it refuses to run outside of a namespace of its own" "$rc" 2
fi
done_testing
