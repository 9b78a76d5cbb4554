"""What a fresh process says of its own private memory while something runs in it."""

from __future__ import annotations

WATCHING = '''
import threading, time

def private():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))

class Peak:
    """In a ``with``: the most private memory, looked at every millisecond, and that of before."""

    def __enter__(self):
        self.before = self.most = private()
        self.running = True
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        self.thread.join()

    def watch(self):
        while self.running:
            self.most = max(self.most, private())
            time.sleep(0.001)

    @property
    def added(self):
        return self.most - self.before
'''
"""The beginning of a program: ``private()`` in bytes, and ``Peak``."""
