#!/usr/bin/env python3
"""A Postmark for tests, in the form its API pages document: POST /email, GET /messages/outbound,
GET /bounces.

Listens on 127.0.0.1 on a port of the kernel's choice, which is the first line it prints; ends when its standard input does (--until-eof says
so, as with the other fakes). The last argument names a folder: every message that was taken is a line of FOLDER/taken (the request's JSON with MessageID), and
FOLDER/next may hold a JSON object that says how the next request fares, and is removed by it:
  {"status": 422, "body": {"ErrorCode": 406, "Message": "..."}}   this answer, nothing taken
  {"cut": "before"}  the connection ends before the request is worked on    {"cut": "after"}  the message is taken, no answer
  {"raw": "text"}    a 200 answer that is no JSON
FOLDER/bounces holds a bounce a line, as GET /bounces lists it; the newest is the last.
The good token is "server-token"; POSTMARK_API_TEST is taken and not kept, as theirs.
"""
import http.server
import json
import os
import re
import socket
import sys
import threading
import urllib.parse
import uuid

FOLDER = sys.argv[-1]
INACTIVE = "inactive@"
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def say(self, status, body):
        data = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def cut(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def next_fault(self):
        path = os.path.join(FOLDER, "next")
        try:
            with open(path, encoding="utf-8") as f:
                fault = json.load(f)
            os.remove(path)
            return fault
        except FileNotFoundError:
            return {}

    def refuses_token(self):
        if self.headers.get("X-Postmark-Server-Token") in ("server-token", "POSTMARK_API_TEST"):
            return False
        self.say(401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."})
        return True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.next_fault()
        if fault.get("cut") == "before":
            return self.cut()
        if "raw" in fault:
            return self.say(200, fault["raw"])
        if "status" in fault:
            return self.say(fault["status"], fault.get("body", ""))
        if self.refuses_token():
            return None
        status, answer = self.email(body)
        if fault.get("cut") == "after":
            return self.cut()
        return self.say(status, answer)

    def email(self, body):
        try:
            m = json.loads(body)
        except ValueError:
            return 422, {"ErrorCode": 402, "Message": "Invalid JSON."}
        if urllib.parse.urlsplit(self.path).path != "/email" or self.headers.get("Accept") != "application/json":
            return 404, {"ErrorCode": 0, "Message": "no such page"}
        if not m.get("TextBody") and not m.get("HtmlBody"):
            return 422, {"ErrorCode": 300, "Message": "Zero recipients specified or no body."}
        if not re.fullmatch(r'(?:"(?:[^"\\]|\\.)*" )?<?[^<>@\s,]+@[^<>@\s,]+\.[^<>@\s,]+>?', m.get("To", "")):
            return 422, {"ErrorCode": 300, "Message": "Invalid 'To' address: '%s'." % m.get("To")}
        if any(len(k) > 20 or len(v) > 80 for k, v in m.get("Metadata", {}).items()):
            return 422, {"ErrorCode": 300, "Message": "Invalid metadata content."}
        if INACTIVE in m["To"]:
            return 422, {"ErrorCode": 406, "Message": "You tried to send to recipient(s) that have been marked as inactive. "
                         "Found inactive addresses: %s. Inactive recipients are ones that have generated a hard bounce, a spam "
                         "complaint, or a manual suppression." % m["To"]}
        m["MessageID"] = str(uuid.uuid4())
        if self.headers["X-Postmark-Server-Token"] != "POSTMARK_API_TEST":
            with lock, open(os.path.join(FOLDER, "taken"), "a", encoding="utf-8") as f:
                f.write(json.dumps(m) + "\n")
        return 200, {"To": m["To"], "SubmittedAt": "2026-11-20T07:25:01.4178645-05:00", "MessageID": m["MessageID"],
                     "ErrorCode": 0, "Message": "OK"}

    def do_GET(self):
        fault = self.next_fault()
        if fault.get("cut"):
            return self.cut()
        if "status" in fault:
            return self.say(fault["status"], fault.get("body", ""))
        if self.refuses_token():
            return None
        q = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        if urllib.parse.urlsplit(self.path).path == "/bounces":
            return self.bounces(q)
        found = [m for m in self.taken() if self.matches(m, q)]
        offset = int(q["offset"])
        return self.say(200, {"TotalCount": len(found), "Messages": [
            {"Tag": "", "MessageID": m["MessageID"], "To": [{"Email": m["To"], "Name": None}], "Cc": [], "Bcc": [],
             "Recipients": [m["To"]], "ReceivedAt": "2026-11-20T12:25:01.0000000+00:00", "From": m["From"],
             "Subject": m.get("Subject"), "Attachments": [], "Status": "Sent", "Metadata": m.get("Metadata", {}),
             "MessageStream": m.get("MessageStream", "outbound")}
            for m in found[offset:offset + int(q["count"])]]})

    def bounces(self, q):
        if not 1 <= int(q["count"]) <= 500 or int(q["count"]) + int(q["offset"]) > 10000:
            return self.say(422, {"ErrorCode": 700, "Message": "The 'count' and 'offset' are out of range."})
        try:
            with open(os.path.join(FOLDER, "bounces"), encoding="utf-8") as f:
                all_of_them = [json.loads(line) for line in f][::-1]
        except FileNotFoundError:
            all_of_them = []
        found = [b for b in all_of_them if b["BouncedAt"][:10] >= q.get("fromdate", "")]
        offset = int(q["offset"])
        return self.say(200, {"TotalCount": len(found), "Bounces": found[offset:offset + int(q["count"])]})

    def taken(self):
        try:
            with open(os.path.join(FOLDER, "taken"), encoding="utf-8") as f:
                return [json.loads(line) for line in f]
        except FileNotFoundError:
            return []

    def matches(self, m, q):
        wanted = {k[9:]: v for k, v in q.items() if k.startswith("metadata_")}
        return (q.get("recipient", m["To"]) == m["To"] and q.get("messagestream", "outbound") == m.get("MessageStream", "outbound")
                and all(m.get("Metadata", {}).get(k) == v for k, v in wanted.items()))


def end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=end_with_stdin, daemon=True).start()
server.serve_forever()
