#!/bin/bash
# SPDX-License-Identifier: MIT
# A container on a terminal, as a person at one sees it: tmux is the terminal and the fingers.
. "$(dirname "$0")/../system/lib.sh"

command -v tmux > /dev/null || skip "tmux is not installed"

export TERM=xterm SHELL=/bin/bash
mux() {
	tmux -S "$scratch/tmux" -f /dev/null "$@"
}

stop_mux() {
	mux kill-server 2> /dev/null || true
}
trap 'stop_mux; leave' EXIT

type_line() {
	mux send-keys -t screen -l "$1"
	mux send-keys -t screen Enter
}

screen() {
	mux capture-pane -t screen -p
}

on_screen() {
	screen | grep -q -- "$1"
}

# shows PATTERN: a line of the screen comes to look like this.
shows() {
	local tries

	for ((tries = 0; tries < 500; tries++)); do
		if on_screen "$1"; then
			return 0
		fi
		sleep 0.01
	done
	fail "no line looks like '$1' on the screen:"$'\n'"$(screen)"
}

# A shell with a prompt that stands for itself, on a screen of 80 by 24.
mux new-session -d -s screen -x 80 -y 24 "env PS1='host> ' bash --norc --noprofile"
mux set-option -g status off > /dev/null
mux resize-window -t screen -x 80 -y 24
shows '^host>$'
type_line 'stty -a > before'
type_line 'containr run -it --name box -e PS1="box# " busybox sh; echo "status $?"'

fact "the shell of the container has the terminal and its size"
shows '^box#$'
type_line 'tty && stty size'
shows '^/dev/pts/0$'
shows '^24 80$'

fact "what is typed is echoed once, and can be edited"
type_line 'echo one two'
shows '^box# echo one two$'
shows '^one two$'
mux send-keys -t screen -l 'echo wrong'
mux send-keys -t screen C-u
type_line 'echo right'
shows '^right$'
equal 0 "$(screen | grep -c wrong)"

fact "a window that changes its size tells the container"
mux resize-window -t screen -x 100 -y 30
type_line 'clear; stty size'
shows '^30 100$'

fact "Ctrl-C ends the program in front, not the shell"
type_line 'sleep 1000; echo "sleep $?"'
wait_for pgrep -x sleep
mux send-keys -t screen C-c
shows '^\^C$'
wait_for sh -c '! pgrep -x sleep'
type_line 'echo still here'
shows '^still here$'

fact "Ctrl-Z and colours reach the screen as they would without a container"
type_line 'clear; printf "\033[31mred\033[0m\n"'
wait_for sh -c "tmux -S '$scratch/tmux' capture-pane -t screen -p -e | grep -q '31mred'"

fact "the detach keys leave the container running and the terminal as it was"
mux send-keys -t screen C-p C-q
shows '^box# status 0$'
equal '"running"' "$(inspect_value box Status)"
type_line 'clear; stty -a > after; echo written'
shows '^written$'
equal "$(sed 's/rows.*columns [0-9]*;//' before)" "$(sed 's/rows.*columns [0-9]*;//' after)"

fact "the exit status of the shell is that of the command"
expect_output box -- containr rm -f box
type_line 'clear; containr run -it --rm -e PS1="again# " busybox sh; echo "status $?"'
shows '^again#$'
type_line 'exit 7'
shows '^status 7$'
type_line 'clear; stty -a > after; echo written'
shows '^written$'
equal "$(sed 's/rows.*columns [0-9]*;//' before)" "$(sed 's/rows.*columns [0-9]*;//' after)"

fact "a container that is killed gives the terminal back"
type_line 'clear; containr run -it --rm --name victim -e PS1="victim# " busybox sh; echo "status $?"'
shows '^victim#$'
expect_output victim -- containr kill victim
shows '^victim# status 137$'
type_line 'clear; stty -a > after; echo written'
shows '^written$'
equal "$(sed 's/rows.*columns [0-9]*;//' before)" "$(sed 's/rows.*columns [0-9]*;//' after)"

fact "nothing is left"
stop_mux
assert_nothing_left

finish
