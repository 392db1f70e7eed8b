"""Every URL on one screen."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute, Route, WebSocketRoute

from chatroom.web import doors
from chatroom.web.account import Account
from chatroom.web.answers import answering
from chatroom.web.appeals import Appeals
from chatroom.web.assets import Assets
from chatroom.web.desk import Desk
from chatroom.web.doors import Doors, Readiness
from chatroom.web.help import Help
from chatroom.web.metrics import Metrics
from chatroom.web.office import Office
from chatroom.web.office_acts import OfficeActs
from chatroom.web.pages import Pages
from chatroom.web.rooms import Rooms
from chatroom.web.signing import SigningIn
from chatroom.web.socket import Sockets


class CaseConvertor(Convertor[str]):
    """16 hex digits."""

    regex = "[0-7][0-9a-f]{15}"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class SwitchConvertor(CaseConvertor):
    """Off or on."""

    regex = "off|on"


def routes(
    pages: Pages,
    door: Doors,
    rooms: Rooms,
    appeals: Appeals,
    helping: Help,
    desk: Desk,
    sockets: Sockets,
    assets: Assets,
    signing: SigningIn,
    account: Account,
    office: Office,
    acts: OfficeActs,
    readiness: Readiness,
    metrics: Metrics,
) -> list[BaseRoute]:
    """GETs show, POSTs add; a socket lies below the thing that it is for."""
    register_url_convertor("case", CaseConvertor())
    register_url_convertor("switch", SwitchConvertor())
    return [
        Route("/", pages.home),
        Route("/left", pages.left),
        Route("/enter", door.enter),
        Route("/invitations/exchange", answering(door.exchange), methods=["POST"]),
        Route("/session/end", answering(door.end_session), methods=["POST"]),
        Route("/sign-in", signing.show),
        Route("/sign-in/passkey/challenge", answering(signing.challenge), methods=["POST"]),
        Route("/sign-in/passkey", answering(signing.by_passkey), methods=["POST"]),
        Route("/sign-in/password", answering(signing.by_password), methods=["POST"]),
        Route("/sign-in/recovery", answering(signing.by_recovery), methods=["POST"]),
        Route("/account", account.show),
        Route("/account/passkeys/challenge", answering(account.challenge), methods=["POST"]),
        Route("/account/passkeys", answering(account.add_passkey), methods=["POST"]),
        Route("/account/authenticator", answering(account.authenticator), methods=["POST"]),
        Route("/account/password", answering(account.set_password), methods=["POST"]),
        Route("/account/recovery", answering(account.new_codes), methods=["POST"]),
        Route("/account/ways/end", answering(account.end_way), methods=["POST"]),
        Route("/account/sessions/end", answering(account.end_session), methods=["POST"]),
        Route("/account/end", answering(account.forget), methods=["POST"]),
        Route("/office", office.show),
        Route("/office/first-hour", office.first_hour),
        Route("/office/first-hour", answering(acts.begin), methods=["POST"]),
        Route("/office/rooms", answering(acts.make_room), methods=["POST"]),
        Route("/office/rooms/{slug}", office.room),
        Route("/office/rooms/{slug}/door", answering(acts.change_door), methods=["POST"]),
        Route("/office/rooms/{slug}/links", answering(acts.make_link), methods=["POST"]),
        Route("/office/links/end", answering(acts.end_link), methods=["POST"]),
        Route("/office/people", office.people),
        Route("/office/people", answering(acts.add_person), methods=["POST"]),
        Route("/office/people/{person:case}", office.person),
        Route("/office/people/{person:case}/name", answering(acts.rename), methods=["POST"]),
        Route("/office/people/{person:case}/link", answering(acts.link_person), methods=["POST"]),
        Route("/office/people/{person:case}/duties", answering(acts.change_duty), methods=["POST"]),
        Route("/office/people/{person:case}/end", answering(acts.forget), methods=["POST"]),
        Route(
            "/office/people/{person:case}/{how:switch}", answering(acts.switch), methods=["POST"]
        ),
        Route("/office/settings", office.settings),
        Route("/office/settings", answering(acts.set), methods=["POST"]),
        Route("/office/audit", answering(office.audit)),
        Route("/rooms/{slug}", answering(rooms.show)),
        Route("/rooms/{slug}/door", answering(rooms.door)),
        Route("/rooms/{slug}/seats", answering(rooms.take_seat), methods=["POST"]),
        Route("/rooms/{slug}/knocks/end", answering(rooms.stop_waiting), methods=["POST"]),
        Route("/rooms/{slug}/appeals", answering(appeals.look)),
        Route("/rooms/{slug}/appeals", answering(appeals.appeal), methods=["POST"]),
        Route("/rooms/{slug}/cues", answering(rooms.cues)),
        Route("/rooms/{slug}/ways", answering(rooms.ways)),
        Route("/rooms/{slug}/ways", answering(rooms.set_ways), methods=["POST"]),
        WebSocketRoute("/rooms/{slug}/socket", sockets.room),
        Route("/help", answering(helping.ask), methods=["POST"]),
        Route("/desk", answering(desk.show)),
        Route("/desk/seats", answering(desk.take_seat), methods=["POST"]),
        Route("/desk/presses/away", answering(desk.put_away), methods=["POST"]),
        WebSocketRoute("/desk/socket", sockets.desk),
        Route("/cases/{case:case}/claims", answering(desk.claim), methods=["POST"]),
        WebSocketRoute("/cases/{case:case}/socket", sockets.case),
        Route("/static/{hash}/{path:path}", assets.serve),
        Route("/healthz", doors.healthz),
        Route("/readyz", readiness.readyz),
        Route("/metrics", metrics.show),
    ]
