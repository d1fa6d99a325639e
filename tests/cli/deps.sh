#!/bin/bash
# scripts/deps.sh with made-up package managers: what it finds missing, what it asks for
# and how, and when it gives up. No real package manager is run.
. "$(dirname "$0")/../lib.sh"
cd "$TOP" || exit 1

# A PATH that has what the script itself needs, and nothing that it looks for.
fresh()
{
	rm -rf "${TMP:?}/bin" "$TMP/asked"
	mkdir "$TMP/bin"
	local tool
	for tool in sh env awk sed sort tr cat grep ls printf; do
		ln -s "$(command -v $tool)" "$TMP/bin/$tool"
	done
	stub id "echo ${1:-0}"
	# No header, module or library is there until "install" has been asked for.
	for tool in cc pkg-config python3; do
		stub $tool "[ -e '$TMP/installed' ]"
	done
	rm -f "$TMP/installed"
}

# stub NAME BODY
stub()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$TMP/bin/$1"
	chmod 755 "$TMP/bin/$1"
}

# manager NAME: a package manager that notes its arguments and installs everything.
manager()
{
	stub "$1" "echo $1 \"\$@\" >>'$TMP/asked'
case \"\$*\" in *repolist*) exit ;; esac
case \"\$*\" in *update*) ;; *) : >'$TMP/installed'
for t in make bash git ip unshare sysctl systemd-sysctl nm strace mandoc shellcheck ctags; do : >'$TMP/bin/'\$t; '$(command -v chmod)' 755 '$TMP/bin/'\$t; done ;; esac"
}

deps()
{
	run env -i PATH="$TMP/bin" "$(command -v sh)" scripts/deps.sh "$@"
}

while read -r name install package; do
	fresh
	manager "$name"
	deps build
	is "$name: status" "$rc" 0
	asked=$(cat "$TMP/asked")
	has "$name: installs" "$asked" "$install"
	has "$name: asks for" "$asked " " $package "
	has "$name: says so before" "$out" "installing with $name: "
	hasnt "$name: nothing that only tests need" "$asked" mandoc
done <<'END'
apt-get install libjansson-dev
dnf install jansson-devel
zypper install libjansson-devel
apk add jansson-dev
pacman --needed jansson
END

fresh
manager apt-get
deps test
is "test: status" "$rc" 0
has "test: what the build needs" "$(cat "$TMP/asked")" " libyaml-dev"
has "test: and what the tests need" "$(cat "$TMP/asked")" " mandoc"
rm "$TMP/asked"
deps test
is "all there: status" "$rc" 0
is "all there: not a word" "$out$err" ""
check "all there: no package manager is run" test ! -e "$TMP/asked"

fresh 1000
manager apt-get
deps build
is "no root, no sudo: status" "$rc" 1
has "no root, no sudo: says what to do" "$err" "as root: apt-get install "
check "no root, no sudo: nothing is run" test ! -e "$TMP/asked"
# shellcheck disable=SC2016
stub sudo 'if [ "$1" = -n ]; then shift; fi; case $1 in env) "$@" ;; esac'
stub true :
deps build
is "sudo: status" "$rc" 0
has "sudo: said" "$out" "through sudo"

fresh
deps build
is "no package manager: status" "$rc" 1
has "no package manager: says what is missing" "$err" "jansson"

fresh
manager apt-get
deps build
rm "$TMP/bin/mandoc" "$TMP/asked"
stub apt-get 'exit 1'
deps test
is "a tool of some tests can't be had: status" "$rc" 0
has "a tool of some tests can't be had: said" "$err" "still missing: mandoc"

deps nonsense
is "usage: status" "$rc" 2
done_testing
