# SPDX-License-Identifier: MIT
# Prints what bash offers for a command line: complete_line.bash FOLDER-OF-SCRIPTS LINE
# Words are split as readline splits them: at blanks, and runs of : and = are words of their own.
COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
COMP_LINE=$2
COMP_POINT=${#COMP_LINE}
COMP_WORDS=()

rest=$COMP_LINE
while [[ $rest =~ ^([[:blank:]]*)([:=]+|[^[:blank:]:=]+) ]]; do
	COMP_WORDS+=("${BASH_REMATCH[2]}")
	rest=${rest#"${BASH_REMATCH[0]}"}
done
if [[ $COMP_LINE == *[[:blank:]] || $COMP_LINE == *[:=] ]]; then
	COMP_WORDS+=('')
fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))

program=${COMP_WORDS[0]}
source "$1/$program.bash"
"_${program//-/_}"
printf '%s\n' "${COMPREPLY[@]}"
