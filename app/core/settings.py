"""Every setting of the instance, read from the environment or `.env`; refuses a production without a key."""

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The instance's settings. Each field's description is its line in `docs/settings.md`."""

    model_config = SettingsConfigDict(
        env_prefix="SEPTAINE_", env_file=".env", extra="ignore", env_ignore_empty=True
    )

    environment: Literal["development", "production"] = Field(
        "production",
        description="`development` adds the kit page and lets the demo generate its own secret key.",
    )
    database_url: str = Field(
        "",
        description="`sqlite:///path` or `postgresql+psycopg://…`. Empty: `septaine.db` in the data folder.",
    )
    data_dir: Path = Field(
        Path("data"), description="Folder for the SQLite file, the media and the demo key."
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the server listens on.")
    public_url: str = Field(
        "",
        description="Address people see, e.g. `https://story.example.org`. Empty: `http://127.0.0.1:{port}`.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random characters; signs forms and hashes addresses. "
        "Demanded in production.",
    )
    old_secret_keys: SecretStr = Field(
        SecretStr(""),
        description="Former secret keys, comma-separated, that still open what they sealed "
        "(connections to platforms) while `SEPTAINE_SECRET_KEY` is replaced.",
    )
    catch_up_per_hour: int = Field(
        12,
        ge=1,
        le=3600,
        description="After an outage, how many late posts an hour one connected account may send.",
    )
    private_addresses: bool = Field(
        default=False,
        description="Whether connected servers and webhooks may lie in a private network. "
        "Refused otherwise, so that nobody can make the instance ask inside it.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. "
        "Empty: the demo shows mails in its mailbox page, production lets them wait.",
    )
    mail_from: str = Field("Septaine <septaine@localhost>", description="Sender of the instance's mails.")
    bounce_address: str = Field(
        "",
        description="Mailbox for letters to followers that come back, e.g. `bounces@story.example.org`; each leaves "
        "with an address of its own, `bounces+…@`. Empty: they come back to the sender.",
    )
    follower_mails_per_minute: int = Field(
        600,
        ge=6,
        le=100_000,
        description="How many letters to followers leave each minute, of all processes together.",
    )
    scheduler: Literal["embedded", "off"] = Field(
        "embedded",
        description="`embedded`: the serving process also works the jobs. `off`: run `septaine worker`.",
    )
    count_visits: bool = Field(
        default=True,
        description="Whether looks at public pages are counted, without cookies and without keeping an address.",
    )
    stripe_api_key: SecretStr = Field(
        SecretStr(""),
        description="Stripe secret key. Empty: the sandbox takes payments and no real money moves.",
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Signing secret(s) of the webhook, comma-separated while one replaces another.",
    )
    stripe_api_base: str = Field(
        "", description="Where the Stripe API is. Empty: Stripe itself, or the sandbox when there is no key."
    )
    meta_app_id: str = Field("", description="App id at Meta, for connecting Facebook Pages. Empty: none.")
    meta_app_secret: SecretStr = Field(SecretStr(""), description="Secret of the app at Meta.")
    instagram_app_id: str = Field(
        "", description="Instagram app id at Meta, for connecting professional accounts. Empty: none."
    )
    instagram_app_secret: SecretStr = Field(SecretStr(""), description="Secret of the Instagram app at Meta.")
    threads_app_id: str = Field(
        "", description="Threads app id at Meta, for connecting Threads accounts. Empty: none."
    )
    threads_app_secret: SecretStr = Field(SecretStr(""), description="Secret of the Threads app at Meta.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token for `/metrics` (Prometheus). Empty: the page does not exist."
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="Proxies whose X-Forwarded-For and -Proto are believed, comma-separated."
    )
    log_format: Literal["json", "console"] = Field("json", description="One JSON object a line, or for eyes.")
    upload_limit_mb: int = Field(64, ge=1, le=1024, description="Largest upload, in megabytes (videos).")

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def local_url(self) -> str:
        """How this machine reaches its own server: an address that listens everywhere is no destination."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::", "") else self.host  # noqa: S104 - compared with
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def old_keys(self) -> list[str]:
        """The former secret keys, newest first."""
        return [
            key for key in (one.strip() for one in self.old_secret_keys.get_secret_value().split(",")) if key
        ]

    @property
    def https(self) -> bool:
        """Whether people reach the instance over TLS (Secure cookies, HSTS)."""
        return self.base_url.startswith("https://")

    @property
    def db_url(self) -> str:
        """The database address, the default SQLite file filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'septaine.db'}"

    @property
    def sandbox(self) -> bool:
        """Whether payments go to the local sandbox, so that no real money moves."""
        return not self.stripe_api_key.get_secret_value()

    @property
    def development(self) -> bool:
        return self.environment == "development"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once. In development a missing secret key is made and kept."""
    settings = Settings()
    if settings.development and not settings.secret_key.get_secret_value():
        settings.secret_key = _own_key(settings.data_dir / "secret.key")
    return settings


def _own_key(path: Path) -> SecretStr:
    """The demo's key: made once, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        kept = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(kept, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
    return SecretStr(path.read_text("ascii").strip())
