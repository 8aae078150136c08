"""What an owner may paste about their Stripe account: a restricted key, the secret of a webhook."""

from pydantic import Field, field_validator

from app.core.forms import FormModel, Line, problem
from app.core.i18n import mark

_NOT_THIS = {
    "sk_": mark("This is the secret key, which may do everything. Make a restricted key and paste that one."),
    "pk_": mark("This is the publishable key, which opens nothing. Paste the restricted key."),
    "whsec_": mark("This is the secret of a webhook: it goes into the other form. Paste the restricted key."),
}


class KeyForm(FormModel):
    """A restricted key."""

    key: Line = Field(min_length=1, max_length=300)

    @field_validator("key")
    @classmethod
    def _restricted(cls, value: str) -> str:
        for beginning, sentence in _NOT_THIS.items():
            if value.startswith(beginning):
                raise problem("key", sentence)
        if not value.startswith(("rk_live_", "rk_test_")) or not value.isascii() or not value.isprintable():
            raise problem("key", mark("A restricted key begins with rk_live_ or rk_test_."))
        return value


class WebhookSecretForm(FormModel):
    """The signing secret of a webhook."""

    secret: Line = Field(min_length=1, max_length=200)

    @field_validator("secret")
    @classmethod
    def _signing_secret(cls, value: str) -> str:
        if not value.startswith("whsec_") or not value.isascii() or len(value) < 20:
            raise problem("secret", mark("A signing secret begins with whsec_."))
        return value
