#compdef @program@
# zsh completion of @program@ @version@, printed by: @program@ completion zsh

# Offers the values of kind $1.
__@id@_values() {
	local -a found

	case $1 in
	none) _message -e values value ;;
	files) _files ;;
	dirs) _files -/ ;;
	*)
		found=(${(f)"$(_call_program values @program@ ${(q)__@id@_globals} __complete $1 -- \
			${(q)PREFIX} 2> /dev/null)"})
		compadd -a found
		;;
	esac
}

# Keeps the options before the command for the program's answers: --root leads to other names.
__@id@_keep_globals() {
	local option

	for option in ${(k)opt_args}; do
		__@id@_globals+=($option ${opt_args[$option]:+${(Q)opt_args[$option]}})
	done
}

@facts@
_@id@() {
	local -a __@id@_globals

	__@id@
}

# sourced, or loaded from fpath by the completion system
if [[ $funcstack[1] == _@id@ ]]; then
	_@id@ "$@"
else
	compdef _@id@ @program@
fi
