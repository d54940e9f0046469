"""Addresses of the start page, of accounts, grants, roles and places."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.accounts import views, views_accounts, views_grants, views_places

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("no-role/", views.no_role, name="no_role"),
    path("standing/", views.choose_standing, name="choose_standing"),
    path("roles/", views.role_list, name="roles"),
    path("roles/<slug:code>/", views.role_page, name="role"),
    path("accounts/", views_accounts.account_list, name="accounts"),
    path("accounts/new/", views_accounts.account_new, name="account_new"),
    path("accounts/<int:number>/", views_accounts.account, name="account"),
    path("accounts/<int:number>/change/", views_accounts.account_change, name="account_change"),
    path("accounts/<int:number>/<slug:deed>/", views_accounts.account_deed, name="account_deed"),
    path("accounts/<int:user>/grants/new/", views_grants.grant_new, name="grant_new"),
    path("grants/", views_grants.grant_list, name="grants"),
    path("grants/<int:number>/", views_grants.grant, name="grant"),
    path("places/", views_places.places, name="places"),
    path("places/<slug:code>/", views_places.place, name="place"),
    path("places/<slug:code>/offices/new/", views_places.office_new, name="office_new"),
    path("offices/<int:number>/", views_places.office_change, name="office_change"),
]
