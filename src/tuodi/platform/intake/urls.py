"""Addresses of the room ``intake``: deliveries, rows to be corrected, sources, agreements."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.intake import views, views_mapping, views_rows, views_sources

__all__ = ["urlpatterns"]

urlpatterns = [
    path("", views.deliveries, name="intake_deliveries"),
    path("upload/", views.upload, name="intake_upload"),
    path("<int:number>/", views.delivery_page, name="intake_delivery"),
    path("<int:number>/progress/", views.progress, name="intake_progress"),
    path("<int:number>/source/", views.choose, name="intake_choose"),
    path("<int:number>/again/", views.again, name="intake_again"),
    path("<int:number>/columns/", views_mapping.mapping_page, name="intake_mapping"),
    path("<int:number>/commit/", views.commit, name="intake_commit"),
    path("<int:number>/cancel/", views.cancel, name="intake_cancel"),
    path("<int:number>/rows/", views_rows.rows, name="intake_rows"),
    path("<int:number>/rows/workbook/", views_rows.rows_workbook, name="intake_rows_workbook"),
    path("quality/", views_sources.quality_page, name="intake_quality"),
    path("sources/", views_sources.sources, name="intake_sources"),
    path("sources/<slug:code>/", views_sources.source_page, name="intake_source"),
    path("sources/<slug:code>/form/", views_sources.source_form, name="intake_source_form"),
    path("agreements/", views_sources.agreements, name="intake_agreements"),
    path("agreements/<slug:code>/", views_sources.agreement, name="intake_agreement"),
]
