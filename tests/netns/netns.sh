#!/bin/bash
# --netns: another network namespace by name, by path and by process; its sysctls, its
# sockets and the programs that hold them.
. "$(dirname "$0")/../lib.sh"
need ip unshare nsenter
need_root_netns
traffic=$BUILD/tests/lab/traffic
[ -x "$traffic" ] || skip_all "$traffic is not built"

# Names of namespaces live in /run/netns: in a mount namespace they are nobody else's.
if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs /run && exec bash "$0" mounted' "$0"
fi

pid=
# shellcheck disable=SC2317
at_exit()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	wait
}

mkfifo "$TMP/in"
# shellcheck disable=SC2016
unshare -n sh -c 'ip link set lo up && echo 77 >/proc/sys/net/ipv4/tcp_fin_timeout && exec "$@"' \
	sh "$traffic" established=3 close_wait=2 <"$TMP/in" >"$TMP/ready" &
pid=$!
exec 9>"$TMP/in"
for _ in $(seq 100); do
	grep -q ready "$TMP/ready" && break
	sleep 0.1
done
check "there is a namespace to look at" grep -q ready "$TMP/ready"

# What tells the namespaces apart, of a report in $TMP/out.
gist()
{
	grep -E '"(ESTABLISHED|CLOSE_WAIT)":|"current": "(77|60)"' "$TMP/out" | tr -d ' \n'
}
there='"ESTABLISHED":6,"CLOSE_WAIT":2,"current":"77",'
here='"ESTABLISHED":0,"CLOSE_WAIT":0,"current":"60",'

run "$TCPTUNE" check --format json
is "here" "$(gist)" "$here"
run "$TCPTUNE" check --format json --netns "$pid"
is "by process" "$rc $(gist)" "1 $there"
run "$TCPTUNE" check --format json --netns "/proc/$pid/ns/net"
is "by path" "$rc $(gist)" "1 $there"
if ip netns attach lab "$pid" 2>"$TMP/err"; then
	run "$TCPTUNE" check --format json --netns lab
	is "by name" "$rc $(gist)" "1 $there"
	run "$TCPTUNE" check --format json --netns ./lab
	is "what has a slash is a path: status" "$rc" 2
	run sh -c 'cd /run/netns && exec "$0" check --format json --netns ./lab' "$TCPTUNE"
	is "a path may be relative" "$rc $(gist)" "1 $there"
	# A name goes before a number.
	ip netns attach 1 "$pid"
	run "$TCPTUNE" check --format json --netns 1
	is "a name of digits is a name" "$rc $(gist)" "1 $there"
else
	skip "by name" "$(cat "$TMP/err")"
fi

run "$TCPTUNE" capture --netns "$pid" "$TMP/capture"
is "capture: status" "$rc" 0
run "$TCPTUNE" check --format json --root "$TMP/capture"
is "capture: of that namespace" "$(gist)" "$there"

# A drop-in would be this namespace's, so apply only says what it would do.
run "$TCPTUNE" apply --dry-run --netns "$pid"
is "apply --dry-run: status" "$rc" 1
has "apply --dry-run" "$out" "net.ipv4.tcp_fin_timeout: 77 -> 30"
run "$TCPTUNE" apply --yes --netns "$pid"
is "apply --yes" "$rc $out$err" "2 tcptune: a drop-in does not reach another namespace: with --netns only --dry-run"
is "and nothing is written" "$(nsenter -t "$pid" -n cat /proc/sys/net/ipv4/tcp_fin_timeout)" 77

# All of them: here, the named one, the one without a name.
gists()
{
	python3 - "$TMP/out" <<'END'
import json, sys
document = json.load(open(sys.argv[1], encoding="utf-8"))
for n in document["namespaces"]:
    print(n["ours"], n["name"], n["error"],
          n["check"]["sockets"]["states"]["ESTABLISHED"])
END
}
if ip netns add idle 2>"$TMP/err" && type python3 >/dev/null 2>&1; then
	run "$TCPTUNE" check --all-netns --format json
	cp "$TMP/out" "$TMP/all.json"
	is "all: status is that of findings, and of what is pending here" "$rc" 1
	is "all: ours first, then those with a name" "$(gists | sed -n '1p;/ 1 \|idle\|lab/p')" \
		"$(printf '%s\n' 'True None None 0' 'False 1 None 6' 'False idle None 0')"
	is "all: a namespace with two names stands there once" "$(gists | grep -c 'None 6')" 1
	run python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/namespaces.schema.json" "$TMP/all.json"
	[ "$rc" = 77 ] || is "all: as the schema says" "$rc $out" "0 $out"
	run "$TCPTUNE" check --all-netns
	has "all: the quiet ones are named together" "$out" "of this command"
	hasnt "all: no key of a namespace that nobody can set" "$out" "What would change"
	run "$TCPTUNE" check --all-netns --verbose
	has "all --verbose: each on its own" "$out" "Network namespace idle"
	# What stands there is no namespace of the network.
	: >/run/netns/file
	run "$TCPTUNE" check --all-netns
	hasnt "all: a file is no namespace" "$out$err" "file ("
	rm /run/netns/file
else
	skip "all namespaces" "$(cat "$TMP/err")"
fi
run "$TCPTUNE" check --all-netns --root /
is "all: not of a captured host" "$rc $out$err" "2 tcptune: --all-netns and --root do not go together"
run "$TCPTUNE" check --all-netns --netns 1
is "all: or one" "$rc $out$err" "2 tcptune: --netns and --all-netns do not go together"

run "$TCPTUNE" check --netns nosuch
is "no such name" "$rc $out$err" "2 tcptune: --netns nosuch: No such file or directory"
run "$TCPTUNE" check --netns "/proc/$pid/ns/mnt"
is "a namespace of another kind" "$rc $out$err" "2 tcptune: --netns /proc/$pid/ns/mnt: Invalid argument"
run "$TCPTUNE" check --netns 4194304999
is "no such process" "$rc $out$err" "2 tcptune: --netns 4194304999: No such file or directory"
done_testing
