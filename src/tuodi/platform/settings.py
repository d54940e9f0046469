"""The Django project's settings, from the environment and the installation's home.

``TUODI_HOME``: where keys, files and the database of its own lie. ``DATABASE_URL`` and ``DATABASE_OWNER_URL``: another
PostgreSQL (15 or newer), as the program's account and as the owner's. ``TUODI_ZONE``: insurance, extranet, internet,
or all (for invented data only). Enters: the environment. Leaves: settings. Raises ``UsageError`` for a wrong value.
"""

from __future__ import annotations

import os
from pathlib import Path

from tuodi.platform.ground.home import Home, database, flag, zone

_HERE = Path(__file__).resolve().parent
_HOME = Home.of_environment()

TUODI_HOME = _HOME.folder
TUODI_ZONE = zone()
TUODI_TODAY = _HOME.demo_day() if TUODI_ZONE == "all" else None
TUODI_MASTER_KEY = _HOME.key("master")
TUODI_INDEX_KEY = _HOME.key("index")
TUODI_PASS_KEY = (_HOME.pass_number(), _HOME.key("pass"))
SECRET_KEY = _HOME.key("web").hex()

DEBUG = False
ALLOWED_HOSTS = [name for name in os.environ.get("TUODI_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if name]
CSRF_TRUSTED_ORIGINS = [name for name in os.environ.get("TUODI_ORIGINS", "").split(",") if name]
ROOT_URLCONF = "tuodi.platform.urls"
WSGI_APPLICATION = "tuodi.platform.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "procrastinate.contrib.django",
    "tuodi.platform.places",
    "tuodi.platform.accounts",
    "tuodi.platform.trail",
    "tuodi.platform.intake",
    "tuodi.platform.registry",
    "tuodi.platform.packages",
    "tuodi.platform.auditing",
    "tuodi.platform.api",
    # Last: when its tables have migrated, all have, and all are protected.
    "tuodi.platform.ground",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tuodi.platform.ground.middleware.Headers",
    # One transaction and one pass a request: sessions and accounts are read under it as well.
    "tuodi.platform.ground.middleware.Transaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tuodi.platform.ground.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tuodi.platform.accounts.middleware.Standing",
    "tuodi.platform.ground.middleware.Pages",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            _HERE / "web" / "templates",
            *(
                _HERE / app / "templates"
                for app in ("accounts", "trail", "intake", "registry", "packages", "auditing", "api")
            ),
        ],
        "OPTIONS": {
            "environment": "tuodi.platform.ground.templating.environment",
            "context_processors": ["tuodi.platform.ground.templating.surroundings"],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": database(_HOME, "program"), "owner": database(_HOME, "owner")}
# Shared by all processes: a one-time code counts once, whichever of them it comes to.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(_HOME.place("cache")),
    }
}
DATABASE_ROUTERS = ["tuodi.platform.ground.routing.Router"]
DATABASES["default"]["ATOMIC_REQUESTS"] = True

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "tuodi.platform.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tuodi.platform.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Axes counts failed sign-ins (in the database, with a record); one limit is enough.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {"change_password": "tuodi.platform.accounts.second_factor.PasswordForm"}
MFA_ADAPTER = "tuodi.platform.accounts.adapters.Codes"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "tuodi.platform.accounts.second_factor.CodeForm",
    "reauthenticate": "tuodi.platform.accounts.second_factor.CodeAgainForm",
}
MFA_TOTP_ISSUER = "托底"
MFA_TRUST_ENABLED = False
TUODI_SECOND_FACTOR = flag("TUODI_SECOND_FACTOR", default=TUODI_ZONE != "all")
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "tuodi.platform.accounts.lockout.locked_out"
AXES_USERNAME_CALLABLE = "tuodi.platform.accounts.lockout.name_tried"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("TUODI_HTTPS", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("TUODI_HTTPS", default=False) else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Files of departments are large; they are streamed to disk, never held in memory.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
FILE_UPLOAD_TEMP_DIR = str(_HOME.place("incoming"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "tuodi-language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = _HOME.place("static")
STATICFILES_DIRS = [_HERE / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = flag("TUODI_STATIC_FROM_SOURCE", default=False)
if WHITENOISE_USE_FINDERS:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

SILENCED_SYSTEM_CHECKS = [
    "axes.W003",  # the backend stands first, as it asks
    # TUODI_HTTPS decides; a county's network ends TLS before us.
    "security.W004", "security.W008", "security.W012", "security.W016",
]  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "tuodi.platform.ground.logs.Masked"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["masked"], "formatter": "line"},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("TUODI_LOG_LEVEL", "WARNING")},
    # A statement holds names and numbers: never in a log, whatever its level.
    "loggers": {"django.db.backends": {"handlers": [], "level": "CRITICAL", "propagate": False}},
}
