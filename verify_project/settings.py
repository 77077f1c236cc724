"""One settings file, driven by the environment; it starts with none.

`CLAIMDESK_ENV=production` is the one switch: it turns on HTTPS, secure cookies, JSON logs and
the refusals in `safety.py`. All variables: docs/running.md.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ

from verify_project import addresses, logs, safety
from verify_project.rest import REST_FRAMEWORK as REST_FRAMEWORK
from verify_project.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from verify_project.runtime.places import data_directory
from verify_project.unfold import UNFOLD as UNFOLD

django_stubs_ext.monkeypatch()

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = safety.is_production(env.str("CLAIMDESK_ENV", default="development"))
STARTED_AS = "worker" if "celery" in Path(sys.argv[0]).parts[-2:] else "command"
PROCESS = env.str("CLAIMDESK_PROCESS", default=STARTED_AS)  # web, stream, worker or command
safety.check_process(PROCESS, addresses.LIMITS)
if PROCESS in {"web", "stream"}:
    safety.check_counting(env.str("PROMETHEUS_MULTIPROC_DIR", default=""))

# Who we are and who may reach us.
SECRET_KEY = env.str("SECRET_KEY", default=safety.DEVELOPMENT_KEY)
DEBUG = safety.switch("DEBUG", env.str("DEBUG", default="0"))
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else list(safety.LOOPBACK))
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
safety.check_origins(CSRF_TRUSTED_ORIGINS)
DATABASE_URL = env.str("DATABASE_URL", default="")
BROKER_URL = env.str("BROKER_URL", default="") or env.str("REDIS_URL", default="")
EVIDENCE_DIR = env.str("EVIDENCE_DIR", default="")
SEAL_DIR = env.str("SEAL_DIR", default="")
safety.check_seals(SEAL_DIR)
if PRODUCTION:
    safety.check_production(
        secret_key=SECRET_KEY,
        hosts=ALLOWED_HOSTS,
        debug=DEBUG,
        addresses={"DATABASE_URL": DATABASE_URL, "BROKER_URL": BROKER_URL, "EVIDENCE_DIR": EVIDENCE_DIR},
        doors={name: env.str(name, default="") for name in ("FETCH_DOOR", "WEBHOOK_DOORS")},
    )
else:
    safety.check_development(hosts=ALLOWED_HOSTS, secret_key=SECRET_KEY)

# Parts.
INSTALLED_APPS = [
    "verify_project",  # first: its templates stand before the theme's
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "verify_project.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "claims",
    "reviews",
]
if PROCESS == "stream":  # tells, and shows nothing: a quarter less memory without the pages
    INSTALLED_APPS = [
        *("django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
        *("pgtrigger", "claims"),
    ]
MIDDLEWARE = [
    "verify_project.room.RoomMiddleware",
    "verify_project.health.LivenessMiddleware",
    "verify_project.metrics.counting.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "verify_project.headers.ContentSecurityMiddleware",
    "verify_project.headers.NotModifiedMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "verify_project.requestlog.RequestLogMiddleware",
    "verify_project.https.HttpsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "verify_project.reading.ReadOnlyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "verify_project.clocks.ReadersZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "verify_project.urls"
WSGI_APPLICATION = "verify_project.wsgi.application"
TEMPLATES = [
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
    }
]

# State. A connection per thread that lives a minute: as many as threads, none shared over a
# fork, none opened per request; a pool would add nothing to a server with a fixed set of threads.
DATABASES = {"default": addresses.database(addresses.known_database_url(DATABASE_URL), PROCESS)}
AUTH_USER_MODEL = "claims.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "verify_project.sessions"
# Nothing behind a login is cached; the theme would keep what its search found for five minutes.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# Language and time.
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "verify_project.formats"
TIME_ZONE = "UTC"
USE_TZ = True

# Files.
STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "static_collected")) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION  # nothing to collect before the first start
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": EVIDENCE_DIR or str(data_directory() / "evidence"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# The API: requests a caller may make in a minute, counted in each web process by itself.
API_REQUESTS_PER_MINUTE = safety.whole_number(
    "API_REQUESTS_PER_MINUTE", env.str("API_REQUESTS_PER_MINUTE", default="600")
)
# What everybody may read is counted apart, by address.
PUBLIC_REQUESTS_PER_MINUTE = safety.whole_number(
    "PUBLIC_REQUESTS_PER_MINUTE", env.str("PUBLIC_REQUESTS_PER_MINUTE", default="600")
)

# Only where a proxy sets or strips X-Forwarded-Proto and -For.
BEHIND_PROXY = safety.switch("BEHIND_PROXY", env.str("BEHIND_PROXY", default="0"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None

# Who publishes the verdicts, as readers and other programs are told.
PUBLISHER_NAME = env.str("PUBLISHER_NAME", default="Claim Desk")
PUBLISHER_LICENCE = env.str("PUBLISHER_LICENCE", default="")
PUBLISHER_PRINCIPLES = env.str("PUBLISHER_PRINCIPLES", default="")
PUBLISHER_CORRECTIONS = env.str("PUBLISHER_CORRECTIONS", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Without a proxy that leads to the live stream, the port where it is reached under the same name.
_PORT = env.str("STREAM_PORT", default="")
STREAM_PORT = safety.whole_number("STREAM_PORT", _PORT) if _PORT else None

# What the workers ask of the outside world.
FETCH_PAGES = safety.switch("FETCH_PAGES", env.str("FETCH_PAGES", default="1"))
FETCH_DOOR = env.str("FETCH_DOOR", default="")  # one host:port of this machine, for tests; refused in production
SEND_WEBHOOKS = safety.switch("SEND_WEBHOOKS", env.str("SEND_WEBHOOKS", default="1"))
WEBHOOK_DOORS = env.list("WEBHOOK_DOORS", default=[])  # as FETCH_DOOR, for receivers of webhooks
TIMESTAMP_AUTHORITY_URL = env.str("TIMESTAMP_AUTHORITY_URL", default="")
TIMESTAMP_AUTHORITY_CERTIFICATES = env.str("TIMESTAMP_AUTHORITY_CERTIFICATES", default="")
safety.check_authority(TIMESTAMP_AUTHORITY_URL, TIMESTAMP_AUTHORITY_CERTIFICATES)

# People.
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/admin/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Mail. Without an address nobody is written to, and people are told so where they choose how they are told.
MAIL_URL = env.str("MAIL_URL", default="")
MAIL_ENABLED = bool(MAIL_URL)
SITE_URL = env.str("SITE_URL", default="" if PRODUCTION else f"http://127.0.0.1:{env.str('PORT', default='8000')}")
safety.check_root(env.str("SCRIPT_NAME", default=""))
safety.check_mail(mail_url=MAIL_URL, site_url=SITE_URL)
MAIL_DOMAIN = urlsplit(SITE_URL).hostname or "localhost"
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"Claim Desk <claimdesk@{MAIL_DOMAIN}>")
EMAIL_TIMEOUT = 10
vars().update(addresses.mail(MAIL_URL))

# Browser.
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
CSRF_COOKIE_SAMESITE = "Lax"
# Asked from inside, by monitors that take a redirect for health; programs are refused, see `verify_project.https`.
SECURE_REDIRECT_EXEMPT = ["^readyz$", "^metrics$", "^api/v1/"]
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    # This site does not speak for its sibling hosts, nor for the browsers' preload list.
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

# Logs.
LOGGING = logs.configure(json=PRODUCTION)
# Asking who the user is would ask the database, also when a request fails because that is away.
DJANGO_STRUCTLOG_USER_ID_FIELD = ""

# Celery: an alarm clock. No message carries state, none is the only copy, all may come twice.
CELERY_BROKER_URL = addresses.known_broker_url(BROKER_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 5,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TASK_DEFAULT_QUEUE = "work"
# More queues, each with a worker of its own: the sweep waits for nothing, and nothing waits for what is far away or
# reads long: linked pages, imports, the mail server, the time-stamping authority, every kept byte, every row; nor for
# receivers of webhooks, nor do these wait for any of it.
SLOW = (
    *("claims.check_files", "claims.read_pages", "claims.stamp_files", "claims.verify", "reviews.letters"),
    *("claims.forget_deliveries", "claims.import_articles", "claims.seal"),
)
CELERY_TASK_ROUTES = {
    "claims.sweep": {"queue": "deadlines"},
    "claims.deliver": {"queue": "webhooks"},
    **{task: {"queue": "slow"} for task in SLOW},
}
# Each entry expires before its next tick: a worker that was away finds one message, not a heap.
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "claims.sweep", "schedule": 5.0, "options": {"expires": 4.0}},
    "route": {"task": "reviews.route", "schedule": 2.0, "options": {"expires": 1.5}},
    "notices": {"task": "reviews.notices", "schedule": 5.0, "options": {"expires": 4.0}},
    "letters": {"task": "reviews.letters", "schedule": 30.0, "options": {"expires": 25.0}},
    "digests": {"task": "reviews.digests", "schedule": 60.0, "options": {"expires": 50.0}},
    "tend": {"task": "reviews.tend", "schedule": 10.0, "options": {"expires": 8.0}},
    "settle": {"task": "reviews.settle", "schedule": 3.0, "options": {"expires": 2.5}},
    "warnings": {"task": "claims.warnings", "schedule": 15.0, "options": {"expires": 14.0}},
    "ladders": {"task": "claims.ladders", "schedule": 15.0, "options": {"expires": 14.0}},
    "quotes": {"task": "claims.quotes", "schedule": 5.0, "options": {"expires": 4.0}},
    "escalations": {"task": "reviews.escalations", "schedule": 5.0, "options": {"expires": 4.0}},
    "files": {"task": "claims.check_files", "schedule": 60.0, "options": {"expires": 50.0}},
    "stamps": {"task": "claims.stamp_files", "schedule": 30.0, "options": {"expires": 25.0}},
    "pages": {"task": "claims.read_pages", "schedule": 2.0, "options": {"expires": 1.5}},
    "imports": {"task": "claims.import_articles", "schedule": 2.0, "options": {"expires": 1.5}},
    "deliveries": {"task": "claims.deliver", "schedule": 2.0, "options": {"expires": 1.5}},
    "old-deliveries": {"task": "claims.forget_deliveries", "schedule": 3600.0, "options": {"expires": 3000.0}},
    "seal": {"task": "claims.seal", "schedule": 600.0, "options": {"expires": 500.0}},
    "verify": {"task": "claims.verify", "schedule": 3600.0, "options": {"expires": 3000.0}},
}
CELERY_BEAT_SCHEDULE_FILENAME = env.str(
    "BEAT_SCHEDULE_FILE",
    default=str(Path(tempfile.gettempdir()) / "claimdesk-beat" if PRODUCTION else data_directory() / "beat"),
)
