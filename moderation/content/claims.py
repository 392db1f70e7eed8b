"""What no name may say: that one has a role, that one is help itself, or what would hurt those who read it.

Every function takes a name in plain letters, as `names` makes it of accents, twins and wide letters.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


def _some(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words for a role, in the languages of our lists: a role is shown by the server, outside the name.
# Two first names (Aide, Mo D.) and a cry for help are none.
_ROLES = """
    facilitator chair cochair chairman chairwoman chairperson host cohost staff admin sysadmin administrator mod
    moderator system bot chatbot helper helpline helpdesk support desk official operator organizer organiser team
    facilitador facilitadora moderador moderadora anfitrion anfitriona administrador administradora presidente
    presidenta coordinador coordinadora sistema personal equipo ayudante operador operadora oficial
    facilitateur facilitatrice animateur animatrice moderateur moderatrice administrateur administratrice president
    hote hotesse systeme personnel equipe operateur operatrice officiel
    moderatorin leitung leiter leiterin gastgeber gastgeberin administratorin verwalter verwalterin vorsitz
    vorsitzende vorsitzender mitarbeiter mitarbeiterin helfer helferin offiziell
"""
# Words for whom one turns to in need: somebody in danger might write to a stranger instead.
_HELP = """
    crisis crises hotline lifeline therapist psychotherapist counselor counsellor counseling counselling nurse
    doctor dr physician psychologist psychiatrist clinician police officer ambulance paramedic medic emergency
    samaritan rescue caseworker socialworker safeguarding terapeuta psicologo psicologa psiquiatra enfermera
    enfermero medico medica doctora dra policia emergencia ambulancia consejero consejera socorrista
    lineadeayuda trabajadorasocial trabajadorsocial telefonodelaesperanza crise therapeute psychotherapeute
    psychologue psychiatre infirmier infirmiere medecin docteur docteure urgence secours secouriste pompier
    gendarme gendarmerie conseiller conseillere assistantesociale assistantsocial sosamitie krise krisen
    krisendienst krisentelefon notruf notarzt notarztin notdienst seelsorge telefonseelsorge seelsorger
    seelsorgerin therapeut therapeutin psychologe psychologin psychiater psychiaterin arzt arztin
    krankenschwester krankenpfleger pfleger pflegerin polizei polizist polizistin rettungsdienst sanitater
    sanitaterin berater beraterin beratung doktor doktorin sozialarbeiter sozialarbeiterin
"""
_NUMBERS = _some("""
    000 024 061 110 111 112 113 118 119 911 988 995 999 3114 3919 116111 116117 116123 131114 741741
""")
"""Numbers that one calls in need."""
_SURNAMES = _some("staff leiter host helfer helper bot verwalter pfleger arzt medic nurse doctor")
"""People have these, too: beside a first name they are let through, and the door offers the initial."""
_NO_FIRST_NAMES = _some("""
    a an the my our your this that mr mrs ms mx miss sir dr prof herr frau sr sra srta mme mlle el la los
    las le les der die das ein eine un una une night day duty room meeting group chat help health care
    medical clinic hospital safety security server site web tech online live real main head chief senior new
    good call on peer recovery sober crisis support ward noche grupo sala nuit groupe salle nacht gruppe
    raum haus dienst haupt chef
""")
"""What stands before a role and makes it one: Night Staff, Your Host."""

# What is meant to shock, hunt or soil, in the same languages. Names that people have are not in it:
# Dick, Kike, Paki, Concha, Gay.
_OBSCENE = """
    fuck fucker fucking fucked fck motherfucker shit shitty shithead bullshit cunt twat cock cocksucker dickhead
    bigdick mydick suckmy prick pussy asshole arsehole ass arse bitch bastard wank wanker whore slut tit tits
    titties boob boobs penis vagina dildo cum cumshot jizz blowjob handjob porn porno pornstar horny rapist rape
    hitler heilhitler nazi faggot fag nigger nigga chink gook tranny retard retarded pedo paedo pedophile
    paedophile molester incest bollocks bellend anus anal clit cuck milf nudes ballsack nutsack kys killyourself
    puta puto mierda pendejo pendeja cabron cabrona gilipollas maricon joder jodete verga polla chinga chingar
    chingatumadre hijodeputa hijueputa zorra culo follar follame violador merde putain pute salope salaud
    connard connasse encule enculer bite couille chatte nique niquer niquetamere enfoire branleur violeur
    scheisse scheiss arschloch arsch fotze fick ficken ficker wichser hure hurensohn schlampe schwuchtel kanake
    spast missgeburt nutte titten judensau siegheil
"""
_WITHIN = """
    fuck nigger nigga faggot asshole arsehole bitch wanker whore dickhead cocksuck blowjob motherfuck hitler arschloch
    fotze wichser hurensohn schlampe gilipollas hijodeputa hijueputa pendejo connard salope encule putain
"""
"""Those of them that are in no name that anybody has."""
_OBSCENE_SURNAMES = _some("cock fick verga bastard")

ONLY_WITHIN = 9
"""Letters from which on a role is seen inside a longer word, too: the shorter ones are in Wagstaff and Ghosty."""
SPELLED, SPELLED_OUT = 6, 4
"""Letters of a word that is seen over several words; of one that is spelled letter by letter."""
TWINS = 6
"""Letters from which on i and l, m and rn are one without more ado: Anaí and Pom are no disguises."""

_TOKEN = re.compile(r"[@$!|\w]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIGNS = "@$!|"
_DISGUISED = re.compile(r"[0-9@$!|]|(?<=.)I|rn|vv")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_CAPITAL = re.compile(r"[A-Z][a-z]+")
_LETTERS = str.maketrans("l1|!03457@$8", "iiiioeastasb")


def claims_role(plain: str) -> bool:
    """Whether a name claims a role, or to be help: alone, beside a name, in figures for letters, or s p e l l e d."""
    return any(map(_claims_role, _readings(plain, _SURNAMES)))


def _claims_role(words: list[str]) -> bool:
    figures = [word for word in words if word.isdigit()]
    if "".join(figures) in _NUMBERS or any(word in _NUMBERS for word in figures):
        return True
    whole = _letters("".join(words))
    return any(role in whole for role in _LONG) or any(_seen(words, _RESERVED))


def is_obscene(plain: str) -> bool:
    """Whether a name is there to shock or to hurt: as a word, in figures, drawn out or s p e l l e d."""
    return any(map(_is_obscene, _readings(plain, _OBSCENE_SURNAMES)))


def _is_obscene(words: list[str]) -> bool:
    words = [_DRAWN_OUT.sub(r"\1", word) for word in words]
    if any(part in _letters(word) for part in _PARTS for word in words):
        return True
    # Two halves are a word; a first name with an initial is none: Wan K., Ana L.
    halves = words if min(map(len, words), default=0) > 1 else []
    return _is_one("".join(halves), _OBSCENE_WORDS) or any(_seen(words, _OBSCENE_WORDS))


def _readings(plain: str, surnames: frozenset[str]) -> Iterator[list[str]]:
    """AnnAdmin and Sam_staff are two words each, StAfF is one; of "Staff!" the sign is none of its letters."""
    tokens = [word for token in _TOKEN.findall(plain) for word in token.split("_")]
    humps = [part for token in tokens for part in _HUMP.split(token)]
    for words in (humps, tokens):
        yield _without_surname([word for word in words if word], plain, surnames)
        bare = [word.strip(_SIGNS) for word in words]
        if bare != words:
            yield [word for word in bare if word]


def _without_surname(words: list[str], plain: str, surnames: frozenset[str]) -> list[str]:
    """Leopold Staff is somebody's name; Sam_staff, Night Staff and STAFF are no such thing."""
    parts = plain.split()
    if len(parts) < 2 or parts != words or parts[-1].lower() not in surnames:
        return words
    before = {part.lower() for part in parts[:-1]}
    is_name = all(map(_CAPITAL.fullmatch, parts)) and not before & _NO_FIRST_NAMES
    return words[:-1] if is_name else words


def _seen(words: list[str], known: "Known") -> Iterator[bool]:
    for first, word in enumerate(words):
        if not word.isdigit():  # A number is a number: 807 is no bot.
            yield _is_one(word, known)
            yield _is_one(word.rstrip("0123456789"), known)
        for end in range(first + 2, len(words) + 1):
            together = "".join(words[first:end])
            least = SPELLED_OUT if max(map(len, words[first:end])) == 1 else SPELLED
            yield len(together) >= least and _is_one(together, known)


def _is_one(word: str, known: "Known") -> bool:
    """As it stands; or by its twins, where it is in disguise or too long to be one of them by chance."""
    if word.casefold() in known.words:
        return True
    may_be = len(word) >= TWINS or _DISGUISED.search(word) is not None
    return may_be and _letters(word) in known.letters


def _letters(word: str) -> str:
    """Every figure and sign as the letter that it stands for; i and l are one."""
    plain = word.casefold().translate(_LETTERS)
    return plain.replace("rn", "m").replace("vv", "w")


class Known(NamedTuple):
    """Words, also in the plural: as they are written, and by their letters."""

    words: frozenset[str]
    letters: frozenset[str]


def _all(words: str) -> Known:
    written = frozenset(word + end for word in words.split() for end in ("", "s"))
    return Known(written, frozenset(map(_letters, written)))


_RESERVED = _all(_ROLES + _HELP)
_LONG = tuple(role for role in sorted(_RESERVED.letters) if len(role) >= ONLY_WITHIN)
_OBSCENE_WORDS = _all(_OBSCENE)
_PARTS = tuple(map(_letters, _WITHIN.split()))
