"""The address of a draft's original mail."""

from django.urls import path

from intake import views

urlpatterns = [path("drafts/<int:pk>/raw/", views.draft_raw, name="draft_raw")]
