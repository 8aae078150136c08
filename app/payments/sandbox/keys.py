"""The keys a sandbox answers to. They open nothing outside it."""

import hmac
import secrets
from pathlib import Path


def sandbox_keys(data_file: Path) -> tuple[str, str]:
    """The secret key and webhook secret that belong to ``data_file``: made once, kept beside it, mode 600."""
    kept = data_file.with_suffix(".keys")
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(f"sk_test_{secrets.token_hex(16)}\nwhsec_{secrets.token_hex(16)}\n", "utf-8")
        try:
            kept.hardlink_to(fresh)  # the first of several processes wins; the others read its keys
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    secret_key, webhook_secret = kept.read_text("utf-8").split()
    return secret_key, webhook_secret


def restricted_keys(secret_key: str) -> tuple[str, str]:
    """Two restricted keys that belong to a secret key: one that may do all, one that lacks some permissions."""
    made = [hmac.new(secret_key.encode(), kind, "sha256").hexdigest()[:32] for kind in (b"all", b"lesser")]
    return f"rk_test_{made[0]}", f"rk_test_{made[1]}"
