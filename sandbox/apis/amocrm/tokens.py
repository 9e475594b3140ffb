"""OAuth of the CRM: single-use codes and refresh tokens, access tokens that expire.

A pair once issued lives as long as the real one would, also over a restart when a file is given. Every account has
one integration: ``client-<slug>`` with ``secret-<slug>``; codes ``code-<slug>`` and ``code-<slug>-<anything>`` work once.
``long-<slug>`` is a long-lived token, ``agent-<slug>`` the token of an employee who is no administrator.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt

REDIRECT_URI = "https://voronka.example/oauth"
ACCESS_LIFETIME_SECONDS = 86_400
REFRESH_LIFETIME_SECONDS = 90 * 86_400


class GrantRefused(Exception):
    """The token endpoint says no; carries the HTTP status and the hint of the answer."""

    def __init__(self, status: int, hint: str) -> None:
        super().__init__(hint)
        self.status = status
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: an account's slug, and whether with an administrator's rights."""

    slug: str
    is_admin: bool


class TokenStore:
    """Issued and spent tokens of all accounts."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._state: dict[str, Any] = {
            "secret": secrets.token_hex(32),
            "spent_codes": [],
            "refresh": {},
            "revoked_before": {},
            "lifetimes": {},
            "long_revoked": [],
        }
        if path is not None and path.exists():
            self._state.update(json.loads(path.read_text()))
        self._decoded: dict[str, tuple[str, float, int]] = {}

    def _save(self) -> None:
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".tmp")
        draft.write_text(json.dumps(self._state))
        draft.replace(self._path)

    def set_lifetime(self, slug: str, seconds: int | None) -> None:
        """How long new access tokens of the account live; None is the usual day."""
        if seconds is None:
            self._state["lifetimes"].pop(slug, None)
        else:
            self._state["lifetimes"][slug] = seconds
        self._save()

    def revoke(self, slug: str, what: str) -> None:
        """Kill what was issued: ``access``, ``all`` (refresh tokens too) or ``long`` (the long-lived ones)."""
        if what not in ("access", "all", "long"):
            raise ValueError(f"revoke {what!r} is none of access, all, long")
        if what == "long":
            self._state["long_revoked"] = sorted({*self._state["long_revoked"], slug})
        else:
            self._state["revoked_before"][slug] = self._next_number()
            if what == "all":
                self._drop_refresh_tokens(slug)
        self._save()

    def reset(self, slug: str) -> None:
        """Back to an account that was never connected: codes unspent, nothing issued."""
        codes = self._state["spent_codes"]
        mine = f"code-{slug}"
        self._state["spent_codes"] = [c for c in codes if c != mine and not c.startswith(f"{mine}-")]
        self._state["lifetimes"].pop(slug, None)
        self._state["long_revoked"] = [name for name in self._state["long_revoked"] if name != slug]
        self._state["revoked_before"][slug] = self._next_number()
        self._drop_refresh_tokens(slug)
        self._save()

    def _drop_refresh_tokens(self, slug: str) -> None:
        kept = {token: row for token, row in self._state["refresh"].items() if row["slug"] != slug}
        self._state["refresh"] = kept

    def _next_number(self) -> int:
        self._state["number"] = self._state.get("number", 0) + 1
        number: int = self._state["number"]
        return number

    def exchange(
        self, slug: str, account_number: int, api_domain: str, form: dict[str, Any]
    ) -> dict[str, Any]:
        """Answer of the token endpoint; raise :class:`GrantRefused`."""
        if form.get("client_id") != f"client-{slug}" or form.get("client_secret") != f"secret-{slug}":
            raise GrantRefused(401, "Client authentication failed")
        if form.get("redirect_uri") != REDIRECT_URI:
            raise GrantRefused(400, "Redirect URI does not match the integration")
        grant = form.get("grant_type")
        if grant == "authorization_code":
            self._spend_code(slug, str(form.get("code", "")))
        elif grant == "refresh_token":
            self._spend_refresh(slug, str(form.get("refresh_token", "")))
        else:
            raise GrantRefused(
                400, "The authorization grant type is not supported by the authorization server."
            )
        return self._issue(slug, account_number, api_domain)

    def _spend_code(self, slug: str, code: str) -> None:
        belongs = code == f"code-{slug}" or code.startswith(f"code-{slug}-")
        if not belongs or code in self._state["spent_codes"]:
            raise GrantRefused(400, "Authorization code has been revoked")
        self._state["spent_codes"].append(code)

    def _spend_refresh(self, slug: str, token: str) -> None:
        row = self._state["refresh"].get(token)
        if row is None or row["slug"] != slug or row["spent"]:
            raise GrantRefused(401, "Token has been revoked")
        if row["issued_at"] + REFRESH_LIFETIME_SECONDS < time.time():
            raise GrantRefused(401, "Token has expired")
        row["spent"] = True

    def knows_refresh(self, slug: str, token: str) -> bool:
        row = self._state["refresh"].get(token)
        return bool(row and row["slug"] == slug and not row["spent"])

    def _issue(self, slug: str, account_number: int, api_domain: str) -> dict[str, Any]:
        now = int(time.time())
        lifetime = int(self._state["lifetimes"].get(slug, ACCESS_LIFETIME_SECONDS))
        claims = {
            "aud": f"client-{slug}",
            "jti": secrets.token_hex(16),
            "iat": now,
            "nbf": now,
            "exp": now + lifetime,
            "account_id": account_number,
            "api_domain": api_domain,
            "scopes": ["crm"],
            "slug": slug,
            "number": self._next_number(),
        }
        refresh = "def502" + secrets.token_hex(96)
        self._state["refresh"][refresh] = {"slug": slug, "issued_at": now, "spent": False}
        self._save()
        return {
            "token_type": "Bearer",
            "expires_in": lifetime,
            "server_time": now,
            "access_token": jwt.encode(claims, self._state["secret"], algorithm="HS256"),
            "refresh_token": refresh,
        }

    def identify(self, slug: str, header: str | None) -> Identity | None:
        """Who sends this Authorization header; None when nobody the account knows."""
        scheme, _, token = (header or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return None
        if token == f"long-{slug}":
            return None if slug in self._state["long_revoked"] else Identity(slug, True)
        if token == f"agent-{slug}":
            return Identity(slug, False)
        owner, expires, number = self._decode(token)
        alive = time.time() < expires and number > self._state["revoked_before"].get(slug, 0)
        return Identity(slug, True) if owner == slug and alive else None

    def _decode(self, token: str) -> tuple[str, float, int]:
        known = self._decoded.get(token)
        if known is None:
            try:
                claims = jwt.decode(
                    token,
                    self._state["secret"],
                    algorithms=["HS256"],
                    options={"verify_aud": False, "verify_exp": False, "verify_nbf": False},
                )
                known = (claims["slug"], float(claims["exp"]), int(claims["number"]))
            except jwt.PyJWTError:
                known = ("", 0.0, 0)
            self._decoded[token] = known
        return known
