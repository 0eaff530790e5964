import pytest

from custom_components.verified_response.core.targets import (
    refuse_emergency_target,
    refuse_endpoint,
    refuse_notify_service,
    refuse_phone,
)
from custom_components.verified_response.public_safety import safety

NUMBERS = [
    *[
        "911",
        "112",
        "999",
        "000",
        "110",
        "17",
        "18",
        "15",
        "113",
        "114",
        "115",
        "117",
        "118",
        "119",
        "102",
        "100",
        "101",
        "190",
        "111",
        "108",
        "120",
        "122",
        "999",
    ],
    *[
        "9-1-1",
        "9 1 1",
        "(911)",
        "9.1.1",
        "+1 911",
        "+1-911",
        "0049 110",
        "+49110",
        "+44 999",
        "011 44 999",
    ],
    *[
        "9911",
        "0,112",
        "911#",
        "*911",
        "911;",
        "+1 202 555 0142,911",
        "９１１",
        "٩١١",
        "9\u200b11",
        "%39%31%31",
        "1122",
    ],
]
SCHEMES = [
    *["tel:+12025550142", "TEL:911", "sip:desk@example.org", "sips:911@example.org", "sms:112"],
    *["urn:service:sos", "urn:service:sos.police", "mailto:desk@example.org", "ftp://example.org"],
    *[
        "xmpp:desk@example.org",
        "https:/urn:service:sos",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
]
ADDRESSES = {
    "https://user:word@desk.example.org": "target_credentials",
    "https://token@desk.example.org": "target_credentials",
    "http://desk.example.org": "target_insecure",
    "http://10.0.0.7": "target_insecure",
    "http://localhost.example.org": "target_insecure",
    "http://127.0.0.1.example.org": "target_insecure",
    "https://desk.example.org:0": "target_malformed",
    "https://desk.example.org:99999": "target_malformed",
    "https://": "target_malformed",
    "https://[::1": "target_malformed",
    "https://desk.example.org/a b": "target_malformed",
    "https://desk.example.org\\@evil": "target_malformed",
    "desk.example.org": "target_malformed",
    "": "target_malformed",
    "https://psap.county.example": "target_emergency_number",
    "https://911.example.org": "target_emergency_number",
    "https://gateway.example.org/call/911": "target_emergency_number",
    "https://gateway.example.org/send?to=%2B1911": "target_emergency_number",
    "https://gateway.example.org/tenants/1007": None,
    "https://gateway.example.org/send?to=112": "target_emergency_number",
    "https://gateway.example.org/send?to=tel:5550142": "target_emergency_number",
}
FINE = [
    *["https://desk.example.org", "https://desk.example.org:8443/api", "HTTPS://Desk.Example.org/"],
    *[
        "http://localhost:8123",
        "http://127.0.0.1:9000/api",
        "http://[::1]:9000",
        "https://10.0.112.5/api",
    ],
]


@pytest.mark.parametrize("text", NUMBERS)
def test_emergency_numbers_are_refused_however_written(text: str) -> None:
    assert refuse_emergency_target(text) == "target_emergency_number"
    assert refuse_phone(text) is not None


@pytest.mark.parametrize("text", SCHEMES)
def test_only_web_services_are_targets(text: str) -> None:
    assert refuse_emergency_target(text) == "target_scheme"


@pytest.mark.parametrize(("text", "refusal"), ADDRESSES.items())
def test_addresses(text: str, refusal: str | None) -> None:
    assert refuse_emergency_target(text) == refusal


@pytest.mark.parametrize("text", FINE)
def test_good_addresses_pass(text: str) -> None:
    assert refuse_emergency_target(text) is None
    assert refuse_endpoint(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://desk.example.org/?key=1",
        "https://desk.example.org/#a",
        "https://desk.example.org?",
        "+1 202 555 0142",
    ],
)
def test_requests_can_only_go_below_a_plain_address(text: str) -> None:
    assert refuse_endpoint(text) == "target_malformed"


def test_an_endpoint_is_a_target_first() -> None:
    assert refuse_endpoint("http://desk.example.org") == "target_insecure"


@pytest.mark.parametrize(
    "number", ["+1 202 555 0142", "(202) 555-0142", "+49 30 1234567", "0341 9110112", "030/1234567"]
)
def test_whole_numbers_can_be_called_back(number: str) -> None:
    assert refuse_phone(number) is None


@pytest.mark.parametrize(
    "number",
    ["", "home", "+1 202 555 0142,1234", "12345678901234567", "+1 202 KLINIK", "tel:+12025550142"],
)
def test_what_nobody_could_call_back(number: str) -> None:
    assert refuse_phone(number) == "phone_malformed"


def test_message_services_named_after_an_emergency_number() -> None:
    assert refuse_notify_service("notify.sms_911") == "target_emergency_number"
    assert refuse_notify_service("notify.call-112") == "target_emergency_number"
    assert refuse_notify_service("notify.mobile_app_pixel_100") is None


@pytest.mark.parametrize("text", [*NUMBERS, *SCHEMES, *ADDRESSES, *FINE])
def test_configuration_refuses_what_sending_would_refuse(text: str) -> None:
    if safety.refuse_emergency_target(text) is not None:
        assert refuse_emergency_target(text) is not None
