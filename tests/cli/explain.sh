#!/bin/bash
# tcptune explain: pages byte by byte (tests/cli/explain/NAME.txt; with --update they are
# written anew: read the difference), every kind in JSON against the schema, and the
# states of keys on kernels old and new.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

update=no
[ "${1:-}" != --update ] || update=yes
pages=$TOP/tests/cli/explain

# ------------------------------------------------------------------- hosts

# pairs GROUP NAME VALUE...: the two lines of a group of counters.
pairs()
{
	local group=$1 names='' values=''
	shift
	while [ $# -gt 1 ]; do
		names+=" $1"
		values+=" $2"
		shift 2
	done
	printf '%s:%s\n%s:%s\n' "$group" "$names" "$group" "$values"
}

# host NAME RELEASE: a tree that looks like a host's root; lines "PATH VALUE" of stdin
# are sysctls below proc/sys/net.
host()
{
	local path value root=$TMP/$1
	mkdir -p "$root/capture" "$root/proc/net" "$root/proc/sys/kernel" "$root/etc/sysctl.d"
	echo "$1" >"$root/capture/hostname"
	echo "$2" >"$root/proc/sys/kernel/osrelease"
	echo "864000.00 3000000.00" >"$root/proc/uptime"
	echo "MemTotal:       16000000 kB" >"$root/proc/meminfo"
	while read -r path value; do
		mkdir -p "$root/proc/sys/net/$(dirname "$path")"
		printf '%s\n' "${value// /	}" >"$root/proc/sys/net/$path"
	done
	pairs TcpExt TW 90000 TWRecycled 12 TWKilled 7 ListenOverflows 300 ListenDrops 310 \
		TCPTimeWaitOverflow 0 SyncookiesSent 0 SyncookiesRecv 0 SyncookiesFailed 0 \
		TCPReqQFullDoCookies 0 TCPReqQFullDrop 0 TCPAbortOnTimeout 20 TCPAbortOnData 4 \
		TCPAbortOnClose 3 TCPAbortOnLinger 0 TCPAbortOnMemory 0 TCPAbortFailed 0 \
		TCPKeepAlive 5000 TCPSynRetrans 44 TCPTimeouts 90 TCPMemoryPressures 0 \
		TCPMemoryPressuresChrono 0 PruneCalled 1 RcvPruned 0 TCPRcvQDrop 0 TCPMTUPFail 0 \
		IPReversePathFilter 0 >"$root/proc/net/netstat"
	pairs Tcp ActiveOpens 1000 PassiveOpens 2000 AttemptFails 3 EstabResets 40 CurrEstab 1 \
		RetransSegs 900 OutRsts 70 OutSegs 500000 >"$root/proc/net/snmp"
	pairs Ip OutNoRoutes 2 >>"$root/proc/net/snmp"
	echo "TCP: inuse 3 orphan 0 tw 2 alloc 5 mem 1" >"$root/proc/net/sockstat"
	# A listener on port 80, a connection to it, and two that wait in TIME_WAIT.
	cat >"$root/proc/net/tcp" <<-'END'
		  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
		   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1000 1 0000000000000000 100 0 0 10 0
		   1: 0100000A:0050 0200000A:A000 01 00000000:00000000 00:00000000 00000000     0        0 1001 1 0000000000000000 20 4 30 10 -1
		   2: 0100000A:0050 0200000A:A001 06 00000000:00000000 03:00000BB8 00000000     0        0 0 3 0000000000000000
		   3: 0100000A:9C40 0300000A:01BB 06 00000000:00000000 03:00000BB8 00000000     0        0 0 3 0000000000000000
	END
}

host new 6.18.44 <<'END'
ipv4/tcp_fin_timeout 30
ipv4/tcp_tw_reuse 2
ipv4/tcp_tw_reuse_delay 1000
ipv4/tcp_timestamps 1
ipv4/tcp_rfc1337 0
ipv4/tcp_max_tw_buckets 65536
ipv4/tcp_max_orphans 65536
ipv4/tcp_orphan_retries 0
ipv4/tcp_ehash_entries 131072
ipv4/tcp_keepalive_time 7200
ipv4/tcp_keepalive_intvl 75
ipv4/tcp_keepalive_probes 9
ipv4/tcp_retries2 15
ipv4/tcp_syn_retries 6
ipv4/tcp_syn_linear_timeouts 4
ipv4/tcp_mtu_probing 0
ipv4/ip_no_pmtu_disc 0
ipv4/ip_nonlocal_bind 0
ipv4/neigh/default/gc_thresh1 128
ipv4/neigh/default/gc_thresh2 512
ipv4/neigh/default/gc_thresh3 1024
ipv4/tcp_syncookies 1
ipv4/tcp_max_syn_backlog 1024
ipv4/tcp_synack_retries 5
ipv4/tcp_abort_on_overflow 0
ipv4/tcp_rmem 4096 131072 33554432
ipv4/tcp_wmem 4096 16384 4194304
ipv4/tcp_mem 190000 253000 380000
ipv4/tcp_window_scaling 1
ipv4/tcp_moderate_rcvbuf 1
ipv4/tcp_notsent_lowat 4294967295
ipv4/tcp_congestion_control cubic
ipv4/tcp_available_congestion_control reno cubic
ipv4/tcp_allowed_congestion_control reno cubic
ipv4/tcp_slow_start_after_idle 1
ipv4/tcp_low_latency 0
ipv4/ip_local_port_range 32768 60999
ipv4/ip_local_reserved_ports
ipv4/ip_unprivileged_port_start 1024
ipv4/ip_autobind_reuse 0
ipv4/conf/all/rp_filter 0
ipv4/conf/all/log_martians 0
ipv4/conf/all/src_valid_mark 0
ipv4/conf/default/rp_filter 2
ipv4/conf/eth0/rp_filter 1
core/somaxconn 4096
core/rmem_max 4194304
core/wmem_max 4194304
core/default_qdisc fq_codel
END
cat >"$TMP/new/etc/sysctl.d/10-site.conf" <<'END'
net.ipv4.tcp_fin_timeout = 15
net.ipv4.conf.*.rp_filter = 1
END
cat >"$TMP/new/etc/sysctl.d/90-web.conf" <<'END'
# copied from somewhere
net/ipv4/tcp_fin_timeout = 30
net.ipv4.tcp_tw_recycle = 1
net.core.somaxconn = 65535
END
echo "net.ipv4.tcp_fin_timeout = 45" >"$TMP/new/etc/sysctl.conf"

host old 4.9.0-19-amd64 <<'END'
ipv4/tcp_tw_recycle 1
ipv4/tcp_tw_reuse 1
ipv4/tcp_max_orphans 65536
ipv4/tcp_low_latency 0
core/somaxconn 128
END

# A child namespace has no tcp_max_orphans.
host child 6.18.44 <<'END'
ipv4/tcp_fin_timeout 60
core/rmem_max 4194304
END
echo "0444 /proc/sys/net/core/rmem_max" >"$TMP/child/capture/modes"

cd "$TMP" || exit 1

# explain HOST ARGUMENT...: as run.
explain()
{
	local host=$1
	shift
	run env COLUMNS=80 NO_COLOR=1 "$TCPTUNE" explain --root "$host" "$@"
}

# ------------------------------------------------------------------- pages

# page NAME ARGUMENT...: what is said of the host new.
page()
{
	local name=$1
	shift
	explain new "$@"
	if [ "$update" = yes ]; then
		cp "$TMP/out" "$pages/$name.txt"
	fi
	is "page $name: status" "$rc:$err" "0:"
	is "page $name" "$out" "$(cat "$pages/$name.txt" 2>/dev/null)"
}

page tcp_fin_timeout net.ipv4.tcp_fin_timeout
page tcp_fin_timeout-verbose tcp_fin_timeout --verbose
page tcp_tw_reuse net/ipv4/tcp_tw_reuse
page tcp_tw_recycle tcp_tw_recycle
page tcp_max_tw_buckets tcp_max_tw_buckets
page ip_local_port_range ip_local_port_range
page somaxconn net.core.somaxconn
page tcp_syncookies tcp_syncookies
page tcp_keepalive_time tcp_keepalive_time
page tcp_rmem tcp_rmem
page tcp_congestion_control tcp_congestion_control
page tcp_low_latency tcp_low_latency
page nf_conntrack_max net.netfilter.nf_conntrack_max
page rp_filter net.ipv4.conf.eth0.rp_filter
for state in LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSING TIME_WAIT CLOSE_WAIT LAST_ACK; do
	page $state $state
done
"$TCPTUNE" explain --list | sed -n 's/\tevent$//p' >"$TMP/events"
while read -r event; do
	page "$event" "$event"
done <"$TMP/events"
page ListenOverflows ListenOverflows
page rule tw-buckets-overflow
page several LISTEN TcpExtTW

# Of those pages none is left that nobody asks for.
for file in "$pages"/*.txt; do
	name=${file##*/}
	grep -qxF "${name%.txt}" <(sed -n 's/^page \([^ $]*\) .*/\1/p' "$TOP/tests/cli/explain.sh"; cat "$TMP/events"
		echo LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSING TIME_WAIT CLOSE_WAIT LAST_ACK | tr ' ' '\n') ||
		not_ok "nobody asks for $file"
done

for state in LISTEN SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSING TIME_WAIT CLOSE_WAIT LAST_ACK; do
	explain new $state
	is "$state is marked in the diagram, once" "$(grep -c "\\[$state\\]" "$TMP/out")" 1
	is "$state: the diagram is within 80 columns" "$(grep -c '.\{81\}' "$TMP/out")" 0
	run env COLUMNS=80 "$TCPTUNE" explain --root new --color always $state
	has "$state is coloured" "$out" "[$state]"$'\033[0m'
done

explain new
is "the list: status" "$rc:$err" "0:"
for part in "Socket states" "Errors and messages" "Rules" "Counters" "Sysctls: time-wait" net.ipv4.tcp_fin_timeout; do
	has "the list has $part" "$out" "$part"
done
explain new --verbose
has "the list with --verbose says what each is" "$(tr -s ' \n' ' ' <"$TMP/out")" \
	"TIME_WAIT: This side closed first"

# ------------------------------------------------------------ states of keys

# state HOST KEY STATE NOTE
state()
{
	explain "$1" --format json "$2"
	is "$1: $2 is $3" "$(sed -n 's/^  "state": "\(.*\)",$/\1/p' "$TMP/out")" "$3"
	has "$1: $2: why" "$(sed -n 's/^  "note": //p' "$TMP/out")" "$4"
}
state new net.ipv4.tcp_fin_timeout present null
state new net.ipv4.tcp_tw_recycle removed "Linux 4.12 removed it; this is 6.18.44"
state new net.ipv4.tcp_low_latency no-op "without effect since Linux 4.14"
state new net.ipv4.tcp_tw_timeout vendor "mainline never had"
state new net.netfilter.nf_conntrack_max no-module "nf_conntrack is not loaded"
state new net.ipv4.tcp_sack absent "built without it"
state old net.ipv4.tcp_tw_recycle present null
state old net.ipv4.tcp_low_latency present null
state old net.ipv4.tcp_tw_reuse_delay not-yet "Linux 6.14 has it; this is 4.9"
state child net.ipv4.tcp_max_orphans global-only "whole host"
state child net.core.rmem_max read-only "initial network namespace"
explain old --format json somaxconn
has "the default is that of the kernel" "$out" '"default": "128"'

# Text that was observed is not believed, and never reaches the terminal raw.
host odd 6.18.44 <<'END'
ipv4/tcp_fin_timeout 60s
ipv4/tcp_rmem 1 2 3 4 5 6 7 8
END
printf '\033[31mred\001' >"$TMP/odd/proc/sys/net/ipv4/tcp_congestion_control"
printf 'net.ipv4.tcp_congestion_control = \033[31m\n' >"$TMP/odd/etc/sysctl.d/"$'a\033[1m.conf'
explain odd --verbose tcp_fin_timeout tcp_rmem tcp_congestion_control
is "odd values: status" "$rc:$err" "0:"
has "a value that is no number is not known" "$out" 'here            unknown, its value "60s" is not a number'
has "a value of too many numbers is not known" "$out" "is not a tuple"
has "control characters are shown" "$out" '\x1b[31mred\x01'
has "those of names of files too" "$out" 'a\x1b[1m.conf:1 sets \x1b[31m'
is "none is passed on" "$(grep -cP '[\x00-\x08\x0b-\x1f\x7f]' "$TMP/out")" 0
state odd net.ipv4.tcp_fin_timeout unreadable "is not a number"

# ------------------------------------------------------------------- words

# refused WORD PART_OF_STDERR
refused()
{
	explain new "$1"
	is "'$1': status, and nothing on stdout" "$rc:$out" "2:"
	has "'$1': the message" "$err" "$2"
}
refused tcp_fin_timeot "did you mean 'net.ipv4.tcp_fin_timeout'?"
refused net.ipv4.somaxconn "did you mean 'net.core.somaxconn'?"
refused TIME_WAI "did you mean 'TIME_WAIT'?"
refused xyzzyplugh "nothing is known of 'xyzzyplugh'"
refused "" "nothing is known of ''"
refused gc_interval "may be net.ipv4.neigh.default.gc_interval or net.ipv4.route.gc_interval"
refused $'\033[2J' '\x1b[2J'
explain new TIME_WAIT nosuchthing nothingelse
is "one unknown word among others: status" "$rc:$out" "2:"
has "... and each is told" "$err" "nothingelse"
explain new Possible SYN flooding on port 80
is "a message without quotes" "$rc:$(head -n 1 "$TMP/out")" "0:syn-flooding: The SYN queue of a listener was full"

# -------------------------------------------------------------------- JSON

# The program's documents, all of them.
json_documents()
{
	mkdir -p "$TMP/json"
	"$TCPTUNE" explain --format json >"$TMP/json/explain-list"
	"$TCPTUNE" explain --root new --format json TIME_WAIT tcp_rmem >"$TMP/json/explain-several"
	while read -r name word; do
		"$TCPTUNE" explain --root new --format json "$word" >"$TMP/json/explain-$name"
	done <<-'END'
		key net.ipv4.tcp_fin_timeout
		gone net.ipv4.tcp_tw_recycle
		tuple net.ipv4.tcp_rmem
		text net.ipv4.tcp_congestion_control
		ports net.ipv4.ip_local_reserved_ports
		interface net.ipv4.conf.eth0.rp_filter
		state CLOSE_WAIT
		event EADDRNOTAVAIL
		counter TcpExt.ListenOverflows
		nocounter TcpExt.TCPAOGood
		rule accept-queue-overflow
	END
	"$TCPTUNE" explain --list | cut -f 1 | xargs "$TCPTUNE" explain --root new --format json >"$TMP/json/explain-all"
	"$TCPTUNE" rules --format json >"$TMP/json/rules-list"
	"$TCPTUNE" rules --list | cut -f 1 | xargs "$TCPTUNE" rules --format json >"$TMP/json/rules-whole"
	"$TCPTUNE" profiles --format json >"$TMP/json/profiles-list"
	"$TCPTUNE" profiles --list | cut -f 1 | xargs "$TCPTUNE" profiles --format json >"$TMP/json/profiles-whole"
	"$TCPTUNE" rules --facts --format json >"$TMP/json/facts"
}
validate()
{
	python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/$1.schema.json" "${@:2}"
}

json_documents
explain new --format json net.ipv4.tcp_fin_timeout
for member in '"schema": "tcptune.explain/1"' '"kind": "parameter"' '"key": "net.ipv4.tcp_fin_timeout"' '"type": "integer"' \
	'"unit": "seconds"' '"max": 2147483' '"default": "60"' '"removed": null' '"noop_since": null' '"scope": "namespace"' \
	'"writable_in_namespace": true' '"state": "present"' '"current": "30"' '"is_default": false' \
	'"set_by": "/etc/sysctl.d/90-web.conf:2"'; do
	has "JSON of a key: $member" "$out" "$member"
done
explain new --format json tcp_retries2
has "JSON of a key that no file sets" "$out" '"set_by": null'
explain new --format json ip_local_port_range
has "JSON: a bound for each number, as the host has it" "$(tr -d ' \n' <"$TMP/out")" '"min":[1024,1024],"max":[65535,65535]'

if command -v python3 >/dev/null; then
	validate explain "$TMP/json/explain-list" >"$TMP/log" 2>&1
	if [ $? = 77 ]; then
		skip "the documents are as the schemas say" "$(cat "$TMP/log")"
	else
		for schema in explain rules profiles facts; do
			check "$schema: the documents are as the schema says" validate $schema "$TMP/json/$schema"*
		done
		sed 's/"state": "present"/"state": "there"/' "$TMP/json/explain-key" >"$TMP/bad"
		run validate explain "$TMP/bad"
		is "refused: a state that is none" "$rc" 1
		sed 's/"set_by":/"set_bye":/' "$TMP/json/explain-key" >"$TMP/bad"
		run validate explain "$TMP/bad"
		is "refused: a member that nobody knows" "$rc" 1
		run validate explain "$TMP/json/rules-list"
		is "refused: a document of another command" "$rc" 1
	fi
else
	skip "the documents are as the schemas say" "python3 is not installed"
fi

# ------------------------------------------------------------ tcptune-topics.5

cd "$TOP" || exit 1
page=rules/tcptune-topics.5
run "$TCPTUNE" lint rules/topics/*.yaml
is "the topics that come with the program are good" "$rc:$err" "0:"
awk -v dir="$TMP" '
	/^\.Bd -literal/ { file = dir "/example" ++n ".yaml"; next }
	/^\.Ed/ { file = ""; next }
	file { print >file }' "$page"
check "$page has examples" test -s "$TMP/example2.yaml"
run "$TCPTUNE" lint "$TMP"/example*.yaml
is "the examples of $page are good" "$rc:$err" "0:"
in_code=$(grep -oE '(FIELD|NEEDED)\("[a-z_]+"|^	\{"[a-z_]+", NODE_' advisor/core/topic.c | sed 's/.*"\([a-z_]*\)".*/\1/' | sort -u)
in_page=$(sed -n 's/^\.\(It\|with\) *Ic \(.*\)/\2/p; s/^\.Ic \([a-z_]*\) *,*$/\1/p' "$page" | tr -d ' ,' | sort -u)
is "$page has the keys that the files may have" "$in_page" "$in_code"
sed 's/fin_timeout/fin_timeot/' "$TMP/example1.yaml" >"$TMP/bad.yaml"
run "$TCPTUNE" lint "$TMP/bad.yaml"
is "a topic that names an unknown key is refused" "$rc" 2
has "... and told" "$err" "CLOSE_WAIT names the key 'net.ipv4.tcp_fin_timeot', which is not known"

# A topic of the operator's own.
mkdir -p "$TMP/new/etc/tcptune/topics.d"
sed 's/^  title:.*/  title: our own words/' "$TMP/example1.yaml" >"$TMP/new/etc/tcptune/topics.d/own.yaml"
run "$TCPTUNE" explain --root "$TMP/new" CLOSE_WAIT
is "a topic of /etc/tcptune replaces the built-in one" "$(head -n 1 "$TMP/out")" "CLOSE_WAIT: our own words"
done_testing
