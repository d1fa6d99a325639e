#!/bin/bash
# make-old.sh 3.10|4.9 DIRECTORY: a host of that kernel, 8 GiB and 4 processors, made of
# the keys that it has and their defaults: what a capture of such a host would hold, but
# for netlink (/proc/net/tcp stands for it).
#
# 3.10 is a web server 200 days after somebody pasted four lines into /etc/sysctl.conf:
# 297 TIME_WAIT, 53 ESTABLISHED, 5 CLOSE_WAIT, and clients behind NAT that are refused.
# 4.9 is as it was installed, and all but idle.
#
# Sources: net/ipv4/sysctl_net_ipv4.c, net/core/sysctl_net_core.c, net/ipv4/tcp.c
# tcp_init() and net/ipv4/proc.c of Linux 3.10 and 4.9.
set -eu
LC_ALL=C
export LC_ALL
version=$1
root=$2
mkdir -p "$root"
cd "$root"

# put PATH: a file of stdin, with the directories above it.
put()
{
	mkdir -p "$(dirname "$1")"
	cat >"$1"
}

# keys DIRECTORY: lines "name value" of stdin; the mode of each goes to capture/modes.
keys()
{
	local name value
	mkdir -p "proc/sys/$1" capture
	while read -r name value; do
		case $name in
		*/*) mkdir -p "proc/sys/$1/${name%/*}" ;;
		esac
		echo "$value" | tr ' ' '\t' >"proc/sys/$1/$name"
		case $name in
		tcp_available_congestion_control) echo "0444 /proc/sys/$1/$name" ;;
		*) echo "0644 /proc/sys/$1/$name" ;;
		esac >>capture/modes
	done
}

# What both have, with the same default; where it depends on memory, that of 8 GiB.
both()
{
	keys net/ipv4 <<-'END'
		icmp_echo_ignore_all 0
		icmp_echo_ignore_broadcasts 1
		icmp_ignore_bogus_error_responses 1
		icmp_ratelimit 1000
		icmp_ratemask 6168
		ip_default_ttl 64
		ip_forward 0
		ip_local_reserved_ports
		ip_no_pmtu_disc 0
		ip_nonlocal_bind 0
		tcp_abort_on_overflow 0
		tcp_adv_win_scale 1
		tcp_app_win 31
		tcp_congestion_control cubic
		tcp_dsack 1
		tcp_early_retrans 3
		tcp_ecn 2
		tcp_fack 1
		tcp_fin_timeout 60
		tcp_frto 2
		tcp_keepalive_intvl 75
		tcp_keepalive_probes 9
		tcp_keepalive_time 7200
		tcp_low_latency 0
		tcp_max_orphans 32768
		tcp_max_syn_backlog 256
		tcp_max_tw_buckets 32768
		tcp_moderate_rcvbuf 1
		tcp_mtu_probing 0
		tcp_no_metrics_save 0
		tcp_orphan_retries 0
		tcp_reordering 3
		tcp_retrans_collapse 1
		tcp_retries1 3
		tcp_retries2 15
		tcp_rfc1337 0
		tcp_rmem 4096 87380 6291456
		tcp_sack 1
		tcp_slow_start_after_idle 1
		tcp_stdurg 0
		tcp_syn_retries 6
		tcp_synack_retries 5
		tcp_syncookies 1
		tcp_thin_dupack 0
		tcp_thin_linear_timeouts 0
		tcp_timestamps 1
		tcp_tso_win_divisor 3
		tcp_tw_recycle 0
		tcp_tw_reuse 0
		tcp_window_scaling 1
		tcp_wmem 4096 16384 4194304
		tcp_workaround_signed_windows 0
		udp_rmem_min 4096
		udp_wmem_min 4096
	END
	keys net/core <<-'END'
		dev_weight 64
		message_burst 10
		message_cost 5
		netdev_budget 300
		netdev_max_backlog 1000
		netdev_tstamp_prequeue 1
		optmem_max 20480
		rmem_default 212992
		rmem_max 212992
		rps_sock_flow_entries 0
		somaxconn 128
		warnings 1
		wmem_default 212992
		wmem_max 212992
	END
}

only_3_10()
{
	keys net/ipv4 <<-'END'
		ip_local_port_range 32768 61000
		tcp_allowed_congestion_control cubic reno
		tcp_available_congestion_control cubic reno
		tcp_base_mss 512
		tcp_challenge_ack_limit 100
		tcp_fastopen 0
		tcp_limit_output_bytes 131072
		tcp_mem 190761 254348 381522
		udp_mem 190761 254348 381522
	END
	# As the four lines below left it.
	keys net/ipv4 <<-'END'
		tcp_fin_timeout 30
		tcp_tw_recycle 1
		tcp_tw_reuse 1
	END
	echo 3.10.0-1160.el7.x86_64 | put proc/sys/kernel/osrelease
	echo web7 | put capture/hostname
	put etc/sysctl.conf <<-'END'
		# System default settings live in /usr/lib/sysctl.d/00-system.conf.
		# To override those settings, enter new settings here, or in an
		# /etc/sysctl.d/<name>.conf file
		net.ipv4.tcp_syncookies = 1
		net.ipv4.tcp_tw_reuse = 1
		net.ipv4.tcp_tw_recycle = 1
		net.ipv4.tcp_fin_timeout = 30
	END
	mkdir etc/sysctl.d
	ln -s ../sysctl.conf etc/sysctl.d/99-sysctl.conf
	put usr/lib/sysctl.d/50-default.conf <<-'END'
		kernel.sysrq = 16
		kernel.core_uses_pid = 1
		net.ipv4.conf.default.rp_filter = 1
		net.ipv4.conf.all.rp_filter = 1
		net.ipv4.conf.default.accept_source_route = 0
	END
}

only_4_9()
{
	keys net/ipv4 <<-'END'
		icmp_msgs_burst 50
		icmp_msgs_per_sec 1000
		igmp_link_local_mcast_reports 1
		ip_local_port_range 32768 60999
		tcp_allowed_congestion_control cubic reno
		tcp_autocorking 1
		tcp_available_congestion_control cubic reno
		tcp_base_mss 1024
		tcp_challenge_ack_limit 1000
		tcp_ecn_fallback 1
		tcp_fastopen 1
		tcp_fwmark_accept 0
		tcp_invalid_ratelimit 500
		tcp_l3mdev_accept 0
		tcp_limit_output_bytes 262144
		tcp_max_reordering 300
		tcp_mem 93366 124490 186732
		tcp_min_rtt_wlen 300
		tcp_min_tso_segs 2
		tcp_notsent_lowat 4294967295
		tcp_pacing_ca_ratio 120
		tcp_pacing_ss_ratio 200
		tcp_probe_interval 600
		tcp_probe_threshold 8
		tcp_recovery 1
		udp_mem 186732 248980 373464
	END
	keys net/core <<-'END'
		bpf_jit_enable 0
		busy_poll 0
		busy_read 0
		default_qdisc pfifo_fast
		max_skb_frags 17
		tstamp_allow_data 1
	END
	echo 4.9.0-19-amd64 | put proc/sys/kernel/osrelease
	echo mail2 | put capture/hostname
	put etc/sysctl.conf <<-'END'
		# Uncomment the next line to enable TCP/IP SYN cookies
		#net.ipv4.tcp_syncookies=1
	END
}

# ------------------------------------------------------------- counters

# TcpExt of 3.10, in its order; 4.9 has 23 more at the end.
tcpext="SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned
	OutOfWindowIcmps LockDroppedIcmps ArpFilter TW TWRecycled TWKilled PAWSPassive PAWSActive PAWSEstab
	DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPPrequeued
	TCPDirectCopyFromBacklog TCPDirectCopyFromPrequeue TCPPrequeueDropped TCPHPHits TCPHPHitsToUser
	TCPPureAcks TCPHPAcks TCPRenoRecovery TCPSackRecovery TCPSACKReneging TCPFACKReorder TCPSACKReorder
	TCPRenoReorder TCPTSReorder TCPFullUndo TCPPartialUndo TCPDSACKUndo TCPLossUndo TCPLostRetransmit
	TCPRenoFailures TCPSackFailures TCPLossFailures TCPFastRetrans TCPForwardRetrans TCPSlowStartRetrans
	TCPTimeouts TCPLossProbes TCPLossProbeRecovery TCPRenoRecoveryFail TCPSackRecoveryFail
	TCPSchedulerFailed TCPRcvCollapsed TCPDSACKOldSent TCPDSACKOfoSent TCPDSACKRecv TCPDSACKOfoRecv
	TCPAbortOnData TCPAbortOnClose TCPAbortOnMemory TCPAbortOnTimeout TCPAbortOnLinger TCPAbortFailed
	TCPMemoryPressures TCPSACKDiscard TCPDSACKIgnoredOld TCPDSACKIgnoredNoUndo TCPSpuriousRTOs
	TCPMD5NotFound TCPMD5Unexpected TCPSackShifted TCPSackMerged TCPSackShiftFallback TCPBacklogDrop
	TCPMinTTLDrop TCPDeferAcceptDrop IPReversePathFilter TCPTimeWaitOverflow TCPReqQFullDoCookies
	TCPReqQFullDrop TCPRetransFail TCPRcvCoalesce TCPOFOQueue TCPOFODrop TCPOFOMerge TCPChallengeACK
	TCPSYNChallenge TCPFastOpenActive TCPFastOpenPassive TCPFastOpenPassiveFail
	TCPFastOpenListenOverflow TCPFastOpenCookieReqd TCPSpuriousRtxHostQueues"
tcpext_4_9="BusyPollRxPackets TCPAutoCorking TCPFromZeroWindowAdv TCPToZeroWindowAdv TCPWantZeroWindowAdv
	TCPSynRetrans TCPOrigDataSent TCPHystartTrainDetect TCPHystartTrainCwnd TCPHystartDelayDetect
	TCPHystartDelayCwnd TCPACKSkippedSynRecv TCPACKSkippedPAWS TCPACKSkippedSeq TCPACKSkippedFinWait2
	TCPACKSkippedTimeWait TCPACKSkippedChallenge TCPWinProbe TCPKeepAlive TCPMTUPFail TCPMTUPSuccess
	TCPFastOpenActiveFail PFMemallocDrop"
tcp="RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs
	OutSegs RetransSegs InErrs OutRsts InCsumErrors"

# pairs GROUP "NAMES" [NAME=VALUE...]: the two lines of a group, 0 where nothing is said.
pairs()
{
	local group=$1 names=$2
	shift 2
	# shellcheck disable=SC2086 # a list of words
	printf '%s\n' $names | awk -v group="$group" -v said="$*" '
		BEGIN {
			n = split(said, list, " ")
			for (i = 1; i <= n; i++) {
				split(list[i], pair, "=")
				value[pair[1]] = pair[2]
			}
			first = second = group ":"
		}
		{ first = first " " $1; second = second " " value[$1] + 0 }
		END { print first; print second }'
}

always="RtoAlgorithm=1 RtoMin=200 RtoMax=120000 MaxConn=-1"
counters_3_10()
{
	pairs TcpExt "$tcpext" TW=61843211 TWRecycled=118804 PAWSPassive=4711 PAWSEstab=38 \
		DelayedACKs=19213344 ListenOverflows=3251 ListenDrops=3251 TCPTimeouts=902113 \
		TCPFastRetrans=312008 TCPAbortOnData=88123 TCPAbortOnClose=5120 TCPAbortOnTimeout=9121 |
		put proc/net/netstat
	# shellcheck disable=SC2086
	pairs Tcp "$tcp" $always ActiveOpens=7433101 PassiveOpens=71832009 AttemptFails=40112 \
		EstabResets=81002 CurrEstab=53 InSegs=1893320118 OutSegs=2093310028 RetransSegs=2201377 \
		OutRsts=310233 | put proc/net/snmp
}
counters_4_9()
{
	pairs TcpExt "$tcpext $tcpext_4_9" TW=8113 DelayedACKs=4012 TCPTimeouts=113 TCPKeepAlive=52 |
		put proc/net/netstat
	# shellcheck disable=SC2086
	pairs Tcp "$tcp" $always ActiveOpens=912 PassiveOpens=9113 AttemptFails=12 CurrEstab=4 \
		InSegs=183320 OutSegs=203310 RetransSegs=301 OutRsts=88 | put proc/net/snmp
}

# -------------------------------------------------------------- sockets

tcp_line=0
header()
{
	printf '%-149s\n' \
		'  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
}

# an_address A B C D PORT: as the kernel prints it on a little-endian machine.
an_address()
{
	printf '%02X%02X%02X%02X:%04X' "$4" "$3" "$2" "$1" "$5"
}

# a_socket LOCAL REMOTE STATE RX TIMER INODE
a_socket()
{
	printf '%-149s\n' "$(printf '%4d: %s %s %s 00000000:%08X %s 00000000 %5d        0 %s' \
		"$tcp_line" "$1" "$2" "$3" "$4" "$5" 0 "$6")"
	tcp_line=$((tcp_line + 1))
}

# sockets N LOCAL_PORT STATE RX TIMER INODE: of this server (192.0.2.7) with clients.
sockets()
{
	local i
	for ((i = 0; i < $1; i++)); do
		a_socket "$(an_address 192 0 2 7 "$2")" \
			"$(an_address 198 51 100 $((10 + i % 60)) $((30000 + tcp_line * 7)))" \
			"$3" "$4" "$5" "$([ "$6" = 0 ] && echo 0 || echo $(($6 + i)))"
	done
}

none=00:00000000
listener()
{
	a_socket "$(an_address 0 0 0 0 "$1")" "$(an_address 0 0 0 0 0)" 0A 0 $none $((12000 + $1))
}

sockets_3_10()
{
	header
	listener 22
	listener 80
	sockets 238 80 06 0 03:000012A0 0
	sockets 41 80 01 0 $none 50000
	sockets 5 80 08 1 $none 60000
	# To the database: this side closes.
	local i
	for ((i = 0; i < 71; i++)); do
		a_socket "$(an_address 192 0 2 7 $((32800 + i * 3)))" "$(an_address 192 0 2 20 3306)" \
			"$([ $i -lt 59 ] && echo 06 || echo 01)" 0 \
			"$([ $i -lt 59 ] && echo 03:00000B20 || echo $none)" \
			"$([ $i -lt 59 ] && echo 0 || echo $((70000 + i)))"
	done
}

sockets_4_9()
{
	header
	listener 22
	listener 25
	sockets 4 25 01 0 $none 40000
}

tcp6()
{
	echo '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
	printf '   0: %032X:%04X %032X:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12022\n' 0 22 0
}

# sockstat TCP_INUSE TW ALLOC: of the whole host
sockstat()
{
	printf 'sockets: used %d\nTCP: inuse %d orphan 0 tw %d alloc %d mem 12\n' $((160 + $1)) "$1" "$2" "$3" |
		put proc/net/sockstat
	printf 'UDP: inuse 4 mem 1\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n' >>proc/net/sockstat
	printf 'TCP6: inuse 1\nUDP6: inuse 2\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n' |
		put proc/net/sockstat6
}

# ------------------------------------------------------------------ all

both
case $version in
3.10)
	only_3_10
	counters_3_10
	sockets_3_10 | put proc/net/tcp
	sockstat 60 297 64
	echo 17280422.18 64000000.00 | put proc/uptime
	;;
4.9)
	only_4_9
	counters_4_9
	sockets_4_9 | put proc/net/tcp
	sockstat 6 0 9
	echo 1039120.55 4100000.00 | put proc/uptime
	;;
*)
	echo "make-old.sh: 3.10 or 4.9" >&2
	exit 2
	;;
esac
tcp6 | put proc/net/tcp6
for _ in 1 2 3 4; do
	echo 0013a5c2 00000000 00000021 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
done | put proc/net/softnet_stat
printf '%-13s %10d kB\n' MemTotal: 8009524 MemFree: 1220312 Buffers: 220312 Cached: 4120288 \
	SwapTotal: 2097148 SwapFree: 2097148 | put proc/meminfo
echo 0-3 | put sys/devices/system/cpu/online
echo 4096 | put capture/pagesize
# The same line for a key that was set twice above is one too many.
sort -u -o capture/modes capture/modes
