#!/usr/bin/env python3
"""A Qualtrics for tests: the list of surveys and the export of answers as api.qualtrics.com documents them, and faults at will.

Listens on 127.0.0.1 on a port of the kernel's choice, which is the first line it prints. With --until-eof it ends when its
standard input does, so that no test leaves it behind. The only token it takes is the one of --token.

POST /control takes a JSON object with "op":
  survey   {"id", "name", "columns": [...], "answers": [{column: value}]}: puts a survey there, or another in its place
  settings {"page_size", "polls", "export", "next_page", "zip", "name", "csv"}: see Settings below
  fault    {"nth", "times", "kind", "status", "retry_after", "path"}: strikes the nth request from now on (whose path has that in it)
  clear    no faults any more, counters at 0
GET /control/log answers with what was asked, a line a request.
"""
import argparse
import csv
import io
import json
import os
import socket
import struct
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SYSTEM = ["StartDate", "EndDate", "Status", "IPAddress", "Progress", "Finished", "RecordedDate", "ResponseId",
          "DistributionChannel", "UserLanguage"]
TEXTS = {"StartDate": "Start Date", "EndDate": "End Date", "Status": "Response Type", "ResponseId": "Response ID",
         "RecordedDate": "Recorded Date", "DistributionChannel": "Distribution Channel", "UserLanguage": "User Language"}
WORDS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
         500: "Internal Server Error", 503: "Service Unavailable", 504: "Gateway Timeout"}


class Settings:
    page_size = 100     # surveys a page
    polls = 2           # how often an export is still in progress when it is asked for
    export = "good"     # "failed", "never", "no file", "odd id"
    next_page = None    # what result.nextPage says instead of the truth
    zip = "good"        # "bomb", "truncated", "encrypted", "two", "none", "html", "stored"
    name = None         # of the file in the archive; None: as Qualtrics calls it
    csv = None          # its bytes, instead of the answers
    login = True        # False: 403 for everything


class World:
    def __init__(self, token):
        self.token = token
        self.surveys = {}
        self.exports = {}
        self.faults = []
        self.log = []
        self.settings = Settings()
        self.lock = threading.Lock()


def table(survey, since):
    """The CSV: names, the questions' texts, what each column was imported as, then the answers."""
    columns = SYSTEM + survey["columns"]
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(columns)
    w.writerow([TEXTS.get(c, 'What is your "%s"?\nPlease type it in.' % c) for c in columns])
    w.writerow(['{"ImportId":"%s","timeZone":"Z"}' % c if c.endswith("Date") else '{"ImportId":"%s"}' % c for c in columns])
    for n, a in enumerate(survey["answers"]):
        row = {"StartDate": "2026-11-19 10:00:00", "EndDate": a.get("RecordedDate", "2026-11-19 10:05:00"), "Status": "0",
               "Progress": "100", "Finished": "1", "RecordedDate": "2026-11-19 10:05:00", "ResponseId": "R_%s_%d" % (survey["id"], n),
               "DistributionChannel": "anonymous", "UserLanguage": "EN"}
        row.update(a)
        if since and row["RecordedDate"] < since:
            continue
        w.writerow([row.get(c, "") for c in columns])
    return out.getvalue().encode()


class AnyName(zipfile.ZipInfo):
    """An entry that may have no name at all."""

    def is_dir(self):
        return False


def archive(settings, survey, since):
    data = settings.csv.encode() if settings.csv is not None else table(survey, since)
    if settings.zip == "html":
        return b"<html><body>Sorry</body></html>"
    out = io.BytesIO()
    name = settings.name if settings.name is not None else survey["name"].replace("/", "_") + ".csv"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if settings.zip == "stored" else zipfile.ZIP_DEFLATED) as z:
        if settings.zip == "bomb":
            data = table(survey, since) + b"0" * (60 << 20)
        if settings.zip != "none":
            entry = AnyName(name)
            entry.compress_type = z.compression
            z.writestr(entry, data)
        if settings.zip == "two":
            z.writestr("another.csv", data)
    data = out.getvalue()
    if settings.zip == "truncated":
        data = data[:-30]
    if settings.zip == "encrypted":
        for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            i = data.index(sign)
            data = data[:i + at] + bytes([data[i + at] | 1]) + data[i + at + 1:]
    return data


class Cut(Exception):
    pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", headers=(), stated=None):
        self.send_response(status, WORDS.get(status))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if stated is None else stated))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def good(self, result):
        self.answer(200, json.dumps({"result": result, "meta": {"httpStatus": "200 - OK", "requestId": "a1b2"}}).encode())

    def bad(self, status, code, message, headers=()):
        self.answer(status, json.dumps({"meta": {"httpStatus": "%d - %s" % (status, WORDS.get(status)), "requestId": "a1b2",
                    "error": {"errorCode": code, "errorMessage": message}}}).encode(), headers=headers)

    def reset(self):
        """The connection goes away without a word."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
        raise Cut()

    def strike(self, world):
        for fault in world.faults:
            if fault.get("path") and fault["path"] not in self.path:
                continue
            fault["nth"] -= 1
            if fault["nth"] <= 0 < fault["times"]:
                fault["times"] -= 1
                return fault
        return None

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            if self.path.startswith("/control"):
                self.control(body)
            else:
                self.api(body)
        except Cut:
            pass

    do_POST = do_GET

    def control(self, body):
        w = self.server.world
        if self.command == "GET":
            return self.answer(200, "".join(line + "\n" for line in w.log).encode(), "text/plain")
        o = json.loads(body)
        op = o.pop("op")
        with w.lock:
            if op == "survey":
                w.surveys[o["id"]] = {"columns": ["email", "did", "feed_url", "PROLIFIC_PID"], "answers": [], **o}
            elif op == "settings":
                for name, value in o.items():
                    if not hasattr(w.settings, name):
                        return self.answer(400, b"{}")
                    setattr(w.settings, name, value)
            elif op == "fault":
                w.faults.append({"nth": 1, "times": 1, "kind": "status", **o})
            elif op == "clear":
                w.faults, w.log = [], []
        return self.answer(200, b"{}")

    def api(self, body):
        w = self.server.world
        with w.lock:
            w.log.append("%s %s %s" % (self.command, self.path, body.decode()))
            fault = self.strike(w)
        if fault and fault["kind"] == "reset":
            self.reset()
        if fault and fault["kind"] == "garbage":
            return self.answer(200, b"<html>Not what you asked for</html>", "text/html")
        if fault and fault["kind"] == "cut":
            self.answer(200, b'{"result": {"elem', stated=5000)
            self.close_connection = True
            return None
        if fault and fault["kind"] == "redirect":
            return self.answer(302, b"", headers=[("Location", fault["to"])])
        if fault:
            after = [("Retry-After", str(fault["retry_after"]))] if "retry_after" in fault else []
            return self.bad(fault["status"], "ERR_%d" % fault["status"], fault.get("words", "Something went wrong."), after)
        if self.headers.get("X-API-TOKEN") != w.token:
            return self.bad(401, "AUTH_6.0", "Unrecognized X-API-TOKEN: " + str(self.headers.get("X-API-TOKEN")))
        if not w.settings.login:
            return self.bad(403, "AUTH_5.0", "The user does not have API access.")
        path, _, query = self.path.partition("?")
        parts = path.split("/")[1:]
        if parts[:3] != ["API", "v3", "surveys"]:
            return self.bad(404, "RP_4.0", "Not found.")
        if len(parts) == 3 and self.command == "GET":
            return self.list(w, int(query.rpartition("offset=")[2] or 0))
        if len(parts) < 5 or parts[4] != "export-responses" or parts[3] not in w.surveys:
            return self.bad(404, "SVY_0", "The requested survey does not exist.")
        return self.export(w, parts[3], parts[5:], body)

    def list(self, w, offset):
        with w.lock:
            surveys = list(w.surveys.values())
            n = w.settings.page_size
            page = [{"id": s["id"], "name": s["name"], "ownerId": "UR_1", "lastModified": "2026-11-01T00:00:00Z",
                     "creationDate": "2026-10-01T00:00:00Z", "isActive": True} for s in surveys[offset:offset + n]]
            following = None
            if offset + n < len(surveys):
                following = "http://127.0.0.1:%d/API/v3/surveys?offset=%d" % (self.server.server_port, offset + n)
                following = w.settings.next_page or following
        return self.good({"elements": page, "nextPage": following})

    def export(self, w, survey, rest, body):
        settings = w.settings
        if self.command == "POST" and not rest:
            o = json.loads(body)
            if o.get("format") != "csv" or set(o) - {"format", "startDate"} or self.headers["Content-Type"] != "application/json":
                return self.bad(400, "RP_0.1", "Invalid export parameters.")
            with w.lock:
                number = len(w.exports)
                since = o.get("startDate", "").replace("T", " ").replace("Z", "")
                w.exports["ES_%d" % number] = {"polls": settings.polls, "survey": survey, "since": since}
            return self.good({"progressId": "../ES" if settings.export == "odd id" else "ES_%d" % number,
                              "percentComplete": 0.0, "status": "inProgress"})
        if self.command != "GET" or not rest:
            return self.bad(404, "RP_4.0", "Not found.")
        name = rest[0] if len(rest) == 1 else "ES_" + rest[0].partition("-")[0]
        if name not in w.exports or w.exports[name]["survey"] != survey:
            return self.bad(404, "RP_4.0", "No such export.")
        e = w.exports[name]
        if len(rest) == 2 and rest[1] == "file":
            return self.answer(200, archive(settings, w.surveys[survey], e["since"]), "application/octet-stream")
        if settings.export == "failed":
            return self.good({"percentComplete": 0.0, "status": "failed"})
        if e["polls"] > 0 or settings.export == "never":
            e["polls"] -= 1
            # As seen: all is done by its own account, and still it is not there.
            return self.good({"percentComplete": 100.0, "status": "inProgress"})
        result = {"fileId": name[3:] + "-7f3a-def", "percentComplete": 100.0, "status": "complete"}
        if settings.export == "no file":
            del result["fileId"]
        return self.good(result)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--token", default="token-of-the-test")
    p.add_argument("--until-eof", action="store_true")
    o = p.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.world = World(o.token)
    print(server.server_port, flush=True)
    if o.until_eof:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.buffer.read()
        os._exit(0)
    server.serve_forever()


if __name__ == "__main__":
    main()
