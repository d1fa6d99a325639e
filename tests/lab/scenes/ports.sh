# shellcheck shell=bash
# Local ports and TIME_WAIT.
# shellcheck disable=SC2154,SC2034

scene quick ports-exhausted eph-port-exhaustion-dest
ports_exhausted()
{
	local before after
	link
	begin_there server sink 80
	put net.ipv4.ip_local_port_range '40000 40999'
	client -n 1000 churn "$peer" 80 >/dev/null
	before=$(client -n 50 churn "$peer" 80)
	allow='port-range-narrowed tw-reuse-candidate'
	see critical eph-port-exhaustion-dest
	cure
	after=$(client -n 50 churn "$peer" 80)
	less 'connects of 50 that fail with EADDRNOTAVAIL' "$(of unavailable "$before")" \
		"$(of unavailable "$after")"
	gone eph-port-exhaustion-dest
}

# fill COUNT: TIME_WAIT sockets towards the peer's port 80, in the kernel's default range: the
# ports of one parity first, as connect() itself does. Piece by piece, for from half of a
# range on each search takes long.
fill()
{
	local left=$1 turn first end n
	for turn in 1 2; do
		for ((first = 32768; first < 61000 && left > 0; first += 2000)); do
			end=$((first + 1999 < 60999 ? first + 1999 : 60999))
			n=$(((end - first + 1) / 2))
			n=$((n < left ? n : left))
			put net.ipv4.ip_local_port_range "$first $end"
			client -n $n churn "$peer" 80 >/dev/null
			left=$((left - n))
		done
	done
	put net.ipv4.ip_local_port_range '32768 60999'
}

scene slow ports-exhausted-default eph-port-exhaustion-dest
ports_exhausted_default()
{
	local before after
	link
	begin_there server sink 80
	fill 28232
	before=$(client -n 50 churn "$peer" 80)
	allow='tw-reuse-candidate'
	see critical eph-port-exhaustion-dest
	cure
	sleep 1.1
	after=$(client -n 5000 churn "$peer" 80)
	less 'connects that fail with EADDRNOTAVAIL (of 50, of 5,000)' \
		"$(of unavailable "$before")" "$(of unavailable "$after")"
	gone eph-port-exhaustion-dest
}

# More than half of the ports in TIME_WAIT: none fails, and each search takes long.
scene slow ports-half-taken tw-reuse-candidate
ports_half_taken()
{
	local before after
	link
	begin_there server sink 80
	fill 16000
	before=$(client -n 100 churn "$peer" 80)
	allow='eph-port-rate-ceiling'
	see medium tw-reuse-candidate
	cure
	sleep 1.1
	after=$(client -n 100 churn "$peer" 80)
	less 'us for a connection' "$(of each_us "$before")" "$(of each_us "$after")"
	gone tw-reuse-candidate
}

# Connections that are open: reuse cannot help, a wider range does.
scene quick ports-in-use eph-port-exhaustion-dest
ports_in_use()
{
	local before after
	link
	begin_there server answer 80
	put net.ipv4.ip_local_port_range '40000 40199'
	begin client -k -n 190 connect "$peer" 80
	before=$(client -n 50 connect "$peer" 80)
	allow='port-range-narrowed'
	see critical eph-port-exhaustion-dest
	cure
	after=$(client -n 50 connect "$peer" 80)
	less 'connects of 50 that fail with EADDRNOTAVAIL' "$(of unavailable "$before")" \
		"$(of unavailable "$after")"
	gone eph-port-exhaustion-dest
}

scene quick tw-reuse tw-reuse-candidate
tw_reuse()
{
	local before after
	link
	begin_there server sink 80
	put net.ipv4.ip_local_port_range '40000 40999'
	client -n 600 churn "$peer" 80 >/dev/null
	allow='port-range-narrowed eph-port-rate-ceiling'
	see medium tw-reuse-candidate
	before=$(counter TWRecycled)
	cure
	sleep 1.1
	after=$(client -n 600 churn "$peer" 80)
	[ "$(of ok "$after")" = 600 ] || fail "of 600: $after"
	more 'TIME_WAIT sockets taken over' "$before" "$(counter TWRecycled)"
	gone tw-reuse-candidate
}

scene quick tw-reuse-without-timestamps tw-reuse-needs-timestamps
tw_reuse_without_timestamps()
{
	local before after
	link
	begin_there server sink 80 81
	put net.ipv4.ip_local_port_range '40000 40199'
	put net.ipv4.tcp_timestamps 0
	put net.ipv4.tcp_tw_reuse 1
	client -n 200 churn "$peer" 80 >/dev/null
	sleep 1.1
	before=$(client -n 50 churn "$peer" 80)
	allow='eph-port-exhaustion-dest port-range-narrowed timestamps-off'
	see high tw-reuse-needs-timestamps
	cure
	# In a range as narrow as before: what helps is reuse, not ports.
	put net.ipv4.ip_local_port_range '40000 40199'
	client -n 200 churn "$peer" 81 >/dev/null
	sleep 1.1
	after=$(client -n 50 churn "$peer" 81)
	less 'connects of 50 that fail with EADDRNOTAVAIL' "$(of unavailable "$before")" \
		"$(of unavailable "$after")"
	gone tw-reuse-needs-timestamps
}

scene quick tw-reuse-too-soon tw-reuse-delay-low
tw_reuse_too_soon()
{
	local before after
	link
	begin_there server sink 80 81
	put net.ipv4.tcp_tw_reuse 1
	put net.ipv4.tcp_tw_reuse_delay 1
	see medium tw-reuse-delay-low
	put net.ipv4.ip_local_port_range '40000 40099'
	client -n 100 churn "$peer" 80 >/dev/null
	sleep 0.02
	before=$(client -n 50 churn "$peer" 80)
	cure
	client -n 100 churn "$peer" 81 >/dev/null
	sleep 0.02
	after=$(client -n 50 churn "$peer" 81)
	less 'connects of 50 that take over a TIME_WAIT socket of less than a second' \
		"$(of ok "$before")" "$(of ok "$after")"
	gone tw-reuse-delay-low
}

scene quick tw-overflow tw-buckets-overflow
tw_overflow()
{
	local before after
	put net.ipv4.tcp_max_tw_buckets 100
	begin server answer 80
	client -x -n 100 churn 127.0.0.1 80 >/dev/null
	client -x -r 200 -n 400 churn 127.0.0.1 80 >"$dir/churn" &
	allow='tw-buckets-lowered'
	see high tw-buckets-overflow --interval 1
	wait $!
	before=$(counter TCPTimeWaitOverflow)
	cure
	client -x -n 400 churn 127.0.0.1 80 >/dev/null
	after=$(($(counter TCPTimeWaitOverflow) - before))
	less 'connections of 400 that end without TIME_WAIT' "$before" "$after"
	gone tw-buckets-overflow
}

# Before, of the same traffic in the peer's namespace with the same limit.
scene quick tw-limit-lowered tw-buckets-lowered
tw_limit_lowered()
{
	local before after kept
	link
	put net.ipv4.tcp_max_tw_buckets 500
	there_put net.ipv4.tcp_max_tw_buckets 500
	begin server answer 80
	begin_there server answer 80
	there "$LAB/client" -n 700 churn 127.0.0.1 80 >/dev/null
	before=$(there cat /proc/net/sockstat | sed -n 's/.* tw \([0-9]*\).*/\1/p')
	see medium tw-buckets-lowered
	cure
	client -n 700 churn 127.0.0.1 80 >/dev/null
	after=$(sed -n 's/.* tw \([0-9]*\).*/\1/p' /proc/net/sockstat)
	more 'connections of 700 that end with TIME_WAIT' "$before" "$after"
	gone tw-buckets-lowered
}

scene quick tw-many tw-count-harmless
tw_many()
{
	begin traffic time_wait_server=6000
	see info tw-count-harmless
}

scene quick tw-reuse-on-server tw-reuse-no-effect-server
tw_reuse_on_server()
{
	put net.ipv4.tcp_tw_reuse 1
	begin traffic time_wait_server=1200
	see info tw-reuse-no-effect-server
}

scene slow tw-of-one-client tw-server-side-tuple-full
tw_of_one_client()
{
	link
	begin server close 80
	there "$LAB/client" -c -l 32768 -n 20500 churn "$here" 80 >/dev/null
	see medium tw-server-side-tuple-full
}

scene quick tw-recycle-asked tw-recycle-present
tw_recycle_asked()
{
	conf 90-old.conf 'net.ipv4.tcp_tw_recycle = 1'
	see medium tw-recycle-present
}

scene quick tw-timeout-asked vendor-tw-key
tw_timeout_asked()
{
	conf 90-vendor.conf 'net.ipv4.tcp_tw_timeout = 30'
	see info vendor-tw-key
}

scene quick port-of-service port-range-covers-listener
port_of_service()
{
	begin server answer 33000
	see high port-range-covers-listener
}

scene quick port-range-low port-range-low-edge
port_range_low()
{
	put net.ipv4.ip_unprivileged_port_start 500
	put net.ipv4.ip_local_port_range '500 65535'
	see medium port-range-low-edge
}

scene quick port-range-same-parity port-range-parity
port_range_same_parity()
{
	put net.ipv4.ip_local_port_range '32768 61000'
	see low port-range-parity
}

scene quick port-range-narrow port-range-narrowed
port_range_narrow()
{
	put net.ipv4.ip_local_port_range '40000 49999'
	see medium port-range-narrowed
}

scene quick ports-go-fast eph-port-rate-ceiling
ports_go_fast()
{
	link
	begin_there server sink 80
	put net.ipv4.ip_local_port_range '40000 40999'
	client -r 100 -n 250 churn "$peer" 80 >/dev/null
	allow='port-range-narrowed'
	see high eph-port-rate-ceiling
}

# Each connect() comes after a bind() to an address, so that no port is shared.
scene quick bound-before-connect bind-before-connect
bound_before_connect()
{
	link
	begin_there server sink 80 81
	put net.ipv4.ip_local_port_range '40000 40999'
	begin client -s "$here" -p -k -n 300 connect "$peer" 80
	begin client -s "$here" -p -k -n 300 connect "$peer" 81
	allow='port-range-narrowed'
	see medium bind-before-connect
}
