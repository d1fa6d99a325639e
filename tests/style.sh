#!/bin/bash
# The budgets of this code base: functions of advisor/ end within 60 lines (a table
# inside one does not count), .c files within 450. And no file of the tree names a
# directory of some build machine or, in what builds and tests, a host to download from.
. "$(dirname "$0")/lib.sh"
cd "$TOP" || exit 1

# long_functions MAX FILE...: "file:line: name is N lines" for each that is too long.
long_functions()
{
	local max=$1
	shift
	ctags -f - --languages=C --kinds-C=f --fields=ne --excmd=number "$@" |
		awk -F'\t' -v max="$max" '
		# Lines of "static const ... = {" up to its "};", by line number.
		function tables(file,   line, n, inside) {
			while ((getline line < file) > 0) {
				n++
				if (line ~ /^\t+static const .*= *\{$/)
					inside = 1
				table[file, n] = inside
				if (line ~ /^\t+\};/)
					inside = 0
			}
			close(file)
		}
		/^!/ { next }
		{
			first = last = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) first = substr($i, 6)
				if ($i ~ /^end:/) last = substr($i, 5)
			}
			if (!seen[$2]++)
				tables($2)
			n = 0
			for (i = first + 0; i <= last + 0; i++)
				n += !table[$2, i]
			if (n > max)
				printf "%s:%d: %s is %d lines\n", $2, first, $1, n
		}'
}

long_files()
{
	local max=$1
	shift
	awk -v max="$max" 'FNR == max + 1 {print FILENAME ": more than " max " lines"}' "$@"
}

# Files of the repository: those of git where there is one, or else all.
files()
{
	if ! git ls-files -z --cached --others --exclude-standard 2>/dev/null; then
		find . \( -name .git -o -name build \) -prune -o -type f -print0
	fi
}

mapfile -t sources < <(find advisor -name '*.c' | sort)
is "no file is longer than 450 lines" "$(long_files 450 "${sources[@]}")" ""
if ctags --version 2>/dev/null | grep -q Universal; then
	is "no function is longer than 60 lines" "$(long_functions 60 "${sources[@]}")" ""
	{
		printf 'int f(void)\n{\n\tstatic const int t[] = {\n'
		yes '		1,' | head -n 80
		printf '\t};\n\treturn t[0];\n}\nint g(void)\n{\n'
		yes '	f();' | head -n 58
		printf '}\n'
	} >"$TMP/long.c"
	is "a long function is caught, a table is not" "$(long_functions 60 "$TMP/long.c")" \
		"$TMP/long.c:87: g is 61 lines"
else
	skip "no function is longer than 60 lines" "no universal ctags"
fi

machine='(^|[^[:alnum:]_.$}*/-])/(work|root)/'
is "no file names a directory of a build machine" \
	"$(files | xargs -0 grep -InE -- "$machine" 2>/dev/null | cut -c 1-160)" ""
is "nothing that builds or tests names a host" \
	"$(grep -InE '[a-z]+://[[:alnum:]]' -r Makefile scripts .ci tests/*.sh tests/cli tests/netns | cut -c 1-160)" ""
done_testing
