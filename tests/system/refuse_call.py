#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""refuse_call.py NUMBER ERRNO COMMAND...

Runs a command that gets ERRNO from the system call NUMBER (x86_64), as on a kernel that cannot do
it: a seccomp filter of four instructions. bpf(4) in seccomp(2).
"""
import ctypes
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LD_NR, JEQ, RET = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def main():
    number, errno = int(sys.argv[1]), int(sys.argv[2])
    program = b"".join(
        struct.pack("HBBI", *one)
        for one in (
            (LD_NR, 0, 0, 0),
            (JEQ, 0, 1, number),
            (RET, 0, 0, ERRNO | errno),
            (RET, 0, 0, ALLOW),
        )
    )
    code = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", 4, ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_char_p(header), 0, 0
    ):
        sys.exit("refuse_call: " + os.strerror(ctypes.get_errno()))
    os.execvp(sys.argv[3], sys.argv[3:])


main()
