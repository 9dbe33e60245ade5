#!/usr/bin/env python3
"""Writes the messages of mboxes (mboxrd, .zst) as a Maildir, for programs that read only those.

usage: mbox_to_maildir.py DIR MBOX...
"""
import os
import re
import subprocess
import sys


def main():
    folder = sys.argv[1]
    for name in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    n = 0
    for path in sys.argv[2:]:
        data = subprocess.run(["zstd", "-dcf", path], check=True, stdout=subprocess.PIPE).stdout
        starts = [0] + [m.start() + 2 for m in re.finditer(rb"\n\nFrom \S+ \w\w\w \w\w\w ", data)] + [len(data)]
        for a, b in zip(starts, starts[1:]):
            message = re.sub(rb"^>(>*From )", rb"\1", data[a:b].partition(b"\n")[2], flags=re.M)
            n += 1
            with open(os.path.join(folder, "cur", "%07d:2,S" % n), "wb") as f:
                f.write(message)
    print(n)


main()
