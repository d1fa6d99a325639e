#!/bin/bash
# What tcptune audit foretells, against the loaders themselves: sysctl --system of
# procps-ng 4 and systemd-sysctl load generated directories, each in a fresh network
# namespace, and the keys must then have the values that the audit of that namespace
# had named before. FILES and SEED may be set for a longer run.
. "$(dirname "$0")/../lib.sh"
need sysctl unshare ip python3
need_root_netns

boot=$BUILD/tests/netns/boot
[ -x "$boot" ] || skip_all "$boot is not built"
for systemd in /usr/lib/systemd/systemd-sysctl /lib/systemd/systemd-sysctl ''; do
	[ -x "$systemd" ] && break
done

# The directories are ours, and nothing outside net is writable: no mistake here
# reaches the host. What is missing on this machine is not made on it.
# shellcheck disable=SC2016
guard='for tree in kernel vm fs; do
	mount --bind -o ro "/proc/sys/$tree" "/proc/sys/$tree" || exit 1
done
mount -t tmpfs none /run && mount -t tmpfs none /usr/local/lib && mount -t tmpfs none /mnt || exit 1
cd /mnt && mkdir etc run local usr && : >conf && mkdir /run/sysctl.d /usr/local/lib/sysctl.d || exit 1
mount --bind etc /etc/sysctl.d && mount --bind run /run/sysctl.d || exit 1
mount --bind local /usr/local/lib/sysctl.d && mount --bind usr /usr/lib/sysctl.d || exit 1
mount --bind conf /etc/sysctl.conf || exit 1'
if [ "${1:-}" != guarded ]; then
	unshare -m sh -c "$guard" 2>/dev/null || skip_all "cannot put directories in the place of sysctl.d"
	script=$(realpath "$0")
	rm -rf "$TMP"
	trap - EXIT
	exec unshare -m sh -c "$guard; exec bash \"\$0\" guarded" "$script"
fi

# The files that are read, by the keys whose values are looked at.
watched=(net/ipv4/conf/{lo,all,v.5,w.6}/tag net/ipv4/{tcp_fin_timeout,tcp_keepalive_time,ip_local_port_range}
	net/ipv4/{ip_local_reserved_ports,tcp_congestion_control,tcp_ecn,tcp_rmem} net/core/somaxconn)

# In a new namespace: the values, what the audit says, and the values after COMMAND.
in_namespace()
{
	# shellcheck disable=SC2016
	watched="${watched[*]}" unshare -n sh -c '
		ip link add v.5 type veth peer name w.6 || exit 99
		cd /proc/sys && grep -H "" $watched >"$TMP/before"
		"$TCPTUNE" audit --format json >"$TMP/audit.json" 2>"$TMP/audit.err"
		"$@" >/dev/null 2>&1
		grep -H "" $watched >"$TMP/after"' in_namespace "$@"
}

# compare LOADER: "key: it has A, we said B" for each that differs; then the number of
# keys that were foretold to change.
cat >"$TMP/compare" <<'END'
import json, sys

def values(name):
    with open(name, encoding="utf-8") as file:
        rows = (line.rstrip("\n").split(":", 1) for line in file)
        return {path: " ".join(value.split()) for path, value in rows}

top, loader = sys.argv[1:]
before, after = values(top + "/before"), values(top + "/after")
with open(top + "/audit.json", encoding="utf-8") as file:
    audited = {key["key"].translate(str.maketrans("./", "/.")): key for key in json.load(file)["keys"]}
told = 0
for path in sorted(after):
    boot = audited.get(path, {}).get(loader)
    if boot and boot["value"] is None:
        continue
    want = " ".join(boot["value"].split()) if boot else before[path]
    told += boot is not None
    if want != after[path]:
        print("%s: it has %s, we said %s" % (path, after[path], want))
print(told)
END

# agree LOADER COMMAND...: over all seeds.
agree()
{
	local loader=$1 seed got n=0 told=0 bad=
	shift
	for ((seed = first; seed < first + count; seed++)); do
		find /mnt/etc /mnt/run /mnt/local /mnt/usr -mindepth 1 -delete
		# The file is mounted elsewhere, so its bytes change and not the file.
		"$boot" "$seed" "$TMP/made"
		if [ -e "$TMP/made/conf" ]; then
			cat "$TMP/made/conf" >/mnt/conf
		else
			: >/mnt/conf
		fi
		for got in etc run local usr; do
			cp -a "$TMP/made/$got/." "/mnt/$got/"
			find "${TMP:?}/made/$got" -mindepth 1 -delete
		done
		in_namespace "$@"
		got=$(python3 "$TMP/compare" "$TMP" "$loader" 2>&1)
		if [[ $got =~ ^[0-9]+$ ]]; then
			n=$((n + 1))
			told=$((told + got))
		else
			bad="$bad
seed $seed: $got"
		fi
	done
	is "$loader: $count hosts have the values that the audit foretold" "$n$bad" "$count"
	check "$loader: most of it was foretold" [ "$told" -gt $((2 * count)) ]
}

mkdir -p "$TMP"/made/{etc,run,local,usr}
first=${SEED:-1}
count=${FILES:-50}
# Exclusion by glob came with 4.0.5.
case $(sysctl --version) in
*' 4.0.'[2-4]) agree procps sysctl --system ;;
*) skip "procps" "the reference is sysctl of procps-ng 4.0.2 to 4.0.4" ;;
esac
if [ -n "$systemd" ]; then
	agree systemd "$systemd"
else
	skip "systemd" "there is no systemd-sysctl"
fi
done_testing
