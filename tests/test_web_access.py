"""Tokens that are guessed, and sessions that end."""

import pytest
from serving import ask

from shuzi.web.access import (
    MOST_KNOWN,
    MOST_SESSIONS,
    SESSION_SECONDS,
    WINDOW,
    WRONG_FROM_ONE,
    WRONG_IN_ALL,
    Sessions,
    WrongTokens,
    address_of,
)
from shuzi.web.app import create_app
from shuzi.web.problems import Problem
from shuzi.web.settings import Settings

TOKEN = "open sesame"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Bearer open barley"}
MODELS = "/api/v1/models"
SESSION = "/api/v1/session"


class Clock:
    """One that goes only when it is told to."""

    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(clock):
    return create_app(Settings(token=TOKEN), clock)


def status(app, headers, client="192.0.2.1"):
    return ask(app, "GET", MODELS, client, headers=headers).status_code


def log_in(app, token=TOKEN, client="192.0.2.1"):
    return ask(app, "POST", SESSION, client, json={"token": token})


def with_cookie(answer):
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def guess(app, count, client="192.0.2.1"):
    return [status(app, WRONG, client) for _ in range(count)]


def test_who_guesses_waits_whatever_they_show(app, clock):
    assert guess(app, WRONG_FROM_ONE + 1) == [401] * WRONG_FROM_ONE + [429]
    clock.seconds += 20
    answer = log_in(app)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "40")
    assert answer.json()["detail"] == "There were too many wrong tokens."
    assert status(app, RIGHT) == 429
    clock.seconds += 40
    assert status(app, RIGHT) == 200


def test_guesses_at_the_login_count_as_those_at_other_paths(app):
    half = WRONG_FROM_ONE // 2
    assert [log_in(app, "open barley").status_code for _ in range(half)] == [401] * half
    assert guess(app, half) == [401] * half
    assert log_in(app).status_code == 429


def test_others_are_not_kept_waiting_by_one_who_guesses(app):
    guess(app, 2 * WRONG_FROM_ONE)
    assert status(app, RIGHT, "192.0.2.2") == 200


def test_a_session_goes_on_while_its_address_guesses(app):
    cookie = with_cookie(log_in(app))
    guess(app, 2 * WRONG_FROM_ONE)
    assert status(app, cookie) == 200


def test_many_who_guess_wait_together_but_for_those_who_have_shown_the_token(app, clock):
    assert status(app, RIGHT, "198.51.100.1") == 200
    for place in range(WRONG_IN_ALL):
        assert guess(app, 1, f"192.0.2.{place}") == [401]
    assert guess(app, 1, "203.0.113.1") == [429]
    assert status(app, RIGHT, "203.0.113.1") == 429
    assert status(app, RIGHT, "198.51.100.1") == 200
    assert guess(app, 11, "198.51.100.1") == [401] * WRONG_FROM_ONE + [429]
    clock.seconds += WINDOW
    assert status(app, RIGHT, "203.0.113.1") == 200


def test_a_request_without_a_token_is_no_guess(app):
    for _ in range(2 * WRONG_FROM_ONE):
        assert status(app, {}) == status(app, {"Cookie": "shuzi=old"}) == 401
    assert status(app, RIGHT) == 200


def test_what_is_remembered_of_guesses_has_an_end(clock):
    wrong = WrongTokens(clock)
    for place in range(3 * MOST_KNOWN):
        wrong.note(f"known {place}", True)
    for place in range(5000):
        clock.seconds += 2
        wrong.check(f"guesses {place}")
        wrong.note(f"guesses {place}", False)
    assert len(wrong._known) == MOST_KNOWN
    assert len(wrong._tries) == len(wrong._counts) == WINDOW / 2
    with pytest.raises(Problem):
        for _ in range(1000):
            wrong.check("one")
            wrong.note("one", False)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1:2:3:4", "2001:db8::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("\xff, nonsense", "unknown"),
    ],
)
def test_a_network_that_one_client_has_whole_is_one_address(host, address):
    assert address_of({"client": (host, 1)}) == address


def test_a_token_opens_a_session_and_logging_out_ends_its_cookie_and_copies_of_it(app):
    cookie = with_cookie(log_in(app))
    other = with_cookie(log_in(app))
    assert status(app, cookie) == 200
    assert ask(app, "DELETE", SESSION, headers=cookie).status_code == 204
    assert status(app, cookie) == 401
    assert status(app, other) == 200


def test_a_session_ends_after_twelve_hours(app, clock):
    answer = log_in(app)
    assert f"Max-Age={SESSION_SECONDS}" in answer.headers["set-cookie"]
    clock.seconds += 12 * 3600 - 1
    assert status(app, with_cookie(answer)) == 200
    clock.seconds += 1
    assert status(app, with_cookie(answer)) == 401


def test_scripts_cannot_read_the_cookie_and_other_sites_not_send_it(app):
    said = log_in(app).headers["set-cookie"]
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert TOKEN not in said


def test_of_too_many_sessions_the_oldest_ends(clock):
    sessions = Sessions(clock)
    opened = [sessions.open() for _ in range(MOST_SESSIONS + 1)]
    assert [sessions.has(cookie) for cookie in opened[:2]] == [False, True]
    assert sessions.has(opened[-1])


def test_without_a_token_nobody_needs_a_session():
    app = create_app(Settings())
    answer = log_in(app, "anything")
    assert (answer.status_code, "set-cookie" in answer.headers) == (204, False)
    assert status(app, WRONG) == 200


def test_a_token_of_any_letters_opens():
    app = create_app(Settings(token="芝麻开门 open"))
    shown = {"Authorization": "Bearer 芝麻开门 open".encode()}
    assert status(app, shown) == log_in(app, "芝麻开门 open").status_code - 4 == 200
