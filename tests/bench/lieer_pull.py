#!/usr/bin/python3
"""Runs Debian's lieer (`gmi ARGUMENT...`) against a fake Gmail: LIEER_URL is its address. Only the way to the service is replaced:
the description of the API that lieer would fetch, and its login."""
import os
import sys

sys.path.insert(0, "/usr/share/lieer")
import httplib2  # noqa: E402
from googleapiclient import discovery  # noqa: E402
from lieer import Gmailieer, remote  # noqa: E402

URL = os.environ["LIEER_URL"].rstrip("/") + "/"


def method(name, path, *parameters, required=("userId",)):
    declared = {p: {"type": "string", "location": "path", "required": True} for p in required}
    declared.update({p: {"type": "string", "location": "query", "repeated": p.endswith("Ids")} for p in parameters})
    return {"id": "gmail." + name, "path": "gmail/v1/users/{userId}/" + path, "flatPath": "gmail/v1/users/{userId}/" + path,
            "httpMethod": "GET", "response": {"$ref": "Any"}, "parameters": declared, "parameterOrder": list(required)}


DOCUMENT = {
    "name": "gmail", "version": "v1", "rootUrl": URL, "baseUrl": URL, "servicePath": "", "batchPath": "batch/gmail/v1", "schemas": {"Any": {"id": "Any", "type": "object"}},
    "resources": {"users": {
        "methods": {"getProfile": method("users.getProfile", "profile")},
        "resources": {
            "labels": {"methods": {"list": method("labels.list", "labels")}},
            "history": {"methods": {"list": method("history.list", "history", "startHistoryId", "pageToken", "maxResults")}},
            "messages": {"methods": {
                "list": method("messages.list", "messages", "q", "pageToken", "maxResults", "includeSpamTrash"),
                "get": method("messages.get", "messages/{id}", "format", required=("userId", "id"))}}}}}}


def authorize(self, reauth=False):
    http = httplib2.Http()
    plain = http.request

    def request(uri, method="GET", body=None, headers=None, **rest):
        return plain(uri, method, body, dict(headers or {}, authorization="Bearer any:team@harbor.example"), **rest)

    http.request = request
    self.http = http
    self.service = discovery.build_from_document(DOCUMENT, http=http)
    self.authorized = True


remote.Remote.authorize = authorize
Gmailieer().main()
