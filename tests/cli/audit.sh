#!/bin/bash
# tcptune audit: what it says of trees like those of distributions, byte by byte
# (tests/cli/audit/NAME.txt; with --update they are written anew: read the difference),
# its documents against the schema, given files, and statuses.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

update=no
[ "${1:-}" != --update ] || update=yes
pages=$TOP/tests/cli/audit

# ------------------------------------------------------------------- trees

# tree NAME RELEASE: a root with a kernel; lines "KEY VALUE" of stdin are its sysctls.
tree()
{
	local key value
	root=$TMP/$1
	mkdir -p "$root/proc/sys/kernel" "$root/etc/sysctl.d" "$root/usr/lib/sysctl.d" "$root/usr/lib/systemd" \
		"$root/sbin" "$root/run"
	echo "$2" >"$root/proc/sys/kernel/osrelease"
	echo "864000.00 3000000.00" >"$root/proc/uptime"
	while read -r key value; do
		mkdir -p "$root/proc/sys/net/$(dirname "${key//.//}")"
		printf '%s\n' "${value// /	}" >"$root/proc/sys/net/${key//.//}"
	done
}

# file PATH: its text is stdin, below the last tree.
file()
{
	mkdir -p "$(dirname "$root/$1")"
	cat >"$root/$1"
}

with_systemd()
{
	ln -s ../lib/systemd/systemd "$root/sbin/init"
	: >"$root/usr/lib/systemd/systemd-sysctl"
	ln -s usr/lib "$root/lib"
}

# A host as it was installed, and configured with care: nothing to say.
tree debian12 6.1.0-25-amd64 <<'END'
ipv4.conf.all.rp_filter 0
ipv4.conf.default.rp_filter 2
ipv4.conf.eth0.rp_filter 2
ipv4.conf.lo.rp_filter 2
ipv4.tcp_fin_timeout 30
ipv4.tcp_max_orphans 65536
ipv4.tcp_syncookies 1
ipv4.ping_group_range 0 2147483647
core.somaxconn 8192
END
with_systemd
file etc/sysctl.conf <<'END'
# /etc/sysctl.conf - Configuration file for setting system variables
#net.ipv4.ip_forward=1
net.ipv4.tcp_syncookies=1
END
ln -s ../sysctl.conf "$root/etc/sysctl.d/99-sysctl.conf"
file usr/lib/sysctl.d/50-default.conf <<'END'
net.ipv4.conf.*.rp_filter = 2
-net.ipv4.conf.all.rp_filter
-net.ipv4.ping_group_range = 0 2147483647
kernel.sysrq = 16
END
file etc/sysctl.d/60-server.conf <<'END'
net.core.somaxconn = 8192
net/ipv4/tcp_fin_timeout = 30
END

# Neither the file nor the link; somebody has made the file again.
tree debian13 6.12.41+deb13-amd64 <<'END'
ipv4.tcp_fin_timeout 15
ipv4.tcp_max_orphans 65536
ipv4.tcp_tw_reuse 2
core.somaxconn 4096
END
with_systemd
file etc/sysctl.conf <<'END'
net.ipv4.tcp_fin_timeout = 15
net.core.somaxconn = 4096
END
file etc/sysctl.d/20-somaxconn.conf <<'END'
net.core.somaxconn = 16384
END
file usr/lib/sysctl.d/50-default.conf </dev/null

# A vendor's file hidden by name, one hidden on purpose, a module that comes late and one that does not.
tree rhel9 5.14.0-427.el9.x86_64 <<'END'
ipv4.tcp_max_orphans 65536
ipv4.tcp_rmem 4096 131072 6291456
ipv4.tcp_congestion_control cubic
ipv4.tcp_available_congestion_control reno cubic
netfilter.nf_conntrack_max 262144
netfilter.nf_conntrack_buckets 262144
core.default_qdisc fq_codel
END
with_systemd
file etc/sysctl.conf <<'END'
# sysctl settings are defined through files in
# /usr/lib/sysctl.d/, /run/sysctl.d/, and /etc/sysctl.d/.
END
ln -s ../sysctl.conf "$root/etc/sysctl.d/99-sysctl.conf"
file usr/lib/sysctl.d/10-vendor.conf <<'END'
net.ipv4.tcp_rmem = 4096 131072 16777216
net.core.default_qdisc = fq
END
file etc/sysctl.d/10-vendor.conf <<'END'
net.ipv4.tcp_rmem = 4096 131072 33554432
END
file usr/lib/sysctl.d/50-redirects.conf <<'END'
net.ipv4.conf.all.send_redirects = 0
END
ln -s /dev/null "$root/etc/sysctl.d/50-redirects.conf"
file etc/sysctl.d/90-conntrack.conf <<'END'
net.netfilter.nf_conntrack_max = 524288
net.ipv4.tcp_congestion_control = bbr
END
file lib/modules/5.14.0-427.el9.x86_64/modules.builtin <<'END'
kernel/net/ipv4/tcp_cubic.ko
END
file lib/modules/5.14.0-427.el9.x86_64/modules.dep <<'END'
kernel/net/netfilter/nf_conntrack.ko.xz: kernel/net/ipv4/netfilter/nf_defrag_ipv4.ko.xz
kernel/net/netfilter/nf_conntrack_ftp.ko.xz: kernel/net/netfilter/nf_conntrack.ko.xz kernel/net/ipv4/netfilter/nf_defrag_ipv4.ko.xz
END

# What goes wrong where many hands write.
tree broken 6.18.0 <<'END'
ipv4.conf.all.rp_filter 1
ipv4.conf.eth0.rp_filter 1
ipv4.tcp_fin_timeout 60
ipv4.tcp_ecn 2
ipv4.tcp_low_latency 0
ipv4.tcp_max_orphans 65536
ipv4.tcp_keepalive_time 7200
ipv4.tcp_rmem 4096 131072 6291456
ipv4.ip_local_port_range 32768 60999
core.somaxconn 4096
END
with_systemd
file etc/sysctl.conf <<'END'
net.ipv4.tcp_tw_recycle = 1
net.ipv4.tcp_fin_timeout = 15
net.ipv4.tcp_keepalive_time = 20 min
END
file etc/sysctl.d/10-copied.conf <<'END'
net.ipv4.tcp_fin_timeout = 030
net.ipv4.tcp_fin_timeuot = 30
net.ipv4.tcp_low_latency = 1
net.ipv4.somaxconn = 65535
net.core.somaxconn = 1024  # for nginx
net.core.somaxconn = 99999999999
net.ipv4.ip_local_port_range = 1024 65000 # all
net.ipv4.tcp_rmem = 8192
net.ipv4.tcp_tw_reuse_delay: 100
net.ipv4.conf.*.rp_filter = 2
-net.ipv4.conf.all.rp_filter
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.ppp*.forwarding = 1
net.ipv4.conf.ppp0.rp_filter = 0
-net.ipv4.tcp_vendor_thing = 1
net.ipv4.tcp_ecn = 1
-net.ipv4.tcp_ecn
net.bridge.bridge-nf-call-iptables = 1
net.netfilter.nf_conntrack_max = 1000000
END
printf 'net.ipv4.tcp_fin_timeout = 5\33[31m\n' >"$root/etc/sysctl.d/.hidden.conf"
ln -s /nowhere "$root/etc/sysctl.d/30-lost.conf"

# What Debian has without systemd.
tree sysvinit 6.1.0 <<'END'
ipv4.tcp_fin_timeout 60
ipv4.tcp_max_orphans 65536
END
file etc/init.d/procps </dev/null
file etc/sysctl.conf <<'END'
net.ipv4.tcp_fin_timeout = 20
END

# ------------------------------------------------------------------- pages

cd "$TMP" || exit 1

audit()
{
	run env COLUMNS=80 NO_COLOR=1 "$TCPTUNE" audit "$@"
}

# page NAME ARGUMENT...: what is said, with the status.
page()
{
	local name=$1
	shift
	audit "$@"
	{
		echo "\$ tcptune audit $*"
		cat "$TMP/out" "$TMP/err"
		echo "--- status $rc"
	} >"$TMP/page"
	[ "$update" = no ] || cp "$TMP/page" "$pages/$name.txt"
	is "$name" "$(cat "$TMP/page")" "$(cat "$pages/$name.txt" 2>/dev/null)"
	is "$name: keeps to 80 columns" "$(awk 'length > 80' "$TMP/out")" ""
	audit "$@" --format json
	cp "$TMP/out" "$TMP/$name.json"
	is "$name: JSON says the same status" "$rc" "$(sed -n 's/^--- status //p' "$TMP/page")"
}

page debian12 --root debian12
page debian13 --root debian13
page rhel9 --root rhel9
page broken --root broken
page broken-verbose --root broken --verbose --severity info
page broken-quiet --root broken --quiet
page sysvinit --root sysvinit
page upgrade --root debian12 --kernel 3.10
page files --kernel 4.4 broken/etc/sysctl.conf broken/etc/sysctl.d/10-copied.conf
page files-new --kernel 6.18 broken/etc/sysctl.conf broken/etc/sysctl.d/10-copied.conf
stale=$(cd "$pages" && for page in *; do [ -e "$TMP/${page%.txt}.json" ] || echo "$page"; done)
is "every page has a case" "$stale" ""
[ "$update" = no ] || { tap_done=1; exit 0; }

# --------------------------------------------------------------- documents

run python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/audit.schema.json" "$TMP"/*.json
if [ "$rc" = 77 ]; then
	skip "the documents are as the schema says" "$err"
else
	is "the documents are as the schema says" "$rc $out$err" "0 "
	sed 's/"state": "removed"/"state": "gone"/' broken.json >bad.json
	run python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/audit.schema.json" bad.json
	is "refused: a state that is none" "$rc" 1
	sed 's/"agree":/"agrees":/' broken.json >bad.json
	run python3 "$TOP/tests/schema_validate.py" "$TOP/advisor/schemas/audit.schema.json" bad.json
	is "refused: a member that nobody knows" "$rc" 1
fi

# ------------------------------------------------------------------ modules

# early TEXT: what rhel9 says of nf_conntrack with this list of modules.
early()
{
	mkdir -p rhel9/etc/modules-load.d
	printf '%s\n' "$1" >rhel9/etc/modules-load.d/x.conf
	audit --root rhel9 --format json
	printf '%s\n' "$out" | sed -n '/"name": "nf_conntrack"/{n;s/.*: //p}'
}
is "a module that a list names is there in time" "$(early nf_conntrack)" true
is "as is one that comes with it" "$(early nf-conntrack-ftp)" true
is "a comment names none" "$(early '# nf_conntrack')" false
echo "quiet modules-load=a,nf_conntrack" >rhel9/proc/cmdline
is "the kernel's command line may name it" "$(early '')" true
rm rhel9/proc/cmdline
echo kernel/net/netfilter/nf_conntrack.ko >>rhel9/lib/modules/*/modules.builtin
is "or it is built in" "$(early '')" true
rm rhel9/lib/modules/*/modules.builtin
is "without a list of those it is not known" "$(early '')" null

# ------------------------------------------------------------------- usage

audit --kernel five
is "a version that is none: status" "$rc" 2
has "a version that is none" "$err" "--kernel five: a version of Linux is written like 5.14"
audit nowhere.conf
is "a file that is not there: status" "$rc:$out" "2:"
has "a file that is not there" "$err" "nowhere.conf: error: No such file or directory"
mkdir empty
audit --root empty
is "a tree without anything is in the desired state" "$rc" 0
has "a tree without files" "$out" "there are none"
hasnt "what a file holds does not reach the terminal" "$(cat "$pages"/*.txt)" $'\33'
audit --root broken --kernel 6.18
hasnt "with --kernel no value is looked at" "$out" " now 60"

# The same as what check says of the configuration.
audit --root broken --format json --severity info
findings=$(printf '%s\n' "$out" | sed -n 's/^ *"id": "\(.*\)",/\1/p' | sort)
run "$TCPTUNE" check --root broken --format json
missing=$(comm -23 <(printf '%s\n' "$findings" | sort -u) <(printf '%s\n' "$out" | sed -n 's/^ *"id": "\(.*\)",/\1/p' | sort -u))
is "check finds what audit finds" "$missing" ""
done_testing
