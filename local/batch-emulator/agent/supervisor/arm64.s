// The task supervisor for arm64. What it is told and what it answers: docs/reference/task-supervisor.md. The bytes of this
// file stand in machine-code.ts; `node scripts/assemble-supervisor.mjs` writes them, a test compares them.
//
// System calls: number in x8; arguments in x0 to x5; result, or minus errno, in x0; nothing else is lost.
// Nothing is on the stack, so that vfork's child, which shares this program's memory, can disturb nothing; it keeps
// x19 (memory), x20 (record), x21 (answer), x22 (task), x23 (last table of the image), x24 (scratch).
// Memory, from 0x10000000: 896 what becomes of SIGCHLD; 1008 result of prctl; 1016 status of wait4; 2039 the answer; 2048 stat; 3696 the message; 4096 the image.

        mov x19, #0x10000000                    // x19: the supervisor's memory
        add x21, x19, #2039                     // x21: the answer, "exit", right before where stat is read
        mov w0, #0x7865
        movk w0, #0x7469, lsl #16
        str w0, [x21]
        mov x0, #36                             // prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0): what a task leaves
        mov x1, #1                              // behind becomes a child of this program, wherever it moved to
        mov x2, #0
        mov x3, #0
        mov x4, #0
        mov x8, #167
        svc #0
        str x0, [x19, #1008]                    // not zero: nobody will be called alone
next:
        mov x0, #0                              // recvfrom(0, message, 400, MSG_WAITALL, 0, 0)
        add x1, x19, #3696
        mov x2, #400
        mov x3, #0x100
        mov x4, #0
        mov x5, #0
        mov x8, #207
        svc #0
        cmp x0, #400                            // the end of the input
        b.ne leave
        mov x0, #0                              // recvfrom(0, image, its length, MSG_WAITALL, 0, 0)
        add x1, x19, #4096
        ldr x24, [x19, #3952]
        mov x2, x24
        svc #0
        cmp x0, x24
        b.ne leave
        mov x0, #-100                           // openat(AT_FDCWD, record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
        add x1, x19, #3696
        mov x2, #0xc1
        movk x2, #8, lsl #16
        mov x3, #0x180
        mov x8, #56
        svc #0
        mov x2, #5                              // not ours: the answer is "exit\n"
        mov w9, #10
        strb w9, [x21, #4]
        tbnz x0, #63, answer
        mov x20, x0                             // x20: the record
        ldr x1, [x19, #3960]                    // write(record, claim and header, their length)
        ldr x2, [x19, #3968]
        mov x8, #64
        svc #0
        str xzr, [x19, #896]                    // rt_sigaction(SIGCHLD, default, 0, 8): a task's end is waited for, and
        mov x0, #17                             // a program must not begin with the signal ignored
        add x1, x19, #896
        mov x2, #0
        mov x3, #8
        mov x8, #134
        svc #0
        add x23, x19, #4096                     // x23: the last table of the image
        add x23, x23, x24
        sub x23, x23, #48
        mov x0, #0x4111                         // clone(CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0)
        mov x1, #0
        mov x2, #0
        mov x3, #0
        mov x4, #0
        mov x8, #220
        svc #0
        cbz x0, child
        mov x22, x0                             // x22: the task
        mov w9, #0x7e00
        tbnz x0, #63, unborn
await:
        mov x0, #-1                             // wait4(any child, status, __WALL, 0) until it is the task;
        add x1, x19, #1016                      // the others were left behind, and are only reaped
        mov x2, #0x40000000
        mov x3, #0
        mov x8, #260
        svc #0
        cmp x0, x22
        b.eq reaped
        tbz x0, #63, await
        mov w9, #0x7e00                         // no child to wait for: as one that could not be started
        b unborn
reaped:
        ldr w9, [x19, #1016]
unborn:
        mov w0, w9
ended:
        and w9, w0, #127                        // 128 and the signal, or the exit code
        add w10, w9, #128
        ubfx w11, w0, #8, #8
        cmp w9, #0
        csel w0, w11, w10, eq
        mov w9, #32                             // " ", three digits, "\n"
        strb w9, [x21, #4]
        mov w9, #10
        strb w9, [x21, #8]
        udiv w10, w0, w9
        msub w11, w10, w9, w0
        udiv w12, w10, w9
        msub w13, w12, w9, w10
        add w12, w12, #48
        strb w12, [x21, #5]
        add w13, w13, #48
        strb w13, [x21, #6]
        add w11, w11, #48
        strb w11, [x21, #7]
        mov x0, x20                             // write(record, the answer, 9)
        mov x1, x21
        mov x2, #9
        mov x8, #64
        svc #0
        mov x0, x20                             // close(record)
        mov x8, #57
        svc #0
        mov x9, #1                              // rt_sigaction(SIGCHLD, ignore, 0, 8): what is left behind and ends from
        str x9, [x19, #896]                     // now on, the kernel reaps
        mov x0, #17
        add x1, x19, #896
        mov x2, #0
        mov x3, #8
        mov x8, #134
        svc #0
rest:
        mov x0, #-1                             // wait4(any child, 0, WNOHANG | __WALL, 0) until none has ended
        mov x1, #0
        mov x2, #1
        movk x2, #0x4000, lsl #16
        mov x3, #0
        mov x8, #260
        svc #0
        cmp x0, #0
        b.gt rest
        mov x2, #9                              // zero: something lives; the answer is "exit NNN\n"
        cmn x0, #10
        b.ne answer
        ldr x9, [x19, #1008]
        cbnz x9, answer
        ldr x9, alone                           // ECHILD: nothing does; the answer is "exit NNN alone\n"
        str x9, [x21, #8]
        mov x2, #15
answer:
        mov x0, #1                              // sendto(1, the answer, its length, MSG_NOSIGNAL, 0, 0)
        mov x1, x21
        mov x3, #0x4000
        mov x4, #0
        mov x5, #0
        mov x8, #206
        svc #0
        b next
leave:
        mov x0, #-1                             // wait4(any child, 0, __WALL, 0) until there is none, exit(0)
        mov x1, #0
        mov x2, #0x40000000
        mov x3, #0
        mov x8, #260
        svc #0
        tbz x0, #63, leave
        mov x0, #0
        mov x8, #93
        svc #0
child:
        mov x0, #0                              // setpgid(0, 0)
        mov x1, #0
        mov x8, #154
        svc #0
        mov x0, #-100                           // openat(AT_FDCWD, stat, O_RDONLY | O_CLOEXEC)
        adr x1, stat
        mov x2, #0x80000
        mov x8, #56
        svc #0
        add x1, x19, #2048                      // read(it, behind the message, 1024)
        mov x2, #1024
        mov x8, #63
        svc #0
        mov x2, x0                              // write(record, what was read)
        mov x0, x20
        mov x8, #64
        svc #0
        ldr x0, [x23]                           // chdir(working directory)
        mov x8, #49
        svc #0
        tbnz x0, #63, fail
        mov x0, #2                              // dup3(2, 0, 0): no input
        mov x1, #0
        mov x2, #0
        mov x8, #24
        svc #0
        mov x0, #-100                           // openat(AT_FDCWD, output, flags, 0666), dup3(it, 1, 0)
        ldr x1, [x23, #8]
        ldr x2, [x23, #24]
        mov x3, #0x1b6
        mov x8, #56
        svc #0
        tbnz x0, #63, fail
        mov x1, #1
        mov x2, #0
        mov x8, #24
        svc #0
        mov x0, #-100                           // openat(AT_FDCWD, error output, flags, 0666), dup3(it, 2, 0)
        ldr x1, [x23, #16]
        ldr x2, [x23, #24]
        mov x3, #0x1b6
        mov x8, #56
        svc #0
        tbnz x0, #63, fail
        mov x1, #2
        mov x2, #0
        mov x8, #24
        svc #0
        ldur x0, [x23, #-8]                     // execve(program, words, environment)
        ldr x1, [x23, #32]
        ldr x2, [x23, #40]
        mov x24, x1
        mov x8, #221
        svc #0
        cmn x0, #8
        b.ne fail
        ldur x0, [x23, #-8]                     // ENOEXEC: execve(sh, [sh, program, words[1] ...], environment)
        str x0, [x24]
        sub x1, x24, #8
        ldr x0, [x1]
        mov x8, #221
        svc #0
fail:
        mov x0, #126                            // exit(126)
        mov x8, #93
        svc #0
        .balign 8
alone:  .ascii " alone\n\0"
stat:   .asciz "/proc/self/stat"
