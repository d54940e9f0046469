"""Addresses of the room ``auditing``."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.auditing import views

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.audits, name="audits"),
    path("new/", views.begin, name="audit_begin"),
    path("<int:number>/", views.audit, name="audit"),
    path("<int:number>/report/<path:name>", views.report, name="audit_report"),
]
