"""The address books."""

from django.urls import path

from contacts import views

urlpatterns = [
    path("contacts/", views.contact_list, name="contact_list"),
    path("contacts/new/", views.contact_new, name="contact_new"),
    path(
        "contacts/organization/", views.organization_contact_list, name="organization_contact_list"
    ),
    path(
        "contacts/organization/new/",
        views.organization_contact_new,
        name="organization_contact_new",
    ),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/delete/", views.contact_delete, name="contact_delete"),
    path("contacts/restore/<str:key>/", views.contact_restore, name="contact_restore"),
    path(
        "contacts/<int:pk>/history/<int:past_pk>/",
        views.contact_bring_back,
        name="contact_bring_back",
    ),
    path("contacts/locks/<int:pk>/", views.contact_unlock, name="contact_unlock"),
    path("contacts/bulk/", views.contact_bulk, name="contact_bulk"),
    path("contacts/export/", views.contact_export, name="contact_export"),
    path("contacts/conflicts/", views.contact_conflicts, name="contact_conflicts"),
    path("contacts/proposals/", views.contact_proposals, name="contact_proposals"),
    path("contacts/import/", views.contact_import, name="contact_import"),
    path("contacts/import/<int:pk>/", views.import_run, name="import_run"),
    path("contacts/import/<int:pk>/check/", views.import_check, name="import_check"),
    path("contacts/import/<int:pk>/start/", views.import_start, name="import_start"),
    path("contacts/import/<int:pk>/cancel/", views.import_cancel, name="import_cancel"),
    path("contacts/import/<int:pk>/undo/", views.import_undo, name="import_undo"),
    path("contacts/import/<int:pk>/report/", views.import_report, name="import_report"),
]
