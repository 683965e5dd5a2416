# SPDX-License-Identifier: MIT
# Prints what fish offers for a command line: complete_line.fish FOLDER-OF-SCRIPTS LINE
set -l program (string split ' ' -- $argv[2])[1]
source $argv[1]/$program.fish
# what follows a tab is the description; a value behind "--option=" is offered with the option
complete -C "$argv[2]" | string replace -r '\t.*' '' | string replace -r '^--[^=]*=' ''
