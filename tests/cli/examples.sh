#!/bin/bash
# The documents and the program say the same: every YAML example of the manual pages and of
# README.md is good, every command shown there runs, every option, fact, column and
# function stands in its page, and nothing else does.
. "$(dirname "$0")/../lib.sh"
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"
need python3
cd "$TOP" || exit 1

# ------------------------------------------------------------------- examples

# blocks FILE: each literal block of a page, or indented one of a README, as $TMP/blocks/N.
blocks()
{
	rm -rf "$TMP/blocks"
	mkdir "$TMP/blocks"
	case $1 in
	*.md)
		awk -v dir="$TMP/blocks" '
			/^    / { if (!on) n++; on = 1; print substr($0, 5) >(dir "/" n); next }
			/^$/ && on { print "" >(dir "/" n); next }
			{ on = 0 }' "$1"
		;;
	*)
		awk -v dir="$TMP/blocks" '
			/^\.Bd -literal/ { on = 1; n++; next }
			/^\.Ed/ { on = 0 }
			on { gsub(/\\&/, ""); gsub(/\\-/, "-"); gsub(/\\e/, "\\"); print >(dir "/" n) }' "$1"
		;;
	esac
}

for page in rules/tcptune-*.5 profiles/tcptune-*.5 README.md; do
	[ -e "$page" ] || continue
	blocks "$page"
	n=0
	for block in "$TMP"/blocks/*; do
		case $(grep -v '^#' "$block" | head -n 1) in
		'- id: '* | '- key: '* | '- counter: '* | '- state: '* | '- event: '* | 'profile: '*) ;;
		*) continue ;;
		esac
		n=$((n + 1))
		mv "$block" "$TMP/$n.yaml"
		run "$TCPTUNE" lint --quiet "$TMP/$n.yaml"
		is "$page: example $n is good" "$rc $err" "0 "
	done
	check "$page has examples" [ "$n" -gt 0 ]
done

# ------------------------------------------------------------------- commands

# Each runs where README.md and the page mean it: on a host, one after the other.
for page in advisor/tcptune.8 README.md; do
	[ -e "$page" ] || continue
	rm -rf "$TMP/work" "$TMP/host"
	mkdir "$TMP/work"
	cp -r tests/hosts/idle "$TMP/host"
	blocks "$page"
	find "$TMP/blocks" -type f | sort -V | xargs sed -n 's/^\$ tcptune *\([^#]*\)\( #.*\)*$/\1/p' >"$TMP/commands"
	while read -r command; do
		case $command in
		*--root* | *-netns*) where= ;;
		*) where="--root $TMP/host" ;;
		esac
		saved=
		case $command in
		*' >'*)
			saved=${command##* >}
			command=${command% >*}
			;;
		esac
		# shellcheck disable=SC2086 # the words of a command
		run env -C "$TMP/work" "$TCPTUNE" $command $where
		[ -z "$saved" ] || cp "$TMP/out" "$TMP/work/$saved"
		like "$page: tcptune $command" "$rc $(head -n 1 "$TMP/err")" '^[01] '
	done <"$TMP/commands"
	check "$page shows commands" [ -s "$TMP/commands" ]
done

# What README.md shows of a dry run is what a host as it was installed says.
if [ -e README.md ]; then
	run env COLUMNS=96 "$TCPTUNE" apply --dry-run --root tests/hosts/idle
	blocks README.md
	cat "$TMP"/blocks/* | awk '/^\$ / { on = 0 } on; /^\$ tcptune apply --dry-run$/ { on = 1 }' >"$TMP/shown"
	is "README.md: the dry run is the program's" "$(cat "$TMP/shown")" "$out"
fi

# -------------------------------------------------------------------- options

page=advisor/tcptune.8
mapfile -t commands < <("$TCPTUNE" help | awk '/^  [a-z]/ {print $1}')
for command in "${commands[@]}"; do
	check "tcptune.8 has the command $command" grep -Eq "^\\.(It|Op|Nm)?.*Cm ([a-z]+ , )*$command( |\$)" $page
	"$TCPTUNE" help "$command" | sed -n 's/^  --\([a-z-]*\) .*/\1/p' >>"$TMP/options"
done
is "the options of help are those of tcptune.8" "$(sort -u "$TMP/options")" \
	"$(grep -oE 'Fl (. , )?-[a-z][a-z-]*' $page | sed -E 's/.* -//' | sort -u)"

# ---------------------------------------------- facts, columns and functions

page=rules/tcptune-rules.5
run "$TCPTUNE" rules --facts --format json
names()
{
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
rows = d["facts"] if sys.argv[2] == "" else [t["columns"] for t in d["tables"] if t["name"] == sys.argv[2]][0]
print("\n".join(row["name"] for row in rows))' "$TMP/out" "$1"
}

# items START: the names of the list behind this heading.
items()
{
	awk -v start="$1" '$0 == start { on = 1; next } /^\.S[hs] / { on = 0 } on && /^\.It Ic / { print $3 }' $page
}
is "tcptune-rules.5 has the facts" "$(items '.Sh FACTS')" "$(names '')"
for table in $(python3 -c 'import json, sys; print(*(t["name"] for t in json.load(open(sys.argv[1]))["tables"]))' "$TMP/out"); do
	is "tcptune-rules.5 has the columns of $table" "$(items ".Ss $table")" "$(names "$table")"
done

# Those that an unknown one is compared with are all that there are.
functions=$(sed -n '/^static .*names\[\] = {\|^\tstatic .*names\[\] = {/,/};/p' advisor/core/expr_func.c |
	grep -oE '"[a-z_0-9]+"' | tr -d '"' | sort)
is "tcptune-rules.5 has the functions" "$functions" \
	"$(sed -nE 's/^\.It (Fn|Ic) ([a-z_0-9]+) .*(Pq Ar table.*|$)/\1 \2 \3/p' $page |
		awk '$1 == "Fn" || /Pq Ar table/ {print $2}' | sort)"
done_testing
