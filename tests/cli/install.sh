#!/bin/bash
# make install puts the program, the manual pages, the schemas and the completions where it is told;
# make uninstall takes every one of them away again.
. "$(dirname "$0")/../lib.sh"
need make
cd "$TOP" || exit 1
[ -x "$TCPTUNE" ] || skip_all "nothing is built in $BUILD"

installed()
{
	(cd "$1" && find . ! -type d | sort)
}

expected()
{
	local file
	echo "./$1/bin/tcptune"
	for file in advisor/*.[1-8] rules/*.[1-8] profiles/*.[1-8]; do
		[ -e "$file" ] && echo "./$1/share/man/man${file##*.}/${file##*/}"
	done
	for file in advisor/schemas/*.json; do
		[ -e "$file" ] && echo "./$1/share/tcptune/schemas/${file##*/}"
	done
	echo "./$1/share/bash-completion/completions/tcptune"
	echo "./$1/share/zsh/site-functions/_tcptune"
	echo "./$1/share/fish/vendor_completions.d/tcptune.fish"
}

run make -s install DESTDIR="$TMP/a" PREFIX=/usr
is "make install: status" "$rc" 0
is "make install: stderr" "$err" ""
is "make install: files" "$(installed "$TMP/a")" "$(expected usr | sort)"
check "the installed program is the one built" cmp "$TCPTUNE" "$TMP/a/usr/bin/tcptune"
is "modes" "$(find "$TMP/a" -type f ! -perm 644 ! -name tcptune; stat -c %a "$TMP/a/usr/bin/tcptune")" 755

: >"$TMP/a/usr/bin/other"
run make -s uninstall DESTDIR="$TMP/a" PREFIX=/usr
is "make uninstall: status" "$rc" 0
is "make uninstall: what is left" "$(installed "$TMP/a")" ./usr/bin/other

run make -s install DESTDIR="$TMP/b"
is "without PREFIX: under /usr/local" "$(installed "$TMP/b")" "$(expected usr/local | sort)"
done_testing
