#!/bin/bash
# Each profile on a real kernel: applied, nothing is left to do, and revert takes every
# sysctl of the namespace back. What belongs to the whole host is not there, or read-only.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
need_root_netns

if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		for place in /etc/sysctl.d /var/lib /run; do
			mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		for place in kernel vm fs; do
			mount --bind "/proc/sys/$place" "/proc/sys/$place" &&
				mount -o remount,bind,ro "/proc/sys/$place" || exit 1
		done
		exec bash "$0" mounted' "$0"
fi
need_python socket

ipv4=/proc/sys/net/ipv4
mapfile -t profiles < <("$TCPTUNE" profiles --list | cut -f 1)

# all_values: every sysctl of this namespace that can be read (flush and such cannot, and a
# key's name is random data in tcp_fastopen_key).
all_values()
{
	find /proc/sys/net -type f -readable ! -name tcp_fastopen_key ! -name flush 2>/dev/null | sort |
		while read -r file; do
			printf '%s = %s\n' "$file" "$(tr '\t\n' '  ' <"$file" 2>/dev/null)"
		done
}

# Two cards, and one of them has an address: what cloud-vm and hardening look at.
ip link add card0 type veth peer name far0 2>/dev/null && ip addr add 192.0.2.1/24 dev card0
ip link set card0 up 2>/dev/null
ip link set far0 up 2>/dev/null

# A service on a port that the wider range covers, and one that it does not.
"$PYTHON" -c '
import socket, time
held = []
for port in (15672, 8080):
    s = socket.socket()
    s.bind(("127.0.0.1", port))
    s.listen(5)
    held.append(s)
print("ready", flush=True)
time.sleep(300)' >"$TMP/ready" &
service=$!
# shellcheck disable=SC2317
at_exit()
{
	kill "$service" 2>/dev/null
}
for _ in $(seq 100); do
	[ ! -s "$TMP/ready" ] || break
	sleep 0.1
done
is "the services listen" "$(cat "$TMP/ready")" ready

# round NAME OPTION...: apply, then there is nothing to do, then revert.
round()
{
	local name=$1
	shift
	all_values >"$TMP/before"
	run "$TCPTUNE" apply --yes "$@"
	is "$name: apply" "$rc:$err" "0:"
	run "$TCPTUNE" apply --dry-run "$@"
	is "$name: nothing is left to do" "$rc" 0
	run "$TCPTUNE" check "$@" --format json
	like "$name: check proposes nothing" "$out" '"changes": \[\]'
	all_values >"$TMP/after"
	run "$TCPTUNE" apply --yes "$@"
	is "$name: a second apply changes nothing" "$rc:$(all_values | diff "$TMP/after" -)" "0:"
	run "$TCPTUNE" revert --yes
	is "$name: revert" "$rc:$err" "0:"
	is "$name: everything is as it was" "$(all_values | diff "$TMP/before" -)" ""
	is "$name: and so are the files" "$(ls -A /etc/sysctl.d)" ""
}

for profile in "${profiles[@]}"; do
	given=()
	[ "$profile" != bulk-transfer ] || given=(--set bandwidth=10gbit --set rtt=80ms)
	round "$profile" --profile "$profile" "${given[@]}"
done
round "several at once" --profile reverse-proxy --profile hardening --profile kubernetes-node \
	--profile cloud-vm --profile nat-gateway

"$TCPTUNE" apply --yes --profile reverse-proxy --profile kubernetes-node >/dev/null 2>&1
is "the range of ports" "$(tr '\t' ' ' <$ipv4/ip_local_port_range)" "10000 65535"
is "what listens there is reserved, with the ports of the other profile" \
	"$(cat $ipv4/ip_local_reserved_ports)" "10250-10259,15672,30000-32767"
like "and the file says so" "$(cat /etc/sysctl.d/60-tcptune.conf)" \
	'^net\.ipv4\.ip_local_reserved_ports = 10250-10259,15672,30000-32767$'
"$TCPTUNE" revert --yes >/dev/null 2>&1

# What hardening says of interfaces: one with an address keeps its own value.
if [ -e $ipv4/conf/card0/accept_redirects ]; then
	"$TCPTUNE" apply --yes --profile hardening >/dev/null 2>&1
	is "an interface with an address keeps accept_redirects, one without does not" \
		"$(cat $ipv4/conf/card0/accept_redirects $ipv4/conf/far0/accept_redirects | tr '\n' ' ')" "1 0 "
	"$TCPTUNE" revert --yes >/dev/null 2>&1
fi
done_testing
