#!/usr/bin/env python3
"""Scores our threads against a table "message number TAB thread": pair precision and recall.

usage: score_threads.py DATABASE TRUTH PLACES

PLACES (of reorder.py) says which message number stands where in the mbox that was imported. Copies that were known already have
no place of their own and are left out.
"""
import collections
import sqlite3
import sys


def pairs(n):
    return n * (n - 1) // 2


def main():
    db, truth_path, places = sys.argv[1:4]
    number = {int(place): int(n) for place, n in (line.split() for line in open(places))}
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
