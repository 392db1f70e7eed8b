"""The only way a log changes: queue -> decide -> compare-and-append -> commit -> announce.

docs/architecture.md tells the whole journey; journal.md of the design holds the measurements.
"""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from math import inf

import msgspec
import structlog
from msgspec.structs import replace

from chatroom.live.book import Book, Fold, Record, folded
from chatroom.live.books import Books, Unreadable
from chatroom.live.proposals import Answer, Proposal, Queues, RetryLater, by_log, first_answer
from chatroom.live.rules import Command, Entry, Rules, State, erased_by
from chatroom.store.logs import READER, Batch, DataFault, First, Logs, OutcomeUnknown, Row
from moderation.content.verdict import ALLOW, Verdict
from moderation.refused import Refused

TRIES = 5
FAILED_LATELY = 5.0
"""Seconds for which an append that failed is taken to say how the next one will fare (P18)."""
CONTESTED = 0.001, 0.003
"""Seconds before the second try in a log that others write in too, so that each gets a turn."""

_log = structlog.get_logger()


@dataclass
class Draft:
    """What a batch of proposals would make of a log, before the log has agreed."""

    book: Book
    fold: Fold
    proposals: list[Proposal]
    good_until: float = inf
    records: list[Record] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    stored: list[tuple[Proposal, Answer]] = field(default_factory=list)
    answered: list[tuple[Proposal, Answer | Refused]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stood_at = self.book.fold.position

    def batch(self) -> Batch:
        rules, state = self.book.rules, self.fold.state
        erased = [place for record in self.records for place in erased_by(record.entry)]
        return Batch(
            self.book.log,
            self.stood_at,
            self._without(set(erased)),
            erased,
            rules.due(state),
            rules.ended(state),
            self.good_until,
            max(rules.reader(record.entry) for record in self.records),
        )

    def _without(self, erased: set[tuple[int, int]]) -> list[Row]:
        """Words said and taken back in one batch are never stored (P19)."""
        return [
            row._replace(words=None, digest=None) if (row.audience, row.number) in erased else row
            for row in self.rows
        ]


async def no_pause(_: float) -> None:
    """For a log that nobody else writes in."""


class Journal(Books):
    """Group commit over all logs of this process. `run` lives in the caller's TaskGroup."""

    def __init__(
        self,
        logs: Logs,
        now: Callable[[], float],
        random_bytes: Callable[[int], bytes],
        key: bytes,
        published: Callable[[Book, list[Record]], None],
        announce: Callable[[int, int], None],
        good_until: Callable[[float | None], float] = lambda due: inf,
        pause: Callable[[float], Awaitable[None]] = no_pause,
        policy: Callable[[], str] | None = None,
    ) -> None:
        """`good_until`: until when, on the database's clock, a decision may be stored that is made now
        in a log where something is due then (W1). `policy`: the version of the one that holds now."""
        super().__init__(logs, published)
        self._now = now
        self._random_bytes = random_bytes
        self._key = key
        self._announce = announce
        self._good_until = good_until
        self._pause = pause
        self._policy = policy
        self._contested = False
        self._failed_at: float | None = None
        self._queues = Queues()
        self._waiting = asyncio.Event()

    # Asking

    def submit(
        self,
        log: int,
        seat: int,
        command: Command,
        *,
        id: bytes | None = None,
        payload: bytes = b"",
        verdict: Verdict = ALLOW,
        review: Callable[[State], Verdict] | None = None,
        followed_by: Sequence[bytes] = (),
    ) -> "asyncio.Future[Answer]":
        """Queues a command; the answer comes after COMMIT, or as `Refused` or `RetryLater`.

        Commands of one seat are taken in the order of these calls. `id` makes it happen once, and
        `payload` is what must be the same when it is sent again. It is not stored behind any of
        `followed_by`: a no, or a receipt without an entry, that was lost does not become a yes.
        """
        digest = self._digest(payload) if id else None
        proposal = Proposal(log, seat, command, id, digest, verdict, review, followed_by)
        self._queues.put(proposal)
        self._waiting.set()
        return proposal.answer

    async def first(
        self, log: int, seat: int, id: bytes, payload: bytes
    ) -> Answer | Refused | None:
        """The answer to a command that was stored before; None where it was not. Nothing is queued."""
        first = await self._logs.first(log, seat, id)
        return None if first is None else first_answer(self._digest(payload), first)

    def _digest(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self._key, digest_size=16).digest()

    def stores(self) -> bool:
        """Whether a receipt can be promised, by how the last append went, if that was lately."""
        return self._failed_at is None or self._now() > self._failed_at + FAILED_LATELY

    # Deciding and appending

    async def run(self) -> None:
        """Commits what waits, group by group, until cancelled."""
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            while work := self._queues.take():
                await self._commit(work)

    async def _commit(self, work: list[Proposal]) -> bool:
        """Settles all of `work`; False where it ended in `retry`."""
        for number in range(TRIES):
            try:
                work = await self._try(work)
                if self._contested:
                    # Longer each time: somebody's disk may take longer than a few milliseconds.
                    await self._pause(random.uniform(*CONTESTED) * 2**number)
                # Behind the pause: what is read before it is stale again when it ends.
                await self.catch_up(*by_log(work))
            except DataFault:
                return await self._apart(work)
            except Unreadable:
                return await self._log_by_log(work)
            except OutcomeUnknown:
                self._failed_at = self._now()
                return self._unknown(work)
            except Exception as error:
                # A bug must not end the journal of every room.
                _log.error("commit_failed", error=type(error).__name__)
                return await self._log_by_log(work)
            if not work:
                return True
        return self._unknown(work)

    async def _try(self, work: list[Proposal]) -> list[Proposal]:
        """One attempt for all. What was not appended is returned, to be decided again.

        It stood on a stale position, or on a decision that took too long, or the log was busy.
        Contested is what was lost, and what was won after a loss: others are at it, and get a turn.
        """
        self._contested = False
        drafts = [await self._decide(log, proposals) for log, proposals in by_log(work).items()]
        batches = [draft.batch() for draft in drafts if draft.rows]
        done = await self._logs.append(batches) if batches else set()
        if done:
            self._failed_at = None
        done |= await self._still_at([draft for draft in drafts if not draft.rows])
        stale = []
        for draft in drafts:
            if draft.book.log not in done:
                stale.append(draft)
                continue
            await self._answer_without_entry(draft)
            self._settle(draft)
            self._contested |= draft.book.contested
            draft.book.contested = False
        for draft in stale:
            self._contested = draft.book.contested = True
        # The refusals as well: they were decided on top of what was not stored.
        return [proposal for draft in stale for proposal in draft.proposals]

    async def _still_at(self, drafts: list[Draft]) -> set[int]:
        """The logs of these that stand where they were decided: a no must not rest on the past either (P5)."""
        decided = {draft.book.log: draft.stood_at for draft in drafts}
        heads = await self._logs.heads(decided) if decided else []
        return {head.log for head in heads if head.position == decided[head.log]}

    async def _decide(self, log: int, proposals: list[Proposal]) -> Draft:
        book = await self.book(log)
        assert book is not None, "commands go to logs that exist"
        if book.min_reader > READER:
            raise Unreadable
        draft = Draft(book, book.fold, proposals, self._good_until(book.rules.due(book.fold.state)))
        late = [proposal for proposal in proposals if await self._overtaken(book, proposal)]
        for proposal in proposals:
            try:
                self._decide_one(draft, proposal, late=proposal in late)
            except Refused as refused:
                draft.answered.append((proposal, refused))
            except Exception as error:
                # A bug in a rule must not take down every room of the process.
                _log.error("decision_failed", kind=book.rules.kind, error=type(error).__name__)
                draft.answered.append((proposal, Refused("bad_command")))
        return draft

    async def _overtaken(self, book: Book, proposal: Proposal) -> bool:
        """Whether something that was sent behind it stands in the log (P5).

        The database is asked once: every hop makes it likelier to lose to others. What is stored
        behind the position that is decided on finds the append refused.
        """
        if not proposal.followed_by:
            return False
        position = book.fold.position
        later = None if proposal.alone_at is None else book.commands_since(proposal.alone_at)
        if later is None:
            late = await self._logs.any_stored(proposal.log, proposal.seat, proposal.followed_by)
        else:
            late = not later.isdisjoint(proposal.followed_by)
        proposal.alone_at = None if late else position
        return late

    def _decide_one(self, draft: Draft, proposal: Proposal, *, late: bool) -> None:
        now = max(self._now(), draft.fold.at)
        entries = self._entries(draft.fold.state, draft.book.rules, proposal, now)
        if entries and late:
            raise Refused("overtaken")
        if entries:
            draft.stored.append((proposal, self._add(draft, proposal, entries, now)))
        else:
            draft.answered.append((proposal, Answer()))

    def _entries(self, state: State, rules: Rules, proposal: Proposal, now: float) -> list[Entry]:
        verdict = proposal.verdict
        if proposal.review is not None and self._is_of_before(verdict, state):
            verdict = proposal.review(state)
        return rules.decide(state, proposal.command, proposal.seat, now, verdict)

    def _is_of_before(self, verdict: Verdict, state: State) -> bool:
        """Whether it was made under another epoch (P10), or another policy."""
        if verdict.epoch != state.epoch:
            return True
        return self._policy is not None and verdict.policy != self._policy()

    def _add(self, draft: Draft, proposal: Proposal, entries: Sequence[Entry], at: float) -> Answer:
        """Numbers the entries and folds them in; the last one that the sender may see bears the id.

        The draft changes at the end, all at once: a fault in the middle must leave no gap in it.
        """
        rules, fold = draft.book.rules, draft.fold
        records = []
        for entry in entries:
            audience = rules.audience(entry)
            number = fold.head(audience)[0] + 1
            id = self._random_bytes(8).hex()
            record = Record(fold.position + 1, audience, number, id, at, entry, seat=proposal.seat)
            fold = folded(rules, fold, record)
            records.append(record)
        seen = rules.streams(fold.state, proposal.seat) if proposal.seat else {0: 1}
        named = next(
            (record for record in reversed(records) if record.audience in seen), records[-1]
        )
        records[records.index(named)] = replace(named, command=proposal.id)
        rows = [_row(draft.book.log, record, proposal) for record in records]
        draft.fold = fold
        draft.records.extend(records)
        draft.rows.extend(rows)
        return Answer(named.audience, named.number)

    async def _answer_without_entry(self, draft: Draft) -> None:
        """A no, or nothing to do; unless it was stored before: then with its first receipt (P2)."""
        for proposal, answer in draft.answered:
            first = await self._first(proposal)
            proposal.settle(answer if first is None else first_answer(proposal.digest, first))

    async def _first(self, proposal: Proposal) -> First | None:
        if proposal.id is None:
            return None
        return await self._logs.first(proposal.log, proposal.seat, proposal.id)

    def _settle(self, draft: Draft) -> None:
        if draft.rows:
            self._publish(draft.book, draft.records)
            self._announce(draft.book.log, draft.fold.position)
        for proposal, answer in draft.stored:
            proposal.settle(answer)

    # When it fails

    async def _apart(self, work: list[Proposal]) -> bool:
        """One bad row must not take the others down: log by log, then one by one (W2)."""
        if len(by_log(work)) > 1:
            return await self._log_by_log(work)
        if len(work) == 1:
            return await self._guilty(work[0])
        for index, proposal in enumerate(work):
            if not await self._commit([proposal]):
                return self._unknown(work[index + 1 :])
        return True

    async def _log_by_log(self, work: list[Proposal]) -> bool:
        logs = list(by_log(work).values())
        if len(logs) == 1:
            return self._unknown(work)
        return all([await self._commit(proposals) for proposals in logs])

    async def _guilty(self, proposal: Proposal) -> bool:
        """Sent before, and then it has its first receipt; or it can't be stored at all."""
        try:
            await self.catch_up(proposal.log)
            first = await self._first(proposal)
        except OutcomeUnknown:
            return self._unknown([proposal])
        refused = Refused("bad_command")
        proposal.settle(refused if first is None else first_answer(proposal.digest, first))
        return True

    def _unknown(self, work: list[Proposal]) -> bool:
        """`retry` to all, and to what is queued behind them: the order of a socket's commands holds (P5)."""
        behind = self._queues.drop({proposal.log for proposal in work})
        for proposal in (*work, *behind):
            proposal.settle(RetryLater())
        return False


_packer = msgspec.msgpack.Encoder()


def _row(log: int, record: Record, proposal: Proposal) -> Row:
    entry = record.entry
    words = getattr(entry, "words", None)
    bare = replace(entry, words=None) if words is not None else entry
    return Row(
        log,
        record.position,
        record.audience,
        record.number,
        record.id,
        type(entry).__struct_config__.tag,
        proposal.seat,
        record.command,
        proposal.digest if record.command is not None else None,
        record.at,
        _packer.encode(bare),
        None if words is None else words.encode(),
    )
