#!/usr/bin/env python3
"""Scores our threads against a table "message number TAB thread": pair precision and recall.

usage: score_threads.py DATABASE TRUTH [ORDER]
ORDER holds, line by line, the number in the original mbox of each message of the imported one; without it they are the same.
Message numbers of the database come from the places (source_offset) of the messages in the order of the mbox; copies that are
known already have no place of their own and are left out, as the truth's own duplicates are.
"""
import collections
import sqlite3
import sys


def pairs(n):
    return n * (n - 1) // 2


def main():
    db, truth_path = sys.argv[1:3]
    order = [int(x) for x in open(sys.argv[3])] if len(sys.argv) > 3 else None
    offsets = [int(x) for x in open(sys.argv[4])]
    number = {o: (order[i] if order else i + 1) for i, o in enumerate(offsets)}
    truth = {}
    for line in open(truth_path):
        if not line.startswith("#"):
            a, b = line.split()
            truth[int(a)] = b
    rows = sqlite3.connect(db).execute(
        "SELECT m.source_offset, e.thread_id FROM email_account_messages m JOIN emails e ON e.id = m.email_id")
    both, ours, theirs = collections.Counter(), collections.Counter(), collections.Counter()
    n = 0
    for offset, thread in rows:
        t = truth.get(number[offset])
        if t is None:
            continue
        n += 1
        both[thread, t] += 1
        ours[thread] += 1
        theirs[t] += 1
    good = sum(map(pairs, both.values()))
    print("messages %d precision %.5f recall %.5f" % (
        n, good / max(1, sum(map(pairs, ours.values()))), good / max(1, sum(map(pairs, theirs.values())))))


main()
