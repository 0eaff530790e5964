"""Everything that people read has a text: actions, errors, issues, entities, forms; and no text carries an address."""

import ast
import re
from collections.abc import Iterator

import pytest

from .repository import PRODUCT, called, catalogue, english, leaves, literal, modules, parse, worded

PLATFORMS = (
    "alarm_control_panel",
    "sensor",
    "binary_sensor",
    "event",
    "button",
    "image",
    "lock",
    "switch",
    "select",
)


def constants() -> dict[str, str]:
    """Names in const.py that stand for a text."""
    found = {}
    for node in parse(PRODUCT / "const.py").tree.body:
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and (value := literal(node.value)) is not None
        ):
            found[node.target.id] = value
    return found


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((k.value for k in call.keywords if k.arg == name), None)


def known(node: ast.expr | None) -> str | None:
    """Text of a literal or of a name from const.py."""
    if isinstance(node, ast.Name):
        return constants().get(node.id)
    return literal(node)


def translated_calls() -> Iterator[tuple[str, str, str]]:
    """(module, what is called, key) wherever a call names a translation key of ours."""
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and keyword(node, "translation_key") is not None:
                key = known(keyword(node, "translation_key"))
                if key is not None:
                    yield module.name, called(node), key


def actions() -> dict[str, dict]:
    """The described actions; keys that begin with a dot are shared parts, as Home Assistant reads them."""
    return {
        name: details
        for name, details in catalogue("services.yaml").items()
        if not name.startswith(".")
    }


def test_actions_are_described_everywhere() -> None:
    described = actions()
    texts, icons = worded("services"), catalogue("icons.json")["services"]
    assert set(described) == set(texts), (
        "services.yaml and translations/en.json name different actions"
    )
    assert set(described) == set(icons), "services.yaml and icons.json name different actions"
    for action, details in described.items():
        fields = set()
        for name, field in ((details or {}).get("fields") or {}).items():
            fields |= set(field["fields"]) if "fields" in field else {name}
        fields_worded = texts[action].get("fields", {})
        assert fields == set(fields_worded), (
            f"{action}: services.yaml and translations/en.json name different fields"
        )
        assert texts[action].get("name"), action
        assert texts[action].get("description"), action
        assert all(
            word.get("name") and word.get("description") for word in fields_worded.values()
        ), action


async def test_described_actions_are_the_registered_ones(hass) -> None:
    from homeassistant.setup import async_setup_component

    assert await async_setup_component(hass, "verified_response", {})
    await hass.async_block_till_done()
    registered = set(hass.services.async_services_for_domain("verified_response"))
    assert registered == set(actions())


def test_errors_are_worded() -> None:
    texts = worded("exceptions")
    missing = [
        f"{key} ({where})"
        for where, call, key in translated_calls()
        if (call.endswith(("Error", "Failed", "NotReady")) or call == "error") and key not in texts
    ]
    assert not missing, f"translations/en.json lacks exceptions: {missing}"
    assert all(entry.get("message") for entry in texts.values())


def core_errors() -> set[str]:
    """The error classes of the core: each is raised with a translation key first."""
    tree = parse(PRODUCT / "core" / "errors.py").tree
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def test_every_error_code_is_worded() -> None:
    errors, texts = core_errors(), worded("exceptions")
    raised: dict[str, str] = {}
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) in errors:
                code = known(node.args[0] if node.args else keyword(node, "code"))
                if code is not None:
                    raised[code] = module.name
    assert raised, "nothing raises an error of the core"
    assert not (missing := {code: where for code, where in raised.items() if code not in texts}), (
        f"not worded: {missing}"
    )


def test_placeholders_are_closed() -> None:
    for key, words in leaves(english()):
        assert words.count("{") == words.count("}"), f"{key}: {words}"


def test_issues_are_worded() -> None:
    texts = english().get("issues", {})
    keys = {key: where for where, call, key in translated_calls() if "issue" in call.lower()}
    keys |= {value: "const.py" for name, value in constants().items() if name.startswith("ISSUE_")}
    missing = {key: where for key, where in keys.items() if key not in texts}
    assert not missing, f"translations/en.json lacks issues: {missing}"
    for key, entry in texts.items():
        assert entry.get("title"), key
        assert entry.get("description") or entry.get("fix_flow"), key


def entity_keys(platform: str) -> Iterator[tuple[str, bool]]:
    """(translation key, has a device class) of a platform's descriptions and classes."""
    path = PRODUCT / f"{platform}.py"
    if not path.exists():
        return
    for node in ast.walk(parse(path).tree):
        if isinstance(node, ast.Call) and called(node).endswith("Description"):
            key = known(keyword(node, "translation_key")) or known(keyword(node, "key"))
            if key is not None:
                yield key, keyword(node, "device_class") is not None
        if isinstance(node, ast.ClassDef):
            own = {
                n.targets[0].id: n.value
                for n in node.body
                if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)
            }
            own |= {
                n.target.id: n.value
                for n in node.body
                if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
            }
            key = known(own.get("_attr_translation_key"))
            if key is not None:
                yield key, "_attr_device_class" in own


@pytest.mark.parametrize("platform", PLATFORMS)
def test_entities_are_named_and_have_icons(platform: str) -> None:
    names = worded("entity").get(platform, {})
    icons = catalogue("icons.json").get("entity", {}).get(platform, {})
    for key, has_device_class in entity_keys(platform):
        assert key in names, f"translations/en.json: entity.{platform}.{key} is missing"
        assert has_device_class or key in icons, f"icons.json: entity.{platform}.{key} is missing"


@pytest.mark.parametrize("name", ["triggers", "conditions"])
def test_triggers_and_conditions_are_described(name: str) -> None:
    if not (PRODUCT / f"{name}.yaml").exists():
        assert not (PRODUCT / f"{name[:-1]}.py").exists(), (
            f"{name[:-1]}.py offers what {name}.yaml does not describe"
        )
        return
    described = {key for key in catalogue(f"{name}.yaml") if not key.startswith(".")}
    assert described == set(worded(name))
    assert described == set(catalogue("icons.json")[name])


def steps(tree: object, path: str = "") -> Iterator[tuple[str, dict]]:
    """Every form of every flow, and the sections in it."""
    if not isinstance(tree, dict):
        return
    if "data" in tree and isinstance(tree["data"], dict):
        yield path, tree
    for key, value in tree.items():
        yield from steps(value, f"{path}.{key}".lstrip("."))


def test_every_field_of_every_form_is_explained() -> None:
    words = english()
    forms = [
        form
        for part in ("config", "options", "config_subentries")
        for form in steps(words.get(part, {}), part)
    ]
    assert forms, "translations/en.json describes no form"
    for path, form in forms:
        missing = set(form["data"]) - set(form.get("data_description", {}))
        assert not missing, f"{path} has no data_description for {sorted(missing)}"


@pytest.mark.parametrize(
    "path", sorted((PRODUCT / "translations").glob("*.json")), ids=lambda path: path.name
)
def test_texts_carry_no_address_and_no_markup(path) -> None:
    words = dict(leaves(catalogue(f"translations/{path.name}")))
    wrong = {
        key: value
        for key, value in words.items()
        if re.search(r"https?://|www\.|</?[a-zA-Z]", value)
    }
    assert not wrong, "addresses go into description_placeholders; markup is not shown"
    unknown = set(words) - set(dict(leaves(english())))
    assert not unknown, (
        f"{path.name} words what the English text does not have: {sorted(unknown)[:5]}"
    )


def test_every_reason_for_not_seeing_is_worded() -> None:
    texts = worded("entity")["binary_sensor"]["blind"]["state_attributes"]["reason"]["state"]
    reasons = {
        node.value
        for module in modules()
        if module.name.split("verified_response/")[-1].startswith(
            ("core/sight", "engine/", "adapters/", "vision/")
        )
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"(camera|frame|detector)_[a-z_]+", node.value)
    }
    never_told = {"camera_id", "frame_ms", "frame_superseded"}
    assert {"camera_dark", "frame_stale", "detector_crashed"} <= reasons
    assert reasons - never_told <= set(texts), f"not worded: {reasons - never_told - set(texts)}"
