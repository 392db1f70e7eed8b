"""Builds everything once: settings -> one Starlette application."""

import asyncio
import hashlib
import secrets
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware

from chatroom.bus.open import open_bus
from chatroom.care.cases import Cases
from chatroom.groups.formats import open_formats
from chatroom.groups.meetings import Meetings
from chatroom.live.book import Book, Record
from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.live.presence import Presence
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.reviewing import open_reviewer
from chatroom.live.timekeeper import Clock, Timekeeper, pause
from chatroom.people.accounts import Accounts
from chatroom.people.secret import secret_key
from chatroom.settings import Settings
from chatroom.store.database import assert_durable, open_engine
from chatroom.store.open import open_logs
from chatroom.store.presence import DatabaseLeases
from chatroom.web.answers import open_templates
from chatroom.web.assets import Assets
from chatroom.web.connection import House
from chatroom.web.desk import Desk
from chatroom.web.doors import Doors, Readiness
from chatroom.web.help import Help
from chatroom.web.pages import Pages
from chatroom.web.rooms import Rooms
from chatroom.web.routes import routes
from chatroom.web.security import Security
from chatroom.web.socket import Sockets

STATIC = Path(__file__).parent.parent / "static"


def create_app(settings: Settings) -> Starlette:
    """The whole server. Nothing runs before its lifespan."""
    key = secret_key(settings.secret_file, secrets.token_bytes)
    clock = Clock(settings.time_speed)
    engine = open_engine(settings)
    logs = open_logs(settings)
    bus = open_bus(settings.bus, settings.redis_url, secrets.token_hex(8), pause)
    accounts = Accounts(engine, key, secrets.token_bytes)
    is_alone = settings.database_path is not None  # SQLite is the database of one process.
    presence = Presence(
        None if is_alone else DatabaseLeases(engine, secrets.token_bytes), clock.now
    )
    hub = Hub(bus.listen, bus.unlisten, presence)

    def published(book: Book, records: list[Record]) -> None:
        hub.publish(book, records)
        cases.changed(book, records)

    journal_key = hashlib.blake2b(b"journal", key=key, digest_size=32).digest()
    journal = Journal(
        logs,
        clock.now,
        secrets.token_bytes,
        journal_key,
        published,
        bus.announce,
        clock.good_until,
        pause,
    )
    cases = Cases(
        engine,
        journal,
        accounts,
        settings.case_retention,
        clock.now,
        secrets.token_bytes,
        attended=lambda desk: bool(presence.connected(desk)),
    )
    reviewer = open_reviewer(settings)
    meetings = Meetings(
        engine,
        journal,
        accounts,
        cases,
        reviewer,
        open_formats(engine),
        settings.retention,
        secrets.token_bytes,
    )
    timekeeper = Timekeeper(
        clock,
        logs,
        journal,
        hub,
        presence,
        bus_is_sound=lambda: bus.sound,
        tidy=accounts.forget_expired,
        is_leaving=lambda: getattr(app.state, "draining", False),
    )
    house = House(journal, hub, accounts, reviewer, cases, clock.now, time.monotonic)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await assert_durable(engine)
        await clock.follow(logs.time)
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(journal.run(), name="journal"),
                tasks.create_task(journal.follow(), name="follower"),
                tasks.create_task(bus.run(journal.heard), name="bus"),
                tasks.create_task(cases.run(pause), name="cases"),
            ]
            await cases.open_desk()
            presence.watch(cases.desk)
            running.append(tasks.create_task(timekeeper.run(), name="timekeeper"))
            for task in running:
                task.add_done_callback(_end_with)
            try:
                yield
            finally:
                hub.close(CLOSE_CODES["restart"].code)
                for task in running:
                    task.cancel()
        await logs.close()
        await engine.dispose()

    assets = Assets(STATIC)
    templates = open_templates(assets)
    doors = Doors(
        accounts,
        templates,
        clock.now,
        ended=lambda session: hub.end_session(session, CLOSE_CODES["no_session"].code),
        lines=settings.helplines,
    )
    app = Starlette(
        routes=routes(
            Pages(settings, templates),
            doors,
            Rooms(house, meetings, settings, templates),
            Help(house, meetings, settings),
            Desk(house, settings, templates),
            Sockets(house, meetings),
            assets,
            Readiness(engine, bus, journal.stores),
        ),
        middleware=[Middleware(Security, origins=settings.origins)],
        lifespan=lifespan,
    )
    return app


def _end_with(task: "asyncio.Task[None]") -> None:
    """A server without one of its tasks must not look alive: it ends, and its service starts it again."""
    if not task.cancelled():
        error = type(task.exception()).__name__
        structlog.get_logger().critical("task_ended", task=task.get_name(), error=error)
        signal.raise_signal(signal.SIGTERM)
