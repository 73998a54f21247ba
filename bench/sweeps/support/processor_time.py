"""Milliseconds of processor time that this process and everything below it has used, and what these have waited for; proc(5)."""
import os


def processor_ms():
    ticks, pids = 0, [os.getpid()]
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
                # utime, stime, cutime, cstime, counted behind the name, which may hold anything.
                ticks += sum(int(field) for field in stat.read().rpartition(")")[2].split()[11:15])
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/children", encoding="latin-1") as children:
                    pids += [int(child) for child in children.read().split()]
        except OSError:
            pass  # It has ended.
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")
