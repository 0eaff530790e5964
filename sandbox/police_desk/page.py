"""The dispatcher's page: plain HTML, nothing from elsewhere, every value escaped."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, cast

from .config import DeskConfig

type Row = Mapping[str, object]

_STYLE: Final = """
body{font:16px/1.45 system-ui,sans-serif;margin:0;background:#f4f5f7;color:#15181c}
header,main{max-width:64rem;margin:auto;padding:1rem}
.banner{background:#b45309;color:#fff;font-size:2rem;font-weight:800;letter-spacing:.2em;
 text-align:center;padding:.5rem}
.banner.live{background:#991b1b}
article{background:#fff;border-left:.5rem solid #64748b;padding:1rem;margin:1rem 0;border-radius:4px}
article.l2{border-color:#b45309}article.l3,article.l4,article.none{border-color:#991b1b}
article.done{opacity:.65}
h2{margin:0}.sentence{font-size:1.25rem}.wish{background:#fde68a;padding:.5rem;font-weight:700}
bdi{white-space:pre-line;overflow-wrap:anywhere}dt{font-weight:700}dd{margin:0 0 .5rem}
form{display:flex;gap:.5rem;flex-wrap:wrap;align-items:center}
button,select,input{font:inherit;padding:.4rem .8rem}
"""
# Reloads unless somebody is writing a note.
_SCRIPT: Final = """
setInterval(()=>{const busy=[...document.querySelectorAll("input[name=note]")].some(i=>i.value)
||["INPUT","SELECT"].includes(document.activeElement.tagName);if(!busy)location.reload()},4000)
"""
_BUTTONS: Final = {
    "acknowledged": "Acknowledge",
    "dispatched": "Dispatched",
    "arrived": "Arrived",
    "closed": "Close",
    "cancelled": "Cancel (recall)",
}
_ORDER: Final = ("received", *_BUTTONS)
_DISPOSITIONS: Final = {
    "": "Disposition (when closing)",
    "crime_confirmed": "Crime confirmed",
    "no_crime_found": "No crime found",
    "false_alarm": "False alarm",
    "cancelled_by_home": "Cancelled by the home",
    "unable_to_locate": "Unable to locate",
    "exercise": "Exercise",
}
_KINDS: Final = {
    "burglary": "Burglary",
    "panic_police": "Call for help: police",
    "fire": "Fire",
    "medical": "Medical",
}


def render(config: DeskConfig, incidents: Sequence[Row], *, form_token: str, nonce: str) -> str:
    """Return the whole page."""
    cards = "".join(_card(row, form_token) for row in incidents) or "<p>No incidents.</p>"
    live = any(row["mode"] == "live" for row in incidents)
    banner = "LIVE INCIDENTS PRESENT" if live else "EXERCISE"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<noscript><meta http-equiv="refresh" content="10"></noscript>'
        f"<title>{escape(config.name)}</title>"
        f'<style nonce="{nonce}">{_STYLE}</style></head><body>'
        f'<div class="banner{" live" if live else ""}" role="status">{banner}</div>'
        f"<header><h1>{escape(config.name)}</h1>"
        "<p>Sandbox. Nothing here reaches an emergency number.</p></header>"
        f'<main>{cards}</main><script nonce="{nonce}">{_SCRIPT}</script></body></html>'
    )


def _card(row: Row, form_token: str) -> str:
    picture = cast("Row", row["picture"])
    premises = cast("Row", picture["premises"])
    status = str(row["status"])
    done = status in {"closed", "cancelled"}
    shade = "none" if picture["level"] is None else f"l{_grade(picture)}"
    mode = "EXERCISE" if row["mode"] == "exercise" else "LIVE"
    return (
        f'<article class="{escape(shade)}{" done" if done else ""}" id="{_text(row["number"])}">'
        f"<h2>{mode} · {_text(row['number'])} · {escape(_KINDS[str(row['kind'])])} · "
        f"{_text(status)}</h2>{_wish(row)}"
        f'<p class="sentence"><bdi>{_text(picture["summary"])}</bdi></p>'
        f"<p>{_level(picture)}</p><dl>"
        + _entry("Where", [f"{premises['name']}, {premises['address']}"])
        + _entry("Getting in", [premises.get("entry_instructions") or "not given"])
        + _entry("Call back", [picture["callback_phone"]])
        + _entry("Why", _lines(picture["reasons"], "sentence", "rule"))
        + _entry("Not known", cast("Sequence[object]", picture["unknowns"]))
        + _entry("Timeline", _lines(picture["timeline"], "at", "place", "what"))
        + _entry("Asked people", _lines(picture["confirmations"], "at", "by_role", "verdict"))
        + _entry("History", _lines(row["history"], "at", "what", "note", "disposition"))
        + f"</dl>{'' if done else _form(str(row['number']), status, form_token)}</article>"
    )


def _level(picture: Row) -> str:
    if picture["level"] is None:
        return "No level: only a burglary is graded."
    by = _text(picture["level_proposed_by"])
    return (
        f"Level {_text(picture['level'])} of 4, proposed by {by}, {_text(picture['level_basis'])}"
    )


def _grade(picture: Row) -> int:
    """Return the level as an integer; in JSON 2.0 is one too."""
    return int(cast("float", picture["level"]))


def _wish(row: Row) -> str:
    if row["cancel_requested_at"] is None:
        return ""
    at = _text(row["cancel_requested_at"])
    return f'<p class="wish">The home asked to cancel at {at}. Recall is your decision.</p>'


def _form(number: str, status: str, form_token: str) -> str:
    later = _ORDER[_ORDER.index(status) + 1 :]
    buttons = "".join(
        f'<button name="status" value="{name}">{_BUTTONS[name]}</button>' for name in later
    )
    options = "".join(f'<option value="{n}">{escape(t)}</option>' for n, t in _DISPOSITIONS.items())
    return (
        f'<form method="post" action="/desk/incidents/{escape(number)}/status">'
        f'<input type="hidden" name="form_token" value="{escape(form_token)}">'
        '<input name="note" maxlength="500" placeholder="Note to the home" '
        'aria-label="Note to the home" autocomplete="off">'
        f'<select name="disposition" aria-label="Disposition">{options}</select>{buttons}</form>'
    )


def _lines(items: object, *names: str) -> list[str]:
    """Return one line per item, of its named fields that are there."""
    rows = cast("Sequence[Row]", items)
    return [" · ".join(str(row[name]) for name in names if name in row) for row in rows]


def _entry(title: str, lines: Sequence[object]) -> str:
    if not lines:
        return f"<dt>{title}</dt><dd>nothing reported</dd>"
    return f"<dt>{title}</dt>" + "".join(f"<dd><bdi>{_text(line)}</bdi></dd>" for line in lines)


def _text(value: object) -> str:
    return escape(str(value), quote=True)
