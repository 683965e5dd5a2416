# fish completion of @program@ @version@, printed by: @program@ completion fish

# Prints what may follow a command, one fact a line, its parts parted by tabs: node PLACE,
# command NAME HELP, flag OPTION HELP, value OPTION KIND HELP, first KIND, rest KIND, options_first.
function __@id@_facts
	switch "$argv[1]"
@facts@
	end
end

# Prints the values of a kind; the other arguments are options of the program.
function __@id@_values
	set -l current (commandline -ct | string replace -r '^--[^=]*=' '')
	switch "$argv[1]"
	case none
	case files
		__fish_complete_path "$current"
	case dirs
		__fish_complete_directories "$current"
	case '@*'
		string split , (string sub -s 2 -- "$argv[1]")
	case '*'
		@program@ $argv[2..] __complete "$argv[1]" -- "$current" 2>/dev/null
	end
end

# Prints the kind of the value that an option takes from the next word; fails for a flag.
function __@id@_takes_value # OPTION FACT...
	set -l option $argv[1]
	if not string match -q -- '--*' $option
		# the first letter with a value ends a bundle; what follows it is the value
		set -l letters (string split '' (string sub -s 2 -- $option))
		for i in (seq (count $letters))
			set option -$letters[$i]
			if string match -q -- value\t$option\t'*' $argv[2..]
				test $i = (count $letters); or return 1
				break
			end
		end
	end
	for fact in $argv[2..]
		set -l parts (string split \t -- $fact)
		if test "$parts[1]" = value; and test "$parts[2]" = "$option"
			echo $parts[3]
			return 0
		end
	end
	return 1
end

function __@id@_offer_options
	for fact in $argv
		set -l parts (string split \t -- $fact)
		switch $parts[1]
		case flag
			printf '%s\t%s\n' $parts[2] $parts[3]
		case value
			printf '%s\t%s\n' $parts[2] $parts[4]
		end
	end
end

function __@id@_complete
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l facts (__@id@_facts @program@)
	set -l node @program@
	set -l globals
	set -l operands 0
	set -l only_operands 0
	set -l expects
	for word in $words[2..]
		if test -n "$expects"
			set expects
			test $node = @program@; and set -a globals $word
		else if test $only_operands = 1 -o "$word" = -
			set operands (math $operands + 1)
		else if test "$word" = --
			set only_operands 1
		else if string match -q -- '-*' $word
			test "$node" = @program@; and set -a globals $word
			string match -q -- '*=*' $word
			or set expects (__@id@_takes_value $word $facts)
		else if string match -q -- 'command*' $facts
			set facts (__@id@_facts "$node $word")
			set node (string replace -f node\t '' -- $facts)
			test -n "$node"; or return
		else
			set operands (math $operands + 1)
			contains options_first $facts; and set only_operands 1
		end
	end

	if test -n "$expects"
		__@id@_values $expects $globals
	else if test $only_operands = 0; and string match -q -- '--*=*' $current
		set -l option (string replace -r '=.*' '' -- $current)
		set -l kind (__@id@_takes_value $option $facts)
		and string replace -r -- '^' "$option=" (__@id@_values $kind $globals)
	else if test $only_operands = 0; and string match -q -- '-*' $current
		__@id@_offer_options $facts
	else if string match -q -- 'command*' $facts
		string replace -f command\t '' -- $facts
	else if test $operands = 0
		__@id@_values (string replace -f first\t '' -- $facts) $globals
	else
		__@id@_values (string replace -f rest\t '' -- $facts) $globals
	end
end

complete -c @program@ -f -a '(__@id@_complete)'
