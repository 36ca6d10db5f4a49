"""The programs of the libraries as processes: one command a line, one answer a line (main.cpp has the list).

All but the one that is measured are stopped, since threads that wait for work may spin.
"""

import os
import select
import signal
import subprocess

ANSWER_WITHIN = 120  # seconds; slower than the slowest row by far


class Failed(Exception):
    """The program ended or doesn't answer."""


class Worker:
    """One program, with one number of threads, that works through the rows."""

    def __init__(self, command, threads, environment):
        self.command = command
        self.threads = threads
        self.environment = {**os.environ, **environment}
        self.process = None

    def start(self):
        """Begins, stopped."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=self.environment, bufsize=0)
        self.process.send_signal(signal.SIGSTOP)

    def ask(self, line):
        """The answer; what runs while others are stopped."""
        if self.process is None:
            self.start()
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(line.encode() + b"\n")
            answer = self.read_line()
            self.process.send_signal(signal.SIGSTOP)
            return answer
        except (OSError, Failed) as error:
            self.end()
            raise Failed(f"{self.command[-1]}: {line}: {error}") from error

    def read_line(self):
        """What comes up to the end of the line."""
        text = b""
        while not text.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], ANSWER_WITHIN)[0]:
                raise Failed(f"no answer within {ANSWER_WITHIN} s")
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                raise Failed("the program ended")
            text += piece
        return text.decode().strip()

    def open(self, row):
        """Whether the library has such work."""
        answer = self.ask(f"open {self.threads} {row}")
        if answer == "unknown":
            raise Failed(f"{self.command[-1]} doesn't know the row {row}")
        return answer == "ok"

    def run(self, seconds):
        """(page faults in each run, nanoseconds of the samples)."""
        faults, *times = map(float, self.ask(f"run {seconds}").split())
        return faults, times

    def close(self):
        """Drops the row's work and its memory."""
        self.ask("close")

    def end(self):
        """Ends the process, stopped or not."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None
