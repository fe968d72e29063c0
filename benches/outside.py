#!/usr/bin/env python3
"""Measures the built program from outside: outside.py [evidence] [screen] [storm] [--program target/release/cockpit]

evidence  100 MB test reports of four shapes through `cockpit evidence`: MB/s of processor time and of the clock, and the
          memory beyond that for a report of one case.
screen    on a pseudo-terminal of 120x35, against a world in another process: first whole frame, key to settled screen,
          bytes a key, idle bytes and processor time, memory.
storm     the same while the world's 40 jobs and 40 alarms change with every look at them, 50,000 test cases loaded; with
          the events a second that were journalled meanwhile.

Nothing but Python and the program is needed. Times are the best that a quiet machine shows; the ratios hold on a busy one.
"""
import argparse, fcntl, json, os, pathlib, pty, select, signal, statistics, struct, subprocess, sys, tempfile, termios, time

SIZE = (35, 120)
KEYS = [b"\x1b[B", b"\x1b[A"]
QUIET = 0.025  # silence after which a screen is settled


def run(command):
    """Runs to the end: processor seconds, seconds, largest resident MiB, what it printed."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, used = os.wait4(child, 0)
        took = time.perf_counter() - began
        out.seek(0)
        text = out.read()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command}: {os.waitstatus_to_exitcode(status)}")
    return used.ru_utime + used.ru_stime, took, used.ru_maxrss / 1024, text


def reports(folder, size):
    """Files of about so many bytes, by shape."""
    def dense(n):
        head = f'  <testcase name="does what it should, number {n}" classname="shop.cart.Suite{n // 500}" time="0.{n % 1000:03}"'
        if n % 200:
            return head + "/>\n"
        return head + '><failure message="expected 1, got 2" type="AssertionError">' + "at shop.cart.Cart.add(Cart.java:42)\n" * 20 + "</failure></testcase>\n"

    def tiny(n):
        return f'<testcase name="t{n}" time="0.1"/>\n'

    def escaped(n):
        return f'  <testcase name="test_add[{n}: a &lt; b &amp;&amp; &quot;x&quot;]" classname="tests.cart.TestCart" time="0.{n % 1000:03}" />\n'

    def output(n):
        line = "2026-01-01 12:00:00 INFO [main] shop.cart: answered <200> in 12 ms\n"
        return f'  <testcase name="t{n}" classname="shop.cart.Suite{n // 500}" time="0.1"><system-out><![CDATA[{line * 40}]]></system-out></testcase>\n'

    for shape in (dense, tiny, escaped, output):
        path = folder / f"{shape.__name__}.xml"
        with open(path, "w") as file:
            file.write('<?xml version="1.0"?>\n<testsuites name="all">\n')
            n = written = 0
            while written < size:
                block = ['<testsuite name="suite" tests="500">\n']
                for _ in range(500):
                    n += 1
                    block.append(shape(n))
                block.append("</testsuite>\n")
                written += file.write("".join(block))
            file.write("</testsuites>\n")
        yield path


def evidence(program, megabytes, rounds):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        small = folder / "small.xml"
        small.write_text('<testsuite name="s"><testcase name="a"/></testsuite>')
        base = min((run([program, "evidence", str(small), "--json"]) for _ in range(rounds)), key=lambda r: r[0])
        print(f"evidence: one case {base[0] * 1e3:.0f} ms of processor time, {base[2]:.1f} MiB")
        for path in reports(folder, megabytes * 1_000_000):
            size = path.stat().st_size / 1e6
            all_ = [run([program, "evidence", str(path), "--json"]) for _ in range(rounds)]
            told = json.loads(all_[0][3])["totals"]
            cpu = [size / r[0] for r in all_]
            clock = [size / r[1] for r in all_]
            more = max(r[2] for r in all_) - base[2]
            print(
                f"  {path.stem:8} {size:.0f} MB, {told['tests']} cases: {statistics.median(cpu):.0f} MB/s (median), {max(cpu):.0f} (best) of processor"
                f" time; {statistics.median(clock):.0f} by the clock; {more:.1f} MiB more memory"
            )


class Screen:
    """The program on a pseudo-terminal."""

    def __init__(self, command, env):
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(env, TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def read(self, wait):
        if not select.select([self.fd], [], [], wait)[0]:
            return b""
        try:
            return os.read(self.fd, 1 << 16)
        except OSError:
            sys.exit("the program ended")

    def until(self, word, limit=20.0):
        """Seconds from the start until the word was written."""
        seen = b""
        while time.perf_counter() - self.began < limit:
            seen += self.read(0.1)
            if word in seen:
                return time.perf_counter() - self.began
        sys.exit(f"{word!r} never came")

    def drain(self, seconds):
        end, count = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            count += len(self.read(left))
        return count

    def key(self, key):
        """Milliseconds from a key to the last byte before silence, and the bytes; None where nothing came."""
        while self.read(0):
            pass
        began = time.perf_counter()
        os.write(self.fd, key)
        last, count = None, 0
        while chunk := self.read(0.5 if last is None else QUIET):
            last, count = time.perf_counter(), count + len(chunk)
        return None if last is None else ((last - began) * 1e3, count)

    def used(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident MiB: all, and of it what is its own and no file's."""
        lines = pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines()
        value = lambda name: next(int(line.split()[1]) / 1024 for line in lines if line.startswith(name))
        return value("VmRSS"), value("RssAnon")

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def world(program, scenario, speed):
    command = [program, "demo", scenario, "--serve", "--speed", str(speed)]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    told = {}
    for line in serving.stdout:
        words = line.split()
        told[words[0]] = words[1:]
        if words[0] == "keys":
            break
    env = dict(word.split("=", 1) for name in ("github", "token", "repository", "cloudwatch", "keys") for word in told[name])
    return serving, env, told["world"][0].removesuffix("/_world")


def meter(screen, keys, idle):
    told = [one for n in range(keys) if (one := screen.key(KEYS[n % 2])) and not time.sleep(0.12)]
    settled, size = [t[0] for t in told], [t[1] for t in told]
    print(f"  key to settled {percentile(settled, 0.5):.2f} ms (p50), {percentile(settled, 0.95):.2f} (p95), {percentile(size, 0.5)} bytes, {len(told)} keys")
    used, began = screen.used(), time.perf_counter()
    count = screen.drain(idle)
    took = time.perf_counter() - began
    print(f"  left alone {count / took:.0f} bytes a second, {100 * (screen.used() - used) / took:.2f}% of a core")
    print("  resident %.1f MiB, of which its own %.1f" % screen.memory())


def screen(program, keys, idle):
    serving, env, _ = world(program, "healthy", 1)
    with tempfile.TemporaryDirectory() as state:
        env["COCKPIT_STATE_DIR"] = state
        frames = []
        for _ in range(20):
            one = Screen([program], env)
            frames.append(one.until(b"Gates") * 1e3)
            one.end()
        print(f"screen: first frame {percentile(frames, 0.5):.1f} ms (p50), {percentile(frames, 0.95):.1f} (p95)")
        one = Screen([program], env)
        one.until(b"Gates")
        meter_first(one)
        one.drain(70)  # until the last staging jobs are over and read
        meter(one, keys, idle)
        one.end()
    serving.kill()


def meter_first(screen):
    """Keys while the first evidence arrives."""
    told = [one for n in range(60) if (one := screen.key(KEYS[n % 2])) and not time.sleep(0.02)]
    settled = [t[0] for t in told]
    print(f"  while the first evidence arrives: key to settled {percentile(settled, 0.5):.2f} ms (p50), {percentile(settled, 0.95):.2f} (p95)")


def storm(program, speed, keys):
    serving, _, base = world(program, "storm", speed)
    with tempfile.TemporaryDirectory() as state:
        one = Screen([program, "demo", "--join", base, "--state", state], {})
        one.until(b"Gates")
        one.drain(70 / speed + 5)
        lines = lambda: sum(path.read_bytes().count(b"\n") for path in pathlib.Path(state).rglob("journal.jsonl"))
        before, began = lines(), time.perf_counter()
        print(f"storm at speed {speed}:")
        meter(one, keys, 5)
        print(f"  {(lines() - before) / (time.perf_counter() - began):.0f} events a second were journalled")
        one.end()
    serving.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", default=["evidence", "screen", "storm"])
    parser.add_argument("--program", default="target/release/cockpit")
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--idle", type=float, default=30)
    parser.add_argument("--speed", type=float, default=1500)
    given = parser.parse_args()
    program = os.path.abspath(given.program)
    if "evidence" in given.what:
        evidence(program, given.megabytes, given.rounds)
    if "screen" in given.what:
        screen(program, given.keys, given.idle)
    if "storm" in given.what:
        storm(program, given.speed, given.keys)


if __name__ == "__main__":
    main()
