#!/bin/bash
# Every shell script of the tree is clean under shellcheck.
. "$(dirname "$0")/lib.sh"
need shellcheck
cd "$TOP" || exit 1

# Files with a shell's name in the first line, or a name that ends in .sh.
scripts()
{
	find . \( -name .git -o -name build \) -prune -o -type f -print | sort |
		while read -r file; do
			case $file in
			*.sh) echo "$file" ;;
			*) head -c 40 "$file" | head -n 1 | grep -aEq '^#!.*[/ ](ba|da)?sh( |$)' && echo "$file" ;;
			esac
		done
}

while read -r file; do
	# SC1091: a file that is sourced by a path that only the script knows.
	check "$file" shellcheck -x -P SCRIPTDIR -e SC1091 "$file"
done < <(scripts)
done_testing
