#!/bin/bash
# The census of sockets against ss, state by state, on a real kernel: IPv4 and IPv6, by
# each way to read them, live and from a capture; and who owns what waits.
. "$(dirname "$0")/../lib.sh"
need ss ip unshare
need_root_netns
traffic=$BUILD/tests/lab/traffic
dump=$BUILD/tests/netns/census_dump
deny=$BUILD/tests/lab/deny_netlink
for program in "$traffic" "$dump" "$deny"; do
	[ -x "$program" ] || skip_all "$program is not built"
done

traffic_pid=

stop_traffic()
{
	[ -n "$traffic_pid" ] || return 0
	exec 3>&-
	wait "$traffic_pid"
	traffic_pid=
}
# shellcheck disable=SC2317
at_exit()
{
	stop_traffic
}

# start_traffic ARGUMENTS...: returns when the sockets are there.
start_traffic()
{
	local i
	rm -f "$TMP/stdin"
	mkfifo "$TMP/stdin"
	: >"$TMP/ready"
	"$traffic" "$@" <"$TMP/stdin" >"$TMP/ready" 2>"$TMP/traffic.err" &
	traffic_pid=$!
	exec 3>"$TMP/stdin"
	for ((i = 0; i < 300; i++)); do
		grep -q ready "$TMP/ready" && return 0
		kill -0 "$traffic_pid" 2>/dev/null || break
		sleep 0.1
	done
	not_ok "traffic $*" "$(cat "$TMP/traffic.err")"
	return 1
}

# What ss shows, as facts.
ss_states()
{
	ss -H -tan | awk '
		BEGIN {
			split("ESTAB established SYN-SENT syn_sent SYN-RECV syn_recv FIN-WAIT-1 fin_wait1 " \
				"FIN-WAIT-2 fin_wait2 TIME-WAIT time_wait CLOSE-WAIT close_wait " \
				"LAST-ACK last_ack LISTEN listen CLOSING closing", word, " ")
			for (i = 1; i in word; i += 2) {
				name[word[i]] = word[i + 1]
				n[word[i + 1]] = 0
			}
		}
		{ n[$1 in name ? name[$1] : $1]++; total++ }
		END {
			for (state in n) print "sockets." state, n[state]
			print "sockets.total", total + 0
		}' | sort
}

states_of()
{
	grep -E '^sockets\.(total|established|syn_sent|syn_recv|fin_wait[12]|time_wait|close_wait|last_ack|listen|closing) ' "$1" | sort
}

# agrees NAME COMMAND...: the states it prints are those of ss, before and after.
agrees()
{
	local name=$1 before after try
	shift
	for try in 1 2 3; do
		before=$(ss_states)
		"$@" >"$TMP/facts" 2>"$TMP/err"
		after=$(ss_states)
		[ "$before" = "$after" ] && break
		sleep "$try"
	done
	is "$name" "$(states_of "$TMP/facts")" "$before"
}

# fact NAME: as the last census has it.
fact()
{
	awk -v name="$1 " 'index($0, name) == 1 { print substr($0, length(name) + 1) }' "$TMP/facts"
}

# row_of TABLE NAME: "TABLE[i]" of the row with this name.
row_of()
{
	awk -v table="$1[" -v name="$2" '
		index($0, table) == 1 && $1 ~ /\.name$/ && substr($0, index($0, " ") + 1) == name {
			sub(/\.name .*/, "")
			print
		}' "$TMP/facts"
}

# All ten states, of kinds that last for a minute.
mix="established=5 time_wait=7 time_wait_server=3 close_wait=4 close_wait_unread=2 close_wait_data=3
	close_wait_sending=1 close_wait_orphan=6 close_wait_client=2 fin_wait1=2 last_ack=3 closing=2
	listen=3 unaccepted=2 queued=4 syn_recv=5 syn_sent=3"
# shellcheck disable=SC2086
start_traffic -4 $mix -6 $mix || done_testing

like "all states are there" "$(ss_states | grep -c ' 0$')" '^0$'
agrees "one dump agrees with ss" "$dump" -t
is "and is one dump" "$(fact sockets.source)" "one TCPDIAG_GETSOCK dump"
like "mini-sockets are told apart" "$(fact sockets.fin_wait2_mini)" '^[1-9]'
is "mini-sockets are orphans" "$(fact sockets.fin_wait2_mini)" "$(fact sockets.fin_wait2_orphans)"
is "TIME_WAIT by direction" "$(fact sockets.time_wait_outgoing) $(fact sockets.time_wait_incoming)" "14 6"
row=$(row_of processes "traffic[$traffic_pid]")
is "the process of CLOSE_WAIT" "$row" 'processes[0]'
is "has all of them" "$(fact "$row.close_wait")" "$(fact sockets.close_wait)"
is "and of FIN_WAIT2 all that are no orphans" \
	$(($(fact "$row.fin_wait2") + $(fact sockets.fin_wait2_orphans))) "$(fact sockets.fin_wait2)"
is "those in the accept queue" "$(fact "$row.unaccepted")" 4
is "descriptors" "$(fact "$row.fds")" "$(find "/proc/$traffic_pid/fd" -type l | wc -l)"
is "and their limit" "$(fact "$row.fd_limit")" \
	"$(awk '/^Max open files/ {print $4}' "/proc/$traffic_pid/limits")"
is "a listener's queue and limit" "$(sed -n 's/^listeners\[[0-9]*\].queued 4$/&/p' "$TMP/facts" | wc -l)" 2
sed 's/ [0-9.]*$//' "$TMP/facts" >"$TMP/shape"

agrees "dumps by family agree with ss" "$dump" -t -m 1
is "and are by family" "$(fact sockets.source)" "SOCK_DIAG_BY_FAMILY dumps"
is "nothing else differs" "$(sed 's/ [0-9.]*$//' "$TMP/facts" | diff "$TMP/shape" - | grep -c '^[<>]')" 2
agrees "/proc/net/tcp agrees with ss" "$dump" -t -m 2
is "the process has all in CLOSE_WAIT there too" "$(fact 'processes[0].close_wait')" \
	"$(fact sockets.close_wait)"
like "ages are not known there" "$(fact 'processes[0].close_wait_stale')" '^\? /proc/net/tcp'
like "nor limits" "$(fact 'listeners[0].limit')" '^\? /proc/net/tcp'

agrees "without netlink it still agrees" "$deny" "$dump" -t
is "and says why" "$(fact sockets.source)" "/proc/net/tcp and tcp6: netlink is not available (EPERM)"

# The program itself: the same states in its JSON.
# shellcheck disable=SC2317
json_states()
{
	"$TCPTUNE" check --format json |
		grep -oE '"(ESTABLISHED|SYN_SENT|SYN_RECV|FIN_WAIT[12]|TIME_WAIT|CLOSE_WAIT|LAST_ACK|LISTEN|CLOSING)": *[0-9]+' |
		sed -E 's/"(.*)": */sockets.\L\1 /'
	ss_states | grep total
}
if [ -x "$TCPTUNE" ]; then
	agrees "tcptune check agrees with ss" json_states
else
	skip "tcptune check agrees with ss" "$TCPTUNE is not built"
fi

# Captures: the same bytes, the same facts.
"$dump" -t -w "$TMP/capture" >"$TMP/live"
run "$dump" -t -r "$TMP/capture"
is "a capture shows what was seen" "$out" "$(cat "$TMP/live")"
"$deny" "$dump" -t -w "$TMP/capture.proc" >"$TMP/live"
run "$dump" -t -r "$TMP/capture.proc"
is "one without netlink too" "$out" "$(cat "$TMP/live")"
agrees "hidden addresses change no count" "$dump" -t -a -w "$TMP/capture.hidden"
cp "$TMP/facts" "$TMP/live"
run "$dump" -t -r "$TMP/capture.hidden"
is "live and from the capture" "$(states_of "$TMP/out")" "$(states_of "$TMP/live")"
mkdir -p "$TMP/plain/proc/net"
cat /proc/net/tcp >"$TMP/plain/proc/net/tcp"
cat /proc/net/tcp6 >"$TMP/plain/proc/net/tcp6"
agrees "two files of /proc are enough" "$dump" -r "$TMP/plain"
is "and are named" "$(fact sockets.source)" "/proc/net/tcp and tcp6: no netlink replies were captured"
head -c 1000 "$TMP/capture/capture/sockets.all" >"$TMP/cut"
cp "$TMP/cut" "$TMP/capture/capture/sockets.all"
run "$dump" -r "$TMP/capture"
is "half a capture is none" "$rc $(grep -c '?' "$TMP/out")" "1 17"
like "and the reason is told" "$out" '^sockets\.total \? .*malformed.*ENOENT'

# Without the right to look: the users are named, and how many processes were closed.
if command -v setpriv >/dev/null; then
	chmod 755 "$TMP"
	cp "$dump" "$TMP/dump"
	agrees "without root the states agree" \
		setpriv --reuid=65534 --regid=65534 --clear-groups "$TMP/dump" -t
	is "the owner is not visible" "$(fact 'processes[0].name')" "uid 0 (owner not visible)"
	is "all of them are its" "$(fact 'processes[0].close_wait')" "$(fact sockets.close_wait)"
	is "and it says so" "$(fact 'processes[0].visible')" no
	like "and what to do" "$(fact note)" 'run as root'
	like "instead of a pid" "$(fact 'processes[0].pid')" '^\? .*run as root'
else
	skip "without root" "setpriv is not installed"
fi
stop_traffic

# A socket that a child holds too is the parent's, once. (Its pid is the lower one.)
start_traffic -p 7300 -f close_wait=5 || done_testing
"$dump" -t >"$TMP/facts"
is "a shared socket counts once" "$(fact 'processes[0].name') $(fact 'processes[0].close_wait')" \
	"traffic[$traffic_pid] 5"
is "and is nobody else's" "$(grep -c '^processes\[[0-9]*\]\.name' "$TMP/facts")" 1
stop_traffic

# Only ports that connect() takes are used up.
echo 20000 20099 >/proc/sys/net/ipv4/ip_local_port_range
echo 20000-20009 >/proc/sys/net/ipv4/ip_local_reserved_ports
start_traffic -p 7400 time_wait=30 || done_testing
echo 20010 20029 >/proc/sys/net/ipv4/ip_local_port_range
"$dump" -t >"$TMP/facts"
row=$(row_of destinations '127.0.0.1 -> 127.0.0.1:7400')
used=$(ss -H -tan state time-wait | awk '{sub(/.*:/, "", $3)} $3 >= 20010 && $3 <= 20029' | wc -l)
is "ports in use, of the range" "$(fact "$row.used")" "$used"
is "sockets, of all" "$(fact "$row.time_wait")" 30
stop_traffic
echo 32768 60999 >/proc/sys/net/ipv4/ip_local_port_range
echo >/proc/sys/net/ipv4/ip_local_reserved_ports

# Above 60 s orphans in FIN_WAIT2 stay full sockets.
echo 120 >/proc/sys/net/ipv4/tcp_fin_timeout
start_traffic -p 7500 close_wait_orphan=9 || done_testing
agrees "full orphans agree with ss" "$dump" -t
before=$(ss -H -tan state fin-wait-2 'sport != :0' -o | grep -vc timewait)
like "they are orphans" "$(fact sockets.fin_wait2_orphans)" '^[1-9]'
is "and no mini-sockets" $(($(fact sockets.fin_wait2) - $(fact sockets.fin_wait2_mini))) "$before"
stop_traffic

mkdir "$TMP/nothing"
run "$dump" -t -r "$TMP/nothing"
is "nothing to read is told" "$rc" 1
like "for every fact" "$out" '^sockets\.close_wait \? netlink is not available \(ENOENT\), and /proc/net/tcp cannot be read'
has "and every table" "$out" "processes unreadable"
done_testing
