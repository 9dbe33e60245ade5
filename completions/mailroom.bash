# shellcheck shell=bash
# Completion for all programs of Mailroom: they tell their verbs and options themselves, by `PROGRAM [VERB] --complete`.

_mailroom_complete() {
	local program=$1 current=$2 verb=''
	COMPREPLY=()
	if [ "$COMP_CWORD" -gt 1 ] && [[ ${COMP_WORDS[1]} != -* ]]; then
		verb=${COMP_WORDS[1]}
	fi
	# Behind the verb files and addresses are wanted, unless an option is begun.
	if [ "$COMP_CWORD" -gt 1 ] && [[ $current != -* ]]; then
		return
	fi
	mapfile -t COMPREPLY < <(compgen -W "$("$program" ${verb:+"$verb"} --complete 2>/dev/null | cut -f 1)" -- "$current")
	if [ ${#COMPREPLY[@]} -eq 1 ] && [[ ${COMPREPLY[0]} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}

complete -o default -F _mailroom_complete mailroom account team contact mailsync mailparse digest-build digest-send participant bounces-scan
