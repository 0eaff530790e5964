"""Names that Home Assistant and the stored configuration know; no numbers of the field."""

from typing import Final

DOMAIN: Final = "verified_response"

SUBENTRY_AREA: Final = "area"
SUBENTRY_ZONE: Final = "zone"
SUBENTRY_CAMERA: Final = "camera"
SUBENTRY_LOCK: Final = "lock"
SUBENTRY_CONTACT: Final = "contact"
SUBENTRY_RESPONDER: Final = "responder"
SUBENTRY_SIGN: Final = "sign"

# Entry data
CONF_NAME: Final = "name"
CONF_ADDRESS: Final = "address"
CONF_CALLBACK_PHONE: Final = "callback_phone"

# Asked with the entry, kept elsewhere
CONF_OWNER_NAME: Final = "owner_name"
CONF_OWNER_CODE: Final = "owner_code"

# Options
CONF_EXIT_DELAY: Final = "exit_delay"
CONF_ENTRY_DELAY: Final = "entry_delay"
CONF_ABORT_WINDOW: Final = "abort_window"
CONF_CONFIRMATION_WINDOW: Final = "confirmation_window"
CONF_EARLY_WARNING: Final = "early_warning"
CONF_DETECTION: Final = "detection"
CONF_MODELS_PATH: Final = "models_path"
CONF_WORKER_THREADS: Final = "worker_threads"
CONF_ENGINE: Final = "engine"
CONF_MODEL: Final = "model"
CONF_SERVER_URL: Final = "server_url"
CONF_SERVER_MODEL: Final = "server_model"
CONF_SIREN: Final = "siren"
CONF_TTS: Final = "tts"
CONF_LANGUAGE: Final = "language"
CONF_AUTO_STAY: Final = "auto_stay"
CONF_AUTO_BYPASS: Final = "auto_bypass"
CONF_SWINGER_TRIPS: Final = "swinger_trips"
CONF_CROSS_WINDOW: Final = "cross_window"
CONF_FALSE_ALARMS_MANY: Final = "false_alarms_many"
CONF_BATTERY_LOW: Final = "battery_low"

CONF_VOICE_CALLS: Final = "voice_calls"
CONF_CRY_CALL: Final = "cry_call"
CONF_CRY_SILENCE: Final = "cry_silence"
CONF_CRY_COUNTDOWN: Final = "cry_countdown"

# Sections of the options' form; their fields are stored beside the others
SECTION_ALARM_LOGIC: Final = "alarm_logic"
SECTION_VOICE: Final = "voice"

# Asked with the options, not stored
CONF_MODEL_FILES: Final = "model_files"
CONF_FILE: Final = "file"
CONF_LICENCE: Final = "licence"
CONF_PERSON_CLASS: Final = "person_class"

# Subentry data
CONF_ENTITY_ID: Final = "entity_id"
CONF_PANEL: Final = "panel"
CONF_TYPE: Final = "type"
CONF_AREAS: Final = "areas"
CONF_CAMERAS: Final = "cameras"
CONF_FORCED_ENTRY: Final = "forced_entry"
CONF_MODES: Final = "modes"
CONF_CROSS: Final = "cross"
CONF_LEFT_AT: Final = "false_alarms_left_at"
CONF_OUTDOOR: Final = "outdoor"
CONF_MASKS: Final = "masks"
CONF_REGION: Final = "region"
CONF_SCORE_OFFSET: Final = "score_offset"
CONF_LEAST_HEIGHT: Final = "least_height"
CONF_MOST_HEIGHT: Final = "most_height"
CONF_PREROLL: Final = "preroll"
CONF_KEEP_CROPS: Final = "keep_crops"
CONF_DETECTIONS: Final = "detections"
CONF_STILL_THINGS: Final = "still_things"
CONF_THINGS: Final = "things"
CONF_FORGET: Final = "forget"
CONF_CHOICE: Final = "choice"
CONF_ADAPTER: Final = "adapter"
CONF_SET_SCRIPT: Final = "set_script"
CONF_CLEAR_SCRIPT: Final = "clear_script"
CONF_CONTACT: Final = "contact"
CONF_FIRST_PLACE: Final = "first_place"
CONF_LAST_PLACE: Final = "last_place"
CONF_STANDING_CODE: Final = "standing_code"
CONF_FOR_RESPONDERS: Final = "for_responders"
CONF_REMOTE_UNLOCK: Final = "remote_unlock"
CONF_FIRE_UNLOCK: Final = "fire_unlock"
CONF_RELOCK: Final = "relock"
CONF_ROLE: Final = "role"
CONF_NOTIFY: Final = "notify"
CONF_CRITICAL_ALERTS: Final = "critical_alerts"
CONF_MESSAGES: Final = "messages"
CONF_SPEAKERS: Final = "speakers"
CONF_SATELLITES: Final = "satellites"
CONF_ORDER: Final = "order"
CONF_PERSON: Final = "person"
CONF_CODE: Final = "code"
CONF_DURESS_CODE: Final = "duress_code"
CONF_REMOVE_CODES: Final = "remove_codes"
CONF_CODE_EXPIRES: Final = "code_expires"
CONF_CODE_ONCE: Final = "code_once"
CONF_CODE_ID: Final = "code_id"
CONF_CODE_HASH: Final = "code_hash"
CONF_DURESS_HASH: Final = "duress_hash"
CONF_PHRASES: Final = "covert_phrases"
CONF_PHRASE_REPLY: Final = "covert_reply"
CONF_REMOVE_PHRASES: Final = "remove_phrases"
CONF_PHRASE_DIGESTS: Final = "phrase_digests"
CONF_SEALED_REPLY: Final = "sealed_reply"
CONF_KIND: Final = "kind"
CONF_BASE_URL: Final = "base_url"
CONF_CLIENT_ID: Final = "client_id"
CONF_CLIENT_SECRET: Final = "client_secret"  # noqa: S105 - the name of the field
CONF_AGREEMENT_REFERENCE: Final = "agreement_reference"
CONF_RELEASE: Final = "release"
CONF_ACCESS: Final = "access"
CONF_CALLS: Final = "calls"
CONF_MODE: Final = "mode"
CONF_LIVE_SINCE: Final = "live_since"
CONF_VERIFIED_PHONE: Final = "verified_phone"

# Options of triggers and conditions
CONF_HOW: Final = "how"
CONF_LEVEL: Final = "level"
CONF_METHOD: Final = "method"

# Live step
CONF_CALLBACK_CODE: Final = "callback_code"
CONF_ACKNOWLEDGMENT: Final = "acknowledgment"
LIVE_ACKNOWLEDGMENT: Final = "I have a written agreement with this responder"

# What a trial may answer and people can act on; anything else is "responder_failed".
RESPONDER_ERRORS: Final = frozenset(
    {
        "bad_answer",
        "connect_timeout",
        "invalid_client",
        "not_loaded",
        "redirect_refused",
        "responder_failed",
        "tls_failed",
        "unauthorized",
        "unreachable",
    }
)

ROLE_OWNER: Final = "owner"
ROLES: Final = (ROLE_OWNER, "household", "neighbour")
ADAPTER_AUTO: Final = "auto"
AUTO: Final = "auto"
ENGINE_REMOTE: Final = "remote"
ENGINES: Final = (AUTO, "onnx", "ncnn", ENGINE_REMOTE, "basic")
MODEL_OWN: Final = "own"
MODELS: Final = (AUTO, "nanodet-plus-m-416", "yolox-nano-416")
# What to do with model files once the options are stored
FILES_KEEP, FILES_FETCH, FILES_UPLOAD = "keep", "fetch", "upload"
LANGUAGES: Final = ("en",)

SECRET_FIELDS: Final = frozenset(
    {
        CONF_ADDRESS,
        CONF_OWNER_CODE,
        CONF_CODE,
        CONF_DURESS_CODE,
        CONF_CODE_HASH,
        CONF_DURESS_HASH,
        CONF_PHRASES,
        CONF_PHRASE_REPLY,
        CONF_PHRASE_DIGESTS,
        CONF_SEALED_REPLY,
        CONF_CLIENT_SECRET,
        CONF_CALLBACK_CODE,
        CONF_STANDING_CODE,
    }
)
