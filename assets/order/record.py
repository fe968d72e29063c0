#!/usr/bin/env python3
"""Records which functions of the program run, in the order of their first use:

    cargo build --release && assets/order/record.py target/release/cockpit > assets/order/functions.txt

Run it before a version goes out: each function of a change that it does not know may cost 64 KB. A breakpoint stands at the
start of every function and is taken away when it is reached, so a flight is not slowed down. Flown are a release by hand to its end, a rollback, a storm of events, and a demo with the world inside, in this order: what a
real release needs comes first. Linux on x86-64, Python and `nm` are needed; Ctrl-C ends it without harm.
"""
import ctypes, fcntl, os, pathlib, pty, re, select, signal, struct, subprocess, sys, tempfile, termios, threading, time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "benches"))
from outside import SIZE, world

CONT, GETREGS, SETREGS, SETOPTIONS = 7, 12, 13, 0x4200
THREADS, EXEC, END_WITH_US = 0x8, 0x10, 0x100000
WALL = 0x40000000
BREAKPOINT = b"\xcc"
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in
                "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs".split()]


def functions(program):
    """Names by address: several may share one."""
    told = {}
    for line in subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout.splitlines():
        if found := re.fullmatch(r"([0-9a-f]+) [tTwW] (\S+)", line):
            told.setdefault(int(found[1], 16), []).append(found[2])
    return told


class Person(threading.Thread):
    """Reads the screen and types: a step is a word to wait for, keys, or seconds. Leaves when all is done."""

    def __init__(self, pid, fd, steps):
        super().__init__(daemon=True)
        self.pid, self.fd, self.steps, self.over = pid, fd, steps, False

    def read(self, seconds, word=None):
        seen, end = b"", time.monotonic() + seconds
        while not self.over and time.monotonic() < end and (word is None or word not in seen):
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    seen += os.read(self.fd, 1 << 16)
                except OSError:
                    self.over = True
        return word is None or word in seen

    def run(self):
        for step in self.steps:
            if isinstance(step, str):
                for word in step.split(" "):
                    # Letter by letter: what comes at once is a paste, and confirms nothing.
                    for key in [KEYS[word]] if word in KEYS else [letter.encode() for letter in word]:
                        if not self.over:
                            os.write(self.fd, key)
                        self.read(0.15)
            elif isinstance(step, bytes):
                print(f"  {step.decode()}:", "seen" if self.read(120, step) else "never came", file=sys.stderr)
                self.read(2)
            else:
                self.read(step)
        self.read(2)
        if not self.over:
            os.kill(self.pid, signal.SIGTERM)
        while not self.over:
            self.read(1)


KEYS = {"Enter": b"\r", "Esc": b"\x1b", "Tab": b"\t", "Up": b"\x1b[A", "Down": b"\x1b[B", "Left": b"\x1b[D", "Right": b"\x1b[C"}


def fly(program, names, reached, arguments, env, steps, limit=240):
    """Adds the addresses that are reached until the program ends."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(env, TERM="xterm-256color", COLORTERM="truecolor")
        libc.ptrace(0, 0, None, None)
        os.execv(program, [program, *arguments])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    os.waitpid(pid, 0)
    libc.ptrace(SETOPTIONS, pid, None, THREADS | EXEC | END_WITH_US)
    mapped = [line.split() for line in open(f"/proc/{pid}/maps") if line.rstrip().endswith(program)]
    base = int(mapped[0][0].split("-")[0], 16)
    start, end = next([int(x, 16) for x in line[0].split("-")] for line in mapped if "x" in line[1])
    memory = open(f"/proc/{pid}/mem", "r+b", buffering=0)
    memory.seek(start)
    code = memory.read(end - start)
    armed = bytearray(code)
    for address in names:
        if 0 <= address + base - start < len(armed) and address not in reached:
            armed[address + base - start] = BREAKPOINT[0]
    memory.seek(start)
    done = 0
    while done < len(armed):
        done += memory.write(bytes(armed[done : done + (1 << 20)]))
    person = Person(pid, fd, steps)
    person.start()
    libc.ptrace(CONT, pid, None, None)
    began = time.monotonic()
    while True:
        thread, status = os.waitpid(-1, WALL)
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if thread == pid:
                break
            continue
        if time.monotonic() - began > limit:
            os.kill(pid, signal.SIGKILL)
        told, event = os.WSTOPSIG(status), status >> 16
        passed = 0 if event or told == signal.SIGSTOP else told
        if told == signal.SIGTRAP and not event:
            registers = Registers()
            libc.ptrace(GETREGS, thread, None, ctypes.addressof(registers))
            address = registers.rip - 1 - base
            if address in names:
                reached.setdefault(address)
                memory.seek(address + base)
                memory.write(code[address + base - start : address + base - start + 1])
                registers.rip -= 1
                libc.ptrace(SETREGS, thread, None, ctypes.addressof(registers))
                passed = 0
        libc.ptrace(CONT, thread, None, passed)
    person.over = True
    person.join()
    os.close(fd)


TOUR = ["Down", "Up", "Tab Down Up Tab Down Tab Down Tab Tab", "? Esc", "z Left Right m z", "1 2 3 4 5", ": Esc", "/ a Esc", "v Esc", "G"]


def main():
    program = os.path.abspath(sys.argv[1])
    names, reached = functions(program), {}
    flights = [
        ("a release, at life's pace", "healthy", 1, [b"Gates", 12.0, *TOUR, 20.0, "q"]),
        ("a release to its end", "healthy", 20, [b"Gates", b"escalation", "a", "v2.14.0", "Enter", 8.0, *TOUR, 45.0, "c", "Esc", "z z", "q"]),
        ("a rollback", "regression", 20, [b"Gates", b"escalation", "a", "v2.14.0", "Enter", b"fired", "z z", "R", "v2.13.4", "Enter", 20.0, *TOUR, "q"]),
        ("a storm", "storm", 300, [b"Gates", 10.0, *TOUR, "q"]),
    ]
    with tempfile.TemporaryDirectory() as state:
        for number, (what, scenario, speed, steps) in enumerate(flights):
            serving, env, base = world(program, scenario, speed)
            folder = f"{state}/{number}"
            arguments = [] if speed == 1 else ["demo", "--join", base, "--state", folder]
            fly(program, names, reached, arguments, env | {"COCKPIT_STATE_DIR": folder}, steps)
            serving.kill()
            print(f"{what}: {len(reached)} of {len(names)} functions", file=sys.stderr)
        fly(program, names, reached, ["demo", "--speed", "20"], {}, [b"Gates", b"escalation", "a", "v2.14.0", "Enter", 25.0, "q"])
        print(f"with the world inside: {len(reached)}", file=sys.stderr)
    print(*dict.fromkeys(name for address in reached for name in names[address]), sep="\n")


main()
