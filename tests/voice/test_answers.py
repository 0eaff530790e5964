"""Answers to the question whether help shall be sent, and phrases that mean nothing to others."""

import pytest

from custom_components.verified_response.core.calls import Call
from custom_components.verified_response.voice.answers import Meaning, understand
from custom_components.verified_response.voice.languages import LANGUAGES
from custom_components.verified_response.voice.languages.en import LANGUAGE as ENGLISH
from custom_components.verified_response.voice.phrases import digest, refuse_phrase
from custom_components.verified_response.voice.words import words

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Stop!", Meaning.STOP),
        ("no", Meaning.STOP),
        ("No, it was a false alarm.", Meaning.STOP),
        ("I'm fine", Meaning.STOP),
        ("I’m fine", Meaning.STOP),
        ("Yes please", Meaning.SEND),
        ("Help! Help!", Meaning.SEND),
        ("1234", Meaning.CODE),
        ("It's 12 34.", Meaning.CODE),
        ("one two three four", Meaning.CODE),
        ("my code is four seven one one", Meaning.CODE),
        ("stop 4711", Meaning.CODE),
        ("don't send help", Meaning.STOP),
        ("thanks, no need", Meaning.STOP),
        ("no no yes", Meaning.UNCLEAR),
        ("I do not feel well", Meaning.UNCLEAR),
        ("I am not fine", Meaning.UNCLEAR),
        ("no I can't breathe", Meaning.UNCLEAR),
        ("it was one of the neighbours", Meaning.UNCLEAR),
        ("call 5551234 please", Meaning.UNCLEAR),
        ("no help", Meaning.UNCLEAR),
        ("what time is it", Meaning.UNCLEAR),
        ("123", Meaning.UNCLEAR),
        ("nobody knows", Meaning.UNCLEAR),  # no word of it is "no"
        ("", Meaning.UNCLEAR),
    ],
)
def test_what_an_answer_comes_to(text: str, meaning: Meaning):
    assert understand(text, ENGLISH).meaning is meaning


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("yes, an ambulance", Call.MEDICAL),
        ("the police", Call.POLICE),
        ("fire brigade please", Call.FIRE),
        ("yes", None),
    ],
)
def test_an_answer_may_say_who_shall_come(text: str, call: Call | None):
    assert understand(text, ENGLISH).call is call


def test_a_code_is_in_no_repr():
    answer = understand("4711", ENGLISH)
    assert answer.code == "4711"
    assert "4711" not in repr(answer)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_understands_its_own_words(code: str):
    language = LANGUAGES[code]
    for phrase in language.stop:
        assert understand(phrase, language).meaning is Meaning.STOP, phrase
    for phrase in language.yes:
        assert understand(phrase, language).meaning is Meaning.SEND, phrase
    for call in Call:
        for phrase in getattr(language, call):
            assert understand(phrase, language).call is call, phrase
    spoken = {digit: word for word, digit in language.digits.items()}
    assert (
        understand(" ".join(spoken[digit] for digit in "1234567890"), language).code == "1234567890"
    )


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("es", "no puedo respirar"),
        ("es", "no estoy bien"),
        ("it", "non respiro"),
        ("it", "no non sto bene"),
        ("pt", "não consigo respirar"),
        ("pt", "não estou bem"),
        ("pl", "nie mogę oddychać"),
        ("de", "nein ich kann nicht aufstehen"),
        ("de", "mir geht es nicht gut"),
        ("fr", "non je ne peux pas bouger"),
        ("fr", "ça ne va pas bien"),
        ("nl", "nee het gaat niet goed"),
    ],
)
def test_a_no_within_a_cry_stops_nothing(code: str, text: str):
    assert understand(text, LANGUAGES[code]).meaning is not Meaning.STOP


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "Nein danke, das war ein Fehlalarm."),
        ("de", "Keine Hilfe bitte!"),
        ("fr", "Non merci, c'était une fausse alerte."),
        ("nl", "Nee, geen hulp alsjeblieft."),
        ("pl", "Nie, to był fałszywy alarm."),
        ("es", "No gracias, fue una falsa alarma."),
        ("it", "No grazie, era un falso allarme."),
        ("pt", "Não, obrigado, foi um falso alarme."),
    ],
)
def test_a_polite_no_stops(code: str, text: str):
    assert understand(text, LANGUAGES[code]).meaning is Meaning.STOP


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("de", "vier neun eins sieben"),
        ("de", "mein Code ist vier neun eins sieben"),
        ("fr", "mon code est quatre neuf un sept"),
        ("nl", "mijn code is vier negen een zeven"),
        ("pl", "mój kod to cztery dziewięć jeden siedem"),
        ("es", "mi código es cuatro nueve uno siete"),
        ("it", "il mio codice è quattro nove uno sette"),
        ("pt", "o meu código é quatro nove um sete"),
    ],
)
def test_a_code_is_heard_in_every_language(code: str, text: str):
    assert understand(text, LANGUAGES[code]).code == "4917"


def test_accents_and_punctuation_do_not_matter():
    assert words("Sí, ¡señor! Łódź isn't d’accord") == ("si", "senor", "lodz", "isnt", "daccord")
    assert digest("Did you feed the cat?", KEY) == digest("did you feed THE cat", KEY)
    assert digest("Did you feed the cat?", KEY) != digest("did you feed the cats", KEY)
    assert digest("Did you feed the cat?", KEY) != digest("Did you feed the cat?", b"j" * 32)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("Did you feed the cat?", None),
        ("hello there", "phrase_too_short"),
        ("a b c", "phrase_too_short"),
        ("", "phrase_too_short"),
        ("word " * 40, "phrase_too_long"),
        ("please help the old cat", "phrase_gives_away"),
        ("is the police car blue", "phrase_gives_away"),
    ],
)
def test_which_phrases_are_fit(text: str, refusal: str | None):
    assert refuse_phrase(text) == refusal


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "It is no false alarm"),
        ("en", "Do not cancel!"),
        ("en", "don't stop please"),
        ("de", "Das ist kein Fehlalarm"),
        ("es", "No es una falsa alarma"),
        ("es", "no, no es falsa alarma"),
        ("es", "no cancelar"),
        ("fr", "ce n'est pas une fausse alerte"),
        ("it", "non è un falso allarme"),
        ("nl", "het is geen vals alarm"),
        ("pl", "To nie jest fałszywy alarm"),
        ("pl", "Nie anuluj!"),
        ("pt", "Não é um falso alarme"),
        ("pt", "não cancele, por favor"),
    ],
)
def test_a_stop_that_is_turned_around_stops_nothing(code: str, text: str):
    assert understand(text, LANGUAGES[code]).meaning is Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "No, it was a false alarm"),
        ("en", "Stop. Don't send help."),
        ("es", "No, es una falsa alarma."),
        ("pl", "Nie, to był fałszywy alarm"),
        ("pt", "Não, foi um alarme falso"),
    ],
)
def test_a_comma_says_what_is_meant(code: str, text: str):
    assert understand(text, LANGUAGES[code]).meaning is Meaning.STOP


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_turned_around_is_no_sentence_that_takes_back(code: str):
    from custom_components.verified_response.adapters.voice.recognising import Recogniser

    recogniser = Recogniser(LANGUAGES)
    assert not [text for text in LANGUAGES[code].turned if recogniser.topic_of(text)]
