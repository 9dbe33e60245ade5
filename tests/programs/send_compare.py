"""Compares what a mail server got with what the database says about it. Python's standard library only.

usage: send_compare.py DATABASE FAKE-LOG            a log of tests/fake/smtp.py
       send_compare.py --postfix DATABASE MAILLOG   a log of Postfix, whose deliveries to discard.example count

For each recipient of each message: the server got it at most once; "sent" means that it did; if it did, the database says "sent" or
"unknown" (while a run is dead in the middle: "sending"). Prints each recipient for which that is not so, and exits 1 then; else a count
of each state.
"""
import collections
import json
import re
import sqlite3
import sys


def fake(path):
    got = collections.Counter()
    with open(path, encoding="utf-8") as log:
        for line in log:
            entry = json.loads(line)
            if entry["taken"]:
                got.update(address.lower() for address in entry["to"])
    return got


def postfix(path):
    with open(path, encoding="utf-8", errors="replace") as log:
        return collections.Counter(
            address.lower() for address in re.findall(r"to=<([^>]*)>, relay=[^,]*, .*status=sent", log.read()))


def main():
    by_postfix = sys.argv[1] == "--postfix"
    database, log = sys.argv[2:] if by_postfix else sys.argv[1:]
    got = postfix(log) if by_postfix else fake(log)
    states, wrong = collections.Counter(), 0
    rows = sqlite3.connect(database).execute("SELECT address, state FROM outbox_recipients").fetchall()
    for address, state in rows:
        n = got.pop(address.lower(), 0)
        states[state] += 1
        may = {"sent": (1,), "unknown": (0, 1), "sending": (0, 1)}.get(state, (0,))
        if n not in may:
            print(f"{address}: the database says {state}, the server got it {n} times")
            wrong += 1
    for address, n in got.items():
        print(f"{address}: in no outbox, the server got it {n} times")
        wrong += 1
    print(" ".join(f"{state} {n}" for state, n in sorted(states.items())))
    sys.exit(1 if wrong else 0)


main()
