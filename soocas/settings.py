"""Every setting of the shop, from the environment alone. README.md lists the variables."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from soocas import environment as env
from soocas import imprint, logs, production, providers, recipients, storages

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("SOOCAS_VAR", str(BASE_DIR / "var")))  # a checkout's data
ENVIRONMENT = env.choice("SOOCAS_ENVIRONMENT", ("development", "production"))
PRODUCTION = ENVIRONMENT == "production"
if PRODUCTION:
    production.refuse_if_unsafe(os.environ)
else:
    env.load(VAR_DIR / "services.env")

DEBUG = env.flag("SOOCAS_DEBUG")
SECRET_KEY = env.text("SOOCAS_SECRET_KEY", "" if PRODUCTION else "development-only")
SITE_URL = env.text("SOOCAS_SITE_URL", "http://127.0.0.1:8000")  # where links in mail point to
ALLOWED_HOSTS = env.listed("SOOCAS_ALLOWED_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env.listed("SOOCAS_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "privacy",
    "outbox",
    "cookie_consent",
    "cookies",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.facebook",
    "catalog",
    "mailings",
    "orders",
    "soocas",
    "soocas.desk.DeskConfig",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "soocas.requestlog.request_log",
    "cookies.middleware.CookieGuard",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LastSeen",
    "privacy.looks.Recorder",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "privacy.meanwhile.ErasedMeanwhile",
]

ROOT_URLCONF = "soocas.urls"
WSGI_APPLICATION = "soocas.wsgi.application"
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
                "catalog.context.shop",
                "orders.context.cart",
                "cookies.context.consent",
            ],
            "builtins": ["soocas.templatetags.house", "privacy.templatetags.privacy"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {
    "default": {
        **dj_database_url.parse(
            env.text("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
            conn_max_age=60,
            conn_health_checks=True,
        ),
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHE_URL = env.text("CACHE_URL", "redis://127.0.0.1:1/0")
CACHES = {
    "default": {
        "BACKEND": "soocas.cache.Cache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},  # seconds
        "KEY_PREFIX": "soocas",
    }
}
BROKER_URL = env.text("BROKER_URL", "redis://127.0.0.1:1/0")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:overview"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True  # typed where the sign-up began: see ADR 0060
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 15 * 60  # seconds
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True  # one address; the new one replaces it once proved
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of changes to how one signs in
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key", "confirm_email": "3/m/key,12/h/key"}
ACCOUNT_RATE_LIMITS["voucher"] = "10/m/ip,40/h/ip"  # codes tried
ACCOUNT_FORMS = {
    name: f"accounts.entrance.{name.title().replace('_', '')}Form"
    for name in (
        *("login", "signup", "add_email", "change_password", "set_password", "reauthenticate"),
        *("reset_password", "reset_password_from_key", "confirm_password_reset_code"),
        *("request_login_code", "confirm_login_code", "confirm_email_verification_code"),
    )
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("SOOCAS_TRUSTED_PROXIES", 1 if PRODUCTION else 0)

GOOGLE_URL = env.text("GOOGLE_URL")  # of the stand-in; empty: Google itself
FACEBOOK_URL = env.text("FACEBOOK_URL")  # of the stand-in; empty: Facebook itself
SOCIALACCOUNT_ADAPTER = "accounts.social.SocialAdapter"
SOCIALACCOUNT_FORMS = {
    "signup": "accounts.entrance.SocialSignupForm",
    "disconnect": "accounts.entrance.DisconnectForm",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = providers.configured()

SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # ends with the browser session: nothing lasting before a choice
LANGUAGE_COOKIE_NAME = "language"
COOKIE_CONSENT_NAME = "choice"
COOKIE_CONSENT_SECURE = PRODUCTION
COOKIE_CONSENT_LOG_ENABLED = False  # cookies.ConsentEvent is the record
COOKIES_STRICT = env.flag("SOOCAS_COOKIES_STRICT")  # an undeclared cookie raises, as in tests
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of its own
CSRF_FAILURE_VIEW = "soocas.views.form_expired"

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("SOOCAS_STATIC_ROOT", str(BASE_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.text("SOOCAS_MEDIA_ROOT", str(VAR_DIR / "media")))
PRIVATE_ROOT = Path(env.text("SOOCAS_PRIVATE_ROOT", str(VAR_DIR / "private")))  # no address
STATIC_HASHED = env.flag("SOOCAS_STATIC_HASHED", PRODUCTION)  # needs collectstatic
WHITENOISE_USE_FINDERS = not STATIC_HASHED  # serves them from where they lie
STORAGES = storages.configured(PRIVATE_ROOT, hashed=STATIC_HASHED)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", PRODUCTION)
EMAIL_TIMEOUT = 15  # seconds
DEFAULT_FROM_EMAIL = env.text("SOOCAS_MAIL_FROM", "Soocas <shop@soocas.example>")
REPLY_TO_EMAIL = env.text("SOOCAS_REPLY_TO")  # none: answers go to the sender
SUPPRESSION_PEPPER = env.text("SOOCAS_SUPPRESSION_PEPPER", "" if PRODUCTION else "development-only")
NEWSLETTER_FROM_EMAIL = env.text("SOOCAS_NEWSLETTER_FROM", "Soocas <letters@soocas.example>")

PAYPAL_ENVIRONMENT = env.text("PAYPAL_ENVIRONMENT", "local")  # live, sandbox or local
PAYPAL_LOCAL_URL = env.text("PAYPAL_LOCAL_URL")  # of the stand-in, for local only
PAYPAL_CLIENT_ID = env.text("PAYPAL_CLIENT_ID", "" if PRODUCTION else "local")
PAYPAL_CLIENT_SECRET = env.text("PAYPAL_CLIENT_SECRET", "" if PRODUCTION else "local")
PAYPAL_WEBHOOK_ID = env.text("PAYPAL_WEBHOOK_ID", "" if PRODUCTION else "local")
PAYPAL_TIMEOUT = (3, 15)  # seconds to connect, to read
PAYPAL_WEBHOOK_ROOTS = env.text("PAYPAL_WEBHOOK_ROOTS", str(BASE_DIR / "orders/paypal_roots.crt"))
SELLER = imprint.seller()  # printed on invoices
PAYMENT_HOLD = env.duration("SOOCAS_PAYMENT_HOLD", "3h")  # stock kept for an unpaid order
RECONCILE_DAYS = env.number("SOOCAS_RECONCILE_DAYS", 3)  # compared with PayPal each night
REFUND_FOUR_EYES_FROM = env.money("SOOCAS_REFUND_FOUR_EYES_FROM", "250")  # EUR
LOW_STOCK = env.number("SOOCAS_LOW_STOCK", 5)  # pieces left at which staff is shown a variant

COOLING_OFF = env.duration("SOOCAS_COOLING_OFF", "14d")  # before a deletion runs
RECIPIENT_ADDRESSES, MAIL_PROVIDER = recipients.addresses(), recipients.mail_provider()
CLAIMS_DAYS = env.number("SOOCAS_CLAIMS_DAYS", 180)  # a closed case can still be disputed
TOMBSTONES = env.text("SOOCAS_TOMBSTONES", str(VAR_DIR / "erasures.jsonl"))  # what to erase again
TOMBSTONE_KEYS = env.listed("SOOCAS_TOMBSTONE_KEYS", "" if PRODUCTION else "development-only")

SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_SSL_REDIRECT = SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
PAYPAL_PAGES = PAYPAL_LOCAL_URL or "https://www.paypal.com https://www.sandbox.paypal.com"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, PAYPAL_PAGES, *providers.origins()],
    }
}

LOG_DIR = env.text("SOOCAS_LOG_DIR")  # for the request log; else it goes where all logs go
LOGGING = logs.configuration(LOG_DIR, json=env.flag("SOOCAS_LOG_JSON", PRODUCTION or bool(LOG_DIR)))
