#!/bin/sh
# deps.sh build|test|clang|fuzz|analyze: installs what is missing here to build tcptune, to
# run its tests too, to build it with clang as well, to fuzz or to analyse it. Says what it installs before it does.
# Needs neither root nor network where nothing is missing. A tool that only some
# tests need may stay missing: those tests skip, saying so.
set -eu
what=${1:-build}

# for: build (nothing works without), check (nor the tests), tests (some skip), clang,
# fuzz (clang's runtime), analyze.
# seen: cmd:COMMAND, pc:PKG-CONFIG-NAME, h:HEADER, py:MODULE or rt:PART of clang's runtime;
# - where there is none.
table()
{
	cat <<'END'
# for  seen                   apt-get           dnf                zypper             apk           pacman
build  cmd:cc                 gcc               gcc                gcc                gcc           gcc
build  h:stdio.h              libc6-dev         glibc-devel        glibc-devel        musl-dev      glibc
build  h:linux/inet_diag.h    linux-libc-dev    kernel-headers     linux-glibc-devel  linux-headers linux-api-headers
build  cmd:make               make              make               make               make          make
build  cmd:pkg-config         pkg-config        pkgconf-pkg-config pkg-config         pkgconf       pkgconf
build  pc:yaml-0.1            libyaml-dev       libyaml-devel      libyaml-devel      yaml-dev      libyaml
build  pc:libmnl              libmnl-dev        libmnl-devel       libmnl-devel       libmnl-dev    libmnl
build  pc:jansson             libjansson-dev    jansson-devel      libjansson-devel   jansson-dev   jansson
build  pc:smartcols           libsmartcols-dev  libsmartcols-devel libsmartcols-devel util-linux-dev util-linux-libs
check  cmd:bash               bash              bash               bash               bash          bash
check  pc:check               check             check-devel        check-devel        check-dev     check
tests  cmd:git                git               git-core           git-core           git           git
tests  cmd:ip                 iproute2          iproute            iproute2           iproute2      iproute2
tests  cmd:unshare            util-linux        util-linux-core    util-linux         util-linux    util-linux
tests  cmd:sysctl             procps            procps-ng          procps             procps        procps-ng
tests  cmd:nm                 binutils          binutils           binutils           binutils      binutils
tests  cmd:strace             strace            strace             strace             strace        strace
tests  cmd:systemd-sysctl     systemd           systemd            systemd            -             systemd
tests  cmd:mandoc             mandoc            mandoc             mandoc             mandoc        mandoc
tests  cmd:shellcheck         shellcheck        ShellCheck         ShellCheck         shellcheck    shellcheck
tests  cmd:ctags              universal-ctags   ctags              ctags              ctags         ctags
tests  cmd:python3            python3           python3            python3            python3       python
tests  py:jsonschema          python3-jsonschema python3-jsonschema python3-jsonschema py3-jsonschema python-jsonschema
clang  cmd:clang              clang             clang              clang              clang         clang
fuzz   rt:fuzzer              libclang-rt-dev   compiler-rt        clang              compiler-rt   compiler-rt
analyze cmd:clang-tidy        clang-tidy        clang-tools-extra  clang-tools        clang-extra-tools clang
analyze cmd:cppcheck          cppcheck          cppcheck           cppcheck           cppcheck      cppcheck
analyze cmd:valgrind          valgrind          valgrind           valgrind           valgrind      valgrind
END
}

# Not in everyone's PATH.
is_elsewhere()
{
	for dir in /usr/sbin /sbin /usr/lib/systemd /lib/systemd; do
		[ -x "$dir/$1" ] && return 0
	done
	return 1
}

is_there()
{
	name=${1#*:}
	case $1 in
	cmd:*) command -v "$name" || is_elsewhere "$name" ;;
	pc:*) "${PKG_CONFIG:-pkg-config}" --exists "$name" ;;
	h:*) printf '#include <%s>\n' "$name" | "${CC:-cc}" -E - ;;
	rt:*) command -v clang && [ -n "$(find "$(clang -print-resource-dir)/lib" -name "libclang_rt.$name*")" ] ;;
	py:*) python3 -c "import $name" || /usr/bin/python3 -c "import $name" ;;
	esac >/dev/null 2>&1
}

is_wanted()
{
	case $what:$1 in
	build:build | test:build | test:check | test:tests | clang:clang) return 0 ;;
	fuzz:build | fuzz:clang | fuzz:fuzz | analyze:build | analyze:check | analyze:analyze) return 0 ;;
	esac
	return 1
}

# The rows that are wanted and missing: "for seen packages", for the given manager's column.
missing()
{
	table | while read -r for seen apt dnf zypper apk pacman; do
		is_wanted "$for" || continue
		is_there "$seen" && continue
		case $manager in
		apt-get) package=$apt ;;
		dnf) package=$dnf ;;
		zypper) package=$zypper ;;
		apk) package=$apk ;;
		pacman) package=$pacman ;;
		*) package=${seen#*:} ;;
		esac
		[ "$package" = - ] || echo "$for $seen $package"
	done
}

find_manager()
{
	for tool in apt-get dnf zypper apk pacman; do
		if command -v $tool >/dev/null; then
			echo $tool
			return
		fi
	done
	echo none
}

# How to become root: nothing, sudo, doas, or "no".
find_root()
{
	if [ "$(id -u)" = 0 ]; then
		echo env
	elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
		echo sudo env
	elif command -v doas >/dev/null && { [ -t 0 ] || doas -n true 2>/dev/null; }; then
		echo doas env
	else
		echo no
	fi
}

# shellcheck disable=SC2086 # lists of words, on purpose
install()
{
	case $manager in
	apt-get)
		apt="$root DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120"
		$apt update >/dev/null || echo "tcptune: apt-get update failed, ignoring" >&2
		$apt install -y --no-install-recommends "$@"
		;;
	dnf)
		# Enterprise Linux keeps the -devel packages in a repository that is off.
		crb=$(dnf -q repolist --all 2>/dev/null | awk '$1 == "crb" || $1 == "powertools" {print $1}')
		$root dnf -y install ${crb:+--enablerepo=$crb} "$@"
		;;
	zypper) $root zypper --non-interactive install --no-recommends "$@" ;;
	apk) $root apk add "$@" ;;
	pacman)
		# Only a machine without package lists fetches them: new lists with old
		# packages are a half upgrade.
		fetch=
		[ -n "$(ls /var/lib/pacman/sync 2>/dev/null)" ] || fetch=y
		$root pacman -S$fetch --needed --noconfirm "$@"
		;;
	esac
}

case $what in
build | test | clang | fuzz | analyze) ;;
*)
	echo "usage: deps.sh build|test|clang|fuzz|analyze" >&2
	exit 2
	;;
esac
manager=$(find_manager)
lacking=$(missing)
[ -n "$lacking" ] || exit 0

packages=$(echo "$lacking" | awk '{print $3}' | sort -u | tr '\n' ' ')
packages=${packages% }
root=$(find_root)
if [ "$manager" = none ]; then
	echo "tcptune: missing here: $packages; no package manager known to this script" >&2
elif [ "$root" = no ]; then
	echo "tcptune: missing here; as root: $manager install $packages" >&2
else
	case $root in sudo* | doas*) by=" through ${root% env}" ;; *) by= ;; esac
	case $what in clang) to="build with clang" ;; analyze) to=analyse ;; *) to="$what" ;; esac
	echo "tcptune: to $to, installing with $manager$by: $packages"
	# shellcheck disable=SC2086
	install $packages || echo "tcptune: $manager failed" >&2
fi

lacking=$(missing)
[ -n "$lacking" ] || exit 0
echo "tcptune: still missing: $(echo "$lacking" | awk '{print $3}' | sort -u | tr '\n' ' ')" >&2
# Without these nothing can be built; without the others some tests skip.
! echo "$lacking" | grep -Eq '^(build|check|clang|fuzz|analyze) '
