# shellcheck shell=bash
# Completion of tcptune(8) for bash. All words come from the program itself: from
# "tcptune help --list", "tcptune help COMMAND --list" and "tcptune COMMAND --list",
# a name a line, a tab and a word about it.

# _tcptune_names ARGUMENT...: the names of a list.
_tcptune_names()
{
	"$_tcptune_program" "$@" --list 2>/dev/null | cut -f 1
}

# Offers the words that begin with $cur.
_tcptune_offer()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The argument of option $1.
_tcptune_argument()
{
	case $1 in
	--format | -f) _tcptune_offer 'text json' ;;
	--color) _tcptune_offer 'auto always never' ;;
	--severity) _tcptune_offer 'critical high medium low info' ;;
	--profile | -p)
		_tcptune_offer "$(_tcptune_names profiles)"
		_tcptune_files
		;;
	--root) _tcptune_directories ;;
	--netns) _tcptune_offer "$(cd /run/netns 2>/dev/null && echo *)" ;;
	--to) _tcptune_offer "0 $(_tcptune_names history)" ;;
	--plan)
		COMPREPLY=()
		_tcptune_files
		;;
	--set | -s | --interval | -i | --confirm | --kernel) COMPREPLY=() ;;
	*) return 1 ;;
	esac
}

_tcptune_files()
{
	local found
	mapfile -t found < <(compgen -f -- "$cur")
	COMPREPLY+=("${found[@]}")
	compopt -o filenames 2>/dev/null
}

_tcptune_directories()
{
	mapfile -t COMPREPLY < <(compgen -d -- "$cur")
	compopt -o filenames 2>/dev/null
}

# What explain takes; a key that is begun with slashes goes on with slashes.
_tcptune_explain()
{
	local names
	names=$(_tcptune_names explain)
	case $cur in
	net/*) names=$(grep '^net\.' <<<"$names" | tr ./ /.) ;;
	esac
	_tcptune_offer "$names"
}

# The command: the first word that is no option and no option's argument.
_tcptune_command()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--format | --color | --severity | --profile | --root | --netns | --set | --interval | --to | --plan | --confirm | --kernel | -[fpsi])
			((i++))
			[ "${COMP_WORDS[i]}" = = ] && ((i++))
			;;
		-* | =) ;;
		*)
			echo "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_tcptune()
{
	local _tcptune_program=$1 cur=$2 previous=$3 command
	COMPREPLY=()
	# "--format=x" comes as three words.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$previous" = = ]; then
		previous=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if _tcptune_argument "$previous"; then
		return
	fi
	command=$(_tcptune_command)
	case $cur in
	-*)
		_tcptune_offer "$(_tcptune_names help "${command:-check}")"
		return
		;;
	esac
	case $command in
	'' | help) _tcptune_offer "$(_tcptune_names help)" ;;
	explain) _tcptune_explain ;;
	rules | profiles) _tcptune_offer "$(_tcptune_names "$command")" ;;
	audit | lint | reload) _tcptune_files ;;
	capture) _tcptune_directories ;;
	esac
}

complete -F _tcptune tcptune
