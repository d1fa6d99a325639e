#!/bin/bash
# history, and revert --to: what was done is listed, by whom, and an earlier state comes
# back as one; records that are torn, foreign or hostile are named and not believed.
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
		if [ -e /etc/sysctl.conf ]; then
			mount --bind /dev/null /etc/sysctl.conf || exit 1
		fi
		exec bash "$0" mounted' "$0"
fi

ipv4=/proc/sys/net/ipv4
state=/var/lib/tcptune
dropin=/etc/sysctl.d/60-tcptune.conf

values()
{
	(cd "$ipv4" && cat tcp_fin_timeout tcp_tw_reuse tcp_rmem) | tr '\t\n' '  '
}

# apply FIN_TIMEOUT [KEY VALUE]
apply()
{
	printf 'profile: p%s\ntitle: t\nsettings:\n  - {key: net.ipv4.tcp_fin_timeout, value: %s, why: w}\n' "$1" "$1" >"$TMP/p.yaml"
	[ $# = 1 ] || printf '  - {key: net.ipv4.%s, value: %s, why: w}\n' "$2" "$3" >>"$TMP/p.yaml"
	run "$TCPTUNE" apply --yes --profile "$TMP/p.yaml"
}

# json EXPRESSION: of the document that $out is.
json()
{
	printf '%s\n' "$out" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"
}

run "$TCPTUNE" history
is "without records" "$rc $out" "0 Nothing was applied on this host."
run "$TCPTUNE" revert --to 0
is "and no state to go back to" "$rc" 2

origin=$(values)
SUDO_USER=alice apply 45
is "a first apply" "$rc" 0
one=$(values)$(cksum <"$dropin")
apply 40 tcp_rmem '[8192, 262144, 8388608]'
apply 35 tcp_tw_reuse 1
three=$(values)$(cksum <"$dropin")

run "$TCPTUNE" history
is "history" "$rc" 0
like "lists who it was" "$out" '^ *1  20.* UTC by alice \(uid 0'
like "the old and the new value" "$out" '^ *net\.ipv4\.tcp_fin_timeout: 60 -> 45$'
like "and what is in force" "$out" '^ *3  .*: in force$'
is "the newest first" "$(printf '%s\n' "$out" | sed -n 's/^ *\([0-9]\)  .*/\1/p' | tr '\n' ' ')" "3 2 1 "
run "$TCPTUNE" history --list
is "the list for shells" "$out" "3	applied, 2 values
2	applied, 2 values
1	applied, 1 values"
run "$TCPTUNE" history --format json
cp "$TMP/out" "$TMP/history.json"
check "the document is as its schema says" python3 "$TOP/tests/schema_validate.py" \
	"$TOP/advisor/schemas/history.schema.json" "$TMP/history.json"
is "it says who" "$(json 'd["records"][2]["by"]["user"], d["records"][2]["by"]["uid"]')" "('alice', 0)"

# ------------------------------------------------------------ going back

run "$TCPTUNE" revert --to 1 --dry-run
is "a dry run of revert --to has status 1" "$rc" 1
has "it names the records" "$out" "Records 3 and 2, as one:"
like "each value goes back at once" "$out" 'tcp_fin_timeout: 35 -> 45 '
is "and nothing is changed" "$(values)$(cksum <"$dropin")" "$three"
run "$TCPTUNE" revert --to 1 --format json
is "revert --to" "$rc" 0
cp "$TMP/out" "$TMP/revert.json"
check "the document is as its schema says" python3 "$TOP/tests/schema_validate.py" \
	"$TOP/advisor/schemas/revert.schema.json" "$TMP/revert.json"
is "it names the records" "$(json 'd["records"]')" "[3, 2]"
is "the host is as after record 1, drop-in and all" "$(values)$(cksum <"$dropin")" "$one"
run "$TCPTUNE" revert --to 1
is "twice is once" "$rc $(values)$(cksum <"$dropin")" "0 $one"
run "$TCPTUNE" revert --to 2
is "what was taken back is no state to go back to" "$rc" 2
run "$TCPTUNE" revert --to 7
is "nor what never was" "$rc" 2
run "$TCPTUNE" revert --to seven
is "nor what is no number" "$rc" 2

apply 30
apply 25 tcp_tw_reuse 1
echo 20 >"$ipv4/tcp_fin_timeout"
run "$TCPTUNE" revert --to 0
is "what somebody else changed is left" "$rc $(cat "$ipv4/tcp_fin_timeout" "$ipv4/tcp_tw_reuse" | tr '\n' ' ')" "0 20 2 "
like "and named" "$out" 'tcp_fin_timeout .revert of 5.: it is "20", not the "25"'
is "the drop-in is gone" "$(ls -A /etc/sysctl.d)" ""
run "$TCPTUNE" history
like "history says what was left" "$out" 'tcp_fin_timeout: 30 -> 25 \(left'
echo 60 >"$ipv4/tcp_fin_timeout"
is "all is as in the beginning" "$(values)" "$origin"

apply 30
echo 20 >"$ipv4/tcp_fin_timeout"
run "$TCPTUNE" revert --to 0 --force
is "--force takes it back too" "$rc $(values)" "0 $origin"

# ------------------------------------------- records that are not believed

apply 30
cp -a "$state" "$TMP/good"
newest=$(find "$state" -name '*.json' | sort | tail -n 1)

# distrusted NAME: revert stops, history goes on and names it.
distrusted()
{
	run "$TCPTUNE" revert
	is "$1: revert stops" "$rc $(cat "$ipv4/tcp_fin_timeout")" "3 30"
	has "$1: and names it" "$err" "$newest"
	run "$TCPTUNE" history
	is "$1: history ends with 3" "$rc" 3
	has "$1: it names the record" "$err" "$newest"
	like "$1: and lists the others" "$out" '^ *1  20'
	rm -rf "$state"
	cp -a "$TMP/good" "$state"
}
truncate -s 100 "$newest"
distrusted "torn"
: >"$newest"
distrusted "empty"
sed -i 's/"tcptune.record.1"/"tcptune.record\/9"/' "$newest"
distrusted "of another format"
chmod 666 "$newest"
distrusted "writable for others"
chown 1 "$newest"
distrusted "of somebody else"
rm "$newest"
ln -s /etc/passwd "$newest"
distrusted "a link"
rm "$newest"
mkdir "$newest"
distrusted "a directory"
sed -i 's/"net.ipv4.tcp_fin_timeout"/7/' "$newest"
distrusted "a key that is none"
sed -i 's/net.ipv4.tcp_fin_timeout/kernel.panic/' "$newest"
distrusted "a key that is not of the network"

# The record of an earlier version says less.
python3 - "$newest" <<'END'
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    d = json.load(file)
for name in ("uid", "login_uid", "reverted_by"):
    d.pop(name, None)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(d, file)
END
run "$TCPTUNE" history --format json
is "an old record is read" "$rc $(json 'd["records"][0]["by"]["uid"]')" "0 None"
run "$TCPTUNE" revert
is "and taken back" "$rc $(values)" "0 $origin"

done_testing
