"""No target that dials, texts or signals an emergency number gets past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.public_safety.errors import (
    InvalidDocumentError,
    RejectedError,
)
from custom_components.verified_response.public_safety.safety import (
    TargetRefusal as R,
)
from custom_components.verified_response.public_safety.safety import (
    refuse_emergency_target,
)

from .samples import incident

REFUSED = {
    R.EMERGENCY_NUMBER: """911|112|999|110|119|17|18|15|000|111|100|101|108|10111|+1 911|1-911|+44 999|
        0044999|011 44 999|9,911|9w911|*67 911|(911)|9.1.1|9 1 1|+49 110|１１２|٩١١|9%31%31|
        9\u200b11|+1 555 010 0199,911|+1 555 010 0199;112|12|5""",
    R.TELEPHONE_SCHEME: """tel:911|tel:+15550100199|TEL:112|sip:sos@psap.example|sips:911@x.example|
        sms:911|smsto:112|mms:999|callto:911|facetime:911|mailto:desk@police.example|tel%3A911|
        tel://911|xmpp:a@b""",
    R.ANSWERING_POINT: """urn:service:sos|urn:service:sos.police|URN:SERVICE:SOS|urn:x|
        https://psap.county.example/api|https://911.city.example/|https://ng911.state.example|
        https://text-to-911.example|https://esinet.example/x|https://gateway.example/call/911|
        https://gateway.example/dial?to=112|https://gateway.example/dial?to=1911|
        https://gateway.example/dial?to=%2B1911|https://gateway.example/tel:911|
        https://gateway.example/#911|https://gateway.example/urn:service:sos|
        https://gateway.example/%39%31%31""",
    R.PLAIN_HTTP: "http://desk.example|http://192.168.1.5:8911|http://127.0.0.1.example|http://0.0.0.0",
    R.CREDENTIALS_IN_URL: "https://user:pass@desk.example|https://user@desk.example|http://a:b@127.0.0.1",
    R.MALFORMED_TARGET: """desk.example|ftp://desk.example|file:///etc/passwd|javascript:alert(1)|https://|
        https:///path|https://desk.example/a b|https://desk.example\\@x|https://[::1|
        https://desk.example:99999|http:desk|ws://desk.example""",
}
ALLOWED = """https://desk.example|https://desk.example:8443/api|https://desk.example/v1|
    https://10.0.0.112/api|https://110.119.112.111|http://127.0.0.1:8911|http://localhost:1|http://[::1]:80|
    https://police-desk.example/agency/42/home|https://desk911x.example|+1 555 010 0199|+44 20 7946 0999|
    0049 30 1234567|+49 (30) 123-4567|+33 1 23 45 67 17|020 7946 0112"""


def cases(text):
    return [case.strip() for case in text.split("|")]


@pytest.mark.parametrize(
    ("target", "refusal"), [(t, refusal) for refusal, ts in REFUSED.items() for t in cases(ts)]
)
def test_refused(target, refusal):
    assert refuse_emergency_target(target) is refusal


@pytest.mark.parametrize("target", cases(ALLOWED))
def test_allowed(target):
    assert refuse_emergency_target(target) is None


@pytest.mark.parametrize("target", ["", "   ", "\u200b"])
def test_empty_is_no_target(target):
    assert refuse_emergency_target(target) is R.MALFORMED_TARGET


@given(
    st.sampled_from(["911", "112", "999", "110", "119", "000", "17"]),
    st.lists(st.sampled_from([" ", "-", ".", "(", ")", "\u2060", "%20", ""]), min_size=4),
    st.sampled_from(["", "+1 ", "+44", "00", "9,", "*67", "tel:", "sms:", "sip:"]),
)
def test_no_spelling_hides_a_number(number, separators, prefix):
    spelled = prefix + "".join(
        f"{separators[i % len(separators)]}{digit}" for i, digit in enumerate(number)
    )
    assert refuse_emergency_target(spelled) is not None


@given(st.text(max_size=60))
def test_any_text_is_answered_without_raising(text):
    refuse_emergency_target(text)


@pytest.mark.parametrize("phone", ["911", "+1 911", "112", "tel:5550100199", "999 999"])
def test_no_document_names_an_emergency_number_for_calling_back(phone):
    with pytest.raises(InvalidDocumentError):
        incident(callback_phone=phone)


@pytest.mark.parametrize(
    ("base_url", "code"),
    [
        ("https://911.city.example", "answering_point"),
        ("http://desk.example", "plain_http"),
        ("https://a:b@desk.example", "credentials_in_url"),
        ("tel:911", "telephone_scheme"),
        ("911", "emergency_number"),
        ("https://desk.example/?to=1", "malformed_target"),
    ],
)
async def test_client_refuses_to_send(base_url, code, make_client):
    client = await make_client(base_url)
    for send in (client.ping(), client.create(incident(), "k"), client.find("r")):
        with pytest.raises(RejectedError) as refused:
            await send
        assert refused.value.code == code
