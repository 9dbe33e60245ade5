"""usage: terminal.py WORDS COMMAND...: runs the command at a terminal of its own, types the words there once it prints a
prompt (": "), and prints what the terminal showed. Ends with the command's status, or after two minutes."""
import os
import pty
import signal
import sys

signal.alarm(120)  # a command that waits for ever fails the test
words, command = sys.argv[1], sys.argv[2:]
shown = b""
pid, fd = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
while True:
    try:
        more = os.read(fd, 1024)
    except OSError:
        break
    if not more:
        break
    shown += more
    if words and shown.endswith(b": "):
        os.write(fd, words.encode() + b"\n")
        words = ""
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
