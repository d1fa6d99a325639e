#!/bin/bash
# analyze.sh DIR: gcc -fanalyzer, cppcheck and clang-tidy over the code; what they find
# and scripts/analyze.known does not explain, and what that file explains in vain. Status
# 1 when there is any of it. DIR is for objects; make analyze calls it.
set -u
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.." || exit 1
dir=$1
known=scripts/analyze.known
mkdir -p "$dir"

# As "FILE: WARNING: TEXT", without lines: a known one stays known when code moves.
analyzer()
{
	rm -rf "${dir:?}/gcc" # to see all warnings again
	make -j2 B="$dir/gcc" CC=gcc CFLAGS='-O1 -g -fanalyzer' objects 2>&1 >/dev/null |
		sed -nE 's/^([^: ]+):[0-9]+:[0-9]+: warning: (.*) \[(-W[a-z-]*)\]$/\1: \3: \2/p'
}
check()
{
	cppcheck --quiet --enable=warning,portability,performance --inline-suppr -I advisor -D_GNU_SOURCE \
		--template='{file}: {id}: {message}' --template-location='' \
		advisor scripts tests/bench tests/fuzz tests/lab tests/netns 2>&1 | grep -E '^[^ ]+: [A-Za-z]+: '
}
tidy()
{
	local flags
	flags=$(pkg-config --cflags yaml-0.1 libmnl jansson smartcols)
	# shellcheck disable=SC2016 # the inner shell's: $0 are the flags, "$@" the files
	printf '%s\0' advisor/*.c advisor/*/*.c | xargs -0 -n 8 -P 2 sh -c 'clang-tidy --quiet "$@" -- $0' \
		"-std=c11 -D_GNU_SOURCE -DTCPTUNE_VERSION=\"\" -iquote advisor $flags" \
		2>/dev/null |
		sed -nE "s|^$PWD/||; s/^([^: ]+):[0-9]+:[0-9]+: (warning|error): (.*) \[([^],]*).*\]$/\1: \4: \3/p"
}

{ analyzer; check; tidy; } | sort -u >"$dir/found"
sed -n 's/^\([^#].*\)/\1/p' "$known" | sort -u >"$dir/explained"
new=$(comm -23 "$dir/found" "$dir/explained")
stale=$(comm -13 "$dir/found" "$dir/explained")
[ -z "$new" ] || printf 'found:\n%s\n' "$new"
[ -z "$stale" ] || printf 'explained in %s, and no longer found:\n%s\n' "$known" "$stale"
echo "gcc -fanalyzer, cppcheck, clang-tidy: $(comm -12 "$dir/found" "$dir/explained" | wc -l) known, $(printf '%s' "$new" | grep -c .) new"
[ -z "$new$stale" ]
