"""Addresses of the start page, of accounts and of grants."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.accounts import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("no-role/", views.no_role, name="no_role"),
    path("standing/", views.choose_standing, name="choose_standing"),
]
