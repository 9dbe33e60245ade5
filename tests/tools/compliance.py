#!/usr/bin/env python3
"""Makes a compliance database with a roster, and reckons the study's numbers of it a second time, slowly and plainly.

usage: compliance.py make SEED NOW PEOPLE COMPLIANCE.db MAILROOM.db STUDIES.conf
       compliance.py reckon NOW COMPLIANCE.db MAILROOM.db [DAY]     one JSON object a line, as `participant aggregate --json`
       compliance.py days NOW COMPLIANCE.db MAILROOM.db LABEL FIRST LAST    the rows of both tables, by "|"

It shares nothing with Mailroom but the rules: days are found by looking at a zone's clock minute by minute (zoneinfo), time stamps
are read by datetime.fromisoformat, sums are made by loops. NOW is ISO 8601 with a zone.
"""
import json
import random
import sqlite3
import sys
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# What is not named is the default of FACTS: 1 retrieval, 3 engagements, 10 of 14 days, 05:00 in Amsterdam.
BASE = dict(min_retrievals=1, min_engagement=3, min_active_days=10, window_days=14, day_cut_off="05:00",
            time_zone="Europe/Amsterdam")
STUDIES = {
    "plain": dict(study_types="plain"),
    "york": dict(study_types="york, york-2", time_zone="America/New_York", day_cut_off="2", min_engagement=1),
    "howe": dict(study_types="howe", time_zone="Australia/Lord_Howe", day_cut_off="01:45", min_retrievals=2,
                 min_active_days=5, max_skip_days=3, max_skip_span=2),
    "half past": dict(study_types="half", day_cut_off="02:30", window_days=7, min_active_days=4, survey_ids="SV_1, SV_2"),
    "havana": dict(study_types="havana", time_zone="America/Havana", day_cut_off="0", min_engagement=0),
    "late": dict(study_types="late", time_zone="Asia/Kathmandu", day_cut_off="23:30", window_days=21, min_active_days=20),
    "utc": dict(study_types="utc", time_zone="UTC", day_cut_off="05:07", min_active_days=0),
    "rest": dict(time_zone="Pacific/Auckland", min_retrievals=0, min_engagement=2, window_days=10, min_active_days=6),
}
TYPES = ["like", "reply", "repost", "quote", "follow", 'odd "one"', "Größe", ""]
NO_STAMPS = ["yesterday", "", None, "2026-02-30T10:00:00Z", "2026-11-20T25:00:00Z", 1795168080, "20.11.2026 10:00"]


def settings(label):
    return {**BASE, **STUDIES[label]}


def study_of(study_type):
    for label, given in STUDIES.items():
        if study_type and study_type in given.get("study_types", "").split(", "):
            return label
    return "rest"


def stamp(rng, t):
    """The instant as text, in one of the forms that ISO 8601 has for it."""
    form = rng.randrange(9)
    zone = timezone(timedelta(minutes=rng.choice([0, 60, 120, -300, 345, 630, -720])))
    utc = t.astimezone(timezone.utc)
    if form == 0:
        return utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == 1:
        return utc.strftime("%Y-%m-%dT%H:%M:%S")
    if form == 2:
        return utc.strftime("%Y-%m-%d %H:%M:%S")
    if form == 3:
        return t.astimezone(zone).isoformat(sep="T")
    if form == 4:
        return t.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S%z")
    if form == 5:
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rng.randrange(10 ** 6):06d}+00:00"
    if form == 6:
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{rng.randrange(1000):03d}Z"
    if form == 7 and t.second == 0:
        return utc.strftime("%Y-%m-%dT%H:%MZ")
    if form == 8 and utc.time() == utc.min.time():
        return utc.strftime("%Y-%m-%d")
    return t.astimezone(timezone(timedelta(hours=rng.randrange(-11, 13)))).strftime("%Y-%m-%dT%H:%M:%S%z")[:22]


def changes(now):
    """When the clocks of the studies' zones changed in the 45 days before."""
    hours = [now.astimezone(timezone.utc).replace(minute=0, second=0) - timedelta(hours=h) for h in range(45 * 24)]
    zones = [ZoneInfo(settings(label)["time_zone"]) for label in STUDIES]
    return [t for t in hours for z in zones if t.astimezone(z).utcoffset() != (t - timedelta(hours=1)).astimezone(z).utcoffset()]


def instant(rng, start, now, nights):
    """Some time between the two; often in a night of `nights`, or on the minute of a cut-off, or a second beside it."""
    if nights and rng.random() < 0.3:
        t = rng.choice(nights) + timedelta(minutes=rng.randrange(-180, 180))
        if start < t <= now:
            return t
    t = start + timedelta(seconds=rng.randrange(int((now - start).total_seconds()) + 3600))
    if rng.random() < 0.4:
        t = t.replace(minute=rng.choice([0, 15, 30, 45]), second=0) + timedelta(seconds=rng.choice([-1, 0, 0, 1]))
    return t


def make(seed, now, people, compliance, mailroom, conf):
    rng = random.Random(int(seed))
    now = datetime.fromisoformat(now)
    nights = changes(now)
    requests, engagements, roster = [], [], []
    kinds = [t for s in STUDIES.values() for t in s.get("study_types", "").split(", ") if t] + ["unheard-of", None]
    for i in range(int(people)):
        did = f"did:plc:{i:06d}{rng.randrange(16 ** 18):018x}"
        roster.append((did, f"p{i}@people.example", rng.choice(["active"] * 8 + ["inactive", "unsubscribed"]), rng.choice(kinds)))
        if rng.random() < 0.05:
            continue
        start = now - timedelta(days=rng.choice([0.2, 1, 3, 8, 13, 14, 15, 40]), minutes=rng.randrange(3000))
        busy = rng.choice([0, 1, 3, 6])
        for _ in range(rng.choice([0, 1, 5, 30, 60]) + 1):
            requests.append((did, stamp(rng, instant(rng, start, now, nights))))
        for _ in range(busy * rng.randrange(1, 25)):
            engagements.append((did, rng.choice(TYPES), stamp(rng, instant(rng, start - timedelta(days=3), now, nights))))
        if rng.random() < 0.05:
            requests.append((did, rng.choice(NO_STAMPS)))
        if rng.random() < 0.05:
            engagements.append((did, rng.choice(TYPES + [None]), rng.choice(NO_STAMPS)))
    for i in range(50):
        requests.append((f"did:web:stranger-{i}", stamp(rng, now)))
        engagements.append((rng.choice([None, f"did:web:stranger-{i}"]), "like", rng.choice([None, stamp(rng, now)])))
    rng.shuffle(requests)
    rng.shuffle(engagements)
    db = sqlite3.connect(compliance)
    db.execute("CREATE TABLE feed_requests (id INTEGER PRIMARY KEY, requester_did TEXT, timestamp)")
    db.execute("CREATE TABLE engagements (timestamp, did_engagement TEXT, post TEXT, engagement_type TEXT)")
    db.executemany("INSERT INTO feed_requests (requester_did, timestamp) VALUES (?, ?)", requests)
    db.executemany("INSERT INTO engagements (did_engagement, engagement_type, timestamp) VALUES (?, ?, ?)", engagements)
    db.commit()
    db = sqlite3.connect(mailroom)
    db.executemany("INSERT INTO participants (did, email, status, study_type, created_at, updated_at, status_changed_at, "
                   "email_changed_at) VALUES (?, ?, ?, ?, 0, 0, 0, 0)", roster)
    db.commit()
    with open(conf, "w") as f:
        for label, given in STUDIES.items():
            f.write(f"[{label}]\n" + "".join(f"{key}={value}\n" for key, value in given.items()) + "\n")


def first_seconds(zone, day):
    """Where study days begin, as seconds, for each minute of the local clock asked for: the first minute at which it shows that much."""
    zone = ZoneInfo(zone)
    t = datetime.combine(day, datetime.min.time(), timezone.utc) - timedelta(hours=16)
    for _ in range(60 * 56):
        yield t, t.astimezone(zone).replace(tzinfo=None)
        t += timedelta(minutes=1)


def day_start(study, day, memory={}):
    key = study["time_zone"], study["day_cut_off"], day
    if key not in memory:
        hour, minute = (study["day_cut_off"] + ":00").split(":")[:2]
        wanted = datetime.combine(day, datetime.min.time()) + timedelta(hours=int(hour), minutes=int(minute))
        memory[key] = next(t for t, shown in first_seconds(study["time_zone"], day) if shown >= wanted)
    return memory[key]


def study_day(study, t):
    day = t.date() + timedelta(days=2)
    while day_start(study, day) > t:
        day -= timedelta(days=1)
    return day


def read_stamp(text):
    """None when it is no time stamp."""
    try:
        t = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return t if t.tzinfo else t.replace(tzinfo=timezone.utc)


class Reckoner:
    def __init__(self, now, compliance):
        self.now = datetime.fromisoformat(now)
        db = sqlite3.connect(f"file:{compliance}?mode=ro", uri=True)
        self.requests, self.engagements = {}, {}
        for did, text in db.execute("SELECT requester_did, timestamp FROM feed_requests"):
            t = read_stamp(text)
            if t and t.replace(microsecond=0) <= self.now:
                self.requests.setdefault(did, []).append(t)
        for did, kind, text in db.execute("SELECT did_engagement, engagement_type, timestamp FROM engagements"):
            t = read_stamp(text)
            if t and t.replace(microsecond=0) <= self.now:
                self.engagements.setdefault(did, []).append((t, kind or "unknown"))

    def of(self, did, study, last):
        """The window that ends on the day `last`; None without a feed request by then."""
        requests = [study_day(study, t) for t in self.requests.get(did, [])]
        if not requests or min(requests) > last:
            return None
        first = max(min(requests), last - timedelta(days=study["window_days"] - 1))
        engagements = [(study_day(study, t), kind) for t, kind in self.engagements.get(did, [])
                       if t >= day_start(study, first)]
        days, active_so_far, skip = [], 0, 0
        for n in range(1, (last - first).days + 2):
            day = first + timedelta(days=n - 1)
            retrievals = sum(1 for d in requests if d == day)
            breakdown = {}
            for d, kind in engagements:
                if d == day:
                    breakdown[kind] = breakdown.get(kind, 0) + 1
            total = sum(breakdown.values())
            active = retrievals >= study["min_retrievals"] and total >= study["min_engagement"]
            active_so_far += 1 if active else 0
            skip = 0 if active else skip + 1
            possible = active_so_far + max(0, study["window_days"] - n) + (0 if active else 1)
            days.append(dict(day=day.isoformat(), retrievals=retrievals, engagements=total, engagement_breakdown=breakdown,
                             active=active, cumulative_active=active_so_far, cumulative_skip=skip,
                             on_track=possible >= study["min_active_days"]))
        return dict(did=did, active_days=active_so_far, required_active_days=study["min_active_days"],
                    window_days=len(days), on_track=days[-1]["on_track"], days=days)


def roster_of(mailroom):
    db = sqlite3.connect(f"file:{mailroom}?mode=ro", uri=True)
    return db.execute("SELECT id, did, study_type FROM participants WHERE status = 'active' AND deleted_at IS NULL").fetchall()


def reckon(now, compliance, mailroom, day=None):
    r = Reckoner(now, compliance)
    for _, did, study_type in roster_of(mailroom):
        study = settings(study_of(study_type))
        last = date.fromisoformat(day) if day else study_day(study, r.now)
        window = r.of(did, study, last)
        if window:
            print(json.dumps(dict(window, study=study_of(study_type))))


def days(now, compliance, mailroom, label, first, last):
    r = Reckoner(now, compliance)
    day = date.fromisoformat(first)
    study = settings(label)
    while day <= date.fromisoformat(last):
        for number, did, study_type in roster_of(mailroom):
            w = r.of(did, study, day) if study_of(study_type) == label else None
            if w:
                d = w["days"][-1]
                breakdown = json.dumps(dict(sorted(d["engagement_breakdown"].items(), key=lambda i: i[0].encode())),
                                       ensure_ascii=False)
                print(number, day, d["retrievals"], d["engagements"], breakdown, int(d["active"]), d["cumulative_active"],
                      d["cumulative_skip"], w["active_days"], w["required_active_days"], w["window_days"],
                      int(w["on_track"]), sep="|")
        day += timedelta(days=1)


if __name__ == "__main__":
    {"make": make, "reckon": reckon, "days": days}[sys.argv[1]](*sys.argv[2:])
