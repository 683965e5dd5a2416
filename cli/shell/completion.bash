# bash completion of @program@ @version@, printed by: @program@ completion bash

# Sets what may follow the command $1: node (the place it is known by), commands, flags, values
# (OPTION=KIND), first and rest (kinds of operands), options_first.
__@id@_facts()
{
	node='' commands='' flags='' values='' first=none rest=none options_first=''
	case $1 in
@facts@
	esac
}

# Sets COMPREPLY to the values of kind $1 that begin with $2.
__@id@_values()
{
	local word

	case $1 in
	none) ;;
	files)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		;;
	dirs)
		compopt -o filenames 2> /dev/null
		mapfile -t COMPREPLY < <(compgen -d -- "$2")
		;;
	@*)
		mapfile -t COMPREPLY < <(compgen -W "${1//[@,]/ }" -- "$2")
		;;
	*)
		mapfile -t COMPREPLY < <("${words[0]}" "${globals[@]}" __complete "$1" -- "$2" \
			2> /dev/null)
		;;
	esac
	# readline replaces only what stands behind the last : or =
	word=${2%"${2##*[:=]}"}
	COMPREPLY=("${COMPREPLY[@]#"$word"}")
}

# Whether option $1 takes the next word as its value; sets kind.
__@id@_takes_value()
{
	local option=$1 pairs=" $values" i

	if [[ $option != --* ]]; then
		# the first letter with a value ends a bundle; what follows it is the value
		for ((i = 1; i < ${#1}; i++)); do
			option=-${1:i:1}
			[[ $pairs == *" $option="* ]] && break
		done
		((i < ${#1} - 1)) && return 1
	fi
	[[ $pairs == *" $option="* ]] || return 1
	kind=${pairs#*" $option="}
	kind=${kind%% *}
}

# Sets words: bash splits at : and = as well; what has no blank between is put together again.
__@id@_words()
{
	local left=${COMP_LINE:0:COMP_POINT} blanks word

	words=()
	for word in "${COMP_WORDS[@]:0:COMP_CWORD}"; do
		blanks=${left%%[![:blank:]]*}
		left=${left#"$blanks"}
		if [[ $blanks || ${#words[@]} -eq 0 ]]; then
			words+=("$word")
		else
			words[-1]+=$word
		fi
		left=${left#"$word"}
	done
	blanks=${left%%[![:blank:]]*}
	if [[ $blanks ]]; then
		words+=("${left#"$blanks"}")
	else
		words[-1]+=$left
	fi
}

_@id@()
{
	local node commands flags values first rest options_first
	local words globals=() i=1 word pair kind operands=0 only_operands=''

	COMPREPLY=()
	__@id@_words
	__@id@_facts @program@
	while ((i < ${#words[@]} - 1)); do
		word=${words[i++]}
		if [[ $only_operands || $word == - ]]; then
			((++operands))
		elif [[ $word == -- ]]; then
			only_operands=1
		elif [[ $word == -* ]]; then
			[[ $node == @program@ ]] && globals+=("$word")
			if [[ $word == *=* ]] || ! __@id@_takes_value "$word"; then
				continue
			fi
			if ((i == ${#words[@]} - 1)); then
				__@id@_values "$kind" "${words[i]}"
				return
			fi
			[[ $node == @program@ ]] && globals+=("${words[i]}")
			((++i))
		elif [[ $commands ]]; then
			__@id@_facts "$node $word"
		else
			((++operands))
			only_operands=$options_first
		fi
	done

	word=${words[i]}
	if [[ ! $only_operands && $word == --*=* ]]; then
		__@id@_takes_value "${word%%=*}" && __@id@_values "$kind" "${word#*=}"
	elif [[ ! $only_operands && $word == -* ]]; then
		for pair in $values; do
			flags+=" ${pair%%=*}"
		done
		mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
	elif [[ $commands ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
	elif ((operands == 0)); then
		__@id@_values "$first" "$word"
	else
		__@id@_values "$rest" "$word"
	fi
}

complete -F _@id@ @program@
