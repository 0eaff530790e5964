"""Fan-out: everybody hears everything, and nobody stops anybody."""

from dataclasses import replace

from custom_components.verified_response.core.state import PremisesState
from custom_components.verified_response.engine.feed import Feed, Snapshot
from tests import builders

FIRST = Snapshot(premises=builders.premises(), state=PremisesState())
SECOND = replace(FIRST, durable=False)


def test_everybody_hears_the_newest():
    feed, heard = Feed(FIRST), []
    feed.subscribe(heard.append)
    feed.subscribe(heard.append)
    feed.publish(SECOND)
    assert heard == [SECOND, SECOND]
    assert feed.latest is SECOND


def test_a_listener_that_fails_stops_nobody(caplog):
    feed, heard = Feed(FIRST), []

    def fail(_: Snapshot) -> None:
        raise ValueError("a bug")

    feed.subscribe(fail)
    feed.subscribe(heard.append)
    feed.publish(SECOND)
    assert heard == [SECOND]
    assert "A listener failed" in caplog.text


def test_leaving_twice_is_harmless_and_leaves_others():
    feed, heard = Feed(FIRST), []
    leave = feed.subscribe(heard.append)
    feed.subscribe(heard.append)
    leave()
    leave()
    feed.publish(SECOND)
    assert heard in ([SECOND], [])


def test_a_listener_may_leave_while_it_is_told():
    feed, heard = Feed(FIRST), []

    def once(snapshot: Snapshot) -> None:
        heard.append(snapshot)
        leave()

    leave = feed.subscribe(once)
    feed.publish(SECOND)
    feed.publish(FIRST)
    assert heard == [SECOND]
