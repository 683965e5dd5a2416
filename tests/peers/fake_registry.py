#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A registry that serves an OCI layout and misbehaves as it is told.

usage: fake_registry.py LAYOUT PORT_FILE LOG [FAULT...]

LOG gets a JSON object for each request: its method, path, host, Authorization and Range. Faults:

  basic=USER:PASSWORD  wants this login
  token=USER:PASSWORD  wants a token, which it gives for this login ("token=" for everybody)
  cut=N                ends each answer with a blob after N bytes
  stall=N              sends N bytes of a blob and then nothing
  no-range             sends blobs from their first byte, whatever was asked for
  busy=N               answers 429 to the first N requests, then goes on
  corrupt              changes the last byte of blobs
  redirect=HOST        sends those who ask for blobs to HOST, at the same port
  cut-upload=N         takes N bytes of each piece of an upload, keeps them, and hangs up
  lose-uploads=N       forgets the first N uploads that break off (with cut-upload)
  no-pieces            refuses uploads in pieces
  chunk-min=N          wants pieces of at least N bytes
  deaf                 hangs up after the first manifest or blob is complete, without an answer
  read-only            refuses to be written to

What is pushed goes into LAYOUT; the repository does not matter, but for mounts: LOG tells.
"""
import base64
import hashlib
import http.server
import json
import os
import socketserver
import sys
import threading
import time
import urllib.parse

TOKEN = "let-me-in"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def note(self):
        entry = {"method": self.command, "path": self.path, "host": self.headers.get("Host"),
                 "authorization": self.headers.get("Authorization"), "range": self.headers.get("Range"),
                 "content_range": self.headers.get("Content-Range"), "length": self.headers.get("Content-Length")}
        with self.server.mutex, open(self.server.log, "a") as log:
            log.write(json.dumps(entry) + "\n")

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def is_let_in(self):
        faults = self.server.faults
        given = self.headers.get("Authorization")
        if "basic" in faults:
            wanted = "Basic " + base64.b64encode(faults["basic"].encode()).decode()
            if given != wanted:
                self.answer(401, WWW_Authenticate='Basic realm="fake"')
                return False
        if "token" in faults and given != "Bearer " + TOKEN:
            host = self.headers["Host"]
            self.answer(401, WWW_Authenticate=f'Bearer realm="http://{host}/token",service="fake",'
                        'scope="repository:demo:pull"')
            return False
        return True

    def give_token(self):
        login = self.server.faults.get("token")
        wanted = "Basic " + base64.b64encode(login.encode()).decode()
        if login and self.headers.get("Authorization") != wanted:
            return self.answer(401)
        return self.answer(200, json.dumps({"token": TOKEN}).encode(), Content_Type="application/json")

    def is_busy(self):
        with self.server.mutex:
            left = int(self.server.faults.get("busy", 0))
            self.server.faults["busy"] = max(0, left - 1)
        if left:
            self.close_connection = True
            self.answer(429, Retry_After="0")
        return left > 0

    def find_manifest(self, name):
        with open(self.server.layout + "/index.json") as file:
            entries = json.load(file)["manifests"]
        for entry in entries:
            if name in (entry["digest"], entry.get("annotations", {}).get("org.opencontainers.image.ref.name")):
                return entry["digest"], entry["mediaType"]
        return name, None

    def give_manifest(self, name):
        digest, media_type = self.find_manifest(name)
        path = f"{self.server.layout}/blobs/{digest.replace(':', '/')}"
        if not os.path.exists(path):
            return self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
        with open(path, "rb") as file:
            body = file.read()
        media_type = media_type or json.loads(body).get("mediaType", "application/vnd.oci.image.manifest.v1+json")
        return self.answer(200, body, Content_Type=media_type, Docker_Content_Digest=digest)

    def give_blob(self, digest):
        faults = self.server.faults
        host, port = self.headers["Host"].rsplit(":", 1)
        if "redirect" in faults and host != faults["redirect"]:
            return self.answer(307, Location=f"http://{faults['redirect']}:{port}{self.path}")
        with open(f"{self.server.layout}/blobs/{digest.replace(':', '/')}", "rb") as file:
            body = file.read()
        if "corrupt" in faults:
            body = body[:-1] + bytes([body[-1] ^ 1])
        status, start = 200, 0
        if self.headers.get("Range") and "no-range" not in faults:
            status, start = 206, int(self.headers["Range"].split("=")[1].split("-")[0])
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if "cut" in faults:
            self.wfile.write(body[start:start + int(faults["cut"])])
            self.close_connection = True
        elif "stall" in faults:
            self.wfile.write(body[start:start + int(faults["stall"])])
            self.wfile.flush()
            time.sleep(60)
        else:
            self.wfile.write(body[start:])

    def blob_path(self, digest):
        return f"{self.server.layout}/blobs/{digest.replace(':', '/')}"

    def take_body(self, out):
        """Reads the body; with cut-upload only its begin, and hangs up: False."""
        left = int(self.headers.get("Content-Length", 0))
        cut = int(self.server.faults.get("cut-upload", left)) if self.command == "PATCH" else left
        is_cut = cut < left
        left = min(left, cut)
        while left > 0:
            piece = self.rfile.read(min(left, 65536))
            if not piece:
                return False
            out.extend(piece)
            left -= len(piece)
        if is_cut:
            self.close_connection = True
            with self.server.mutex:
                lost = int(self.server.faults.get("lose-uploads", 0))
                self.server.faults["lose-uploads"] = max(0, lost - 1)
            if lost:
                self.server.uploads.clear()
        return not is_cut

    def is_deaf(self):
        with self.server.mutex:
            if "deaf" not in self.server.faults:
                return False
            del self.server.faults["deaf"]
        self.close_connection = True
        return True

    def begin_upload(self):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        mount = query.get("mount", [""])[0]
        if mount and "no-mount" not in self.server.faults and os.path.exists(self.blob_path(mount)):
            return self.answer(201, Location="/v2/demo/blobs/" + mount)
        with self.server.mutex:
            self.server.upload_count += 1
            name = f"up{self.server.upload_count}"
        self.server.uploads[name] = bytearray()
        headers = {"Location": f"/v2/demo/blobs/uploads/{name}?state=1", "Range": "0-0"}
        if "chunk-min" in self.server.faults:
            headers["OCI-Chunk-Min-Length"] = self.server.faults["chunk-min"]
        return self.answer(202, **headers)

    def go_on_with_upload(self, name):
        data = self.server.uploads.get(name)
        if data is None:
            return self.answer(404, b'{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"upload unknown"}]}')
        where = {"Location": f"/v2/demo/blobs/uploads/{name}?state=1"}
        if self.command == "GET":
            return self.answer(204, Range=f"0-{max(0, len(data) - 1)}", **where)
        wanted = self.headers.get("Content-Range")
        if wanted and ("no-pieces" in self.server.faults or int(wanted.split("-")[0]) != len(data)):
            self.close_connection = True
            return self.answer(416, Range=f"0-{max(0, len(data) - 1)}", **where)
        if not self.take_body(data):
            return None
        if self.command == "PATCH":
            return self.answer(202, Range=f"0-{max(0, len(data) - 1)}", **where)
        return self.end_upload(name, data)

    def end_upload(self, name, data):
        digest = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)["digest"][0]
        del self.server.uploads[name]
        if digest != "sha256:" + hashlib.sha256(data).hexdigest():
            return self.answer(400, b'{"errors":[{"code":"DIGEST_INVALID","message":"the digest is wrong"}]}')
        with open(self.blob_path(digest), "wb") as file:
            file.write(data)
        return None if self.is_deaf() else self.answer(201, Docker_Content_Digest=digest)

    def take_manifest(self, name):
        data = bytearray()
        self.take_body(data)
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        with open(self.blob_path(digest), "wb") as file:
            file.write(data)
        entry = {"mediaType": self.headers["Content-Type"], "digest": digest, "size": len(data),
                 "annotations": {"org.opencontainers.image.ref.name": name}}
        with open(self.server.layout + "/index.json") as file:
            index = json.load(file)
        index["manifests"] = [old for old in index["manifests"]
                              if old.get("annotations", {}).get("org.opencontainers.image.ref.name") != name] + [entry]
        with open(self.server.layout + "/index.json", "w") as file:
            json.dump(index, file)
        return self.answer(201, Docker_Content_Digest=digest)

    def do_write(self):
        self.note()
        if self.is_busy() or not self.is_let_in():
            return None
        if "read-only" in self.server.faults:
            self.close_connection = True
            return self.answer(403, b'{"errors":[{"code":"DENIED","message":"this is a mirror"}]}')
        path = urllib.parse.urlparse(self.path).path
        parts = path.rstrip("/").split("/")
        if "manifests" in parts:
            return self.take_manifest(parts[-1])
        if path.endswith("/uploads/"):
            return self.begin_upload()
        return self.go_on_with_upload(parts[-1])

    do_POST = do_PUT = do_PATCH = do_write

    def do_GET(self):
        self.note()
        if self.path.startswith("/token"):
            return self.give_token()
        parts = urllib.parse.urlparse(self.path).path.split("/")
        is_elsewhere = self.headers["Host"].startswith(self.server.faults.get("redirect", "nowhere"))
        if self.is_busy() or (not is_elsewhere and not self.is_let_in()):
            return None
        if "manifests" in parts:
            return self.give_manifest(parts[-1])
        if "uploads" in parts:
            return self.go_on_with_upload(parts[-1])
        if "blobs" in parts and not os.path.exists(self.blob_path(parts[-1])):
            return self.answer(404)
        if "blobs" in parts:
            return self.give_blob(parts[-1])
        return self.answer(200, b"{}")

    do_HEAD = do_GET


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        """Clients that hang up are what this is about."""


def main(layout, port_file, log, *faults):
    server = Server(("0.0.0.0", 0), Handler)
    server.layout, server.log, server.mutex = layout, log, threading.Lock()
    server.uploads, server.upload_count = {}, 0
    server.faults = dict(fault.split("=", 1) if "=" in fault else (fault, "") for fault in faults)
    with open(port_file + ".new", "w") as file:
        file.write(str(server.server_port))
    os.rename(port_file + ".new", port_file)
    server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
