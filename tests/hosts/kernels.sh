# shellcheck shell=bash
# Sourced after lib.sh: hosts of six kernels.

# kernel_host VERSION DIRECTORY: 3.10 and 4.9 are make-old.sh, 6.18 is the captured idle
# host, 4.14, 5.4 and 6.1 are 4.9 with the keys that came and went.
kernel_host()
{
	local ipv4=$2/proc/sys/net/ipv4
	case $1 in
	3.10 | 4.9) bash "$TOP/tests/hosts/make-old.sh" "$1" "$2"; return ;;
	6.18) cp -r "$TOP/tests/hosts/idle" "$2"; return ;;
	esac
	bash "$TOP/tests/hosts/make-old.sh" 4.9 "$2"
	echo "$1.0" >"$2/proc/sys/kernel/osrelease"
	rm "$ipv4/tcp_tw_recycle" "$ipv4/tcp_thin_dupack"
	[ "$1" = 4.14 ] || echo 2 >"$ipv4/tcp_tw_reuse"
	[ "$1" = 4.14 ] || echo 4096 >"$2/proc/sys/net/core/somaxconn"
	[ "$1" != 5.4 ] || echo 0 >"$ipv4/tcp_rx_skb_cache"
}
