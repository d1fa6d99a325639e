#!/bin/bash
# Completion: the lists that it is made of, and what bash offers at one place after the
# other. zsh and fish have the syntax of their files checked where they are installed.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"
PATH=$(dirname "$TCPTUNE"):$PATH

# ---------------------------------------------------------------- the lists

# Every line of a list is a word, a tab and a text.
lines_fit()
{
	run "$TCPTUNE" "$@" --list
	is "$* --list: status" "$rc:$err" "0:"
	is "$* --list: a word, a tab, a text" "$(grep -nvP '^[^\s]+\t\S.*$' "$TMP/out")" ""
	is "$* --list: nothing stands there twice" "$(cut -f 1 "$TMP/out" | sort | uniq -d)" ""
}

for list in explain rules profiles help; do
	lines_fit $list
done
"$TCPTUNE" explain --list | cut -f 1 >"$TMP/words"
"$TCPTUNE" help --list | cut -f 1 >"$TMP/commands"
while read -r command; do
	lines_fit help "$command"
done <"$TMP/commands"
for word in net.ipv4.tcp_fin_timeout net.ipv4.tcp_tw_recycle TIME_WAIT EADDRNOTAVAIL TcpExt.ListenOverflows close-wait-leak; do
	check "explain --list has $word" grep -qx -- "$word" "$TMP/words"
done
is "explain --list has the rules that rules --list has" \
	"$("$TCPTUNE" explain --list | grep -P '\trule$' | cut -f 1)" "$("$TCPTUNE" rules --list | cut -f 1)"
is "every word of explain --list is one that explain takes" \
	"$(xargs "$TCPTUNE" explain --format json <"$TMP/words" 2>&1 >/dev/null)" ""
while read -r command; do
	check "help $command" "$TCPTUNE" help "$command"
done <"$TMP/commands"

# ------------------------------------------------------------------- bash

. completions/tcptune.bash

# offered WORD...: what bash is offered for the last word, sorted, in one line.
offered()
{
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	COMPREPLY=()
	_tcptune "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>"$TMP/err"
	printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
	cat "$TMP/err"
}

is "commands" "$(offered tcptune exp)" "explain "
is "all commands" "$(offered tcptune '')" "$(sort "$TMP/commands" | tr '\n' ' ')"
is "help takes a command" "$(offered tcptune help rev)" "revert "
is "options of a command" "$(offered tcptune revert --f)" "--force --format "
is "options without a command are those of check" "$(offered tcptune --int)" "--interval "
is "an option's command may be behind other options" "$(offered tcptune --format json rules --fa)" "--facts "
is "keys" "$(offered tcptune explain net.ipv4.tcp_fin)" "net.ipv4.tcp_fin_timeout "
is "keys with slashes" "$(offered tcptune explain net/ipv4/tcp_fin)" "net/ipv4/tcp_fin_timeout "
is "states" "$(offered tcptune explain FIN_)" "FIN_WAIT_1 FIN_WAIT_2 "
is "counters" "$(offered tcptune explain TcpExt.ListenO)" "TcpExt.ListenOverflows "
is "the second word too" "$(offered tcptune explain LISTEN CLOSE_)" "CLOSE_WAIT "
is "rules" "$(offered tcptune rules tw-reuse-need)" "tw-reuse-needs-timestamps "
is "profiles" "$(offered tcptune profiles time-w)" "time-wait "
is "profiles as an option's argument" "$(offered tcptune check --profile time-w)" "time-wait "
is "... and after =" "$(offered tcptune check --profile = time-w)" "time-wait "
is "... and right behind it" "$(offered tcptune check --format =)" "json text "
is "formats" "$(offered tcptune check --format j)" "json "
is "severities" "$(offered tcptune check --severity h)" "high "
is "nothing for a number" "$(offered tcptune check --interval '')" " "
mkdir -p "$TMP/host/one"
: >"$TMP/host/file.yaml"
is "directories for --root" "$(offered tcptune check --root "$TMP/host/")" "$TMP/host/one "
is "files for lint" "$(offered tcptune lint "$TMP/host/f")" "$TMP/host/file.yaml "
is "a profile may be a file" "$(offered tcptune check --profile "$TMP/host/f")" "$TMP/host/file.yaml "
is "nothing matches" "$(offered tcptune explain zzz)" " "
is "a program that is not there offers nothing" "$(offered "$TMP/none" exp)" " "

# ----------------------------------------------------------- zsh and fish

for shell in "zsh _tcptune" "fish tcptune.fish"; do
	read -r program file <<<"$shell"
	if command -v "$program" >/dev/null; then
		check "$file: its syntax" "$program" -n "completions/$file"
	else
		note "$program is not installed: the syntax of completions/$file is not checked"
	fi
done
if command -v fish >/dev/null; then
	run fish --no-config -c 'source completions/tcptune.fish; complete -C "tcptune explain net.ipv4.tcp_fin"'
	is "fish: keys" "$out" "net.ipv4.tcp_fin_timeout	parameter"
	run fish --no-config -c 'source completions/tcptune.fish; complete -C "tcptune revert --f"'
	is "fish: options of a command" "$(cut -f 1 <<<"$out" | tr '\n' ' ')" "--force --format "
fi
done_testing
