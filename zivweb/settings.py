"""Every setting, and every environment variable (docs: .env.example). Read once, at the start."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

from zivweb import deadlines, environment

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(os.environ.get("ZIVWEB_ENV_FILE", BASE_DIR / ".env"))

# --- what the operator sets -----------------------------------------------------------------

DEMO = environment.read("ZIVWEB_DEMO", "0", environment.flag)
DATA_DIR = Path(environment.read("ZIVWEB_DATA_DIR", str(BASE_DIR / "var"), str)).resolve()
BIND = environment.read("ZIVWEB_BIND", "127.0.0.1", str)
RUNTIME = environment.runtime(DATA_DIR)  # what a `serve` that runs now has chosen
HTTP_PORT = environment.read(
    "ZIVWEB_HTTP_PORT", str(RUNTIME.get("http_port", 8000)), environment.port
)
MONITORING_PORT = environment.read(
    "ZIVWEB_MONITORING_PORT", str(RUNTIME.get("monitoring_port", 9108)), environment.port
)
SMTP_PORT = environment.read("ZIVWEB_SMTP_PORT", "2525", environment.port)
BASE_URL = environment.read(
    "ZIVWEB_BASE_URL", f"http://localhost:{HTTP_PORT}", environment.base_url
)
MAIL_DOMAIN = environment.read(
    "ZIVWEB_MAIL_DOMAIN", urlsplit(BASE_URL).hostname or "", environment.mail_domain
)
TLS_CERT = environment.read("ZIVWEB_TLS_CERT", "", str)
TLS_KEY = environment.read("ZIVWEB_TLS_KEY", "", str)
TRUSTED_PROXIES = environment.read("ZIVWEB_TRUSTED_PROXIES", "", environment.networks)
PROVIDER_NETWORKS = environment.read(
    "ZIVWEB_PROVIDER_NETWORKS", "127.0.0.0/8 ::1" if DEMO else "", environment.networks
)
READ_ONLY = environment.read("ZIVWEB_READ_ONLY", "0", environment.flag)
SECRET_KEY = environment.read("ZIVWEB_SECRET_KEY", "", environment.secret_key)
SECRET_KEY_FALLBACKS = environment.read("ZIVWEB_SECRET_KEY_FALLBACKS", "", environment.secret_keys)
ENCRYPTION_KEYS = environment.read("ZIVWEB_ENCRYPTION_KEYS", "", environment.encryption_keys)
MAIL_RELAY = environment.read("EMAIL_URL", "", environment.mail_relay)
SMS_URLS = environment.read("SMS_URL", "", environment.sms_urls)
SMS_RECEIPT_KEY = environment.read("SMS_RECEIPT_KEY", "", str)
LOG_FORMAT = environment.read(
    "ZIVWEB_LOG_FORMAT", "text" if DEMO else "json", environment.log_format
)
METRICS_TOKEN = environment.read("ZIVWEB_METRICS_TOKEN", "", environment.token)
SECURITY_CONTACT = environment.read(
    "ZIVWEB_SECURITY_CONTACT", f"mailto:security@{MAIL_DOMAIN}", environment.contact
)
if DEMO and not environment.is_local(BIND):
    raise environment.Stop("ZIVWEB_BIND", f"is {BIND}, but the demo is for this machine alone")
if DEMO and BASE_URL.startswith("https://"):
    raise environment.Stop("ZIVWEB_BASE_URL", "is https, but a demo is not for others to reach")
if not DEMO and MAIL_RELAY is None:
    raise environment.Stop("EMAIL_URL", "must be set (only the demo has a mailbox of its own)")
if not DEMO and not SMS_URLS:
    raise environment.Stop("SMS_URL", "must be set (only the demo has a mailbox of its own)")
if bool(TLS_CERT) != bool(TLS_KEY):
    raise environment.Stop("ZIVWEB_TLS_CERT", "and ZIVWEB_TLS_KEY go together")

# --- database -------------------------------------------------------------------------------

# `serve` tells each child what it is: web | worker | beat | smtp | monitoring
PROCESS = os.environ.get("ZIVWEB_PROCESS", "")
SQLITE_URL = f"sqlite:///{DATA_DIR / 'zivweb.sqlite3'}"
DEADLINES = deadlines.KINDS.get(PROCESS)
DATABASES = {
    "default": environment.read("DATABASE_URL", SQLITE_URL, environ.Env.db_url_config),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "zivweb.sqlite"
    OPTIONS: dict[str, object] = {
        **deadlines.for_sqlite(DEADLINES),
        "transaction_mode": "IMMEDIATE",
        "urgent": PROCESS == "smtp",  # a client waits five seconds for its 250
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }
elif PROCESS == "web":
    OPTIONS = {
        "connect_timeout": 3,
        "pool": {"min_size": 1, "max_size": 12, "timeout": 10},
    }
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
else:
    OPTIONS = {"connect_timeout": 3}
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# What DATABASE_URL itself asks for (`?sslmode=require`) goes first.
ASKED = DATABASES["default"].get("OPTIONS", {})
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    ASKED = ASKED | deadlines.for_postgresql(DEADLINES, ASKED.get("options", ""))
DATABASES["default"]["OPTIONS"] = OPTIONS | ASKED
# How mail is stored as it comes in (intake/smtpd/fast.py, storage.py), and by how many processes.
POSTGRESQL = DATABASES["default"]["ENGINE"].endswith("postgresql")
INTAKE = environment.read("ZIVWEB_INTAKE", "fast" if POSTGRESQL else "plain", environment.intake)
SMTP_PROCESSES = environment.read(
    "ZIVWEB_SMTP_PROCESSES", "2" if POSTGRESQL else "1", environment.count
)
if not POSTGRESQL and (INTAKE == "fast" or SMTP_PROCESSES > 1):
    raise environment.Stop("ZIVWEB_INTAKE", "fast, and several SMTP processes, need PostgreSQL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {  # counts attempts to sign in, for all processes together
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "zivweb_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- broker ---------------------------------------------------------------------------------

BROKER_URL = environment.read("CELERY_BROKER_URL", RUNTIME.get("broker", "memory://"), str)

# --- applications ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "phonenumber_field",
    "template_partials",
    "zivweb",
    "intake",
    "drafts",
    "delivery",
    "contacts",
    "notifications",
    "accounts",
    "vault",
    "flow",
    "addresses",
]
MIDDLEWARE = [
    "accounts.privacy.TrustedProxyMiddleware",
    "zivweb.tracing.RequestIdMiddleware",
    "accounts.origin.OriginMiddleware",
    "zivweb.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "zivweb.nul.NulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "zivweb.body_size.BodySizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "zivweb.later.ReadOnlyMiddleware",
    "zivweb.later.BusyMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.privacy.NoStoreMiddleware",
    "accounts.language.LanguageMiddleware",
    "zivweb.anonymous_posts.AnonymousPostMiddleware",
    "accounts.recovery.UnsentFormMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.demands.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "zivweb.unreadable.UnreadableMiddleware",
]
ROOT_URLCONF = "zivweb.urls"
WSGI_APPLICATION = "zivweb.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.page",
            ],
        },
    }
]
FORM_RENDERER = "zivweb.forms.FormRenderer"

# --- sign-in --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["accounts.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "request_login_code": "accounts.forms.SignInCodeForm",
    "confirm_login_code": "accounts.forms.SignInCodeTypedForm",
    "reset_password": "accounts.forms.PasswordResetForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
ACCOUNT_PREVENT_ENUMERATION = True
# django-allauth's own generator writes a row for an address that somebody has, and none for others.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = {  # each with how many mails a person gets a day
    "request_login_code": "20/m/ip,3/m/key,30/d/key",
    "reset_password": "20/m/ip,5/m/key,10/d/key",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "authenticate_webauthn": "accounts.forms.SecondFactorKeyForm",
    "login_webauthn": "accounts.forms.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "zivweb"
MFA_TOTP_TOLERANCE = 1  # a clock that is half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from the organization
MFA_REAUTHENTICATION_REQUIRED = False  # accounts/urls.py asks: `recently_signed_in`
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = BASE_URL.startswith("http://")  # browsers: localhost only
SOCIALACCOUNT_ADAPTER = "accounts.adapter.IdentityAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # of a read; accounts/outside.py has one for the whole call
SESSION_ENGINE = "accounts.sessions"
EMAIL_BACKEND = "notifications.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = f"zivweb <no-reply@{MAIL_DOMAIN}>"

# --- security -------------------------------------------------------------------------------

HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = environment.allowed_hosts(BASE_URL)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024  # a batch of 10,000 contacts
FILE_UPLOAD_HANDLERS = ["accounts.uploads.RefusedFiles"]  # views that take files name their own
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # frame-ancestors of the CSP says who may frame a page
    "security.W004",  # HSTS is on where the base URL is https
    "security.W005",  # what else runs under this host is the operator's to decide
    "security.W021",  # and so is the preload list
    "security.W008",  # the proxy in front redirects to https
    "security.W012",
    "security.W016",
]
DEBUG = False

# --- language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = "zivweb.formats"
TIME_ZONE = "Europe/Amsterdam"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"
PHONENUMBER_DEFAULT_REGION = "NL"

# --- files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- limits (RELIABILITY.md, section 4; RFC 1870 for the size) --------------------------------

SMTP_MAX_BYTES = 36_700_160
SMTP_MAX_RECIPIENTS = 500
API_REQUESTS_PER_MINUTE = 600
ANONYMOUS_POSTS_AN_HOUR = 600  # of one network address, to each address of ours

# --- logs: ids, never addresses, numbers or codes ---------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "zivweb.logs.formatter", "form": LOG_FORMAT, "process": PROCESS},
    },
    "filters": {
        "not busy": {"()": "zivweb.logs.NotBusy"},
        "short host": {"()": "zivweb.logs.ShortHost"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["not busy"]},
        "django.security": {"level": "ERROR"},
        "django.security.DisallowedHost": {"filters": ["short host"]},
        "mail.log": {"level": "WARNING"},
        "apprise": {"level": "CRITICAL"},
        # One line a sweep is too much.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
    },
}
