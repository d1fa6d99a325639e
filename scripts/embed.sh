#!/bin/sh
# embed.sh FILE...: prints a C file that holds the files' bytes as the table
# builtin_files of core/builtin.h, in the order given. Any byte is kept: od
# reads them, and what is not plain text becomes an octal escape.
set -eu
LC_ALL=C
export LC_ALL

kind_of()
{
	case $1 in
	rules/parameters/*) echo BUILTIN_PARAMETERS ;;
	rules/counters/*) echo BUILTIN_COUNTERS ;;
	rules/*) echo BUILTIN_RULES ;;
	profiles/*) echo BUILTIN_PROFILE ;;
	*) echo "embed.sh: $1: not under rules/ or profiles/" >&2; return 1 ;;
	esac
}

cat <<'END'
/* Made by scripts/embed.sh from the YAML files; do not edit. */
#include "core/builtin.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

const struct builtin_file builtin_files[] = {
END
for file in "$@"; do
	kind=$(kind_of "$file")
	printf '\t{"%s", %s,\n\t "' "$file" "$kind"
	# '?' is escaped too: "??=" and its like are trigraphs in C11.
	od -An -v -t o1 "$file" | awk '
	BEGIN {
		for (i = 32; i < 127; i++)
			text[sprintf("%03o", i)] = sprintf("%c", i)
		text["042"] = "\\\""; text["077"] = "\\?"; text["134"] = "\\\\"
	}
	{
		for (i = 1; i <= NF; i++) {
			n++
			if ($i == "012")
				printf "\\n\"\n\t \""
			else
				printf "%s", ($i in text) ? text[$i] : "\\" $i
		}
	}
	END { printf "\", %d},\n", n }'
done
# The last row is no file: it keeps the table valid C when there is none.
cat <<END
	{0, BUILTIN_RULES, 0, 0},
};

const size_t builtin_n = $#;
END
