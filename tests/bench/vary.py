#!/usr/bin/env python3
"""Makes a large mbox of a small one: copies whose ids (Message-ID, In-Reply-To, References) and subjects differ.

usage: vary.py MBOX FIRST COUNT > OUT     copy k of message i is number k * (messages of MBOX) + i; COUNT of them from FIRST on
"""
import re
import sys

IDS = re.compile(rb"^(message-id|in-reply-to|references):", re.I)


def varied(message, k):
    head, sep, body = message.partition(b"\n\n")
    lines, in_ids = [], False
    for line in head.split(b"\n"):
        if line[:1] not in b" \t":
            in_ids = bool(IDS.match(line))
        if in_ids:
            line = line.replace(b"<", b"<v%d." % k)
        elif line[:8].lower() == b"subject:":
            line += b" copy%d" % k
        lines.append(line)
    return b"\n".join(lines) + sep + body


def main():
    data = open(sys.argv[1], "rb").read()
    starts = [0] + [m.start() + 2 for m in re.finditer(rb"\n\nFrom \S+ \w\w\w \w\w\w ", data)] + [len(data)]
    messages = [(a, b) for a, b in zip(starts, starts[1:])]
    first, count = int(sys.argv[2]), int(sys.argv[3])
    for n in range(first, first + count):
        a, b = messages[n % len(messages)]
        sys.stdout.buffer.write(varied(data[a:b], n // len(messages)).rstrip(b"\n") + b"\n\n")


main()
