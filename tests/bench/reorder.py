#!/usr/bin/env python3
"""Writes the messages of an mbox in another order, and where each went.

usage: reorder.py MBOX file|reversed|shuffled OUT    writes OUT.mbox, and OUT.tsv: place in OUT.mbox TAB number in MBOX (from 1)
"""
import random
import re
import sys


def main():
    data = open(sys.argv[1], "rb").read()
    starts = [0] + [m.start() + 2 for m in re.finditer(rb"\n\nFrom \S+ \w\w\w \w\w\w ", data)] + [len(data)]
    order = list(range(len(starts) - 1))
    if sys.argv[2] == "reversed":
        order.reverse()
    elif sys.argv[2] == "shuffled":
        random.Random(1).shuffle(order)
    with open(sys.argv[3] + ".mbox", "wb") as out, open(sys.argv[3] + ".tsv", "w") as places:
        for i in order:
            places.write("%d\t%d\n" % (out.tell(), i + 1))
            out.write(data[starts[i]:starts[i + 1]].rstrip(b"\n") + b"\n\n")


main()
