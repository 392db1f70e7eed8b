"""Builds everything once: settings -> one Starlette application."""

import asyncio
import hashlib
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from chatroom.bus import Bus
from chatroom.bus.open import open_bus
from chatroom.care.cases import Cases
from chatroom.care.helplines import crowded, lines_of
from chatroom.care.minding import Claims
from chatroom.care.presses import Presses
from chatroom.groups.departures import Departures
from chatroom.groups.formats import open_formats
from chatroom.groups.meetings import Meetings
from chatroom.live.addresses import Addresses
from chatroom.live.book import Book, Record
from chatroom.live.errands import Errands
from chatroom.live.gate import Gate
from chatroom.live.hub import Hub
from chatroom.live.journal import Journal
from chatroom.live.lobby import Lobby
from chatroom.live.policies import shipped
from chatroom.live.presence import Presence
from chatroom.live.refusals import CLOSE_CODES
from chatroom.live.reviewing import Reviewer, open_reviewer
from chatroom.live.second_look import SecondLook
from chatroom.live.timekeeper import Clock, Timekeeper, pause
from chatroom.people.access import Access, Heard
from chatroom.people.accounts import Accounts
from chatroom.people.heads import Watch
from chatroom.people.limits import Limits
from chatroom.people.organisation import Organisation
from chatroom.people.persons import Persons
from chatroom.people.secret import secret_key
from chatroom.people.strangers import Strangers
from chatroom.people.ways_in import WaysIn
from chatroom.settings import Settings
from chatroom.store.access import Told
from chatroom.store.database import assert_durable, open_engine
from chatroom.store.logs import Logs
from chatroom.store.open import open_logs
from chatroom.store.presence import DatabaseLeases
from chatroom.store.soundness import Soundness
from chatroom.web.account import Account
from chatroom.web.answers import open_templates
from chatroom.web.appeals import Appeals
from chatroom.web.assets import Assets
from chatroom.web.desk import Desk
from chatroom.web.doors import Doors, Readiness
from chatroom.web.help import Help
from chatroom.web.house import House
from chatroom.web.metrics import Metrics
from chatroom.web.office import Office
from chatroom.web.office_acts import OfficeActs
from chatroom.web.opening import Opening
from chatroom.web.pages import Pages
from chatroom.web.rooms import Rooms
from chatroom.web.routes import routes
from chatroom.web.security import Security
from chatroom.web.signing import SigningIn
from chatroom.web.socket import Sockets
from chatroom.web.upgrades import Upgrades

STATIC = Path(__file__).parent.parent / "static"


def create_app(settings: Settings) -> Starlette:
    """The whole server. Nothing runs before its lifespan."""
    ground = _open_ground(settings)
    machine = _build(settings, ground, is_leaving=lambda: getattr(app.state, "draining", False))
    assets = Assets(STATIC)
    templates = open_templates(assets)
    holds = ground.organisation.settings
    pages = Pages(holds, templates)
    gate = Gate(
        ground.addresses, settings.connections_per_address, lambda: crowded(lines_of(holds()))
    )
    ways = _routes(settings, ground, machine, pages, assets, templates)
    app = Starlette(
        routes=ways,
        exception_handlers={404: pages.nowhere, 405: pages.nowhere},
        middleware=[
            Middleware(Security, origins=settings.origins, upgrades=Upgrades(ways)),
            Middleware(
                Opening,
                missing=lambda: ground.organisation.missing,
                holds=holds,
                templates=templates,
            ),
        ],
        lifespan=lambda _: _running(ground, machine, gate),
    )
    app.state.gate = gate
    return app


class AnotherServer(Exception):
    """One sentence for whoever tried it."""


@dataclass(frozen=True)
class Ground:
    """What everything stands on: time, the database, the bus, and who is known."""

    key: bytes
    clock: Clock
    engine: AsyncEngine
    logs: Logs
    bus: Bus
    accounts: Accounts
    organisation: Organisation
    persons: Persons
    access: Access
    addresses: Addresses
    limits: Limits


@dataclass(frozen=True)
class Machine:
    """What moves: meetings and cases, and the sockets that read them."""

    house: House
    meetings: Meetings
    departures: Departures
    timekeeper: Timekeeper
    errands: Errands
    watch: Watch


def _open_ground(settings: Settings) -> Ground:
    key = secret_key(settings.secret_file, secrets.token_bytes)
    engine, clock = open_engine(settings), Clock(settings.time_speed)
    accounts = Accounts(engine, key, secrets.token_bytes)
    return Ground(
        key,
        clock,
        engine,
        open_logs(settings),
        open_bus(settings.bus, settings.redis_url, secrets.token_hex(8), pause),
        accounts,
        Organisation(settings, engine, accounts.audit),
        Persons(engine, accounts.audit, secrets.token_bytes),
        Access(engine),
        Addresses(key, settings.proxies, clock.now),
        Limits(time.monotonic, factor=settings.limits, redis_url=settings.redis_url),
    )


def _build(settings: Settings, ground: Ground, is_leaving: Callable[[], bool]) -> Machine:
    is_alone = settings.database_path is not None  # SQLite is the database of one process.
    leases = None if is_alone else DatabaseLeases(ground.engine, secrets.token_bytes)
    presence = Presence(leases, ground.clock.now)
    hub = Hub(ground.bus.listen, ground.bus.unlisten, presence)

    def published(book: Book, records: list[Record]) -> None:
        hub.publish(book, records)
        cases.changed(book, records)

    second = SecondLook(pause, time.monotonic) if settings.review == "all" else None
    reviewer, errands = open_reviewer(settings, second), Errands()
    journal = _open_journal(ground, published, reviewer)
    cases = Cases(
        ground.engine,
        journal,
        ground.accounts,
        settings.case_retention,
        ground.clock.now,
        secrets.token_bytes,
        connected=presence.connected,
    )
    house = House(
        journal,
        hub,
        ground.accounts,
        ground.addresses,
        reviewer,
        cases,
        ground.limits,
        Strangers(ground.limits, time.monotonic),
        ground.clock.now,
        time.monotonic,
        secrets.token_bytes,
        errands.begin,
    )
    lobby = Lobby(presence)
    meetings = Meetings(
        ground.engine,
        journal,
        ground.accounts,
        cases,
        reviewer,
        open_formats(ground.engine),
        lobby,
        lambda: ground.organisation.settings().retention,
        secrets.token_bytes,
    )
    departures = Departures(ground.engine, journal, ground.accounts, hub, cases)
    timekeeper = Timekeeper(
        ground.clock,
        ground.logs,
        journal,
        hub,
        presence,
        Claims(
            journal,
            presence,
            ground.clock.now,
            desk=lambda: cases.desk,
            tell=cases.tell_of_desk,
        ),
        lobby,
        bus_is_sound=lambda: ground.bus.sound,
        is_leaving=is_leaving,
    )
    policies, audit = reviewer.policies, ground.accounts.audit
    heads = settings.audit_heads
    watch = Watch(ground.engine, audit, heads, ground.clock.now, lambda: policies.version)
    return Machine(house, meetings, departures, timekeeper, errands, watch)


def _open_journal(
    ground: Ground, published: Callable[[Book, list[Record]], None], reviewer: Reviewer
) -> Journal:
    return Journal(
        ground.logs,
        ground.clock.now,
        secrets.token_bytes,
        hashlib.blake2b(b"journal", key=ground.key, digest_size=32).digest(),
        published,
        ground.bus.announce,
        ground.clock.good_until,
        pause,
        policy=lambda: reviewer.policies.version,
    )


def _routes(
    settings: Settings,
    ground: Ground,
    machine: Machine,
    pages: Pages,
    assets: Assets,
    templates: Environment,
) -> list[BaseRoute]:
    house, meetings, holds = machine.house, machine.meetings, ground.organisation.settings
    second = house.reviewer.second
    no_session = CLOSE_CODES["no_session"].code
    presses = Presses(house.limits, house.journal, house.cases, secrets.token_bytes)
    doors = Doors(
        ground.accounts,
        ground.persons,
        templates,
        ground.clock.now,
        ended=lambda session: house.hub.end_sessions({session: no_session}),
        departures=machine.departures,
        settings=holds,
        strangers=house.strangers,
        addresses=house.addresses,
    )
    ways = WaysIn(ground.engine, ground.persons, ground.accounts.audit, secrets.token_bytes)
    serving = (house, ground.persons, ways, machine.departures, holds, templates)
    return routes(
        pages,
        doors,
        Rooms(house, meetings, holds, templates),
        Appeals(house, meetings),
        Help(house, meetings, holds, presses),
        Desk(house, holds, templates, presses),
        Sockets(house, meetings, settings.is_compressed),
        assets,
        SigningIn(*serving),
        Account(*serving),
        Office(house, meetings, ground.persons, ground.organisation, ground.engine, templates),
        OfficeActs(
            house, meetings, ground.persons, machine.departures, ground.organisation, ground.engine
        ),
        Readiness(
            ground.engine,
            ground.bus,
            house.journal.stores,
            Soundness(settings.database_path) if settings.database_path else None,
            review=lambda: None if second is None else second.state,
        ),
        Metrics(settings.metrics_token, second),
    )


@asynccontextmanager
async def _running(ground: Ground, machine: Machine, gate: Gate) -> AsyncIterator[None]:
    """Runs all tasks while the server serves; the database is asked first whether it is durable."""
    if not gate.is_kept:
        raise AnotherServer(
            "Start it by `chatroom serve`: no other server writes ready-made frames"
        )
    journal, cases, hub = machine.house.journal, machine.house.cases, machine.house.hub
    await assert_durable(ground.engine)
    await ground.clock.follow(ground.logs.time)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(journal.run(), name="journal"),
            tasks.create_task(journal.follow(), name="follower"),
            tasks.create_task(ground.bus.run(journal.heard), name="bus"),
            tasks.create_task(cases.run(pause), name="cases"),
            tasks.create_task(ground.limits.run(pause), name="limits"),
        ]
        policies = machine.house.reviewer.policies
        running.append(tasks.create_task(policies.run(pause), name="policy"))
        running.append(tasks.create_task(machine.errands.run(), name="errands"))
        running.append(tasks.create_task(machine.watch.run(pause), name="audit"))
        await cases.open_desk()
        running.append(tasks.create_task(machine.timekeeper.run(), name="timekeeper"))
        departing = machine.departures.run(ground.clock.now, pause)
        running.append(tasks.create_task(departing, name="departures"))
        watching = machine.departures.watch(ground.clock.now, pause)
        running.append(tasks.create_task(watching, name="watch"))
        await ground.access.begin()
        await _learn(ground, machine)
        following = ground.access.run(_hears(ground, machine), ground.clock.now, pause)
        running.append(tasks.create_task(following, name="access"))
        if machine.house.reviewer.second is not None:
            running.append(tasks.create_task(machine.house.reviewer.run(), name="second look"))
        for task in running:
            task.add_done_callback(_end_with)
        try:
            yield
        finally:
            hub.close(CLOSE_CODES["restart"].code)
            for task in running:
                task.cancel()
    await ground.logs.close()
    await ground.engine.dispose()


def _hears(ground: Ground, machine: Machine) -> Heard:
    """What was taken closes sockets, and what a lead has set holds here too."""

    async def hears(told: list[Told], now: float) -> None:
        await machine.departures.hears(told, now)
        if any(one.kind == "settings" for one in told):
            await _learn(ground, machine)

    return hears


async def _learn(ground: Ground, machine: Machine) -> None:
    await ground.organisation.learn()
    settings = ground.organisation.settings()
    await asyncio.to_thread(machine.house.reviewer.policies.rebase, shipped(settings))


def _end_with(task: "asyncio.Task[None]") -> None:
    """A server without one of its tasks must not look alive: it ends, and its service starts it again."""
    if not task.cancelled():
        error = type(task.exception()).__name__
        structlog.get_logger().critical("task_ended", task=task.get_name(), error=error)
        signal.raise_signal(signal.SIGTERM)
