# SPDX-License-Identifier: MIT
# Prints what zsh offers for a command line: complete_line.zsh FOLDER-OF-SCRIPTS LINE
# A second zsh on a pseudo terminal gets the line and a tab; its compadd writes down the matches.
zmodload zsh/zpty
program=${2%% *}
offered=$1/offered
: > $offered

zpty inner zsh -f -i
zpty -w inner "PROMPT= TERM=dumb; autoload -Uz compinit; compinit -D -u; source $1/$program.zsh"
zpty -w inner 'compadd() {
	local -a hits
	if [[ ${@[1,(i)(-|--)]} == *-[OAD]* ]]; then builtin compadd "$@"; return; fi
	builtin compadd -A hits "$@"
	print -rl -- $hits >> '$offered'
	builtin compadd "$@"
}
finish() { print done >> '$offered' }
comppostfuncs=(finish)
LISTMAX=10000'
zpty -w -n inner "$2"$'\t'
repeat 100; do
	grep -q '^done$' $offered && break
	zpty -r -t inner output > /dev/null
	sleep 0.05
done
zpty -d inner
grep -v '^done$' $offered
