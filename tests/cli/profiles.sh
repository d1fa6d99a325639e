#!/bin/bash
# The profiles: what none of them may ask for, what each says on six kernels and on every
# captured host, their parameters, and what comes of several at once. The table of verdicts
# is profiles.txt; --update writes it anew.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/hosts/kernels.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"
need_python json

kernels=(3.10 4.9 4.14 5.4 6.1 6.18)
mapfile -t profiles < <("$TCPTUNE" profiles --list | cut -f 1)

# given PROFILE: the options that it cannot do without.
given()
{
	[ "$1" != bulk-transfer ] || echo --set bandwidth=10gbit --set rtt=80ms
}

# Every interface and neighbour table of Linux has these; make-old.sh leaves them out.
add_interfaces()
{
	local ipv4=$1/proc/sys/net/ipv4 place
	for place in all default; do
		mkdir -p "$ipv4/conf/$place"
		for pair in accept_redirects:1 accept_source_route:0 log_martians:0 rp_filter:0 \
			secure_redirects:1 send_redirects:1; do
			echo "${pair#*:}" >"$ipv4/conf/$place/${pair%:*}"
		done
	done
	mkdir -p "$ipv4/neigh/default"
	for pair in 1:128 2:512 3:1024; do
		echo "${pair#*:}" >"$ipv4/neigh/default/gc_thresh${pair%:*}"
	done
}

# ---------------------------------------------- what no profile may ask for

cat >"$TMP/never.py" <<'END'
import json, sys
NEVER = {"net.ipv4.tcp_tw_recycle", "net.ipv4.tcp_max_tw_buckets", "net.ipv4.tcp_mem",
         "net.ipv4.tcp_max_orphans", "net.ipv4.tcp_low_latency", "net.ipv4.tcp_fack",
         "net.core.rmem_default", "net.core.wmem_default"}
KEPT_ON = {"net.ipv4.tcp_timestamps", "net.ipv4.tcp_sack", "net.ipv4.tcp_window_scaling",
           "net.ipv4.tcp_moderate_rcvbuf"}
OPERATORS = ("value", "at_least", "at_most", "one_of")
for profile in json.load(sys.stdin)["profiles"]:
    for s in profile["settings"]:
        operand = [s[o] for o in OPERATORS if o in s]
        values = operand[0] if isinstance(operand[0], list) else operand
        key, bad = s["key"], None
        if "refuse" in s:
            continue
        if key in NEVER:
            bad = "is never set"
        elif key in KEPT_ON and ("at_most" in s or "0" in values):
            bad = "is never turned off"
        elif key == "net.ipv4.tcp_abort_on_overflow" and values != ["0"]:
            bad = "is never turned on"
        elif key in ("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem") and values[:2] != ["keep", "keep"]:
            bad = "has two elements that are never set"
        elif key == "net.ipv4.tcp_max_syn_backlog" and s.get("when") != "kernel.version < 4.4":
            bad = "does nothing from Linux 4.4 on"
        elif not s["why"] or not s.get("sources"):
            bad = "has no reason or no source"
        if bad:
            print(profile["name"], key, bad)
END
"$TCPTUNE" profiles "${profiles[@]}" --format json >"$TMP/all.json"
is "no profile asks for what none may" "$("$PYTHON" "$TMP/never.py" <"$TMP/all.json")" ""
sed 's/net.core.busy_read/net.ipv4.tcp_low_latency/; s/net.ipv4.tcp_retries2/net.ipv4.tcp_sack/' \
	"$TMP/all.json" >"$TMP/wrong.json"
is "and that would be noticed" "$("$PYTHON" "$TMP/never.py" <"$TMP/wrong.json")" \
	"cluster-messaging net.ipv4.tcp_sack is never turned off
database net.ipv4.tcp_sack is never turned off
low-latency net.ipv4.tcp_low_latency is never set"

# ------------------------------------- each of them on each kernel and host

# What a plan changes of sizes, downwards. (low-latency and the like lower times and
# thresholds; a buffer or a table never.)
cat >"$TMP/lowered.py" <<'END'
import json, sys
SIZES = ("rmem", "wmem", "somaxconn", "conntrack_max", "conntrack_buckets", "gc_thresh",
         "syn_backlog", "port_range", "netdev_max_backlog", "busy_")
for change in json.load(sys.stdin)["changes"]:
    if change["from"] is None or change["to"] is None or not any(s in change["key"] for s in SIZES):
        continue
    old, new = ([int(n) for n in change[side].split()] for side in ("from", "to"))
    if "port_range" in change["key"]:
        old, new = [old[1] - old[0]], [new[1] - new[0]]
    if any(n < o for o, n in zip(old, new)):
        print(change["key"], change["from"], "->", change["to"])
END
cat >"$TMP/verdicts.py" <<'END'
import json, sys
for s in json.load(sys.stdin)["settings"]:
    print(s["key"], s["verdict"])
END

# judge HOST PROFILE: its plan and its verdicts, and what is wrong with them into $TMP/wrong.
judge()
{
	local name=$2.${1##*/}
	# shellcheck disable=SC2046 # words
	run "$TCPTUNE" apply --dry-run --root "$1" --profile "$2" $(given "$2") --format json
	if [ "$rc" -gt 1 ] || [ "${err//WARNING/}" != "$err" ]; then
		echo "$name: status $rc: $err" >>"$TMP/wrong"
	fi
	"$PYTHON" "$TMP/lowered.py" <"$TMP/out" | sed "s/^/$name: /" >>"$TMP/wrong"
	# shellcheck disable=SC2046
	run "$TCPTUNE" check --root "$1" --profile "$2" $(given "$2") --format json
	"$PYTHON" "$TMP/verdicts.py" <"$TMP/out" >"$TMP/verdicts.$name"
	grep -E ' (refused|conflict|read-only)$' "$TMP/verdicts.$name" | grep -v tcp_tw_recycle |
		sed "s/^/$name: /" >>"$TMP/wrong"
}

: >"$TMP/wrong"
for kernel in "${kernels[@]}"; do
	kernel_host "$kernel" "$TMP/$kernel"
	[ "$kernel" = 6.18 ] || add_interfaces "$TMP/$kernel"
	for profile in "${profiles[@]}"; do
		judge "$TMP/$kernel" "$profile"
	done
done
is "six kernels: good plans that lower no size" "$(cat "$TMP/wrong")" ""

# table: a line for each key of each profile, a column for each kernel.
table()
{
	local profile
	printf '%-21s%-53s' profile key
	printf '%-8s' "${kernels[@]}"
	echo
	for profile in "${profiles[@]}"; do
		cat "$TMP/verdicts.$profile".* | cut -d ' ' -f 1 | sort -u | while read -r key; do
			printf '%-21s%-53s' "$profile" "$key"
			for kernel in "${kernels[@]}"; do
				printf '%-8s' "$(awk -v key="$key" '$1 == key {print $2; n++}
					END {if (!n) print "-"}' "$TMP/verdicts.$profile.$kernel")"
			done
			echo
		done
	done | sed 's/ *$//'
}
table | sed 's/ *$//' >"$TMP/table"
if [ "${1:-}" = --update ]; then
	cp "$TMP/table" "$TOP/tests/cli/profiles.txt"
fi
is "what each says on six kernels (tests/cli/profiles.txt)" \
	"$(diff "$TOP/tests/cli/profiles.txt" "$TMP/table")" ""

: >"$TMP/wrong"
for host in "$TOP"/tests/hosts/{idle,sick,container,no-netlink}; do
	for profile in "${profiles[@]}"; do
		judge "$host" "$profile"
	done
done
# All but idle are child namespaces: /proc/sys or what belongs to the whole host is read-only.
is "captured hosts: good plans that lower no size" \
	"$(grep -v '^[^:]*\.\(container\|sick\|no-netlink\): .* read-only$' "$TMP/wrong")" ""

# ------------------------------------------------------------------ parameters

# wanted HOST KEY OPTION...: what the profiles ask of the key.
wanted()
{
	local host=$1 key=$2
	shift 2
	"$TCPTUNE" check --root "$host" "$@" --format json 2>"$TMP/err" |
		"$PYTHON" -c 'import json, sys
print(*(s["wanted"] for s in json.load(sys.stdin)["settings"] if s["key"] == sys.argv[1]))' "$key"
}

run "$TCPTUNE" check --root "$TMP/6.18" --profile bulk-transfer
is "what must be given and is not: status" "$rc" 2
has "the first" "$err" \
	"error: profile bulk-transfer needs --set bandwidth=VALUE: the speed of the path, such as 10gbit (bits per second)"
has "and the other" "$err" "needs --set rtt=VALUE: its round trip, such as 80ms (milliseconds)"
while read -r set message; do
	run "$TCPTUNE" check --root "$TMP/6.18" --profile bulk-transfer --set bandwidth=1gbit \
		--set rtt=1ms --set "$set"
	is "--set $set" "$rc:$err" "2:--set $set: error: $message"
done <<'END'
bandwidth=1001gbit bandwidth is at most 1000 gbit, not 1001gbit
bandwidth=999kbit bandwidth is at least 1 mbit, not 999kbit
rtt=9us rtt is at least 10 us, not 9us
rtt=10001 rtt is at most 10 s, not 10001
streams=0 streams is at least 1, not 0
rtt=1MiB rtt is counted in milliseconds
bandwidth=10Gbps 'Gbps' is no unit; tcptune-rules(5) has them all
rtts=1 no chosen profile has a parameter 'rtts'
END

is "bulk-transfer: the buffer is twice bandwidth times round trip" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_rmem --profile bulk-transfer --set bandwidth=10gbit --set rtt=20ms)" \
	"4096 131072 67108864"
is "32 MB of the kernel are not lowered" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_rmem --profile bulk-transfer --set bandwidth=1gbit --set rtt=80ms)" \
	"4096 131072 33554432"
is "as many streams, so much less each" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_wmem --profile bulk-transfer --set bandwidth=10gbit --set rtt=20ms --set streams=4)" \
	"4096 16384 16777216"
is "no more than a 64th of the memory" \
	"$(wanted "$TMP/4.9" net.ipv4.tcp_rmem --profile bulk-transfer --set bandwidth=1000gbit --set rtt=10s)" \
	"4096 87380 134217728"
is "web-server: what comes while it stalls" \
	"$(wanted "$TMP/6.18" net.core.somaxconn --profile web-server --set rate=5000/s --set stall=1500ms)" 8192
is "web-server: no less than 4096" \
	"$(wanted "$TMP/4.9" net.core.somaxconn --profile web-server --set rate=1 --set stall=1ms)" 4096
is "web-server: no more than Linux 3.10 takes" \
	"$(wanted "$TMP/3.10" net.core.somaxconn --profile web-server --set rate=1000000 --set stall=60s)" 65535
is "cloud-vm: half of what is on the way" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_keepalive_time --profile cloud-vm --set idle=350)" 175
is "one parameter for both that have it" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_keepalive_time --profile cloud-vm --profile database --set idle=100)" "50 50"
is "low-latency: milliseconds for a key of microseconds" \
	"$(wanted "$TMP/6.18" net.ipv4.tcp_rto_min_us --profile low-latency --set rto_min=5ms)" 5000
is "nat-gateway: twice the busiest moment" \
	"$(wanted "$TMP/6.18" net.netfilter.nf_conntrack_max --profile nat-gateway --set peak=300000)" 1048576
is "kubernetes-node: another range of ports" \
	"$(wanted "$TMP/6.18" net.ipv4.ip_local_reserved_ports --profile kubernetes-node \
		--set nodeport_low=20000 --set nodeport_high=20100)" "10250-10259,20000-20100"
is "--set qdisc=0 leaves it out" \
	"$(wanted "$TMP/6.18" net.core.default_qdisc --profile cloud-vm --set qdisc=0)" ""

# What runs already does better than asked: nothing is lowered or raised back.
better=$TMP/better
cp -r "$TMP/6.18" "$better"
while read -r key value; do
	echo "$value" >"$better/proc/sys/net/$key"
done <<'END'
core/somaxconn 60000
core/rmem_max 2000000000
ipv4/tcp_keepalive_time 30
ipv4/tcp_retries2 6
ipv4/tcp_mtu_probing 2
ipv4/ip_local_port_range 2000 65000
ipv4/ip_local_reserved_ports 5000-5010,31000
END
is "what runs is better: a longer queue" "$(wanted "$better" net.core.somaxconn --profile database)" 60000
is "a larger buffer" "$(wanted "$better" net.core.rmem_max --profile bulk-transfer --set bandwidth=1gbit --set rtt=1)" 2000000000
is "an earlier keepalive" "$(wanted "$better" net.ipv4.tcp_keepalive_time --profile database)" 30
is "fewer retries" "$(wanted "$better" net.ipv4.tcp_retries2 --profile database)" 6
is "probing always" "$(wanted "$better" net.ipv4.tcp_mtu_probing --profile cloud-vm)" 2
is "a lower end of the ports" "$(wanted "$better" net.ipv4.ip_local_port_range --profile api-client)" "2000 65535"
is "ports that are reserved stay so" \
	"$(wanted "$better" net.ipv4.ip_local_reserved_ports --profile kubernetes-node)" \
	"5000-5010,10250-10259,30000-32767"

# Two network cards: the veth of the idle host without the word that it is one, twice.
two=$TMP/two-cards
cp -r "$TMP/6.18" "$two"
"$PYTHON" - "$two/capture/interfaces" <<'END'
import struct, sys
LINKINFO, NEWLINK = 18, 16
data, at, cards = bytearray(open(sys.argv[1], "rb").read()), 0, []
while at < len(data):
    length, kind = struct.unpack_from("=IH", data, at)
    if kind == NEWLINK and b"eth0\0" in data[at:at + length]:
        attribute = at + 32
        while attribute < at + length:
            size, name = struct.unpack_from("=HH", data, attribute)
            if name & 0x3fff == LINKINFO:
                struct.pack_into("=H", data, attribute + 2, 0x3ff0)
            attribute += (size + 3) & ~3
        card = bytearray(data[at:at + length].replace(b"eth0\0", b"eth7\0"))
        struct.pack_into("=i", card, 20, 77)
        data[at:at] = card
        break
    at += (length + 3) & ~3
open(sys.argv[1], "wb").write(data)
END
is "cloud-vm: nothing of rp_filter with one card" \
	"$(wanted "$TMP/6.18" net.ipv4.conf.all.rp_filter --profile cloud-vm)" ""
is "cloud-vm: loose with two" "$(wanted "$two" net.ipv4.conf.all.rp_filter --profile cloud-vm)" 2

# A service in what the wider range covers: 15672 instead of 22.
service=$TMP/service
cp -r "$TMP/4.9" "$service"
sed -i 's/ 00000000:0016 / 00000000:3D38 /' "$service/proc/net/tcp"
is "no service there: nothing to reserve" \
	"$(wanted "$TMP/4.9" net.ipv4.ip_local_reserved_ports --profile api-client)" ""
is "a service there is reserved" \
	"$(wanted "$service" net.ipv4.ip_local_reserved_ports --profile reverse-proxy)" 15672
is "and what others ask for too" \
	"$("$TCPTUNE" apply --dry-run --root "$service" --profile api-client --profile kubernetes-node |
		grep '^+net.ipv4.ip_local_reserved')" \
	"+net.ipv4.ip_local_reserved_ports = 10250-10259,15672,30000-32767"

# ------------------------------------------------------------- several at once

# together PROFILE...: key, from, to of the plan, and its conflicts.
together()
{
	local names=()
	for name; do
		names+=(--profile "$name")
	done
	run "$TCPTUNE" apply --dry-run --root "$TMP/6.18" "${names[@]}"
}
together web-server wifi-edge
has "two that contradict each other" "$(tr -s ' \n' ' ' <<<"$out")" \
	"net.ipv4.tcp_slow_start_after_idle (web-server): a conflict: profile web-server asks 0, profile wifi-edge asks 1"
hasnt "neither is written" "$out" "+net.ipv4.tcp_slow_start_after_idle"
has "the others are" "$out" "+net.ipv4.tcp_mtu_probing = 1"
together hardening kubernetes-node
has "two that have a value in common" "$out" "+net.ipv4.conf.all.rp_filter = 2"
hasnt "is no conflict" "$out" conflict
together database cluster-messaging cloud-vm
has "the earliest keepalive of all" "$out" "+net.ipv4.tcp_keepalive_time = 60"
hasnt "is no conflict either" "$out" conflict

# --------------------------------------------------------------------- listing

run "$TCPTUNE" profiles
is "profiles: status" "$rc:$err" "0:"
is "each says for whom it is" "$("$TCPTUNE" profiles | tr -s ' \n' ' ' | grep -o ': for ' | wc -l)" "${#profiles[@]}"
is "the page names them all, and no other" \
	"$(sed -n '/^\.Sh PROFILES OF THE PROGRAM/,/^\.Sh VERDICTS/s/^\.It //p' \
		"$TOP/profiles/tcptune-profile.5" | sort)" "$(printf '%s\n' "${profiles[@]}")"
run "$TCPTUNE" profiles bulk-transfer
like "a parameter, its unit and its range" "$(tr -s ' \n' ' ' <<<"$out")" \
	'--set bandwidth=VALUE the speed of the path, such as 10gbit \(bits per second; 1 mbit to 1000 gbit; no default\)'
like "and its default" "$(tr -s ' \n' ' ' <<<"$out")" '--set streams=VALUE .*\(1 to 1000; default 1\)'
done_testing
