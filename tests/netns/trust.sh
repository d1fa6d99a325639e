#!/bin/bash
# Files of /etc/tcptune: root takes no advice from one that others could have written. In a
# mount namespace whose /etc is empty.
# shellcheck disable=SC2154
. "$(dirname "$0")/../lib.sh"
need_root_netns

if [ "${1:-}" != mounted ]; then
	rm -rf "$TMP"
	trap - EXIT
	# shellcheck disable=SC2016
	exec unshare -m sh -c 'mount -t tmpfs -o mode=755 tmpfs /etc && exec bash "$0" mounted' "$0"
fi

rules=/etc/tcptune/rules.d
mkdir -p $rules
cat >"$TMP/good" <<'END'
- id: test-trust
  title: A rule of the operator
  when: yes
  severity: info
  summary: here
  evidence: []
  remedy: []
  sources: []
END
refused='others than root can write it, or it is no plain file: refused'

install -m 644 "$TMP/good" $rules/a.yaml
run "$TCPTUNE" rules test-trust
is "a file of root's" "$rc $err" "0 "
install -m 644 "$TMP/good" $rules/README
chmod 666 $rules/README
run "$TCPTUNE" rules test-trust
is "what is no YAML file is not looked at" "$rc $err" "0 "

# bad NAME COMMAND...: with the file that the command makes.
bad()
{
	local name=$1
	shift
	rm -rf $rules/a.yaml
	"$@"
	run timeout 10 "$TCPTUNE" rules
	is "$name" "$rc $err" "2 $rules/a.yaml: error: $refused"
}
bad "of somebody else" install -m 644 -o 65534 "$TMP/good" $rules/a.yaml
install -m 755 "$TCPTUNE" /etc/tcptune/program
is "to somebody else it is good" \
	"$(setpriv --reuid=65534 --clear-groups /etc/tcptune/program rules test-trust 2>&1 | head -1)" \
	"test-trust: A rule of the operator"
bad "a group may write it" install -m 664 "$TMP/good" $rules/a.yaml
bad "everybody may write it" install -m 646 "$TMP/good" $rules/a.yaml
bad "a link" ln -s README $rules/a.yaml
bad "a FIFO" mkfifo $rules/a.yaml
bad "a device" mknod $rules/a.yaml c 1 5
rm $rules/a.yaml

choices=/etc/tcptune/tcptune.yaml
echo 'profiles: [time-wait]' >"$TMP/choices"
for mode in 664 646; do
	install -m $mode "$TMP/choices" $choices
	run "$TCPTUNE" apply --dry-run
	is "tcptune.yaml with mode $mode" "$rc $err" "2 $choices: error: $refused"
done
install -m 644 "$TMP/choices" $choices
run "$TCPTUNE" apply --dry-run
is "tcptune.yaml of root's" "${err//WARNING*/}$rc" 1
done_testing
