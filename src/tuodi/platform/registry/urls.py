"""Addresses of the room ``registry``: a person's number in the file stands in them, never one that others know."""

from __future__ import annotations

from django.urls import path

from tuodi.platform.registry import views_person, views_review, views_search, views_worklists

__all__ = ["urlpatterns"]

urlpatterns = [
    path("search/", views_search.search, name="search"),
    path("search/people/", views_search.named, name="search_named"),
    path("search/browse/", views_search.browse, name="search_browse"),
    path("people/<int:number>/", views_person.VIEWS["basics"], name="person"),
    *(
        path(f"people/<int:number>/{code}/", view, name=f"person_{code}")
        for code, view in views_person.VIEWS.items()
        if code != "basics"
    ),
    path("people/<int:number>/reveal/<slug:field>/", views_person.reveal, name="person_reveal"),
    path("households/<int:number>/", views_person.household, name="household"),
    path("worklists/", views_worklists.worklists, name="worklists"),
    path("worklists/<slug:code>/", views_worklists.worklist, name="worklist"),
    path("worklists/<slug:code>/export/", views_worklists.export, name="worklist_export"),
    path("reviews/", views_review.reviews, name="reviews"),
    path("reviews/decided/", views_review.past, name="reviews_past"),
    path("reviews/<int:number>/", views_review.review, name="review"),
    path("reviews/<int:number>/decide/", views_review.decide, name="review_decide"),
    path("reviews/<int:number>/reveal/", views_review.review_reveal, name="review_reveal"),
    path("reviews/undo/<int:event>/", views_review.undo, name="review_undo"),
]
