#!/bin/bash
# hooks/: the shell hook, and what README.md says of the test and the act, on a host that
# is a directory: as wanted after the first run, nothing to do in the second.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

mkdir "$TMP/bin"
ln -s "$TCPTUNE" "$TMP/bin/tcptune"
PATH=$TMP/bin:$PATH
hook=$TOP/hooks/tcptune-hook.sh
root=$TMP/host
key=$root/proc/sys/net/ipv4/tcp_fin_timeout
dropin=$root/etc/sysctl.d/60-tcptune.conf

fresh()
{
	rm -rf "$root"
	cp -r "$TOP/tests/hosts/idle" "$root"
	tree
}

# Everything below the host, with contents; $was is what it was like when it was fresh.
tree()
{
	was=$now
	now=$(cd "$root" && find . -type f -exec cksum {} + | sort)
}

now=
fresh
tree
run env CHECK=1 sh "$hook" --profile time-wait --root "$root"
is "CHECK=1: status" "$rc" 1
has "CHECK=1: says what would change" "$out" "net.ipv4.tcp_fin_timeout: 60 -> 30"
has "CHECK=1: shows the drop-in" "$out" "+net.ipv4.tcp_fin_timeout = 30"
tree
is "CHECK=1: nothing is written" "$now" "$was"

run sh "$hook" --profile time-wait --root "$root"
is "the hook: status" "$rc" 0
has "the hook: says what it changed" "$out" "net.ipv4.tcp_fin_timeout: 60 -> 30"
is "the hook: stderr" "$err" ""
is "the hook: the value" "$(cat "$key")" 30
check "the hook: the drop-in" grep -qx 'net.ipv4.tcp_fin_timeout = 30' "$dropin"
tree

run sh "$hook" --profile time-wait --root "$root"
is "the hook again" "$rc $out$err" "0 tcptune: unchanged"
run env CHECK=1 sh "$hook" --profile time-wait --root "$root"
is "CHECK=1 again" "$rc $out$err" "0 tcptune: unchanged"
tree
is "the hook again: nothing is written" "$now" "$was"

run sh "$hook" --profile nosuch --root "$root"
is "the hook with a bad profile: status" "$rc" 2
has "the hook with a bad profile" "$err" "no profile 'nosuch'"

# The commands of README.md, as Puppet and Salt run them.
mapfile -t tests < <(grep -o "tcptune apply --dry-run --quiet [^'\"]*" "$TOP/hooks/README.md" | sort -u)
mapfile -t acts < <(grep -o "tcptune apply --yes --profile [^'\":]*" "$TOP/hooks/README.md" | sort -u)
is "README.md: one test, one act" "${#tests[@]} ${#acts[@]}" "1 1"
fresh
# shellcheck disable=SC2086 # the words of a command
{
	run ${tests[0]} --root "$root"
	is "unless, before: status" "$rc" 1
	run ${acts[0]} --root "$root"
	is "the act: status" "$rc" 0
	run ${tests[0]} --root "$root"
	is "unless, after: status" "$rc" 0
	run ${acts[0]} --root "$root"
	is "the act again" "$rc $out" "0 Already in the desired state: nothing to do."
}

# Ansible's task: the last word is by the mode, the condition looks at "changed".
changed()
{
	run tcptune apply --profile time-wait --format json "$1" --root "$root"
	if [ "$rc" -gt 1 ]; then
		echo "failed: $err"
	elif [ "$rc" = 1 ] || grep -q '^  "changed": true,$' "$TMP/out"; then
		echo changed
	else
		echo ok
	fi
}
fresh
is "check mode" "$(changed --dry-run)" changed
is "check mode changes nothing" "$(changed --dry-run)" changed
is "the task" "$(changed --yes)" changed
is "the task again" "$(changed --yes)" ok
is "check mode, then" "$(changed --dry-run)" ok

# What an apply left behind that died is seen by the test, and stops the act.
sed -i 's/"state": "applied"/"state": "applying"/' "$root"/var/lib/tcptune/*.json
run tcptune apply --dry-run --root "$root"
is "an unfinished record: the test says 1" "$rc" 1
hasnt "an unfinished record: the test promises no change" "$out" "This would change"
run tcptune apply --yes --root "$root"
is "an unfinished record: the act fails" "$rc" 3
run tcptune check --quiet --severity critical --root "$root"
is "an unfinished record: check says 1" "$rc" 1

# Nobody is asked where nobody can answer.
fresh
run tcptune apply --root "$root"
is "without --yes: status" "$rc" 2
is "without --yes" "$err" "tcptune: there is no terminal to ask at: --yes makes the changes, --dry-run shows them"

# What cannot be set is no endless change.
cp -r "$TOP/tests/hosts/container" "$TMP/container"
run tcptune apply --dry-run --root "$TMP/container"
is "a container: the test says 0" "$rc" 0
has "a container: and does not call it done" "$out" "what is not as asked cannot be set here"
run tcptune apply --yes --root "$TMP/container"
is "a container: so does the act" "$rc" 0

run tcptune revert --yes --root "$root"
is "revert with nothing to take back" "$rc $out" "0 Nothing to take back."
run sh "$hook" --profile time-wait --root "$root"
run tcptune revert --yes --root "$root"
is "revert: status" "$rc" 0
is "revert: the value" "$(cat "$key")" 60
check "revert: the drop-in is gone" [ ! -e "$dropin" ]
done_testing
