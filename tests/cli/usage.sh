#!/bin/bash
# How tcptune is called: what is wrong with the options gives status 2 and one clear line,
# and nothing is written; help and version give status 0; output that cannot be written
# is a failure.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

# A host to be asked about; whatever is written below it is seen.
cp -r "$TOP/tests/hosts/idle" "$TMP/host"
mkdir "$TMP/here"
cd "$TMP/here" || exit 1
find "$TMP/host" | sort >"$TMP/before"
# shellcheck disable=SC2317
is_untouched()
{
	find "$TMP/host" | sort | cmp -s - "$TMP/before" && [ -z "$(ls -A "$TMP/here")" ]
}

# The arguments | the line on stderr
while IFS='|' read -r arguments line; do
	# shellcheck disable=SC2086 # a list of words
	run "$TCPTUNE" $arguments
	is "$arguments" "$rc $out$err" "2 $line"
done <<'END'
--nosuch|tcptune: --nosuch is no option; tcptune help lists the commands
-x|tcptune: -x is no option; tcptune help lists the commands
-xq|tcptune: -x is no option; tcptune help lists the commands
-qx|tcptune: -x is no option; tcptune help lists the commands
check --quiet=1|tcptune: --quiet=1: --quiet takes no argument
nosuch|tcptune: 'nosuch' is no command; tcptune help lists them
help nosuch|tcptune: 'nosuch' is no command; tcptune help lists them
check extra|tcptune: check takes no arguments; 'extra' is one too many
apply extra|tcptune: apply takes no arguments; 'extra' is one too many
revert extra|tcptune: revert takes no arguments; 'extra' is one too many
check --yes|tcptune: --yes is no option of check; tcptune help check lists them
lint --format json x|tcptune: --format is no option of lint; tcptune help lint lists them
apply --force|tcptune: --force is no option of apply; tcptune help apply lists them
lint --profile x|tcptune: --profile is no option of lint; tcptune help lint lists them
lint --format json x|tcptune: --format is no option of lint; tcptune help lint lists them
reload --format json|tcptune: --format is no option of reload; tcptune help reload lists them
capture --format json x|tcptune: --format is no option of capture; tcptune help capture lists them
check --profile|tcptune: --profile needs an argument
check -p|tcptune: -p needs an argument
check --profile nosuch|tcptune: error: there is no profile 'nosuch'; tcptune profiles lists them
check --profile ./nosuch.yaml|./nosuch.yaml: error: No such file or directory
check --set foo|tcptune: --set foo: it is written NAME=VALUE, at most 64 of them
check --set =1|tcptune: --set =1: it is written NAME=VALUE, at most 64 of them
check --set nosuch=1|--set nosuch=1: error: no chosen profile has a parameter 'nosuch'
check --set close-wait-leak.many=lots|--set close-wait-leak.many=lots: error: unknown name 'lots'
check --set close-wait-leak.many=1s|--set close-wait-leak.many=1s: error: close-wait-leak.many is a number without a unit
check --set close-wait-leak.nosuch=1|--set close-wait-leak.nosuch=1: error: 'close-wait-leak.nosuch' is no threshold of a rule (tcptune rules ID lists them)
check --format xml|tcptune: --format xml: text or json
check --severity bad|tcptune: --severity bad: critical, high, medium, low or info
check --color blue|tcptune: --color blue: auto, always or never
check --interval 0|tcptune: --interval 0: 0.1 to 3600 seconds
check --interval 1x|tcptune: --interval 1x: 0.1 to 3600 seconds
check --interval -1|tcptune: --interval -1: 0.1 to 3600 seconds
check --interval nan|tcptune: --interval nan: 0.1 to 3600 seconds
check --interval 3601|tcptune: --interval 3601: 0.1 to 3600 seconds
check --root nosuch|tcptune: --root nosuch: No such file or directory
check --root /dev/null|tcptune: --root /dev/null: Not a directory
check --netns nosuch|tcptune: --netns nosuch: No such file or directory
check --netns /dev/null|tcptune: --netns /dev/null: Invalid argument
check --netns nosuch --root ../host|tcptune: --netns and --root do not go together
capture|tcptune: capture needs one directory, which must be empty or not exist
capture one two|tcptune: capture needs one directory, which must be empty or not exist
capture ../host|tcptune: ../host: Directory not empty
capture nosuch/dir|tcptune: nosuch/dir: No such file or directory
profiles nosuch|tcptune: error: there is no profile 'nosuch'; tcptune profiles lists them
rules nosuch|tcptune: error: there is no rule 'nosuch'; tcptune rules lists them
apply --root ../host|tcptune: there is no terminal to ask at: --yes makes the changes, --dry-run shows them
END
run "$TCPTUNE" check --profile $'./a\x1b[2J'
is "control characters are shown" "$err" './a\x1b[2J: error: No such file or directory'
run "$TCPTUNE" capture $'a\x1b[2J/b'
is "control characters are shown in every message" "$err" 'tcptune: a\x1b[2J/b: No such file or directory'
check "nothing was written" is_untouched

# What is asked for is shown on stdout, status 0.
run "$TCPTUNE" --version
is "--version" "$rc $out$err" "0 tcptune $(cat "$TOP/VERSION")"
run "$TCPTUNE" check -V
is "check -V" "$rc $out$err" "0 tcptune $(cat "$TOP/VERSION")"
for words in --help -h help; do
	run "$TCPTUNE" $words
	is "$words" "$rc $err" "0 "
	like "$words: its first line" "$(head -n 1 "$TMP/out")" '^usage: tcptune '
done
for command in $("$TCPTUNE" help | awk '/^  [a-z]/ {print $1}'); do
	run "$TCPTUNE" "$command" --help
	is "$command --help: the same as help $command" "$rc $out" "0 $("$TCPTUNE" help "$command")"
	like "$command --help: its first line" "$(head -n 1 "$TMP/out")" "^usage: tcptune $command"
done

# Options may stand before and behind the command, and the command may be left out.
run "$TCPTUNE" check --root ../host
is "check" "$rc" 1
said=$out
run "$TCPTUNE" --root ../host
is "without a command it is check" "$rc $out" "1 $said"
run "$TCPTUNE" --root=../host check
is "an option before the command" "$rc $out" "1 $said"
run "$TCPTUNE" check --roo ../host
is "an option cut short" "$rc $out" "1 $said"
run "$TCPTUNE" --root ../host -- check
is "-- ends the options" "$rc $out" "1 $said"
run "$TCPTUNE" check --color always --root ../host
has "--color always" "$out" $'\033['
run env NO_COLOR=1 "$TCPTUNE" check --color always --root ../host
has "--color always wins over NO_COLOR" "$out" $'\033['
hasnt "no colour where there is no terminal" "$said" $'\033['
run env COLUMNS=120 "$TCPTUNE" check --root ../host
check "COLUMNS is the width" awk 'length > 80 {n++} length > 120 {bad = 1} END {exit bad || !n}' "$TMP/out"
for columns in 0 -1 1e9 x ''; do
	run env COLUMNS="$columns" "$TCPTUNE" check --root ../host
	is "COLUMNS='$columns' does no harm" "$rc" 1
done

# A report that nobody gets is no success.
if [ -w /dev/full ]; then
	for words in "check --root ../host" "check --root ../host --format json" \
		"apply --dry-run --root ../host" help rules "rules --facts" profiles --version "check --help"; do
		rc=0
		# shellcheck disable=SC2086
		"$TCPTUNE" $words </dev/null >/dev/full 2>"$TMP/err" || rc=$?
		is "$words >/dev/full: status" "$rc" 3
		like "$words >/dev/full" "$(tail -n 1 "$TMP/err")" '^tcptune: cannot write the output'
	done
else
	skip "output that cannot be written" "no /dev/full"
fi
check "and still nothing was written" is_untouched
done_testing
