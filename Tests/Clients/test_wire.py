"""HTTP/1.1 as clients speak it, and as no client should: over plain sockets, answers read by Python's own parser."""

import http.client
import io
import json
import random
import socket
from urllib.parse import urlsplit

import pytest

TABLES = b"X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n"


@pytest.fixture
def connection(endpoint):
    address = urlsplit(endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as opened:
        yield opened


class Replayed:
    """Bytes that Python's parser takes for a socket."""

    def __init__(self, file):
        self.file = file

    def makefile(self, *_):
        return self.file


def answers(connection, methods):
    """Reads one answer for each method; their statuses, headers and bodies."""
    file = connection.makefile("rb")
    found = []
    for method in methods:
        answer = http.client.HTTPResponse(Replayed(Unclosed(file)), method=method)
        answer.begin()
        found.append((answer.status, dict(answer.headers), answer.read()))
    return found


class Unclosed(io.RawIOBase):
    """A file that outlives the answer read from it."""

    def __init__(self, file):
        self.file = file

    def readline(self, *arguments):
        return self.file.readline(*arguments)

    def read(self, *arguments):
        return self.file.read(*arguments)

    def readinto(self, buffer):
        return self.file.readinto(buffer)

    def flush(self):
        pass


def post(body=b"{}", more=b"", version=b"1.1"):
    return (
        b"POST / HTTP/" + version + b"\r\nHost: x\r\n" + TABLES + more + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def test_pipelined_requests_are_answered_in_their_order(connection):
    clock = b"GET /_firedrill/clock HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"HEAD /_firedrill/clock HTTP/1.1\r\nHost: x\r\n\r\n"
    connection.sendall((post() + clock + head) * 30)
    found = answers(connection, ["POST", "GET", "HEAD"] * 30)
    # There is nothing under HEAD; its answer has a length all the same, and no body.
    assert [answer[0] for answer in found] == [200, 200, 404] * 30
    for listed, clock, head in zip(found[::3], found[1::3], found[2::3]):
        assert "TableNames" in json.loads(listed[2])
        assert "mode" in json.loads(clock[2])
        assert head[2] == b"" and int(head[1]["Content-Length"]) > 10


def test_a_body_in_chunks_and_byte_by_byte(connection):
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + TABLES + b"Transfer-Encoding: chunked\r\n\r\n"
    for byte in head + b'1\r\n{\r\n8;extension=1\r\n"Limit":\r\n2\r\n5}\r\n0\r\nTrailer: x\r\n\r\n':
        connection.sendall(bytes([byte]))
    ((status, _, body),) = answers(connection, ["POST"])
    assert status == 200 and "TableNames" in json.loads(body)


def test_a_client_that_asks_first_is_told_to_go_on(connection):
    request = post(b"{}", b"Expect: 100-continue\r\n")
    head, body = request.split(b"\r\n\r\n", 1)
    connection.sendall(head + b"\r\n\r\n")
    assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(body)
    assert answers(connection, ["POST"])[0][0] == 200


@pytest.mark.parametrize(
    "version, header, stays",
    [(b"1.1", b"", True), (b"1.1", b"Connection: close\r\n", False), (b"1.0", b"", False),
     (b"1.0", b"Connection: keep-alive\r\n", True)],
)
def test_connections_stay_open_as_the_version_and_the_client_say(connection, version, header, stays):
    connection.sendall(post(b"{}", header, version))
    ((status, headers, _),) = answers(connection, ["POST"])
    assert status == 200
    if stays:
        connection.sendall(post(b"{}", header, version))
        assert answers(connection, ["POST"])[0][0] == 200
        assert version == b"1.1" or headers["Connection"] == "keep-alive"
    else:
        assert headers["Connection"] == "close"
        assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "bytes_, status",
    [
        (b"nonsense\r\n\r\n", 400), (b"GET / HTTP/9.9\r\n\r\n", 400), (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 5000 + b"\r\n", 431),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    ],
)
def test_what_is_no_request_is_told_so_and_the_connection_ends(connection, bytes_, status):
    connection.sendall(bytes_)
    ((told, headers, _),) = answers(connection, ["GET"])
    assert told == status
    assert headers["Connection"] == "close"


@pytest.mark.parametrize("seed", range(40))
def test_random_bytes_do_no_harm(endpoint, seed):
    generator = random.Random(seed)
    pieces = [b"GET ", b"POST / HTTP/1.1\r\n", b"\r\n", b"\r\n\r\n", b"Host: x\r\n", b"Content-Length: 3\r\n", b"\x00\xff", b"abc",
              b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n", b"0\r\n\r\n", b"Expect: 100-continue\r\n", b"HTTP/1.1", b" /_aws/execute-api/x/y "]
    address = urlsplit(endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as opened:
        try:
            opened.sendall(b"".join(generator.choice(pieces) for _ in range(generator.randrange(1, 40))))
            opened.shutdown(socket.SHUT_WR)
            while opened.recv(65536):
                pass
        except ConnectionError:
            pass
    check = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    check.request("GET", "/_firedrill/clock")
    assert check.getresponse().status == 200, f"seed {seed}"
    check.close()
