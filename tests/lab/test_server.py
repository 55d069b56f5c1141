"""The server: it answers this machine's own page and no one else, and ends with its last page."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, RemoteDisconnected
from pathlib import Path

import pytest

from tests.lab.conftest import GRACE, Served

pytest.importorskip("tornado", reason="the extra lab is not installed")

from tornado.websocket import WebSocketClosedError

import dlx
from dlx.lab.handlers import FILES, LARGEST_MESSAGE, PAGE
from dlx.lab.page_socket import FULL, MOST_WAITING, NO_SPEC
from dlx.lab.page_texts import page_in
from dlx.lab.server import LARGEST_REQUEST, MOST_STRANGERS
from dlx.language import speaking, translated

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "A" * 24,
}


def ask(lab: Served, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer; the path goes out as it is."""
    connection = HTTPConnection(*lab.at, timeout=20)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    result = answer.status, dict(answer.getheaders()), answer.read()
    connection.close()
    return result


def test_every_file_of_the_page_is_served_and_no_other(lab: Served) -> None:
    folder = Path(dlx.__file__).parent / "lab" / "page"
    assert {file for file, _ in FILES.values()} == {path.name for path in folder.iterdir()}
    for name, (file, kind) in FILES.items():
        status, headers, body = ask(lab, f"/{lab.token}/{name}")
        assert (status, headers["Content-Type"]) == (200, kind)
        assert body == (page_in("en") if file == PAGE else (folder / file).read_bytes())


def test_a_page_and_its_socket_speak_the_language_of_its_reader(lab: Served) -> None:
    helps = {}
    for code in ("en", "es"):
        assert f'<html lang="{code}">' in ask(lab, f"/{lab.token}/?lang={code}")[2].decode()
        page = lab.page(f"{code}&lang={code}")
        page.send("hello")
        sections = page.wait("spec")["sections"]
        helps[code] = {control["key"]: control["help"] for section in sections for control in section["controls"]}
    with speaking("es"):
        assert helps["es"]["training.epochs"] == translated(helps["en"]["training.epochs"])
    assert helps["es"]["training.epochs"] != helps["en"]["training.epochs"]


def test_who_has_no_token_gets_nothing(lab: Served) -> None:
    for path in (
        "/",
        "/lab.css",
        "/wrong/",
        "/wrong/main.js",
        f"/{lab.token[:-1]}/",
        "/wrong/runs/list",
        "/wrong/socket",
    ):
        status, _, body = ask(lab, path, Origin=f"http://{lab.host}")
        assert (status, body) == (404, b"404\n")


@pytest.mark.parametrize("host", ["example.org", "example.org:PORT", "127.0.0.1", "127.0.0.1:1", "[::1]:PORT", ""])
def test_who_comes_by_another_name_gets_nothing(lab: Served, host: str) -> None:
    status, _, body = ask(lab, f"/{lab.token}/", Host=host.replace("PORT", str(lab.at[1])))
    assert status in (400, 403)
    assert b"<html" not in body


def test_this_machine_has_two_names(lab: Served) -> None:
    assert ask(lab, f"/{lab.token}/", Host=f"localhost:{lab.at[1]}")[0] == 200


@pytest.mark.parametrize("origin", ["http://example.org", "null", "https://127.0.0.1:PORT", "http://127.0.0.1:1", ""])
def test_a_page_of_another_origin_gets_nothing(lab: Served, origin: str) -> None:
    origin = origin.replace("PORT", str(lab.at[1]))
    for path in ("", "main.js", "runs/list"):
        assert ask(lab, f"/{lab.token}/{path}", Origin=origin)[0] == 403
    assert ask(lab, f"/{lab.token}/socket", Origin=origin, **UPGRADE)[0] == 403


def test_a_socket_needs_an_origin(own_lab: Served) -> None:
    assert ask(own_lab, f"/{own_lab.token}/socket", **UPGRADE)[0] == 403
    assert ask(own_lab, f"/{own_lab.token}/socket", Origin=f"http://{own_lab.host}", **UPGRADE)[0] == 101


@pytest.mark.parametrize(
    "path",
    ["../address.py", "..%2faddress.py", "%2e%2e/address.py", "page/../../address.py", "/etc/passwd", "lab.css/",
     "lab.css%00", "../../../../../../etc/passwd", "..\\address.py", "runs/../main.js", "runs/other", "LAB.CSS"],
)  # fmt: skip
def test_no_path_leads_elsewhere(lab: Served, path: str) -> None:
    status, _, body = ask(lab, f"/{lab.token}/{path}")
    assert (status, body) == (404, b"404\n")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
def test_there_is_nothing_but_get(lab: Served, method: str) -> None:
    assert ask(lab, f"/{lab.token}/", method)[0] == 405


def test_no_other_page_can_use_an_answer(lab: Served) -> None:
    for path in (f"/{lab.token}/", f"/{lab.token}/runs/list", "/"):
        _, headers, _ = ask(lab, path)
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert not [name for name in headers if name.lower().startswith("access-control") or name.lower() == "server"]


def test_no_other_machine_can_ask(lab: Served) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others or {"127.0.0.2"}:
        with socket.socket() as probe:
            assert probe.connect_ex((str(address), lab.at[1])) != 0


def test_messages_that_are_none_are_answered_or_left(lab: Served) -> None:
    page = lab.page()
    for text in ("{", "[]", "null", '"play"', "[" * 5000, "\x00"):
        page.write(text)
    page.send("explode")
    page.send("change", key=["a"], value=1)
    page.send("speed", speed={"a": 1})
    page.send("hello")
    assert page.wait("spec")["name"] == "tiny"


def test_a_page_that_is_loaded_anew_finds_its_work_again(spec: Path, tmp_path: Path) -> None:
    lab = Served(spec, tmp_path / "runs", grace=1.5)
    page = lab.page("mine")
    page.send("change", key="training.epochs", value=9)
    page.wait("spec", lambda message: message["changed"] == ["training.epochs"])
    page.send("epoch")
    page.wait("frame", lambda message: message["epoch"] == 1)
    page.close()
    again = lab.page("mine")
    again.send("hello")
    assert again.wait("spec")["changed"] == ["training.epochs"]
    frame = again.wait("frame")
    assert (frame["epoch"], frame["epochs"], len(frame["rows"])) == (1, 9, 1)
    lab.end()


def test_two_pages_do_not_disturb_each_other(own_lab: Served) -> None:
    first, second = own_lab.page("first"), own_lab.page("second")
    first.send("change", key="seed", value=5)
    first.wait("spec")
    second.send("hello")
    assert second.wait("spec")["changed"] == []
    third = own_lab.page("first")  # a tab that was duplicated
    assert third.read() is None
    assert third.socket.close_code == 4000
    second.send("hello")
    assert second.wait("spec")["changed"] == []


def test_the_lab_ends_with_its_last_page(own_lab: Served) -> None:
    first, second = own_lab.page("first"), own_lab.page("second")
    first.close()
    own_lab.thread.join(3 * GRACE)
    assert own_lab.thread.is_alive()
    second.close()
    own_lab.thread.join(20)
    assert not own_lab.thread.is_alive()


def test_a_name_that_was_made_to_lead_here_gets_no_socket(lab: Served) -> None:
    """Its page would have the origin that fits the host, as after DNS rebinding."""
    other = f"example.org:{lab.at[1]}"
    for path in ("socket", "runs/list", ""):
        assert ask(lab, f"/{lab.token}/{path}", Host=other, Origin=f"http://{other}", **UPGRADE)[0] == 403


def test_a_huge_message_closes_its_page_alone(own_lab: Served) -> None:
    loud, other = own_lab.page("loud"), own_lab.page("other")
    loud.write("x" * (LARGEST_MESSAGE + 1))
    while loud.read() is not None:
        pass
    assert loud.socket.close_code == 1009
    other.send("hello")
    assert other.wait("spec")["name"] == "tiny"


def test_huge_requests_get_nothing(lab: Served) -> None:
    for path, padding in (("a" * LARGEST_REQUEST, ""), ("", "a" * LARGEST_REQUEST)):
        with pytest.raises((RemoteDisconnected, ConnectionError)):
            ask(lab, f"/{lab.token}/{path}", Padding=padding)
    assert ask(lab, f"/{lab.token}/")[0] == 200


def test_many_connections_that_say_nothing_keep_nobody_out(lab: Served) -> None:
    with ExitStack() as opened:
        for _ in range(300):
            opened.enter_context(socket.create_connection(lab.at, timeout=20)).sendall(b"GET /")
        assert ask(lab, f"/{lab.token}/")[0] == 200


def test_a_page_too_many_is_told(own_lab: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlx.lab.hub.MOST_PAGES", 2)
    own_lab.page("first"), own_lab.page("second")
    late = own_lab.page("late")
    assert "close one of them" in late.wait("fault")["text"]
    assert late.read() is None
    assert late.socket.close_code == FULL


def test_a_page_whose_spec_is_gone_is_told_and_comes_back_with_it(own_lab: Served, spec: Path) -> None:
    stays, text = own_lab.page("stays"), spec.read_text()
    stays.send("hello")
    stays.wait("spec")
    spec.unlink()
    page = own_lab.page("new")
    assert "tiny.yaml" in page.wait("fault")["text"]
    assert page.read() is None
    assert page.socket.close_code == NO_SPEC
    spec.write_text(text)
    again = own_lab.page("new")
    again.send("hello")
    assert again.wait("spec")["name"] == "tiny"
    stays.send("hello")
    assert stays.wait("spec")["name"] == "tiny"


def test_malformed_messages_beyond_number_close_their_page_quietly(
    own_lab: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    loud = own_lab.page("loud")
    with suppress(WebSocketClosedError):
        for _ in range(5 * MOST_WAITING):
            loud.write("{")
    while loud.is_open and loud.read() is not None:
        pass
    assert "Traceback" not in capfd.readouterr().err


def test_no_script_of_the_page_makes_elements_of_a_text() -> None:
    """So what a name, a label or a column holds is shown as text, wherever it is shown."""
    for path in (Path(dlx.__file__).parent / "lab" / "page").glob("*.js"):
        script = path.read_text(encoding="utf-8")
        ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc")
        assert [way for way in ways if way in script] == [], path.name


def test_who_has_shown_the_token_does_not_give_way_to_strangers(own_lab: Served) -> None:
    page = own_lab.page()
    with ExitStack() as opened:
        for _ in range(MOST_STRANGERS):
            opened.enter_context(socket.create_connection(own_lab.at, timeout=20))
        first = opened.enter_context(socket.create_connection(own_lab.at, timeout=20))
        for _ in range(2 * MOST_STRANGERS):
            opened.enter_context(socket.create_connection(own_lab.at, timeout=20))
        assert first.recv(1) == b""  # it was closed: there is room for others
        page.send("hello")
        assert page.wait("spec")["name"] == "tiny"
        assert ask(own_lab, f"/{own_lab.token}/")[0] == 200
