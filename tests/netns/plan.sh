#!/bin/bash
# apply --plan: what check or a dry run saved is applied exactly, and only to the host that
# it was made for, as it was then; what is malformed or hostile is refused with its place.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
need python3
need_root_netns

if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c '
		for place in /etc/sysctl.d /var/lib /run; do
			mount -t tmpfs -o mode=755 tmpfs "$place" || exit 1
		done
		for place in kernel vm fs; do
			mount --bind -o ro "/proc/sys/$place" "/proc/sys/$place" &&
				mount -o remount,bind,ro "/proc/sys/$place" || exit 1
		done
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		exec bash "$0" mounted' "$0"
fi

ipv4=/proc/sys/net/ipv4
dropin=/etc/sysctl.d/60-tcptune.conf

# All that a plan may change.
state()
{
	(cd "$ipv4" && cat tcp_fin_timeout tcp_tw_reuse tcp_rmem ip_forward) | tr '\t\n' '  '
	(cd /etc/sysctl.d && cat -- * 2>/dev/null | cksum)
}

printf 'profile: p\ntitle: t\nsettings:
  - {key: net.ipv4.tcp_fin_timeout, value: 30, why: w}
  - {key: net.ipv4.tcp_rmem, value: [8192, 262144, 8388608], why: w}\n' >"$TMP/p.yaml"
origin=$(state)

# ------------------------------------------------------------- it is applied

"$TCPTUNE" check --profile "$TMP/p.yaml" --format json >"$TMP/check.json"
"$TCPTUNE" apply --dry-run --profile "$TMP/p.yaml" --format json >"$TMP/dry.json"
for document in check dry; do
	run "$TCPTUNE" apply --plan "$TMP/$document.json" --dry-run
	is "$document: a dry run of a plan has status 1" "$rc $(state)" "1 $origin"
	has "$document: and shows the change" "$out" 'net.ipv4.tcp_fin_timeout: 60 -> 30'
	run "$TCPTUNE" apply --plan "$TMP/$document.json" --yes
	is "$document: apply --plan" "$rc" 0
	is "$document: the values" "$(cat "$ipv4/tcp_fin_timeout" "$ipv4/tcp_rmem" | tr '\t\n' '  ')" "30 8192 262144 8388608 "
	applied=$(state)
	like "$document: and the drop-in" "$(cat "$dropin")" '^net\.ipv4\.tcp_fin_timeout = 30$'
	run "$TCPTUNE" apply --plan "$TMP/$document.json" --yes
	is "$document: twice is once" "$rc $(state)" "0 $applied"
	run "$TCPTUNE" check --profile "$TMP/p.yaml"
	is "$document: nothing is pending" "$rc" 0
	run "$TCPTUNE" revert
	is "$document: and back" "$rc $(state)" "0 $origin"
done
rc=0
"$TCPTUNE" apply --plan - --yes <"$TMP/dry.json" >"$TMP/out" 2>"$TMP/err" || rc=$?
is "a plan from the standard input" "$rc $(state)" "0 $applied"
run "$TCPTUNE" revert
run "$TCPTUNE" apply --plan "$TMP/dry.json" --yes --confirm 600
is "with --confirm" "$rc $(cat "$ipv4/tcp_fin_timeout") $(ls /etc/sysctl.d)" "0 30 "
run "$TCPTUNE" revert
is "and back" "$rc $(state)" "0 $origin"
run "$TCPTUNE" apply --plan "$TMP/dry.json" --profile time-wait
is "a plan and a profile are one too many" "$rc" 2
run "$TCPTUNE" apply --plan "$TMP/none.json"
is "a file that is not there" "$rc" 2

# --------------------------------------------------- the host has moved since

# refused NAME TEXT: status 2, the text, and nothing touched.
refused()
{
	local before
	before=$(state)
	run "$TCPTUNE" apply --plan "${3:-$TMP/dry.json}" --yes
	is "$1: status 2" "$rc" 2
	has "$1: and why" "$err" "$2"
	is "$1: nothing is touched" "$(state)" "$before"
}

echo 50 >"$ipv4/tcp_fin_timeout"
refused "a value has changed" 'net.ipv4.tcp_fin_timeout is "50" now, and was "60"'
like "with its place" "$err" 'dry\.json:[0-9]+:[0-9]+: '
echo 60 >"$ipv4/tcp_fin_timeout"
echo "# mine" >"$dropin"
refused "the drop-in has changed" "$dropin: "
rm "$dropin"
refused_by_edit()
{
	python3 - "$TMP/dry.json" "$TMP/bad.json" "$3" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    d = json.load(file)
change, plan = d["changes"][0], d["plan"]
exec(sys.argv[3])
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(d, file, indent=2)
END
	refused "$1" "$2" "$TMP/bad.json"
}
refused_by_edit "another host" 'host' 'plan["host"] = "elsewhere"'
refused_by_edit "another kernel" 'kernel "5.4.0"' 'plan["kernel"] = "5.4.0"'
refused_by_edit "another boot" 'boot' 'plan["boot_id"] = "x"'
refused_by_edit "another namespace" 'network namespace' 'plan["namespace"] = "net:[1]"'

# A later file that would win is found anew.
echo 'net.ipv4.tcp_fin_timeout = 99' >/etc/sysctl.d/90-mine.conf
run "$TCPTUNE" apply --plan "$TMP/dry.json" --yes
is "a file that came since and wins stops it" "$rc $(cat "$ipv4/tcp_fin_timeout")" "3 60"
has "and is named" "$err" "90-mine.conf:1"
rm /etc/sysctl.d/90-mine.conf

# ------------------------------------------------------------------- hostile

refused_by_edit "a key outside net" 'is no key under net.' 'change["key"] = "kernel.panic"'
refused_by_edit "a way out of net" 'is no key under net.' 'change["key"] = "net.ipv4.../../kernel.panic"'
refused_by_edit "another way out" 'is no key under net.' 'change["key"] = "net.//.kernel.panic"'
refused_by_edit "a pattern" 'is no key under net.' 'change["key"] = "net.ipv4.*"'
refused_by_edit "a key that nobody knows" 'is no key that is known' 'change["key"] = "net.ipv4.tcp_nonsense"; change["where"] = "running"; d["changes"] = [change]'
refused_by_edit "a key that is never written" 'tcp_tw_recycle' 'change["key"] = "net.ipv4.tcp_tw_recycle"; change["where"] = "running"; d["changes"] = [change]'
refused_by_edit "a value that must not be written" 'tcp_fin_timeout' 'change["to"] = "1 2"; change["where"] = "running"; d["changes"] = [change]'
refused_by_edit "a line break in a value" 'no value' 'change["to"] = "30\n1"'
refused_by_edit "a key twice" 'stands here twice' 'd["changes"].append(change)'
refused_by_edit "a line of the drop-in that is no change" 'net.ipv4.ip_forward' 'plan["dropin"]["after"] = plan["dropin"]["after"].replace("# profile p: w\nnet.ipv4.tcp_fin", "# profile p: w\nnet.ipv4.ip_forward = 1\n\n# profile p: w\nnet.ipv4.tcp_fin", 1)'
refused_by_edit "a change that the drop-in does not have" 'does not have this change' 'plan["dropin"]["after"] = ""'
refused_by_edit "another value in the drop-in" 'another value' 'plan["dropin"]["after"] = plan["dropin"]["after"].replace("= 30", "= 31")'
refused_by_edit "a text that is no drop-in" 'no drop-in as tcptune writes' 'plan["dropin"]["after"] += "kernel.panic = 1\n"'
refused_by_edit "another file" 'none of the names' 'plan["dropin"]["path"] = "/etc/passwd"'
refused_by_edit "changes that are no list" '"changes" is not a list' 'd["changes"] = {}'
refused_by_edit "too many" '"changes" is not a list of at most' 'd["changes"] = [change] * 5000'
refused_by_edit "a change that is none" 'not a change' 'd["changes"][0] = 7'
refused_by_edit "a from that is none" '"from" is not a string' 'change["from"] = 60'
refused_by_edit "nowhere" '"where" is running' 'change["where"] = "everywhere"'
refused_by_edit "no plan" 'carries no plan' 'del d["plan"]'
refused_by_edit "another document" 'neither a document' 'd["schema"] = "tcptune.revert/1"'
refused_by_edit "escape sequences" '\x1b' 'change["key"] = "net.\x1b[31m"'
head -c 300 "$TMP/dry.json" >"$TMP/torn.json"
refused "a torn file" "torn.json:" "$TMP/torn.json"
like "with its place" "$err" 'torn\.json:[0-9]+:[0-9]+: error: '
printf '%0100000d' 0 | tr 0 '[' >"$TMP/deep.json"
refused "a deep one" "deep.json:1:" "$TMP/deep.json"
: >"$TMP/empty.json"
refused "an empty one" "empty.json:" "$TMP/empty.json"
printf '{"schema": "tcptune.check/1", "schema": "tcptune.check/1"}' >"$TMP/twice.json"
refused "a member twice" "twice.json:1:" "$TMP/twice.json"
head -c 5000000 /dev/zero >"$TMP/large.json"
refused "a large one" "large.json" "$TMP/large.json"
refused "a directory" "$TMP" "$TMP"
printf '{\n  "schema": "tcptune.check/1",\n  "plan": {},\n  "changes": [\n    {"key": 7}]}\n' >"$TMP/place.json"
refused "a wrong type" 'place.json:5:13: error: "key" is not a string' "$TMP/place.json"
done_testing
