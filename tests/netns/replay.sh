#!/bin/bash
# A capture is what was seen: played back it brings the findings, counts and settings of
# the host itself, whichever way the sockets were read; and where addresses are hidden, it
# holds none, and brings the same but for the addresses.
. "$(dirname "$0")/../lib.sh"
need ip unshare python3
need_root_netns
traffic=$BUILD/tests/lab/traffic
deny=$BUILD/tests/lab/deny_netlink
for program in "$traffic" "$deny"; do
	[ -x "$program" ] || skip_all "$program is not built"
done

pid=
# shellcheck disable=SC2317
at_exit()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null
	wait
}

# Nothing of this is in its last minute, so that two looks see the same.
echo 40000 40099 >/proc/sys/net/ipv4/ip_local_port_range
echo 0 >/proc/sys/net/ipv4/tcp_tw_reuse
echo 60 >/proc/sys/net/ipv4/tcp_max_tw_buckets
ip addr add 192.0.2.77/32 dev lo
mkfifo "$TMP/in"
"$traffic" queued=6 established=3 time_wait=70 close_wait=4 -6 established=2 close_wait=3 listen=2 \
	<"$TMP/in" >"$TMP/ready" &
pid=$!
exec 9>"$TMP/in"
for _ in $(seq 100); do
	grep -q ready "$TMP/ready" && break
	sleep 0.1
done
check "there is a host to look at" grep -q ready "$TMP/ready"

# What must be the same of two looks: not the times, nor what the second sample says.
gist()
{
	python3 - "$1" <<-'END'
		import json, re, sys
		d = json.load(open(sys.argv[1], encoding="utf-8"))
		d["host"]["uptime_s"] = d["host"]["name"] = d["sample"] = None
		# A plan is for one boot of one namespace, which no capture is.
		d["plan"]["boot_id"] = d["plan"]["namespace"] = None
		text = json.dumps(d, indent=1, sort_keys=True)
		# Ages, and averages over the time since boot.
		text = re.sub(r"\b[0-9.]+( ms| s| min|/s)", r"_\1", text)
		print(re.sub(r'("(rate|oldest|overflow|wanted)": )[0-9.e-]+', r"\1_", text))
	END
}

# both NAME [COMMAND BEFORE...]: live and from a capture.
both()
{
	local name=$1
	shift
	run "$@" "$TCPTUNE" check --format json
	live=$rc
	gist "$TMP/out" >"$TMP/$name.live"
	run "$@" "$TCPTUNE" capture "$TMP/$name"
	is "$name: capture" "$rc" 0
	run "$TCPTUNE" check --format json --root "$TMP/$name"
	is "$name: the status of the replay" "$rc" "$live"
	gist "$TMP/out" >"$TMP/$name.replay"
	is "$name: what it says" "$(diff "$TMP/$name.live" "$TMP/$name.replay")" ""
}

both netlink
check "there are findings to compare" grep -q '"tw-buckets-overflow"' "$TMP/netlink.live"
both denied "$deny"
check "the second way was another" grep -q "netlink is not available" "$TMP/denied.live"

# A replay of the replay: a capture made of a capture.
run "$TCPTUNE" capture --root "$TMP/netlink" "$TMP/again"
is "capture of a capture" "$rc" 0
run "$TCPTUNE" check --format json --root "$TMP/again"
gist "$TMP/out" >"$TMP/again.replay"
is "capture of a capture: what it says" "$(diff "$TMP/netlink.replay" "$TMP/again.replay")" ""

run "$TCPTUNE" capture --interval 0.5 "$TMP/two"
is "two samples: capture" "$rc" 0
run "$TCPTUNE" check --format json --root "$TMP/two"
has "two samples: the rates are live" "$out" '"live": true'

# Addresses: a listener on a port that outgoing connections may take is named in a finding.
python3 -c 'import socket, sys
s = socket.socket(); s.bind(("192.0.2.77", 40050)); s.listen(1); sys.stdin.read()' <"$TMP/in" &
python=$!
for _ in $(seq 100); do
	run "$TCPTUNE" check --format json
	case $out in *192.0.2.77*) break ;; esac
	sleep 0.1
done
has "an address is seen" "$out" 192.0.2.77
ids=$(grep -o '"id": "[^"]*"' "$TMP/out")
run "$TCPTUNE" capture --anonymise "$TMP/hidden"
kill $python
is "hidden: capture" "$rc" 0
is "hidden: as text it is nowhere" "$(grep -rlF 192.0.2.77 "$TMP/hidden")" ""
is "hidden: nor as bytes" "$(grep -rlaP '\xc0\x00\x02\x4d' "$TMP/hidden")" ""
is "hidden: nor the host's name" "$(cat "$TMP/hidden/capture/hostname")" host
run "$TCPTUNE" check --format json --root "$TMP/hidden"
hasnt "hidden: nor in what is said" "$out" 192.0.2.77
is "hidden: the same findings" \
	"$(grep -o '"id": "[^"]*"' "$TMP/out")" "$ids"
done_testing
