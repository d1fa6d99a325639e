#!/bin/bash
# Sick states made on a real kernel, each in a network namespace of its own, and what
# `tcptune check` finds in them: the id, the severity, the figures, the remedy. And hosts
# that are well, in which it finds nothing. Takes a minute, the age of a leak.
. "$(dirname "$0")/../lib.sh"
need ip ss unshare nsenter setpriv python3
need_root_netns

# Files of this machine have no say.
if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		for place in /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d; do
			[ ! -d "$place" ] || mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		exec bash "$0" mounted' "$0"
fi
traffic=$BUILD/tests/lab/traffic
[ -x "$traffic" ] || skip_all "$traffic is not built"

declare -A pids=()

# shellcheck disable=SC2317
at_exit()
{
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null
	wait
}

# scene NAME "KEY=VALUE..." COMMAND...: a namespace with these sysctls (a comma is a blank),
# in which the command makes its sockets and says "ready".
scene()
{
	local name=$1 keys=$2
	shift 2
	mkfifo "$TMP/$name.in"
	# shellcheck disable=SC2016
	unshare -n sh -c '
		ip link set lo up || exit 1
		for pair in $1; do
			echo "${pair#*=}" | tr , " " >"/proc/sys/net/${pair%%=*}" || exit 1
		done
		shift
		exec "$@"' sh "$keys" "$@" <"$TMP/$name.in" >"$TMP/$name.ready" 2>"$TMP/$name.err" &
	pids[$name]=$!
	exec 9>"$TMP/$name.in"
	eval "exec $((20 + ${#pids[@]}))>&9 9>&-"
}

# look NAME [OPTION...]: what check finds in the scene. The report is $TMP/out.
look()
{
	local name=$1 i
	shift
	for ((i = 0; i < 100; i++)); do
		grep -q ready "$TMP/$name.ready" && break
		sleep 0.1
	done
	[ "$i" -lt 100 ] || not_ok "$name is there" "$(cat "$TMP/$name.err")"
	run "$TCPTUNE" check --format json --netns "${pids[$name]}" "$@"
}

# says EXPRESSION: in Python, of the document d, its findings f by id, their facts.
says()
{
	python3 - "$TMP/out" "$1" <<-'END'
		import json, sys
		d = json.load(open(sys.argv[1], encoding="utf-8"))
		f = {x["id"]: x for x in d["findings"]}
		def facts(id, *names):
		    return " ".join(str(f[id]["facts"][name]) for name in names)
		def sets(id):
		    return " ".join("%s=%s" % (r["set"], r["to"]) for r in f[id]["remedy"] if r["set"])
		def does(id):
		    return " ".join(r["do"] for r in f[id]["remedy"])
		def worse(*severities):
		    return " ".join(sorted(x["id"] for x in d["findings"] if x["severity"] in severities))
		heavy = worse("critical", "high", "medium")
		try:
		    print(eval(sys.argv[2]))
		except Exception as error:
		    print(repr(error), sorted(f))
	END
}

clients=$(
	cat <<-'END'
		import os, socket, sys, time
		# Handshakes that stay unfinished, from as many addresses.
		n = int(sys.argv[1])
		server = socket.socket()
		server.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
		server.bind(("10.9.0.1", 80))
		server.listen(n)
		kept = []
		for i in range(n):
		    client = socket.socket()
		    client.bind(("10.9.0.%d" % (i + 1), 0))
		    client.connect(("10.9.0.1", 80))
		    kept.append(client)
		print("ready", flush=True)
		sys.stdin.read()
	END
)

begun=$SECONDS
scene leak "" "$traffic" close_wait_orphan=120
scene half "" "$traffic" close_wait=110
scene idle "" "$traffic" listen=1
scene busy "" "$traffic" established=50 time_wait=5 -6 established=5
scene queue "" "$traffic" queued=11
scene capped core/somaxconn=8 "$traffic" queued=9
scene ports "ipv4/ip_local_port_range=40000,40099 ipv4/tcp_tw_reuse=0" "$traffic" established=3 time_wait=90
scene reuse "ipv4/ip_local_port_range=40000,40099 ipv4/tcp_tw_reuse=2" "$traffic" time_wait=93
scene stamps "ipv4/ip_local_port_range=40000,40099 ipv4/tcp_tw_reuse=1 ipv4/tcp_timestamps=0" "$traffic" time_wait=93
scene buckets ipv4/tcp_max_tw_buckets=50 "$traffic" time_wait=80
scene cookies ipv4/tcp_syncookies=0 "$traffic" listen=1
scene abort ipv4/tcp_abort_on_overflow=1 "$traffic" listen=1
scene covered "" "$traffic" -p 40000 listen=1
# shellcheck disable=SC2016
scene flood "" sh -c '
	for i in $(seq 40); do ip addr add 10.9.0.$i/32 dev lo || exit 1; done
	exec python3 -c "$1" 40' sh "$clients"
scene slow "" "$traffic" syn_recv=40
scene mixed "" "$traffic" established=4 time_wait=3 time_wait_server=2 close_wait=5 close_wait_data=2 \
	fin_wait1=1 last_ack=2 closing=1 syn_recv=3 syn_sent=2 queued=3 listen=2 -6 established=2 close_wait=3 time_wait=2

# ------------------------------------------------------- hosts that are well

look idle
is "idle: nothing of medium or worse" "$(says heavy)" ""
look busy
is "busy: nothing of medium or worse" "$(says heavy)" ""
is "busy: the states" "$(says '[d["sockets"]["states"][s] for s in ("ESTABLISHED", "TIME_WAIT", "CLOSE_WAIT")]')" \
	"[110, 5, 0]"
is "busy: nothing is unknown" "$(says 'd["unknown"]')" "[]"
look reuse
is "reuse on loopback works: no alarm over 93 of 100 ports" "$(says '"eph-port-exhaustion-dest" in heavy')" False

# ------------------------------------------------------------------- sick ones

look ports
is "ports: found" "$(says 'f["eph-port-exhaustion-dest"]["severity"]')" critical
is "ports: by destination" "$(says 'f["eph-port-exhaustion-dest"]["subject"]')" "127.0.0.1 -> 127.0.0.1:7001"
is "ports: figures" "$(says 'facts("eph-port-exhaustion-dest", "used", "usable", "time_wait", "reusable")')" \
	"90 100 90 False"
has "ports: tcp_tw_reuse is a remedy" "$(says 'sets("eph-port-exhaustion-dest")')" net.ipv4.tcp_tw_reuse=1
is "ports: and would change" "$(says '[c["to"] for c in d["changes"] if c["key"] == "net.ipv4.tcp_tw_reuse"]')" "['1']"
is "ports: status" "$rc" 1

look stamps
is "stamps: tcp_tw_reuse does nothing without timestamps" "$(says 'f["tw-reuse-needs-timestamps"]["severity"]')" high
is "stamps: the cure is timestamps" "$(says 'sets("tw-reuse-needs-timestamps")')" net.ipv4.tcp_timestamps=1

look buckets
is "buckets: found" "$(says 'f["tw-buckets-overflow"]["severity"]')" high
is "buckets: figures" "$(says 'facts("tw-buckets-overflow", "tw", "limit", "overflows")')" "50 50 30"
is "buckets: and that the limit was lowered" "$(says '"tw-buckets-lowered" in f')" True

look queue
is "queue: found" "$(says 'f["accept-queue-overflow"]["severity"]')" high
is "queue: which" "$(says 'f["accept-queue-overflow"]["subject"]')" "127.0.0.1:7000"
is "queue: the limit is the program's own" "$(says 'facts("accept-queue-overflow", "own_backlog", "capped")')" \
	"127.0.0.1:7000 "
is "queue: so that no sysctl is proposed" "$(says 'sets("accept-queue-overflow")')" ""
has "queue: the program is named" "$(says 'f["accept-queue-overflow"]["evidence"][0]')" "(traffic[${pids[queue]}])"

look capped
is "capped: the limit is somaxconn" "$(says 'facts("accept-queue-overflow", "own_backlog", "capped")')" \
	" 127.0.0.1:7000"
is "capped: which is raised" "$(says 'sets("accept-queue-overflow")')" net.core.somaxconn=4096
is "capped: and named" "$(says 'f["somaxconn-low"]["severity"]')" medium

# Twenty clients knock again after a second.
scene overflow "" "$traffic" syn_sent=20
look overflow --interval 2
is "overflow: critical when it is seen to grow" "$(says 'f["accept-queue-overflow"]["severity"]')" critical
is "overflow: the rate is that of 20 clients" "$(says '5 < f["accept-queue-overflow"]["facts"]["rate"] < 60')" True

look cookies
is "cookies: found, loopback only" "$(says 'f["syncookies-off"]["severity"]')" medium
look abort
is "abort: found" "$(says 'sets("abort-on-overflow")')" net.ipv4.tcp_abort_on_overflow=0
look covered
is "covered: a listener inside the port range" "$(says '"40000" in f["port-range-covers-listener"]["summary"]')" True

look flood
is "flood: found" "$(says 'f["syn-flood-suspect"]["severity"]')" high
is "flood: figures" "$(says 'facts("syn-flood-suspect", "syn_recv", "syn_sources", "limit")')" "40 40 40"
look slow
is "slow: many handshakes from one address are no flood" "$(says '"syn-flood-suspect" in f')" False

# The states are those that ss counts, before and after.
ss_states()
{
	nsenter -t "${pids[mixed]}" -n ss -H -tan | awk '{n[$1]++} END {for (s in n) print s, n[s]}' | sort
}
ours()
{
	says '"\n".join(sorted("%s %d" % (s.replace("ESTABLISHED", "ESTAB").replace("_", "-").replace("WAIT1", "WAIT-1").replace("WAIT2", "WAIT-2"), n) for s, n in d["sockets"]["states"].items() if n))'
}
for _ in 1 2 3; do
	before=$(ss_states)
	look mixed
	[ "$before" != "$(ss_states)" ] || break
done
is "mixed: the states are those of ss" "$(ours)" "$before"
is "mixed: ten states" "$(wc -l <<<"$before")" 10

# ------------------------------------------------- what must be a minute old

look leak
is "leak: not before a minute" "$(says '"close-wait-leak" in f')" False
while [ $((SECONDS - begun)) -lt 63 ]; do
	sleep 1
done

look leak
pid=${pids[leak]}
is "leak: found" "$(says 'f["close-wait-leak"]["severity"]')" high
is "leak: whose" "$(says 'f["close-wait-leak"]["subject"]')" "traffic[$pid]"
is "leak: figures" "$(says 'facts("close-wait-leak", "count", "stale")')" "120 120"
is "leak: older than a minute" "$(says '60 < f["close-wait-leak"]["facts"]["oldest"] < 90')" True
is "leak: descriptors" "$(says 'facts("close-wait-leak", "fds")')" "$(find "/proc/$pid/fd" -mindepth 1 | wc -l)"
is "leak: no sysctl cures it" "$(says 'sets("close-wait-leak")')" ""
has "leak: a program does" "$(says 'does("close-wait-leak")')" program
is "leak: the end was not read" "$(says 'facts("close-wait-unread-eof", "eof_unread", "eof_read")')" "120 0"
hasnt "leak: no change because of it" "$(says 'd["changes"]')" close-wait

look half
is "half: half-closed connections that nobody ends" "$(says 'f["finwait2-pileup"]["severity"]')" medium
is "half: whose" "$(says 'facts("finwait2-pileup", "fin_wait2", "orphaned", "programs")')" \
	"110 0 traffic[${pids[half]}]"
is "half: no sysctl ends them" "$(says 'sets("finwait2-pileup")')" ""

# Without root: the finding is there, and what is missing is said.
open=$(mktemp -d)
chmod 755 "$open"
cp "$TCPTUNE" "$open/tcptune"
# shellcheck disable=SC2317
nobody()
{
	nsenter -t "${pids[leak]}" -n setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
		env ASAN_OPTIONS=detect_leaks=0 "$open/tcptune" check "$@"
}
run nobody --format json
is "not root: found all the same" "$(says 'f["close-wait-leak"]["severity"] + " " + facts("close-wait-leak", "count", "stale")')" \
	"high 120 120"
like "not root: it says that the program is not visible" "$(says 'f["close-wait-leak"]["evidence"]')" \
	"cannot be seen without the right to look"
is "not root: the number of descriptors is not known, and not told" "$(says '"fds" in f["close-wait-leak"]["facts"]')" False
has "not root: it is a note" "$(says 'd["notes"]')" "root"
run nobody
has "not root: in the text too" "$out" "Not seen"
rm -rf "$open"
done_testing
