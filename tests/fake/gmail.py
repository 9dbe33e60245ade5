#!/usr/bin/env python3
"""A Gmail for tests: the API's methods that Mailroom uses, batches, Google's token endpoint, and faults at will.

Listens on 127.0.0.1 on a port of the kernel's choice, which is the first line it prints. With --until-eof it ends when its
standard input does, so that no test leaves it behind.

Who asks is told by the bearer token: "any:ADDRESS" is always good, others come from /token. POST /control takes a JSON object
with "op" (see Control below), GET /control/counters and /control/messages answer with what there is. Answers to a batch come in
reverse order, ids are text, base64url comes padded or not by turns, and unknown members stand among the known ones.
"""
import argparse
import base64
import collections
import email
import email.policy
import fnmatch
import gzip
import hashlib
import json
import mailbox
import os
import random
import re
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

UNITS = {"getProfile": 1, "messages.list": 5, "messages.get": 20, "attachments.get": 20, "history.list": 2,
         "drafts.create": 10, "messages.send": 100, "labels.list": 1}
REASONS = {404: "notFound", 401: "authError", 400: "badRequest", 500: "backendError", 503: "backendError",
           429: "rateLimitExceeded", 403: "rateLimitExceeded"}
STATUS = {200: "OK", 302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
          429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def b64url(data, padded=False):
    text = base64.urlsafe_b64encode(data)
    return text if padded else text.rstrip(b"=")


def unb64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Answer(Exception):
    """An HTTP answer that is no 200 JSON."""

    def __init__(self, status, body, headers=()):
        super().__init__(status)
        self.status, self.body, self.headers = status, body, tuple(headers)


def failure(status, reason=None, message=None, retry_after=None):
    reason = reason or REASONS.get(status, "backendError")
    message = message or reason
    body = {"error": {"code": status, "message": message, "errors": [
        {"message": message, "domain": "usageLimits", "reason": reason}]}}
    headers = [("Retry-After", str(retry_after))] if retry_after is not None else []
    return Answer(status, json.dumps(body).encode(), headers)


class Message:
    always_padded = False

    def __init__(self, number, raw, labels, history_id, date_ms, thread_id=None):
        self.id = "19%014x" % number
        self.thread_id = thread_id or self.id
        self.raw, self.labels, self.history_id, self.date_ms = raw, labels, history_id, date_ms
        self.number = number
        self.rendered = None

    def header(self, name):
        head = self.raw.split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
        found = re.search(rb"(?im)^" + name.encode() + rb":((?:.*)(?:\r?\n[ \t].*)*)", head)
        return found.group(1).decode("utf-8", "replace").strip() if found else ""

    def common(self):
        return {"id": self.id, "threadId": self.thread_id, "labelIds": self.labels, "snippet": "A \"snippet\" \\ of it",
                "sizeEstimate": len(self.raw), "historyId": str(self.history_id), "internalDate": str(self.date_ms),
                "unknownMember": {"raw": "bm90IHRoaXMgb25l"}}

    def as_raw(self):
        if not self.rendered:
            head = json.dumps(self.common())[:-1].encode()
            self.rendered = head + b', "raw": "' + b64url(self.raw, self.always_padded or self.number % 2 == 0) + b'"}'
        return self.rendered


class Mailbox:
    def __init__(self, address):
        self.address = address
        self.messages = {}
        self.threads = {}
        self.history = []
        self.history_id = 1000
        self.oldest_history = 1000
        self.numbers = 0
        self.drafts = 0

    def add(self, raw, labels=None, date_ms=None, thread_id=None, record=True):
        self.numbers += 1
        self.history_id += 1
        m = Message(self.numbers, raw, labels or [], self.history_id, date_ms or 1760000000000 + self.numbers * 1000, thread_id)
        if labels is None:
            sent = self.address.lower() in m.header("From").lower()
            m.labels = ["SENT"] if sent else ["INBOX", "UNREAD"]
        if not thread_id:
            for ref in re.findall(r"<[^<>\s]+>", m.header("References") + m.header("In-Reply-To")):
                m.thread_id = self.threads.get(ref, m.thread_id)
        self.threads.setdefault(m.header("Message-ID"), m.thread_id)
        self.messages[m.id] = m
        if record:
            self.record("messagesAdded", m)
        return m

    def record(self, kind, m, labels=None):
        entry = {"message": {"id": m.id, "threadId": m.thread_id, "labelIds": list(m.labels)}}
        if labels is not None:
            entry["labelIds"] = labels
        self.history.append((self.history_id, kind, entry))

    def delete(self, mid):
        m = self.messages.pop(mid)
        self.history_id += 1
        self.record("messagesDeleted", m)

    def relabel(self, mid, add, remove):
        m = self.messages[mid]
        m.labels = [x for x in m.labels if x not in remove] + [x for x in add if x not in m.labels]
        m.rendered = None
        for kind, labels in (("labelsAdded", add), ("labelsRemoved", remove)):
            if labels:
                self.history_id += 1
                self.record(kind, m, labels)
        m.history_id = self.history_id


def day(text):
    if text.isdigit() and len(text) > 8:
        return int(text) * 1000
    return int(time.mktime(time.strptime(text.replace("-", "/"), "%Y/%m/%d"))) * 1000


def term_matches(m, term):
    if term.startswith("-"):
        return not term_matches(m, term[1:])
    key, colon, value = term.partition(":")
    value = value.strip('"').lower()
    if not colon:
        return term.strip('"').lower().encode() in m.raw.lower()
    if key in ("from", "to", "cc", "subject", "bcc"):
        return value in m.header(key).lower()
    if key == "rfc822msgid":
        return value.strip("<>") == m.header("Message-ID").strip("<>").lower()
    if key in ("after", "newer"):
        return m.date_ms >= day(value)
    if key in ("before", "older"):
        return m.date_ms < day(value)
    if key in ("in", "label", "is"):
        return value == "anywhere" or value.upper().rstrip("S") in [x.rstrip("S") for x in m.labels]
    raise failure(400, message="query term %s is not known to this fake" % key)


def query_matches(m, q):
    """Terms, all of which must match; {a b} and (a OR b) are groups of which one must."""
    for group, term in re.findall(r'[{(]([^})]*)[})]|((?:[^\s"{}()]|"[^"]*")+)', q):
        if group:
            words = [w for w in re.findall(r'(?:[^\s"]|"[^"]*")+', group) if w != "OR"]
            if not any(term_matches(m, w) for w in words):
                return False
        elif not term_matches(m, term):
            return False
    return True


def payload(part, number=""):
    """A message part as messages.get shows it in format=full."""
    out = {"partId": number, "mimeType": part.get_content_type(), "filename": part.get_filename() or "",
           "headers": [{"name": k, "value": str(v)} for k, v in part.items()]}
    if part.is_multipart() and part.get_content_maintype() == "multipart":
        out["body"] = {"size": 0}
        prefix = number + "." if number else ""
        out["parts"] = [payload(p, prefix + str(i)) for i, p in enumerate(part.get_payload())]
        return out
    data = part.get_payload(decode=True) or b""
    if out["filename"] or len(data) > 100000:
        out["body"] = {"attachmentId": "ANG-" + (number or "0"), "size": len(data)}
    else:
        out["body"] = {"size": len(data), "data": b64url(data).decode()}
    return out


def find_part(part, wanted, number=""):
    if wanted == (number or "0"):
        return part.get_payload(decode=True) or b""
    if part.get_content_maintype() == "multipart":
        for i, p in enumerate(part.get_payload()):
            found = find_part(p, wanted, (number + "." if number else "") + str(i))
            if found is not None:
                return found
    return None


class Fault:
    """Strikes at the nth matching request (from when it was set), and `times` times."""

    def __init__(self, d):
        self.spec = d
        self.kind = d.get("kind", "status")
        self.method, self.inner = d.get("method", "*"), bool(d.get("inner"))
        self.nth, self.times, self.seen = int(d.get("nth", 1)), int(d.get("times", 1)), 0

    def strikes(self, method, inner):
        if inner != self.inner or not fnmatch.fnmatch(method, self.method):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times

    def answer(self):
        s = self.spec
        return failure(int(s.get("status", 500)), s.get("reason"), s.get("message"), s.get("retry_after"))


class Google:
    def __init__(self, args):
        self.args = args
        self.lock = threading.RLock()
        self.boxes = {}
        self.faults = []
        self.settings = {"order": "newest", "history_page": 500, "list_page": 500, "token_life_s": 3599, "quota": 0,
                         "unauthorized": False, "gzip": False, "rename_sent": False}
        self.tokens, self.refresh_tokens, self.codes = {}, {"refresh-1": args.address}, {}
        self.serial = 0
        self.spent = collections.deque()
        self.open = 0
        self.reset_counters()

    def reset_counters(self):
        self.counters = {"requests": collections.Counter(), "calls": collections.Counter(), "units": 0, "faults": 0,
                         "connections": 0}

    def box(self, address):
        with self.lock:
            address = address.lower()
            if address not in self.boxes:
                self.boxes[address] = Mailbox(address)
            return self.boxes[address]

    # Who asks
    def authenticate(self, authorization):
        token = authorization[7:] if authorization.startswith("Bearer ") else ""
        if token.startswith("any:"):
            return token[4:]
        address, until = self.tokens.get(token, (None, 0))
        if not address or time.time() >= until:
            raise failure(401, "authError", "Request had invalid authentication credentials.")
        return address

    def issue(self, address):
        with self.lock:
            self.serial += 1
            token = "ya29.fake-%d-%s" % (self.serial, hashlib.sha256(os.urandom(8)).hexdigest()[:12])
            self.tokens[token] = (address, time.time() + self.settings["token_life_s"])
        return {"access_token": token, "expires_in": self.settings["token_life_s"], "token_type": "Bearer"}

    # The API
    def route(self, verb, target):
        """(name of the method, what to call with (box, query, body))"""
        path, _, query = target.partition("?")
        parts = [urllib.parse.unquote(p) for p in path.split("/")]
        if len(parts) < 6 or parts[1:4] != ["gmail", "v1", "users"]:
            return None, None
        rest = parts[5:]
        if verb == "GET" and rest == ["profile"]:
            return "getProfile", self.profile
        if rest[0] == "messages" and verb == "GET":
            if len(rest) == 1:
                return "messages.list", self.list
            if len(rest) == 2:
                return "messages.get", lambda box, q, body: self.get(box, rest[1], q)
            if len(rest) == 4 and rest[2] == "attachments":
                return "attachments.get", lambda box, q, body: self.attachment(box, rest[1], rest[3])
        if verb == "GET" and rest == ["history"]:
            return "history.list", self.list_history
        if verb == "GET" and rest == ["labels"]:
            return "labels.list", self.labels
        if verb == "POST" and rest == ["drafts"]:
            return "drafts.create", self.draft
        if verb == "POST" and rest == ["messages", "send"]:
            return "messages.send", self.send
        return None, None

    def call(self, verb, target, authorization, body, inner):
        """One API call: bytes of a 200 answer, or Answer raised. Fault kinds but "status" are left to the caller."""
        method, handler = self.route(verb, target)
        if not handler:
            raise failure(404, message="no such method: %s %s" % (verb, target))
        with self.lock:
            self.counters["calls"][method] += 1
            self.counters["units"] += UNITS[method]
            self.charge(UNITS[method])
            struck = self.strike(method, inner) if inner else None
        if struck:
            if struck.kind == "drop":
                return None
            if struck.kind == "garbage":
                return b'{"id": "half of'
            if struck.kind == "gone":
                raise failure(404)
            raise struck.answer()
        address = self.authenticate(authorization)
        query = urllib.parse.parse_qs(target.partition("?")[2], keep_blank_values=True)
        user = urllib.parse.unquote(target.split("/")[4])
        if user != "me" and user.lower() != address.lower():
            raise failure(403, "delegationDenied", "Delegation denied for %s" % address)
        out = handler(self.box(address), query, body)
        return out if isinstance(out, bytes) else json.dumps(out).encode()

    def charge(self, units):
        limit = self.settings["quota"]
        if not limit:
            return
        now = time.monotonic()
        while self.spent and self.spent[0][0] < now - 60:
            self.spent.popleft()
        if sum(u for _, u in self.spent) + units > limit:
            raise failure(429, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries'")
        self.spent.append((now, units))

    def strike(self, method, inner):
        hit = None
        for f in self.faults:
            if f.strikes(method, inner) and not hit:
                hit = f
        if hit:
            self.counters["faults"] += 1
        return hit

    def profile(self, box, query, body):
        return {"emailAddress": box.address, "messagesTotal": len(box.messages),
                "threadsTotal": len({m.thread_id for m in box.messages.values()}), "historyId": str(box.history_id)}

    def labels(self, box, query, body):
        names = sorted({x for m in box.messages.values() for x in m.labels} | {"INBOX", "SENT", "DRAFT", "SPAM", "TRASH"})
        return {"labels": [{"id": x, "name": x, "type": "system"} for x in names]}

    def order(self, m):
        order = self.settings["order"]
        if order == "oldest":
            return (m.date_ms, m.id)
        if order == "shuffled":
            return (int(hashlib.md5(m.id.encode()).hexdigest()[:8], 16), m.id)
        return (-m.date_ms, m.id)

    def list(self, box, query, body):
        labels, q = query.get("labelIds", []), query.get("q", [""])[0]
        hidden = set() if query.get("includeSpamTrash") == ["true"] or "in:anywhere" in q else {"SPAM", "TRASH"}
        found = [m for m in list(box.messages.values()) if set(labels) <= set(m.labels) and
                 (not hidden & set(m.labels) or hidden & set(labels)) and (not q or query_matches(m, q))]
        found.sort(key=self.order)
        total = len(found)
        if "pageToken" in query:
            try:
                last = tuple(json.loads(unb64url(query["pageToken"][0])))
            except ValueError:
                raise failure(400, "invalidArgument", "Invalid pageToken") from None
            found = [m for m in found if self.order(m) > last]
        size = min(int(query.get("maxResults", ["100"])[0]), 500, self.settings["list_page"])
        out = {"resultSizeEstimate": total}
        if found:
            out["messages"] = [{"id": m.id, "threadId": m.thread_id} for m in found[:size]]
        if len(found) > size:
            out["nextPageToken"] = b64url(json.dumps(self.order(found[size - 1])).encode()).decode()
        return out

    def get(self, box, mid, query):
        m = box.messages.get(mid)
        if not m:
            raise failure(404, "notFound", "Requested entity was not found.")
        kind = query.get("format", ["full"])[0]
        if kind == "raw":
            return m.as_raw()
        out = m.common()
        if kind == "minimal":
            return out
        out["payload"] = payload(email.message_from_bytes(m.raw, policy=email.policy.compat32))
        if kind == "metadata":
            wanted = [w.lower() for w in query.get("metadataHeaders", [])]
            head = [h for h in out["payload"]["headers"] if not wanted or h["name"].lower() in wanted]
            out["payload"] = {"mimeType": out["payload"]["mimeType"], "headers": head}
        return out

    def attachment(self, box, mid, aid):
        m = box.messages.get(mid)
        data = find_part(email.message_from_bytes(m.raw, policy=email.policy.compat32), aid[4:]) if m else None
        if data is None:
            raise failure(404, "notFound", "Requested entity was not found.")
        return {"attachmentId": aid, "size": len(data), "data": b64url(data, True).decode()}

    def list_history(self, box, query, body):
        start = query.get("startHistoryId", [""])[0]
        if not start.isdigit() or not box.oldest_history <= int(start) <= box.history_id:
            raise failure(404, "notFound", "Requested entity was not found.")
        kinds = {t.replace("message", "messages", 1).replace("label", "labels", 1) for t in query.get("historyTypes", [])}
        records = [r for r in box.history if r[0] > int(start)]
        offset = int(unb64url(query["pageToken"][0])) if "pageToken" in query else 0
        size = min(int(query.get("maxResults", ["100"])[0]), 500, self.settings["history_page"])
        out = {"historyId": str(box.history_id)}
        # Pages are cut before the kinds are chosen: a page may be empty and have a next one, as Google's do.
        page = [{"id": str(h), "messages": [{"id": e["message"]["id"], "threadId": e["message"]["threadId"]}], k: [e]}
                for h, k, e in records[offset:offset + size] if not kinds or k in kinds]
        if page:
            out["history"] = page
        if offset + size < len(records):
            out["nextPageToken"] = b64url(str(offset + size).encode()).decode()
        return out

    def take_message(self, box, d, labels):
        thread = d.get("threadId")
        if thread and not any(m.thread_id == thread for m in box.messages.values()):
            raise failure(404, "notFound", "Requested entity was not found.")
        with self.lock:
            raw = unb64url(d["raw"])
            if self.settings["rename_sent"]:
                raw = re.sub(rb"(?mi)^Message-ID: [^\r]*", b"Message-ID: <%d@mail.gmail.example>" % (box.numbers + 1), raw, count=1)
            return box.add(raw, labels, int(time.time() * 1000), thread)

    def draft(self, box, query, body):
        m = self.take_message(box, json.loads(body)["message"], ["DRAFT"])
        box.drafts += 1
        return {"id": "r-%d" % box.drafts, "message": {"id": m.id, "threadId": m.thread_id, "labelIds": m.labels}}

    def send(self, box, query, body):
        m = self.take_message(box, json.loads(body), ["SENT"])
        return {"id": m.id, "threadId": m.thread_id, "labelIds": m.labels}

    def batch(self, content_type, body, authorization):
        boundary = re.search(r'boundary="?([^";]+)"?', content_type).group(1).encode()
        out = []
        # Google's own client in Python ends lines with LF.
        for part in body.replace(b"\r\n", b"\n").split(b"--" + boundary)[1:-1]:
            head, _, inner = part.lstrip(b"\n").partition(b"\n\n")
            content_id = re.search(rb"(?im)^content-id:\s*<?([^>\n]+)>?", head).group(1)
            verb, target, _ = inner.split(b"\n", 1)[0].decode().split(" ")
            headers = b""
            try:
                status, answer = 200, self.call(verb, target, authorization, b"", True)
            except Answer as a:
                status, answer = a.status, a.body
                headers = b"".join(b"%s: %s\r\n" % (k.encode(), v.encode()) for k, v in a.headers)
            if answer is None:
                continue
            out.append(b"--batch_answer-x_Y\r\nContent-Type: application/http\r\nContent-ID: <response-%s>\r\n\r\n"
                       b"HTTP/1.1 %d %s\r\nContent-Type: application/json; charset=UTF-8\r\n%sContent-Length: %d\r\n\r\n%s\r\n"
                       % (content_id, status, STATUS.get(status, "?").encode(), headers, len(answer), answer))
        out.reverse()
        out.append(b"--batch_answer-x_Y--\r\n")
        return b"".join(out), "multipart/mixed; boundary=batch_answer-x_Y"

    # Tokens
    def token(self, form):
        grant = form.get("grant_type", "")
        if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self.issue(self.check_assertion(form.get("assertion", "")))
        if grant == "refresh_token":
            address = self.refresh_tokens.get(form.get("refresh_token", ""))
            if not address:
                raise Answer(400, b'{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}')
            return self.issue(address)
        if grant == "authorization_code":
            challenge, redirect, address = self.codes.pop(form.get("code", ""), (None, None, None))
            verifier = b64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
            if not challenge or challenge != verifier or redirect != form.get("redirect_uri"):
                raise Answer(400, b'{"error": "invalid_grant", "error_description": "Malformed auth code."}')
            with self.lock:
                refresh = "refresh-%d" % (len(self.refresh_tokens) + 1)
                self.refresh_tokens[refresh] = address
            return dict(self.issue(address), refresh_token=refresh, scope="https://www.googleapis.com/auth/gmail.readonly")
        raise Answer(400, b'{"error": "unsupported_grant_type"}')

    def check_assertion(self, assertion):
        try:
            head, claims, signature = assertion.split(".")
            h, c = json.loads(unb64url(head)), json.loads(unb64url(claims))
            good = h["alg"] == "RS256" and c["aud"].endswith("/token") and 0 < c["exp"] - c["iat"] <= 3600 and c["iss"] and c["scope"]
        except (ValueError, KeyError, TypeError):
            good = False
        if not good:
            raise Answer(400, b'{"error": "invalid_grant", "error_description": "Invalid JWT: malformed."}')
        if not c["iat"] - 30 <= time.time() < c["exp"]:
            raise Answer(400, b'{"error": "invalid_grant", "error_description": "Invalid JWT: Token must be a short-lived token '
                              b'(60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim."}')
        if self.args.public_key and not self.signature_holds(head + "." + claims, unb64url(signature)):
            raise Answer(400, b'{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}')
        if self.settings["unauthorized"]:
            raise Answer(401, b'{"error": "unauthorized_client", "error_description": "Client is unauthorized to retrieve access '
                              b'tokens using this method, or client not authorized for any of the scopes requested."}')
        if c.get("sub", "").lower() not in self.boxes:
            raise Answer(400, b'{"error": "invalid_grant", "error_description": "Invalid email or User ID"}')
        return c["sub"]

    def signature_holds(self, text, signature):
        with tempfile.NamedTemporaryFile() as f:
            f.write(signature)
            f.flush()
            done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.args.public_key, "-signature", f.name],
                                  input=text.encode(), capture_output=True, check=False)
        return done.returncode == 0

    def consent(self, query):
        q = {k: v[0] for k, v in query.items()}
        if q.get("code_challenge_method") != "S256" or not q.get("code_challenge") or not q.get("redirect_uri"):
            raise Answer(400, b"consent needs redirect_uri and a code_challenge by S256")
        with self.lock:
            self.serial += 1
            code = "4/code-%d" % self.serial
            self.codes[code] = (q["code_challenge"], q["redirect_uri"], q.get("login_hint", self.args.address))
        back = urllib.parse.urlencode({"state": q.get("state", ""), "code": code, "scope": q.get("scope", "")})
        raise Answer(302, b"", [("Location", q["redirect_uri"] + "?" + back)])

    # Control
    def control(self, d):
        """op: add (raw or raw_b64, labels), delete (id), relabel (id, add, remove), fault (Fault), clear_faults, set (settings),
        forget_history (all up to now), expire_tokens, revoke (refresh tokens), reset_counters. "account" names the mailbox."""
        op, box = d.get("op"), self.box(d.get("account", self.args.address))
        with self.lock:
            if op == "add":
                raw = base64.b64decode(d["raw_b64"]) if "raw_b64" in d else d["raw"].replace("\n", "\r\n").encode()
                m = box.add(raw, d.get("labels"), d.get("date_ms"))
                return {"id": m.id, "historyId": str(box.history_id)}
            if op == "delete":
                box.delete(d["id"])
            elif op == "relabel":
                box.relabel(d["id"], d.get("add", []), d.get("remove", []))
            elif op == "fault":
                self.faults.append(Fault(d))
            elif op == "clear_faults":
                self.faults = []
            elif op == "set":
                self.settings.update({k: v for k, v in d.items() if k in self.settings})
            elif op == "forget_history":
                box.oldest_history = box.history_id + 1
                box.history, box.history_id = [], box.history_id + 1
            elif op == "expire_tokens":
                self.tokens = {}
            elif op == "revoke":
                self.refresh_tokens = {}
            elif op == "reset_counters":
                self.reset_counters()
            else:
                raise Answer(400, b"no such op\n")
        return {"historyId": str(box.history_id)}

    def show(self, target):
        path, _, query = target.partition("?")
        box = self.box(urllib.parse.parse_qs(query).get("account", [self.args.address])[0])
        if path == "/control/counters":
            return dict(self.counters, open=self.open)
        if path == "/control/messages":
            return [{"id": m.id, "threadId": m.thread_id, "labelIds": m.labels, "sha256": hashlib.sha256(m.raw).hexdigest()}
                    for m in box.messages.values()]
        raise Answer(404, b"no such thing to show\n")


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    wbufsize = 0

    def handle(self):
        google = self.server.google
        with google.lock:
            google.counters["connections"] += 1
            google.open += 1
        try:
            while self.one_request():
                pass
        except (ConnectionError, TimeoutError):
            pass
        finally:
            with google.lock:
                google.open -= 1

    def read_request(self):
        line = self.rfile.readline(65537).decode("latin-1")
        if not line:
            return None
        verb, target, _ = line.split(" ", 2)
        headers = {}
        while (line := self.rfile.readline(65537)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        return verb, target, headers, self.rfile.read(int(headers.get("content-length", 0)))

    def one_request(self):
        request = self.read_request()
        if not request:
            return False
        verb, target, headers, body = request
        google, kind = self.server.google, None
        try:
            if target.startswith("/control"):
                out = google.control(json.loads(body)) if verb == "POST" else google.show(target)
            else:
                kind = self.strike(verb, target)
                if kind == "garbage":
                    return self.reply(200, b'{"messages": [{"id": "half', (), None)
                out = self.serve(verb, target, headers, body)
        except Answer as a:
            return self.reply(a.status, a.body, a.headers, kind)
        except (ValueError, KeyError, AttributeError, TypeError) as e:
            return self.reply(400, failure(400, message="this request makes no sense: %r" % e).body, (), kind)
        content = "application/json; charset=UTF-8"
        if isinstance(out, tuple):
            out, content = out
        data = out if isinstance(out, bytes) else json.dumps(out).encode()
        return self.reply(200, data, [("Content-Type", content)], kind)

    def serve(self, verb, target, headers, body):
        google, authorization = self.server.google, headers.get("authorization", "")
        if verb == "POST" and target == "/batch/gmail/v1":
            google.authenticate(authorization)
            return google.batch(headers.get("content-type", ""), body, authorization)
        if verb == "POST" and target == "/token":
            return google.token(dict(urllib.parse.parse_qsl(body.decode())))
        if verb == "GET" and target.startswith("/auth?"):
            return google.consent(urllib.parse.parse_qs(target.partition("?")[2]))
        return google.call(verb, target, authorization, body, False)

    def strike(self, verb, target):
        """A fault of the request as a whole: raised, done here, or the kind that the reply must have."""
        google = self.server.google
        method = {"/batch/gmail/v1": "batch", "/token": "token"}.get(target) or google.route(verb, target)[0] or target
        with google.lock:
            google.counters["requests"][method] += 1
            fault = google.strike(method, False)
        if not fault:
            return None
        if fault.kind == "status":
            raise fault.answer()
        if fault.kind == "expire":
            with google.lock:
                google.tokens = {}
        if fault.kind == "slow":
            time.sleep(float(fault.spec.get("seconds", 1)))
        if fault.kind == "reset":
            self.reset()
        return fault.kind

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        raise ConnectionResetError

    def reply(self, status, data, headers, kind):
        """Kinds: "cut" sends half of the body, "reset_after" nothing of it; both close. "no_length" ends by closing."""
        if self.server.google.settings["gzip"] and status == 200:
            data, headers = gzip.compress(data, 1), [*headers, ("Content-Encoding", "gzip")]
        length = [] if kind == "no_length" else [("Content-Length", str(len(data)))]
        head = ["HTTP/1.1 %d %s" % (status, STATUS.get(status, "?")), "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())]
        head += ["%s: %s" % h for h in [*headers, *length]]
        if kind == "reset_after":
            self.reset()
        if kind == "cut":
            data = data[:len(data) // 2]
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + data)
        return kind not in ("cut", "no_length")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    tls = None

    def finish_request(self, request, client_address):
        if self.tls:
            try:
                request = self.tls.wrap_socket(request, server_side=True)
            except (OSError, ssl.SSLError):
                return
        super().finish_request(request, client_address)


def generated(n, mean_bytes, seed):
    """n messages whose sizes average mean_bytes (exponential, as mail's are, from 500 bytes), in reply chains of five."""
    rng = random.Random(seed)
    words = [b64url(rng.randbytes(rng.randint(2, 9))).decode() for _ in range(2000)]
    for i in range(n):
        size = min(int(500 + rng.expovariate(1 / max(1, mean_bytes - 500))), 40 * mean_bytes)
        body, length = [], 0
        while length < size - 300:
            line = " ".join(rng.choices(words, k=9))
            body.append(line)
            length += len(line) + 2
        ref = "In-Reply-To: <gen-%d@fake.example>\r\n" % (i - 1) if i % 5 else ""
        yield ("From: person%d@firm%d.example\r\nTo: team@harbor.example\r\nSubject: Message %d\r\n"
               "Date: Thu, 19 Nov 2026 10:%02d:%02d +0000\r\nMessage-ID: <gen-%d@fake.example>\r\n%s"
               "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n"
               % (i % 97, i % 13, i, i // 60 % 60, i % 60, i, ref, "\r\n".join(body))).encode()


def load(google, args):
    box = google.box(args.address)
    for path in args.mbox:
        for m in mailbox.mbox(path, create=False):
            box.add(m.as_bytes(), record=False)
    for folder in args.dir:
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as f:
                box.add(f.read(), record=False)
    for raw in generated(args.generate, args.size, args.seed):
        box.add(raw, record=False)
    box.oldest_history = box.history_id
    for address in args.account:
        google.box(address)
    for m in box.messages.values():
        m.as_raw()


def end_with_stdin():
    while sys.stdin.buffer.read(4096):
        pass
    os._exit(0)


def main():
    p = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    p.add_argument("--address", default="team@harbor.example", help="the mailbox that mail is loaded into")
    p.add_argument("--account", action="append", default=[], help="a further, empty mailbox")
    p.add_argument("--mbox", action="append", default=[])
    p.add_argument("--dir", action="append", default=[], help="a folder of .eml files")
    p.add_argument("--generate", type=int, default=0, metavar="N")
    p.add_argument("--size", type=int, default=18000, help="mean size of generated messages")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--padded", action="store_true", help="base64url always comes padded, as lieer needs it")
    p.add_argument("--public-key", help="PEM file: signatures of service accounts are checked with it")
    p.add_argument("--tls", metavar="FILE", help="speak TLS: PEM file with certificate and key")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--until-eof", action="store_true", help="end when standard input does")
    args = p.parse_args()
    google = Google(args)
    Message.always_padded = args.padded
    load(google, args)
    sys.setswitchinterval(0.001)
    server = Server(("127.0.0.1", args.port), Connection)
    server.google = google
    if args.tls:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(args.tls)
    print(server.server_address[1], flush=True)
    if args.until_eof:
        threading.Thread(target=end_with_stdin, daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
