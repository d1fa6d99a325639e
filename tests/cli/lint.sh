#!/bin/bash
# tcptune lint: everything that is shipped is good; each file of bad/ is refused with the
# messages that stand in it behind "#! ", all of them, and status 2.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"
cd "$TOP" || exit 1

shipped=(rules/*.yaml rules/parameters/*.yaml rules/counters/*.yaml profiles/*.yaml tests/golden/*.yaml)
run "$TCPTUNE" lint "${shipped[@]}"
is "what is shipped: status" "$rc" 0
is "what is shipped: messages" "$err" ""
is "what is shipped: each is said to be good" "$out" "$(printf '%s: good\n' "${shipped[@]}")"
run "$TCPTUNE" lint --quiet "${shipped[@]}"
is "what is shipped, --quiet" "$rc $out$err" "0 "

cd tests/cli/bad || exit 1
for file in *.yaml; do
	run "$TCPTUNE" lint "$file"
	is "$file" "$rc $out$err" "2 $(sed -n "s/^#! /$file:/p" "$file")"
done

run "$TCPTUNE" lint no-kind.yaml ../../../profiles/time-wait.yaml rule-missing.yaml
is "several files: status" "$rc" 2
is "several files: the good one is said to be good" "$out" "../../../profiles/time-wait.yaml: good"
has "several files: the first" "$err" "no-kind.yaml:2:1: error: "
has "several files: the last" "$err" "rule-missing.yaml:2:3: error: "

run "$TCPTUNE" lint nosuch.yaml
is "no such file: status" "$rc" 2
is "no such file" "$err" "nosuch.yaml: error: No such file or directory"
run "$TCPTUNE" lint .
is "a directory: status" "$rc" 2
is "a directory" "$err" ".: error: Is a directory"
run "$TCPTUNE" lint
is "no file: status" "$rc" 2
is "no file" "$err" "tcptune: lint needs the files to check"

# What is bad in /etc/tcptune is told at its place, and nothing is judged with the rest of it.
mkdir -p "$TMP/root/etc/tcptune/rules.d"
cp rule-missing.yaml "$TMP/root/etc/tcptune/rules.d/local.yaml"
run "$TCPTUNE" check --root "$TMP/root"
is "a bad file of the operator: status" "$rc" 2
has "a bad file of the operator" "$err" "/etc/tcptune/rules.d/local.yaml:2:3: error: missing key"
is "a bad file of the operator: nothing is shown" "$out" ""
done_testing
