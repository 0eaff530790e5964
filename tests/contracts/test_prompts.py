"""Whatever the rules send to people has words."""

import ast

import pytest

from .repository import PRODUCT, called, english, literal, modules

SAYS = {"tell_people": 1, "tell_everybody": 1}
"""Functions that send a prompt, and its place among their arguments."""


def sent() -> set[str]:
    """Keys of the prompts that the rules send."""
    found: set[str | None] = set()
    for module in modules(PRODUCT / "core" / "rules"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) in SAYS:
                place = SAYS[called(node)]
                found.add(literal(node.args[place]) if len(node.args) > place else None)
    return {key for key in found if key is not None}


@pytest.mark.parametrize("prompt", sorted(sent()))
def test_a_prompt_has_a_title_and_a_text(prompt: str):
    words = english()["config_panel"]["sentences"]["prompt"]
    assert {prompt, f"{prompt}_title"} <= set(words)


def test_prompts_are_found():
    assert {"ask_confirmation", "arm_failed", "panel_disarmed", "zone_found_open"} <= sent()
