// The task supervisor's machine code: one instruction a line, its bytes, then what it does. It knows launches only as
// `launch-image.ts` lays them out: the message lies at 0x10000e70 (name of the record, at 256 length of the image, place and
// length of what claims the launch), the image follows at 0x10001000, and its last 48 bytes lead to everything else in it.

export interface MachineCode {
  /** e_machine of elf(5). */
  readonly elf: number;
  /** The path `stat` follows it. */
  readonly text: string;
}

export const machineCode: Readonly<Partial<Record<NodeJS.Architecture, MachineCode>>> = {
  x64: {
    elf: 62,
    text: `
      41 bc 00 00 00 10                            mov r12d, 0x10000000         r12: the supervisor's memory
      4d 8d b4 24 f7 07 00 00                      lea r14, [r12 + 2039]        r14: the answer, "exit", right before what is read of stat
      41 c7 06 65 78 69 74                         mov dword [r14], 0x74697865
      31 ff                                  next: xor edi, edi                 recvfrom(0, message, 400, MSG_WAITALL, 0, 0)
      49 8d b4 24 70 0e 00 00                      lea rsi, [r12 + 3696]
      ba 90 01 00 00                               mov edx, 400
      41 ba 00 01 00 00                            mov r10d, 0x100
      45 31 c0                                     xor r8d, r8d
      45 31 c9                                     xor r9d, r9d
      b8 2d 00 00 00                               mov eax, 45
      0f 05                                        syscall
      3d 90 01 00 00                               cmp eax, 400                 the end of the input: exit(0)
      0f 85 5e 01 00 00                            jne leave
      31 ff                                        xor edi, edi                 recvfrom(0, image, its length, MSG_WAITALL, 0, 0)
      49 8d b4 24 00 10 00 00                      lea rsi, [r12 + 4096]
      4d 8b bc 24 70 0f 00 00                      mov r15, [r12 + 3952]
      4c 89 fa                                     mov rdx, r15
      b8 2d 00 00 00                               mov eax, 45
      0f 05                                        syscall
      4c 39 f8                                     cmp rax, r15
      0f 85 39 01 00 00                            jne leave
      49 8d bc 24 70 0e 00 00                      lea rdi, [r12 + 3696]        open(record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
      be c1 00 08 00                               mov esi, 0x800c1
      ba 80 01 00 00                               mov edx, 0x180
      b8 02 00 00 00                               mov eax, 2
      0f 05                                        syscall
      ba 05 00 00 00                               mov edx, 5                   not ours: the answer is "exit\n"
      41 c6 46 04 0a                               mov byte [r14 + 4], 10
      85 c0                                        test eax, eax
      0f 88 ee 00 00 00                            js answer
      89 c3                                        mov ebx, eax                 ebx: the record
      89 df                                        mov edi, ebx                 write(record, claim and header, their length)
      49 8b b4 24 78 0f 00 00                      mov rsi, [r12 + 3960]
      49 8b 94 24 80 0f 00 00                      mov rdx, [r12 + 3968]
      b8 01 00 00 00                               mov eax, 1
      0f 05                                        syscall
      4b 8d ac 3c 00 10 00 00                      lea rbp, [r12 + r15 + 4096]  rbp: behind the last table of the image
      49 c7 84 24 f0 03 00 00 00 00 00 00          mov qword [r12 + 1008], 0    length of stat, which the child shares
      b8 3a 00 00 00                               mov eax, 58                  vfork()
      0f 05                                        syscall
      85 c0                                        test eax, eax
      0f 84 d9 00 00 00                            jz child
      41 89 c5                                     mov r13d, eax                wait4(the child, status, 0, 0)
      b8 00 7e 00 00                               mov eax, 0x7e00
      78 1f                                        js ended
      44 89 ef                                     mov edi, r13d
      49 8d b4 24 f8 03 00 00                      lea rsi, [r12 + 1016]
      31 d2                                        xor edx, edx
      45 31 d2                                     xor r10d, r10d
      b8 3d 00 00 00                               mov eax, 61
      0f 05                                        syscall
      41 8b 84 24 f8 03 00 00                      mov eax, [r12 + 1016]
      89 c1                                 ended: mov ecx, eax                 128 and the signal, or the exit code
      83 e1 7f                                     and ecx, 127
      74 08                                        jz exited
      8d 81 80 00 00 00                            lea eax, [rcx + 128]
      eb 03                                        jmp digits
      0f b6 c4                             exited: movzx eax, ah
      41 c6 46 04 20                       digits: mov byte [r14 + 4], 32       " ", three digits, "\n"
      b1 64                                        mov cl, 100
      f6 f1                                        div cl
      04 30                                        add al, 48
      41 88 46 05                                  mov [r14 + 5], al
      0f b6 c4                                     movzx eax, ah
      b1 0a                                        mov cl, 10
      f6 f1                                        div cl
      05 30 30 00 00                               add eax, 0x3030
      66 41 89 46 06                               mov [r14 + 6], ax
      41 c6 46 08 0a                               mov byte [r14 + 8], 10
      89 df                                        mov edi, ebx                 write(record, the answer, 9)
      4c 89 f6                                     mov rsi, r14
      ba 09 00 00 00                               mov edx, 9
      b8 01 00 00 00                               mov eax, 1
      0f 05                                        syscall
      89 df                                        mov edi, ebx                 close(record)
      b8 03 00 00 00                               mov eax, 3
      0f 05                                        syscall
      ba 09 00 00 00                               mov edx, 9
      49 83 bc 24 f0 03 00 00 00                   cmp qword [r12 + 1008], 0
      7e 26                                        jle answer
      44 89 ef                                     mov edi, r13d                kill(- the child, 0): its group is gone
      48 f7 df                                     neg rdi
      31 f6                                        xor esi, esi
      b8 3e 00 00 00                               mov eax, 62
      0f 05                                        syscall
      ba 09 00 00 00                               mov edx, 9
      83 f8 fd                                     cmp eax, -3
      75 0d                                        jne answer
      41 c6 46 08 20                               mov byte [r14 + 8], 32       " ", stat
      49 03 94 24 f0 03 00 00                      add rdx, [r12 + 1008]
      bf 01 00 00 00                       answer: mov edi, 1                   sendto(1, the answer, its length, MSG_NOSIGNAL, 0, 0)
      4c 89 f6                                     mov rsi, r14
      41 ba 00 40 00 00                            mov r10d, 0x4000
      45 31 c0                                     xor r8d, r8d
      45 31 c9                                     xor r9d, r9d
      b8 2c 00 00 00                               mov eax, 44
      0f 05                                        syscall
      e9 75 fe ff ff                               jmp next
      31 ff                                 leave: xor edi, edi                 exit(0)
      b8 3c 00 00 00                               mov eax, 60
      0f 05                                        syscall
      31 ff                                 child: xor edi, edi                 setpgid(0, 0)
      31 f6                                        xor esi, esi
      b8 6d 00 00 00                               mov eax, 109
      0f 05                                        syscall
      48 8d 3d cc 00 00 00                         lea rdi, [rip + stat]        open(stat, O_RDONLY | O_CLOEXEC)
      be 00 00 08 00                               mov esi, 0x80000
      b8 02 00 00 00                               mov eax, 2
      0f 05                                        syscall
      89 c7                                        mov edi, eax                 read(it, behind the message, 1024)
      49 8d b4 24 00 08 00 00                      lea rsi, [r12 + 2048]
      ba 00 04 00 00                               mov edx, 1024
      31 c0                                        xor eax, eax
      0f 05                                        syscall
      49 89 84 24 f0 03 00 00                      mov [r12 + 1008], rax        write(record, what was read)
      89 c2                                        mov edx, eax
      89 df                                        mov edi, ebx
      b8 01 00 00 00                               mov eax, 1
      0f 05                                        syscall
      48 8b 7d d0                                  mov rdi, [rbp - 48]          chdir(working directory)
      b8 50 00 00 00                               mov eax, 80
      0f 05                                        syscall
      85 c0                                        test eax, eax
      78 7f                                        js fail
      bf 02 00 00 00                               mov edi, 2                   dup2(2, 0): no input
      31 f6                                        xor esi, esi
      b8 21 00 00 00                               mov eax, 33
      0f 05                                        syscall
      48 8b 7d d8                                  mov rdi, [rbp - 40]          open(output, flags, 0666), dup2(it, 1)
      48 8b 75 e8                                  mov rsi, [rbp - 24]
      ba b6 01 00 00                               mov edx, 0x1b6
      b8 02 00 00 00                               mov eax, 2
      0f 05                                        syscall
      85 c0                                        test eax, eax
      78 59                                        js fail
      89 c7                                        mov edi, eax
      be 01 00 00 00                               mov esi, 1
      b8 21 00 00 00                               mov eax, 33
      0f 05                                        syscall
      48 8b 7d e0                                  mov rdi, [rbp - 32]          open(error output, flags, 0666), dup2(it, 2)
      48 8b 75 e8                                  mov rsi, [rbp - 24]
      ba b6 01 00 00                               mov edx, 0x1b6
      b8 02 00 00 00                               mov eax, 2
      0f 05                                        syscall
      85 c0                                        test eax, eax
      78 33                                        js fail
      89 c7                                        mov edi, eax
      be 02 00 00 00                               mov esi, 2
      b8 21 00 00 00                               mov eax, 33
      0f 05                                        syscall
      48 8b 75 f0                                  mov rsi, [rbp - 16]          execve(words[0], words, environment)
      48 8b 3e                                     mov rdi, [rsi]
      48 8b 55 f8                                  mov rdx, [rbp - 8]
      b8 3b 00 00 00                               mov eax, 59
      0f 05                                        syscall
      83 f8 f8                                     cmp eax, -8
      75 0e                                        jne fail
      48 83 ee 08                                  sub rsi, 8                   ENOEXEC: execve(sh, [sh, words ...], environment)
      48 8b 3e                                     mov rdi, [rsi]
      b8 3b 00 00 00                               mov eax, 59
      0f 05                                        syscall
      bf 7e 00 00 00                         fail: mov edi, 126                 exit(126)
      b8 3c 00 00 00                               mov eax, 60
      0f 05                                        syscall`,
  },
  arm64: {
    elf: 183,
    text: `
      13 00 a2 d2          mov x19, 0x10000000      x19: the supervisor's memory
      75 de 1f 91          add x21, x19, 2039       x21: the answer, "exit", right before what is read of stat
      a0 0c 8f 52          mov w0, 0x7865
      20 8d ae 72          movk w0, 0x7469, lsl 16
      a0 02 00 b9          str w0, [x21]
      00 00 80 d2    next: mov x0, 0                recvfrom(0, message, 400, MSG_WAITALL, 0, 0)
      61 c2 39 91          add x1, x19, 3696
      02 32 80 d2          mov x2, 400
      03 20 80 d2          mov x3, 0x100
      04 00 80 d2          mov x4, 0
      05 00 80 d2          mov x5, 0
      e8 19 80 d2          mov x8, 207
      01 00 00 d4          svc 0
      1f 40 06 f1          cmp x0, 400              the end of the input: exit(0)
      e1 0b 00 54          b.ne leave
      00 00 80 d2          mov x0, 0                recvfrom(0, image, its length, MSG_WAITALL, 0, 0)
      61 06 40 91          add x1, x19, 4096
      78 ba 47 f9          ldr x24, [x19, 3952]
      e2 03 18 aa          mov x2, x24
      01 00 00 d4          svc 0
      1f 00 18 eb          cmp x0, x24
      01 0b 00 54          b.ne leave
      60 0c 80 92          mov x0, -100             openat(AT_FDCWD, record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
      61 c2 39 91          add x1, x19, 3696
      22 18 80 d2          mov x2, 0xc1
      02 01 a0 f2          movk x2, 8, lsl 16
      03 30 80 d2          mov x3, 0x180
      08 07 80 d2          mov x8, 56
      01 00 00 d4          svc 0
      a2 00 80 d2          mov x2, 5                not ours: the answer is "exit\n"
      49 01 80 52          mov w9, 10
      a9 12 00 39          strb w9, [x21, 4]
      a0 08 f8 b7          tbnz x0, 63, answer
      f4 03 00 aa          mov x20, x0              x20: the record
      61 be 47 f9          ldr x1, [x19, 3960]      write(record, claim and header, their length)
      62 c2 47 f9          ldr x2, [x19, 3968]
      08 08 80 d2          mov x8, 64
      01 00 00 d4          svc 0
      77 06 40 91          add x23, x19, 4096       x23: the last table of the image
      f7 02 18 8b          add x23, x23, x24
      f7 c2 00 d1          sub x23, x23, 48
      7f fa 01 f9          str xzr, [x19, 1008]     length of stat, which the child shares
      20 22 88 d2          mov x0, 0x4111           clone(CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0)
      01 00 80 d2          mov x1, 0
      02 00 80 d2          mov x2, 0
      03 00 80 d2          mov x3, 0
      04 00 80 d2          mov x4, 0
      88 1b 80 d2          mov x8, 220
      01 00 00 d4          svc 0
      e0 07 00 b4          cbz x0, child
      f6 03 00 aa          mov x22, x0              wait4(the child, status, 0, 0)
      09 c0 8f 52          mov w9, 0x7e00
      e0 00 f8 b7          tbnz x0, 63, unborn
      61 e2 0f 91          add x1, x19, 1016
      02 00 80 d2          mov x2, 0
      03 00 80 d2          mov x3, 0
      88 20 80 d2          mov x8, 260
      01 00 00 d4          svc 0
      69 fa 43 b9          ldr w9, [x19, 1016]
      e0 03 09 2a  unborn: mov w0, w9
      09 18 00 12   ended: and w9, w0, 127          128 and the signal, or the exit code
      2a 01 02 11          add w10, w9, 128
      0b 3c 08 53          ubfx w11, w0, 8, 8
      3f 01 00 71          cmp w9, 0
      60 01 8a 1a          csel w0, w11, w10, eq
      09 04 80 52          mov w9, 32               " ", three digits, "\n"
      a9 12 00 39          strb w9, [x21, 4]
      49 01 80 52          mov w9, 10
      a9 22 00 39          strb w9, [x21, 8]
      0a 08 c9 1a          udiv w10, w0, w9
      4b 81 09 1b          msub w11, w10, w9, w0
      4c 09 c9 1a          udiv w12, w10, w9
      8d a9 09 1b          msub w13, w12, w9, w10
      8c c1 00 11          add w12, w12, 48
      ac 16 00 39          strb w12, [x21, 5]
      ad c1 00 11          add w13, w13, 48
      ad 1a 00 39          strb w13, [x21, 6]
      6b c1 00 11          add w11, w11, 48
      ab 1e 00 39          strb w11, [x21, 7]
      e0 03 14 aa          mov x0, x20              write(record, the answer, 9)
      e1 03 15 aa          mov x1, x21
      22 01 80 d2          mov x2, 9
      08 08 80 d2          mov x8, 64
      01 00 00 d4          svc 0
      e0 03 14 aa          mov x0, x20              close(record)
      28 07 80 d2          mov x8, 57
      01 00 00 d4          svc 0
      22 01 80 d2          mov x2, 9
      78 fa 41 f9          ldr x24, [x19, 1008]
      1f 03 00 f1          cmp x24, 0
      6d 01 00 54          b.le answer
      e0 03 16 cb          neg x0, x22              kill(- the child, 0): its group is gone
      01 00 80 d2          mov x1, 0
      28 10 80 d2          mov x8, 129
      01 00 00 d4          svc 0
      22 01 80 d2          mov x2, 9
      1f 0c 00 b1          cmn x0, 3
      81 00 00 54          b.ne answer
      09 04 80 52          mov w9, 32               " ", stat
      a9 22 00 39          strb w9, [x21, 8]
      42 00 18 8b          add x2, x2, x24
      20 00 80 d2  answer: mov x0, 1                sendto(1, the answer, its length, MSG_NOSIGNAL, 0, 0)
      e1 03 15 aa          mov x1, x21
      03 00 88 d2          mov x3, 0x4000
      04 00 80 d2          mov x4, 0
      05 00 80 d2          mov x5, 0
      c8 19 80 d2          mov x8, 206
      01 00 00 d4          svc 0
      99 ff ff 17          b next
      00 00 80 d2   leave: mov x0, 0                exit(0)
      a8 0b 80 d2          mov x8, 93
      01 00 00 d4          svc 0
      00 00 80 d2   child: mov x0, 0                setpgid(0, 0)
      01 00 80 d2          mov x1, 0
      48 13 80 d2          mov x8, 154
      01 00 00 d4          svc 0
      60 0c 80 92          mov x0, -100             openat(AT_FDCWD, stat, O_RDONLY | O_CLOEXEC)
      61 07 00 10          adr x1, stat
      02 01 a0 d2          mov x2, 0x80000
      08 07 80 d2          mov x8, 56
      01 00 00 d4          svc 0
      61 02 20 91          add x1, x19, 2048        read(it, behind the message, 1024)
      02 80 80 d2          mov x2, 1024
      e8 07 80 d2          mov x8, 63
      01 00 00 d4          svc 0
      60 fa 01 f9          str x0, [x19, 1008]      write(record, what was read)
      e2 03 00 aa          mov x2, x0
      e0 03 14 aa          mov x0, x20
      08 08 80 d2          mov x8, 64
      01 00 00 d4          svc 0
      e0 02 40 f9          ldr x0, [x23]            chdir(working directory)
      28 06 80 d2          mov x8, 49
      01 00 00 d4          svc 0
      00 05 f8 b7          tbnz x0, 63, fail
      40 00 80 d2          mov x0, 2                dup3(2, 0, 0): no input
      01 00 80 d2          mov x1, 0
      02 00 80 d2          mov x2, 0
      08 03 80 d2          mov x8, 24
      01 00 00 d4          svc 0
      60 0c 80 92          mov x0, -100             openat(AT_FDCWD, output, flags, 0666), dup3(it, 1, 0)
      e1 06 40 f9          ldr x1, [x23, 8]
      e2 0e 40 f9          ldr x2, [x23, 24]
      c3 36 80 d2          mov x3, 0x1b6
      08 07 80 d2          mov x8, 56
      01 00 00 d4          svc 0
      80 03 f8 b7          tbnz x0, 63, fail
      21 00 80 d2          mov x1, 1
      02 00 80 d2          mov x2, 0
      08 03 80 d2          mov x8, 24
      01 00 00 d4          svc 0
      60 0c 80 92          mov x0, -100             openat(AT_FDCWD, error output, flags, 0666), dup3(it, 2, 0)
      e1 0a 40 f9          ldr x1, [x23, 16]
      e2 0e 40 f9          ldr x2, [x23, 24]
      c3 36 80 d2          mov x3, 0x1b6
      08 07 80 d2          mov x8, 56
      01 00 00 d4          svc 0
      20 02 f8 b7          tbnz x0, 63, fail
      41 00 80 d2          mov x1, 2
      02 00 80 d2          mov x2, 0
      08 03 80 d2          mov x8, 24
      01 00 00 d4          svc 0
      e1 12 40 f9          ldr x1, [x23, 32]        execve(words[0], words, environment)
      20 00 40 f9          ldr x0, [x1]
      e2 16 40 f9          ldr x2, [x23, 40]
      f8 03 01 aa          mov x24, x1
      a8 1b 80 d2          mov x8, 221
      01 00 00 d4          svc 0
      1f 20 00 b1          cmn x0, 8
      a1 00 00 54          b.ne fail
      01 23 00 d1          sub x1, x24, 8           ENOEXEC: execve(sh, [sh, words ...], environment)
      20 00 40 f9          ldr x0, [x1]
      a8 1b 80 d2          mov x8, 221
      01 00 00 d4          svc 0
      c0 0f 80 d2    fail: mov x0, 126              exit(126)
      a8 0b 80 d2          mov x8, 93
      01 00 00 d4          svc 0`,
  },
};
