"""What other rooms forget by themselves, and what stays as long as something else: told beside the schedule."""

from collections.abc import Mapping

from app.core.i18n import Message, mark

ELSEWHERE: Mapping[str, tuple[Message, Message]] = {
    "mails": (mark("Mails that were sent or given up"), mark("After thirty days")),
    "sessions": (
        mark("Sessions and links of the team that are over"),
        mark("After a day; invitations after a month"),
    ),
    "counts": (mark("Counts that limit how often something is tried"), mark("At the end of the count")),
    "stamps": (mark("Proofs of work of forms"), mark("After two hours")),
    "salts": (
        mark("Secrets that make the codes of who took part and who voted"),
        mark("When the campaign closes"),
    ),
    "visitors": (
        mark("Coded marks that let a visitor count once"),
        mark("When the campaign closes, after thirteen months at most; only sums stay"),
    ),
    "consents": (
        mark("That a consent was given, and in which words"),
        mark("Stays as the proof, without a name once they are forgotten"),
    ),
    "receipts": (
        mark("Receipts and Gift Aid declarations"),
        mark("As the books: what was issued is never deleted, and its numbers have no gap"),
    ),
    "statements": (
        mark("Lines of bank statements that were read"),
        mark("As the books, of which they are the proof"),
    ),
    "watched": (mark("Names and words the team watches for"), mark("Until the team takes them off its list")),
    "campaign": (
        mark("What the team wrote: stories, answers, checks of facts, the log of a crisis"),
        mark("As long as the campaign"),
    ),
    "team": (mark("Accounts of members"), mark("As long as they work here")),
    "journal": (
        mark("The journal: who of the team changed what"),
        mark("As long as the organisation uses this server"),
    ),
}
