"""Addresses of the room ``trail``."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.trail import views, views_export

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.trail_changes, name="trail"),
    path("looks/", views.trail_looks, name="trail_looks"),
    path("bulk/", views.trail_bulk, name="trail_bulk"),
    path("bulk/<slug:batch>/", views.trail_batch, name="trail_batch"),
    path("reason/", views.trail_reason, name="trail_reason"),
    path("export/<slug:what>.<slug:form>", views_export.trail_export, name="trail_export"),
    path("mine/", views.my_actions, name="my_actions"),
]
