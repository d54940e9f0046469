"""Addresses of the pages on which keys of programs are kept."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.api import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.key_list, name="api_keys"),
    path("new/", views.key_new, name="api_key_new"),
    path("<int:number>/", views.key_page, name="api_key"),
]
