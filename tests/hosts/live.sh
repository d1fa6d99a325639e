#!/bin/bash
# live.sh [HOST...]: captures the hosts idle, sick, container and no-netlink of this
# directory anew, on the kernel that runs. Needs root, python3 and a built tree
# (make tests). The tests replay what is committed; afterwards run "make golden" and
# read what changed.
#
# Each host is a network namespace, with mount, UTS and PID namespaces around it; what
# is not per namespace is this machine's. Addresses are those of RFC 5737.
set -eu
LC_ALL=C
export LC_ALL
TOP=$(cd "$(dirname "$0")/../.." && pwd)
HOSTS=$TOP/tests/hosts
BUILD=${BUILD:-$TOP/build}
TCPTUNE=${TCPTUNE:-$BUILD/tcptune}
export HOSTS TCPTUNE BUILD

# In the namespaces: config NAME, and what the traffic of a host needs.
config()
{
	local dir=/mnt/config
	mount -t tmpfs tmpfs /mnt
	mkdir -p $dir/etc $dir/usr
	case $1 in
	sick)
		cat >$dir/sysctl.conf <<-'END'
			# System default settings live in /usr/lib/sysctl.d.
			kernel.sysrq = 0

			# TIME_WAIT
			net.ipv4.tcp_syncookies = 1
			net.ipv4.tcp_tw_reuse = 1
			net.ipv4.tcp_tw_recycle = 1
			net.ipv4.tcp_fin_timeout = 30
		END
		cat >$dir/etc/90-tuning.conf <<-'END'
			# from the old servers
			net.core.somaxconn = 128
			net.ipv4.tcp_max_syn_backlog = 65536
			net.ipv4.tcp_max_tw_buckets = 128
			net.ipv4.tcp_syncookies = 0
			net.ipv4.ip_local_port_range = 40000 40119
		END
		ln -s ../sysctl.conf $dir/etc/99-sysctl.conf
		;;
	*)
		echo '# Nothing is set here.' >$dir/sysctl.conf
		;;
	esac
	[ -e /etc/sysctl.conf ] || : >/etc/sysctl.conf
	mkdir -p /etc/sysctl.d /usr/lib/sysctl.d
	mount --bind $dir/sysctl.conf /etc/sysctl.conf
	mount --bind $dir/etc /etc/sysctl.d
	mount --bind $dir/usr /usr/lib/sysctl.d
}

# On this side the peer, a namespace that ends with its process.
peer()
{
	unshare -n sleep 300 &
	peer=$!
	sleep 0.3
	ip link add eth0 type veth peer name eth1 netns "$peer"
	ip addr add 192.0.2.10/24 dev eth0
	ip link set eth0 up
	ip route add default dev eth0
	# shellcheck disable=SC2016
	nsenter -t "$peer" -n sh -c '
		ip link set lo up
		ip link set eth1 up
		for address in 203.0.113.5 198.51.100.7 198.51.100.8 198.51.100.9; do
			ip addr add $address/32 dev eth1
		done
		ip route add default dev eth1'
}

set_key()
{
	printf '%s' "$2" >"/proc/sys/net/$1"
}

inside_sick()
{
	hostname shop01
	config sick
	set_key core/somaxconn 128
	set_key ipv4/tcp_max_syn_backlog 65536
	set_key ipv4/tcp_max_tw_buckets 128
	set_key ipv4/tcp_syncookies 0
	set_key ipv4/tcp_tw_reuse 2
	set_key ipv4/ip_local_port_range '40000 40119'
	peer
	coproc python3 "$HOSTS/sick.py" "$peer"
	read -r _ <&"${COPROC[0]}"
	"$TCPTUNE" capture --interval 3 "$1"
	eval "exec ${COPROC[1]}>&-"
	kill "$peer"
}

# What a container runtime leaves: /proc/sys is read-only, the name is a number.
inside_container()
{
	hostname 4f5c2d7e9a10
	config container
	mount --bind /proc/sys /proc/sys
	mount -o remount,bind,ro /proc/sys
	traffic established=12 time_wait=6 "$1"
}

inside_no-netlink()
{
	hostname sandbox
	config no-netlink
	traffic close_wait_data=14 established=6 time_wait=9 queued=4 -6 established=3 "$1" \
		"$BUILD/tests/lab/deny_netlink"
}

inside_idle()
{
	hostname idle
	config idle
	traffic listen=2 established=2 "$1"
}

# The idle host is no child namespace: the sysctls are those of this machine, and nothing else is.
initial()
{
	"$TCPTUNE" capture --quiet "$1.initial"
	rm -r "$1/proc/sys"
	cp -r "$1.initial/proc/sys" "$1/proc/sys"
	cp "$1.initial/capture/modes" "$1/capture/modes"
	{
		grep -v ' /proc/sys/' "$1/capture/missing" || :
		grep ' /proc/sys/' "$1.initial/capture/missing" || :
	} >"$1.missing"
	mv "$1.missing" "$1/capture/missing"
}

# traffic KIND=COUNT... DIRECTORY [RUN THROUGH...]
traffic()
{
	local kinds=()
	while [[ $1 != /* ]]; do
		kinds+=("$1")
		shift
	done
	local directory=$1
	shift
	ln -s "$BUILD/tests/lab/traffic" /mnt/server
	coproc /mnt/server "${kinds[@]}"
	read -r _ <&"${COPROC[0]}"
	"$@" "$TCPTUNE" capture "$directory"
	eval "exec ${COPROC[1]}>&-"
}

# Of the devices, neighbours and routes no rule asks: a host more or less has them.
prune()
{
	rm -rf "$1"/proc/sys/net/ipv4/{conf,neigh,route}
	sed -i -E '/\/net\/ipv4\/(conf|neigh|route)\//d' "$1"/capture/{modes,missing}
}

if [ "${1:-}" = inside ]; then
	ip link set lo up
	"inside_$2" "$3"
	exit
fi

[ $# -gt 0 ] || set -- idle sick container no-netlink
work=$(mktemp -d /var/tmp/tcptune-hosts.XXXXXX)
trap 'rm -rf "$work"' EXIT
for host; do
	echo "$host"
	unshare -n -m -u -p -f --mount-proc bash "$0" inside "$host" "$work/$host"
	if [ "$host" = idle ]; then
		initial "$work/$host"
	else
		prune "$work/$host"
	fi
	# The release, without what names the build of this machine's kernel.
	sed -i 's/-.*//' "$work/$host/proc/sys/kernel/osrelease"
	rm -rf "${HOSTS:?}/$host"
	cp -r "$work/$host" "$HOSTS/$host"
done
