"""Addresses of the room ``packages``."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.packages import views, views_keys

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.package_list, name="packages"),
    path("make/<slug:kind>/", views.package_make, name="package_make"),
    path("receive/", views.package_receive, name="package_receive"),
    path("<int:number>/", views.package_page, name="package"),
    path("keys/", views_keys.key_list, name="package_keys"),
    path("keys/new/", views_keys.key_new, name="package_key_new"),
    path("keys/<int:number>/", views_keys.key_page, name="package_key"),
]
