# The task supervisor for x64. What it is told and what it answers: docs/reference/task-supervisor.md. The bytes of this
# file stand in machine-code.ts; `node scripts/assemble-supervisor.mjs` writes them, a test compares them.
#
# System calls: number in eax; arguments in rdi, rsi, rdx, r10, r8, r9; result, or minus errno, in rax; rcx and r11 are lost.
# Nothing is on the stack, so that vfork's child, which shares this program's memory, can disturb nothing; it keeps
# r12 (memory), rbx (record), r13 (task), r14 (answer), r15 (length of the image), rbp (behind the image).
# Memory, from 0x10000000: 896 what becomes of SIGCHLD; 1008 result of prctl; 1016 status of wait4; 2039 the answer; 2048 stat; 3696 the message; 4096 the image.

        .intel_syntax noprefix
        mov r12d, 0x10000000                    # r12: the supervisor's memory
        lea r14, [r12 + 2039]                   # r14: the answer, "exit", right before where stat is read
        mov dword ptr [r14], 0x74697865
        mov edi, 36                             # prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0): what a task leaves
        mov esi, 1                              # behind becomes a child of this program, wherever it moved to
        xor edx, edx
        xor r10d, r10d
        xor r8d, r8d
        mov eax, 157
        syscall
        mov [r12 + 1008], rax                   # not zero: nobody will be called alone
next:
        xor edi, edi                            # recvfrom(0, message, 400, MSG_WAITALL, 0, 0)
        lea rsi, [r12 + 3696]
        mov edx, 400
        mov r10d, 0x100
        xor r8d, r8d
        xor r9d, r9d
        mov eax, 45
        syscall
        cmp eax, 400                            # the end of the input
        jne leave
        xor edi, edi                            # recvfrom(0, image, its length, MSG_WAITALL, 0, 0)
        lea rsi, [r12 + 4096]
        mov r15, [r12 + 3952]
        mov rdx, r15
        mov eax, 45
        syscall
        cmp rax, r15
        jne leave
        lea rdi, [r12 + 3696]                   # open(record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
        mov esi, 0x800c1
        mov edx, 0x180
        mov eax, 2
        syscall
        mov edx, 5                              # not ours: the answer is "exit\n"
        mov byte ptr [r14 + 4], 10
        test eax, eax
        js answer
        mov ebx, eax                            # ebx: the record
        mov edi, ebx                            # write(record, claim and header, their length)
        mov rsi, [r12 + 3960]
        mov rdx, [r12 + 3968]
        mov eax, 1
        syscall
        mov dword ptr [r12 + 896], 0            # rt_sigaction(SIGCHLD, default, 0, 8): a task's end is waited for, and
        mov edi, 17                             # a program must not begin with the signal ignored
        lea rsi, [r12 + 896]
        xor edx, edx
        mov r10d, 8
        mov eax, 13
        syscall
        lea rbp, [r12 + r15 + 4096]             # rbp: behind the last table of the image
        mov eax, 58                             # vfork()
        syscall
        test eax, eax
        jz child
        mov r13d, eax                           # r13: the task
        mov eax, 0x7e00
        js ended
await:
        mov rdi, -1                             # wait4(any child, status, __WALL, 0) until it is the task;
        lea rsi, [r12 + 1016]                   # the others were left behind, and are only reaped
        mov edx, 0x40000000
        xor r10d, r10d
        mov eax, 61
        syscall
        cmp eax, r13d
        je reaped
        test eax, eax
        jns await
        mov eax, 0x7e00                         # no child to wait for: as one that could not be started
        jmp ended
reaped:
        mov eax, [r12 + 1016]
ended:
        mov ecx, eax                            # 128 and the signal, or the exit code
        and ecx, 127
        jz exited
        lea eax, [rcx + 128]
        jmp digits
exited:
        movzx eax, ah
digits:
        mov byte ptr [r14 + 4], 32              # " ", three digits, "\n"
        mov cl, 100
        div cl
        add al, 48
        mov [r14 + 5], al
        movzx eax, ah
        mov cl, 10
        div cl
        add eax, 0x3030
        mov [r14 + 6], ax
        mov byte ptr [r14 + 8], 10
        mov edi, ebx                            # write(record, the answer, 9)
        mov rsi, r14
        mov edx, 9
        mov eax, 1
        syscall
        mov edi, ebx                            # close(record)
        mov eax, 3
        syscall
        mov dword ptr [r12 + 896], 1            # rt_sigaction(SIGCHLD, ignore, 0, 8): what is left behind and ends from
        mov edi, 17                             # now on, the kernel reaps
        lea rsi, [r12 + 896]
        xor edx, edx
        mov r10d, 8
        mov eax, 13
        syscall
rest:
        mov rdi, -1                             # wait4(any child, 0, WNOHANG | __WALL, 0) until none has ended
        xor esi, esi
        mov edx, 0x40000001
        xor r10d, r10d
        mov eax, 61
        syscall
        test eax, eax
        jg rest
        mov edx, 9                              # zero: something lives; the answer is "exit NNN\n"
        cmp eax, -10
        jne answer
        cmp dword ptr [r12 + 1008], 0
        jne answer
        mov rax, 0x000a656e6f6c6120             # ECHILD: nothing does; the answer is "exit NNN alone\n"
        mov [r14 + 8], rax
        mov edx, 15
answer:
        mov edi, 1                              # sendto(1, the answer, its length, MSG_NOSIGNAL, 0, 0)
        mov rsi, r14
        mov r10d, 0x4000
        xor r8d, r8d
        xor r9d, r9d
        mov eax, 44
        syscall
        jmp next
leave:
        mov rdi, -1                             # wait4(any child, 0, __WALL, 0) until there is none, exit(0)
        xor esi, esi
        mov edx, 0x40000000
        xor r10d, r10d
        mov eax, 61
        syscall
        test eax, eax
        jns leave
        xor edi, edi
        mov eax, 60
        syscall
child:
        xor edi, edi                            # setpgid(0, 0)
        xor esi, esi
        mov eax, 109
        syscall
        lea rdi, [rip + stat]                   # open(stat, O_RDONLY | O_CLOEXEC)
        mov esi, 0x80000
        mov eax, 2
        syscall
        mov edi, eax                            # read(it, behind the message, 1024)
        lea rsi, [r12 + 2048]
        mov edx, 1024
        xor eax, eax
        syscall
        mov edx, eax                            # write(record, what was read)
        mov edi, ebx
        mov eax, 1
        syscall
        mov rdi, [rbp - 48]                     # chdir(working directory)
        mov eax, 80
        syscall
        test eax, eax
        js fail
        mov edi, 2                              # dup2(2, 0): no input
        xor esi, esi
        mov eax, 33
        syscall
        mov rdi, [rbp - 40]                     # open(output, flags, 0666), dup2(it, 1)
        mov rsi, [rbp - 24]
        mov edx, 0x1b6
        mov eax, 2
        syscall
        test eax, eax
        js fail
        mov edi, eax
        mov esi, 1
        mov eax, 33
        syscall
        mov rdi, [rbp - 32]                     # open(error output, flags, 0666), dup2(it, 2)
        mov rsi, [rbp - 24]
        mov edx, 0x1b6
        mov eax, 2
        syscall
        test eax, eax
        js fail
        mov edi, eax
        mov esi, 2
        mov eax, 33
        syscall
        mov rdi, [rbp - 56]                     # execve(program, words, environment)
        mov rsi, [rbp - 16]
        mov rdx, [rbp - 8]
        mov eax, 59
        syscall
        cmp eax, -8
        jne fail
        mov [rsi], rdi                          # ENOEXEC: execve(sh, [sh, program, words[1] ...], environment)
        sub rsi, 8
        mov rdi, [rsi]
        mov eax, 59
        syscall
fail:
        mov edi, 126                            # exit(126)
        mov eax, 60
        syscall
stat:   .asciz "/proc/self/stat"
