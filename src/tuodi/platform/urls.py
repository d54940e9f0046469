"""The addresses of all pages, app by app."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import include, path

from tuodi.platform.ground.pages import page
from tuodi.platform.ground.zones import EVERYWHERE
from tuodi.platform.web.preferences import preferences

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/code/", mfa.authenticate, name="mfa_authenticate"),
    path("account/code/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/codes/", mfa.index, name="mfa_index"),
    path("account/codes/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/codes/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/codes/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/codes/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/codes/recovery/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("preferences/", page(zones=EVERYWHERE, anyone=True)(preferences), name="preferences"),
    path("", include("tuodi.platform.accounts.urls")),
    path("", include("tuodi.platform.registry.urls")),
    path("files/", include("tuodi.platform.intake.urls")),
    path("trail/", include("tuodi.platform.trail.urls")),
    path("audits/", include("tuodi.platform.auditing.urls")),
    path("packages/", include("tuodi.platform.packages.urls")),
    path("keys/", include("tuodi.platform.api.urls_keys")),
    path("api/", include("tuodi.platform.api.urls")),
]

handler403 = "tuodi.platform.ground.errors.forbidden"
handler404 = "tuodi.platform.ground.errors.not_found"
handler500 = "tuodi.platform.ground.errors.fault"
